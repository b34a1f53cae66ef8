"""What the filters answer, in words, written without a look at their rules."""

from __future__ import annotations

HIGH = 1 << 32
"""A bit that the kernel does not look at in an int, and that must not hide one that it does look at."""

_ALWAYS = """
io_uring_setup io_uring_enter io_uring_register bpf userfaultfd keyctl add_key request_key perf_event_open ptrace
process_vm_readv process_vm_writev process_madvise kcmp mount umount2 move_mount open_tree open_tree_attr fsopen
fsconfig fsmount fspick mount_setattr statmount listmount pivot_root chroot unshare setns init_module finit_module
delete_module create_module kexec_load kexec_file_load name_to_handle_at open_by_handle_at pidfd_getfd fanotify_init
fanotify_mark quotactl quotactl_fd syslog acct swapon swapoff reboot clock_settime settimeofday clock_adjtime adjtimex
sethostname setdomainname iopl ioperm modify_ldt nfsservctl lookup_dcookie uselib shmget shmat shmctl msgget msgsnd
msgrcv msgctl semget semop semctl semtimedop mq_open mq_unlink file_setattr vhangup lsm_set_self_attr _sysctl sysfs
ustat query_module get_kernel_syms process_mrelease listns
"""

_NEEDED = """
read write close fstat mmap mprotect munmap mremap brk rt_sigaction rt_sigprocmask rt_sigreturn pread64 writev madvise
nanosleep getpid connect accept4 sendmsg recvmsg bind listen execve execveat exit_group wait4 waitid kill tgkill uname
fcntl flock fsync ftruncate getdents64 getcwd chdir unlinkat renameat2 linkat symlinkat fchownat umask sysinfo getuid
setsid setpgid setresuid setresgid setgroups capget capset sigaltstack statfs prctl futex futex_waitv
sched_setaffinity sched_getaffinity sched_yield set_tid_address set_robust_list clock_gettime clock_nanosleep
timer_create timerfd_create epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 eventfd2 signalfd4 inotify_init1
inotify_add_watch pipe2 dup3 splice tee sendfile copy_file_range fallocate utimensat statx faccessat2 getrandom
memfd_create memfd_secret seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self membarrier rseq
pidfd_open pidfd_send_signal close_range mlock mlock2 mbind set_mempolicy io_setup io_submit fsetxattr getxattr
"""

