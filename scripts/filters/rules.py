"""The rules of the filters: what a sandboxed process may not ask of the kernel, and why.

What no rule names is allowed. Compared with what Docker's default profile and systemd's groups refuse; the rules that
neither of them has (System V's channels, the scheduling of other processes, chattr, snapshots) are there because no
namespace stands between the server and the rest of what is the user's. That they are complete is for the tests of
escapes to show.
"""

from __future__ import annotations

from scripts.filters.numbers import AARCH64, X86_64
from scripts.filters.words import (
    EACCES,
    EAFNOSUPPORT,
    ENOSYS,
    EOPNOTSUPP,
    EPERM,
    EPROTONOSUPPORT,
    ESOCKTNOSUPPORT,
    Given,
    Has,
    Is,
    IsNot,
    Machine,
    Rule,
)

MACHINES = (
    Machine("x86_64", 0xC000003E, X86_64, second_table=0x40000000),
    Machine("aarch64", 0xC00000B7, AARCH64),
)

_NAMESPACES = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000
"""CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. NEWTIME is only for clone3 and unshare."""
_CLONE_PARENT = 0x8000
_SET_ID = 0o6000
_CREATE = 0o100 | 0o20000000
"""O_CREAT, and the bit of O_TMPFILE that is not O_DIRECTORY: without either there is no mode in the call."""
_FILE_TYPE, _DEVICES = 0o170000, (0o020000, 0o060000)
"""S_IFMT; S_IFCHR and S_IFBLK."""
_TERMINAL_INPUT = (0x5412, 0x541C, 0x5423)
"""TIOCSTI, TIOCLINUX, TIOCSETD."""
_SET_FILE_FLAGS = (0x40086602, 0x401C5820)
"""FS_IOC_SETFLAGS, FS_IOC_FSSETXATTR."""
_SUBVOLUMES = (0x50009401, 0x5000940E, 0x5000940F, 0x50009417, 0x50009418, 0x5000943F)
"""BTRFS_IOC_SNAP_CREATE, SUBVOL_CREATE, SNAP_DESTROY, and the same three as _V2."""
_OF_USER, _OF_USER_IO = 2, 3
"""PRIO_USER, IOPRIO_WHO_USER."""
_PERSONALITIES = (0, 0x8, 0x20000, 0x20008, 0xFFFFFFFF)
"""Linux, 32 bits, each with an old version's name, and the question which it is; as Docker has it."""
_RTTIME = 15

_UNIX, _INET, _INET6, _NETLINK = 1, 2, 10, 16
_ROUTE, _KOBJECT_UEVENT = 0, 15
_SOCKET_TYPE, _STREAM, _DATAGRAM, _RAW, _PACKET = 0xF, 1, 2, 3, 10
_ANY, _TCP, _UDP = 0, 6, 17
_FASTOPEN, _FASTOPEN_CONNECT, _ULP = 0x20000000, 30, 31
"""MSG_FASTOPEN, TCP_FASTOPEN_CONNECT, TCP_ULP."""

EVERYWHERE = (
    Rule("io_uring_setup io_uring_enter io_uring_register", EPERM, "a way to make calls that no filter sees"),
    Rule("bpf perf_event_open userfaultfd", EPERM, "where exploits of the kernel begin, or get the time to win a race"),
    Rule("add_key request_key keyctl", EPERM, "keys of the user's other sessions"),
    Rule(
        "ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp pidfd_getfd",
        EPERM,
        "memory and descriptors of other processes",
    ),
    Rule(
        "mount umount2 move_mount open_tree open_tree_attr fsopen fsconfig fsmount fspick mount_setattr statmount "
        "listmount pivot_root chroot",
        EPERM,
        "another view of the files than the one that was granted",
    ),
    Rule("unshare setns listns", EPERM, "a user namespace has every capability, and with it most of the kernel"),
    Rule("clone", EPERM, "likewise", (Has(0, _NAMESPACES),)),
    Rule("clone3", ENOSYS, "its flags lie behind a pointer; the C libraries fall back on clone"),
    Rule("openat2", ENOSYS, "its mode lies behind a pointer; callers fall back on openat"),
    Rule("name_to_handle_at open_by_handle_at", EPERM, "opens files past the path that grants them"),
    Rule(
        "init_module finit_module delete_module create_module query_module get_kernel_syms kexec_load kexec_file_load",
        EPERM,
        "the kernel itself",
    ),
    Rule(
        "reboot swapon swapoff acct quotactl quotactl_fd vhangup sethostname setdomainname clock_settime settimeofday "
        "clock_adjtime adjtimex",
        EPERM,
        "the administration of the machine",
    ),
    Rule("syslog", EPERM, "what the kernel logs: addresses, and what other programs do"),
    Rule("lsm_set_self_attr", EPERM, "the profile of another security module (/proc/self/attr cannot be written)"),
    Rule("fanotify_init fanotify_mark", EPERM, "what happens to files of others"),
    Rule("iopl ioperm modify_ldt", EPERM, "the hardware, and segments that only exploits still make"),
    Rule(
        "nfsservctl lookup_dcookie uselib _sysctl sysfs ustat",
        EPERM,
        "obsolete: nothing of today makes them, nobody looks after them",
    ),
    Rule("personality", EPERM, "switches off what protects a process's memory", (IsNot(0, _PERSONALITIES),)),
    # Other processes of the same user: Landlock guards their signals (from ABI 6 on) and their memory, not this.
    Rule("migrate_pages move_pages", EPERM, "memory of other processes", (IsNot(0, (0,)),)),
    Rule("prlimit64", EPERM, "limits of other processes", (IsNot(0, (0,)),)),
    Rule("setpriority", EPERM, "all of the user's processes", (Is(0, (_OF_USER,)),)),
    Rule("ioprio_set", EPERM, "all of the user's processes", (Is(0, (_OF_USER_IO,)),)),
    Rule("setpriority ioprio_set", EPERM, "the place of other processes in the queue", (IsNot(1, (0,)),)),
    Rule(
        "sched_setscheduler sched_setparam sched_setattr",
        EPERM,
        "the place of other processes in the queue (their affinity stays: threads' own is set by the same call)",
        (IsNot(0, (0,)),),
    ),
    Rule(
        "shmget shmat shmctl msgget msgsnd msgrcv msgctl semget semop semtimedop semctl mq_open mq_unlink",
        EPERM,
        "memory, queues and semaphores of all of the user's processes, found by number or name; no path grants them",
    ),
    Rule("ioctl", EPERM, "types into a terminal, or loads a line discipline", (Is(1, _TERMINAL_INPUT),)),
    Rule("ioctl", EPERM, "chattr: flags of any file that can be read", (Is(1, _SET_FILE_FLAGS),)),
    Rule("file_setattr", EPERM, "likewise"),
    Rule(
        "ioctl",
        EPERM,
        "btrfs: a snapshot with all its secrets, made in a folder that is granted",
        (Is(1, _SUBVOLUMES),),
    ),
    Rule("chmod fchmod mkdir creat", EPERM, "a set-id file works for whoever runs it", (Has(1, _SET_ID),)),
    Rule("fchmodat fchmodat2 mkdirat", EPERM, "likewise", (Has(2, _SET_ID),)),
    Rule("open", EPERM, "likewise", (Has(1, _CREATE), Has(2, _SET_ID))),
    Rule("openat", EPERM, "likewise", (Has(2, _CREATE), Has(3, _SET_ID))),
    Rule("mknod", EPERM, "likewise", (Has(1, _SET_ID),)),
    Rule("mknodat", EPERM, "likewise", (Has(2, _SET_ID),)),
    Rule("mknod", EPERM, "a device is the hardware by another name", (Is(1, _DEVICES, _FILE_TYPE),)),
    Rule("mknodat", EPERM, "likewise", (Is(2, _DEVICES, _FILE_TYPE),)),
    Rule(
        "socket socketpair",
        EAFNOSUPPORT,
        "families that few programs use and Landlock does not know: packet, vsock, alg, bluetooth and thirty others",
        (IsNot(0, (_UNIX, _INET, _INET6, _NETLINK)),),
    ),
    Rule(
        "socket",
        EPROTONOSUPPORT,
        "of netlink, programs ask for interfaces and routes, and for devices that come; the rest is administration",
        (Is(0, (_NETLINK,)), IsNot(2, (_ROUTE, _KOBJECT_UEVENT))),
    ),
)

NO_NETWORK = (
    Rule("socket", EACCES, "anything that leaves the machine", (IsNot(0, (_UNIX, _NETLINK)),)),
    Rule("socket", EACCES, "a list of the interfaces stays", (Is(0, (_NETLINK,)), IsNot(2, (_ROUTE,)))),
    Rule("socketpair", EACCES, "anything but a pipe of two ends", (IsNot(0, (_UNIX,)),)),
)

_INTERNET = Is(0, (_INET, _INET6))
_OVER_TCP = Is(1, (_TCP,))

TCP_PORTS = (
    Rule("socket", EPERM, "packets made by hand have any port", (_INTERNET, Is(1, (_RAW, _PACKET), _SOCKET_TYPE))),
    Rule("socket", ESOCKTNOSUPPORT, "SCTP, DCCP", (_INTERNET, IsNot(1, (_STREAM, _DATAGRAM), _SOCKET_TYPE))),
    Rule(
        "socket",
        EPROTONOSUPPORT,
        "MPTCP, SMC and SCTP connect past Landlock; programs that try them fall back on TCP at this answer",
        (_INTERNET, Is(1, (_STREAM,), _SOCKET_TYPE), IsNot(2, (_ANY, _TCP))),
    ),
    Rule(
        "socket",
        EPROTONOSUPPORT,
        "ICMP and UDP-Lite; UDP itself stays open, for names are asked for by it",
        (_INTERNET, Is(1, (_DATAGRAM,), _SOCKET_TYPE), IsNot(2, (_ANY, _UDP))),
    ),
    Rule("sendto sendmmsg", EOPNOTSUPP, "connects without connect", (Has(3, _FASTOPEN),)),
    Rule("sendmsg", EOPNOTSUPP, "likewise", (Has(2, _FASTOPEN),)),
    Rule("setsockopt", EOPNOTSUPP, "likewise, at the first write", (_OVER_TCP, Is(2, (_FASTOPEN_CONNECT,)))),
    Rule("setsockopt", EOPNOTSUPP, "makes SMC of a TCP socket", (_OVER_TCP, Is(2, (_ULP,)))),
)

SEAL = (
    Rule("setrlimit", EPERM, "the limit by which a server's processes are found again", (Is(0, (_RTTIME,)),)),
    Rule("prlimit64", EPERM, "likewise; it may be read", (Is(1, (_RTTIME,)), Given(2))),
    Rule("clone", EPERM, "a child of the daemon's, of which it does not know", (Has(0, _CLONE_PARENT),)),
)

VARIANTS = {"base": EVERYWHERE, "no_network": NO_NETWORK, "tcp_ports": TCP_PORTS, "seal": SEAL}
"""Each is a program of its own, and only says what it adds: they are installed one upon another."""

JUDGED = frozenset({"base"})
"""The variants that refuse (ENOSYS) what is newer than the tables, as an older kernel would."""