ANSWERS = [
    # what is always refused, whatever it asks for
    *(("base", call, (), "EPERM") for call in _ALWAYS.split()),
    ("base", "clone3", (), "ENOSYS"),
    ("base", "openat2", (), "ENOSYS"),
    # namespaces, one by one and hidden among others
    *(("base", "clone", (flag | 0x11,), "EPERM") for flag in (
        0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
    )),
    ("base", "clone", (0x10000000 | HIGH,), "EPERM"),
    ("base", "clone", (0x003D0F00,), "ok"),  # a thread of glibc
    ("base", "clone", (0x01200011,), "ok"),  # fork of glibc
    ("base", "clone", (0x4111,), "ok"),  # vfork of posix_spawn
    ("base", "clone", (0x100 | 0x4000 | 0x8000 | 0x100000 | 17,), "ok"),  # the fork server's children
    ("base", "clone", (17 | HIGH << 1,), "ok"),
    # terminals, file flags, snapshots
    *(("base", "ioctl", (0, request | high), "EPERM") for high in (0, HIGH, 0xFFFF << 48) for request in (
        0x5412, 0x541C, 0x5423, 0x40086602, 0x401C5820, 0x50009401, 0x50009417
    )),
    *(("base", "ioctl", (0, request), "ok") for request in (0x5401, 0x5413, 0x5414, 0x541B, 0x5421, 0x80086601)),
    # set-id
    *(("base", call, (0, mode), "EPERM") for call in ("chmod", "fchmod", "mkdir", "creat", "mknod") for mode in (
        0o4755, 0o2755, 0o6000, 0o104755, 0o4000 | HIGH
    )),
    *(("base", call, (0, 0, mode), "EPERM") for call in ("fchmodat", "fchmodat2", "mkdirat", "mknodat") for mode in (
        0o4755, 0o2000, 0o102755 | HIGH
    )),
    *(("base", call, (0, mode), "ok") for call in ("chmod", "fchmod", "mkdir", "creat", "mknod") for mode in (
        0, 0o777, 0o1777, 0o100644, 0o4000 << 32
    )),
    *(("base", call, (0o4755, 0o4755, 0o1777), "ok") for call in ("fchmodat", "fchmodat2", "mkdirat", "mknodat")),
    ("base", "open", (0, 0o101, 0o4755), "EPERM"),
    ("base", "open", (0, 0o20200002, 0o2755), "EPERM"),
    ("base", "open", (0, 0o101 | HIGH, 0o4755 | HIGH), "EPERM"),
    ("base", "open", (0, 0, 0o4755), "ok"),
    ("base", "open", (0, 0o200000, 0o4755), "ok"),  # O_DIRECTORY, and a mode that the C library left there
    ("base", "open", (0, 0o101, 0o644), "ok"),
    ("base", "openat", (0, 0, 0o101, 0o4755), "EPERM"),
    ("base", "openat", (0, 0, 0o20200002, 0o6755), "EPERM"),
    ("base", "openat", (0, 0, 0o2000000, 0o6755), "ok"),
    ("base", "openat", (0, 0, 0o20200002, 0o600), "ok"),
    # devices
    *(("base", "mknod", (0, mode), "EPERM") for mode in (0o20666, 0o60666, 0o20000 | HIGH)),
    *(("base", "mknodat", (0, 0, mode), "EPERM") for mode in (0o20666, 0o60666)),
    *(("base", "mknod", (0, mode), "ok") for mode in (0o10600, 0o100600, 0o140600, 0o600)),
    *(("base", "mknodat", (0, 0, mode), "ok") for mode in (0o10600, 0o100600, 0o140600, 0o600)),
    # families of sockets
    *(("base", call, (family, 1, 0), "ok") for call in ("socket", "socketpair") for family in (1, 2, 10)),
    *(("base", call, (family, 1, 0), "EAFNOSUPPORT") for call in ("socket", "socketpair") for family in (
        0, 3, 4, 17, 29, 30, 31, 38, 40, 43, 44, 45, 99, -1, 17 | HIGH
    )),
    ("base", "socket", (16, 3, 0), "ok"),
    ("base", "socket", (16, 2, 15), "ok"),
    *(("base", "socket", (16, 3, number), "EPROTONOSUPPORT") for number in (4, 6, 9, 12, 16, 21)),
    # other processes
    *(("base", call, (pid,), "EPERM") for pid in (1, -1, 4000) for call in (
        "prlimit64", "sched_setscheduler", "sched_setparam", "sched_setattr", "move_pages", "migrate_pages"
    )),
    *(("base", call, (0, 1, 1), "ok") for call in (
        "prlimit64", "sched_setscheduler", "sched_setparam", "sched_setattr", "move_pages", "migrate_pages"
    )),
    ("base", "prlimit64", (0, 15, 1), "ok"),  # the tag is set under this filter
    ("base", "setrlimit", (15,), "ok"),
    *(("base", "setpriority", (which, 7, 19), "EPERM") for which in (0, 1, 2)),
    *(("base", "ioprio_set", (which, 7, 19), "EPERM") for which in (1, 2, 3)),
    ("base", "setpriority", (2, 0, 19), "EPERM"),
    ("base", "ioprio_set", (3, 0, 19), "EPERM"),
    *(("base", "setpriority", (which, 0, 19), "ok") for which in (0, 1)),
    *(("base", "ioprio_set", (which, 0, 19), "ok") for which in (1, 2)),
    *(("base", "personality", (value,), "ok") for value in (0, 8, 0x20000, 0x20008, 0xFFFFFFFF)),
    *(("base", "personality", (value,), "EPERM") for value in (0x40000, 0x400000, 0x100000, 0x400000 | HIGH)),
    # no network
    *(("no_network", "socket", (family, 1, 0), "EACCES") for family in (0, 2, 10, 17, 38, 40, 2 | HIGH)),
    *(("no_network", "socket", (1, kind, 0), "ok") for kind in (1, 2, 5)),
    ("no_network", "socket", (16, 3, 0), "ok"),
    ("no_network", "socket", (16, 3, 15), "EACCES"),
    ("no_network", "socketpair", (1, 1, 0), "ok"),
    ("no_network", "socketpair", (2, 1, 0), "EACCES"),
    # TCP by ports: what Landlock does not see
    *(("tcp_ports", "socket", (family, 1 | flags, protocol), answer)
      for family in (2, 10) for flags in (0, 0o4000, 0o2000000, 0o2004000) for protocol, answer in (
          (0, "ok"), (6, "ok"), (262, "EPROTONOSUPPORT"), (256, "EPROTONOSUPPORT"), (132, "EPROTONOSUPPORT"),
          (6 | HIGH, "ok"), (262 | HIGH, "EPROTONOSUPPORT"),
      )),
    *(("tcp_ports", "socket", (family, 2 | flags, protocol), answer)
      for family in (2, 10) for flags in (0, 0o2004000) for protocol, answer in (
          (0, "ok"), (17, "ok"), (1, "EPROTONOSUPPORT"), (58, "EPROTONOSUPPORT"), (136, "EPROTONOSUPPORT"),
      )),
    *(("tcp_ports", "socket", (family, kind, 0), "EPERM") for family in (2, 10) for kind in (3, 10, 3 | 0o2000000)),
    *(("tcp_ports", "socket", (family, kind, 33), "ESOCKTNOSUPPORT") for family in (2, 10) for kind in (0, 4, 5, 6)),
    *(("tcp_ports", "socket", (1, kind, 0), "ok") for kind in (1, 2, 3, 5)),
    ("tcp_ports", "socket", (16, 3, 0), "ok"),
    *(("tcp_ports", call, (0, 0, 0, 0x20000000 | 0x4000), "EOPNOTSUPP") for call in ("sendto", "sendmmsg")),
    ("tcp_ports", "sendmsg", (0, 0, 0x20000000 | HIGH), "EOPNOTSUPP"),
    *(("tcp_ports", call, (0, 0, 0x20000000, 0x4040), "ok") for call in ("sendto", "sendmmsg")),
    ("tcp_ports", "sendmsg", (0, 0, 0x4000, 0x20000000), "ok"),
    *(("tcp_ports", "setsockopt", (0, 6, option), "EOPNOTSUPP") for option in (30, 31, 30 | HIGH)),
    *(("tcp_ports", "setsockopt", (0, level, option), "ok") for level, option in ((6, 1), (6, 23), (1, 30), (17, 31))),
    # the seal
    ("seal", "setrlimit", (15, 0), "EPERM"),
    ("seal", "setrlimit", (15 | HIGH, 0), "EPERM"),
    ("seal", "setrlimit", (7, 0), "ok"),
    *(("seal", "prlimit64", (pid, 15, new), "EPERM") for pid in (0, 9) for new in (1, 0x7FFF_0000_0000, -1)),
    ("seal", "prlimit64", (0, 15, 0, 1), "ok"),
    ("seal", "prlimit64", (0, 7, 1), "ok"),
    ("seal", "getrlimit", (15,), "ok"),
    ("seal", "clone", (0x8011,), "EPERM"),
    ("seal", "clone", (0x01200011,), "ok"),
]  # fmt: skip
"""Variant, call, arguments and answer, written without a look at the rules."""

NEEDED = _NEEDED.split()
"""Calls of programs, threads and runtimes, that no variant may touch whatever their arguments are."""
