"""Numbers of system calls, by machine: from the kernel's own tables (arch/x86/entry/syscalls, scripts/syscall.tbl)."""

from __future__ import annotations

_X86_64 = {
    "ioctl": 16, "shmget": 29, "shmat": 30, "shmctl": 31, "bind": 49, "clone": 56, "exit": 60, "msgget": 68,
    "msgsnd": 69, "msgrcv": 70, "msgctl": 71, "fchmod": 91, "ptrace": 101, "syslog": 103, "rt_sigqueueinfo": 129,
    "setpriority": 141, "sched_setscheduler": 144, "vhangup": 153, "modify_ldt": 154, "pivot_root": 155,
    "adjtimex": 159, "setrlimit": 160, "chroot": 161, "settimeofday": 164, "mount": 165, "umount2": 166,
    "sethostname": 170, "setdomainname": 171, "iopl": 172, "ioperm": 173, "quotactl": 179, "setxattr": 188,
    "sched_setaffinity": 203, "timer_create": 222, "timer_settime": 223, "clock_settime": 227, "tgkill": 234,
    "mq_open": 240, "mq_unlink": 241, "mq_timedsend": 242, "mq_timedreceive": 243, "add_key": 248, "request_key": 249,
    "keyctl": 250, "ioprio_set": 251, "inotify_add_watch": 254, "migrate_pages": 256, "openat": 257, "mkdirat": 258,
    "mknodat": 259, "fchmodat": 268, "unshare": 272, "get_robust_list": 274, "move_pages": 279, "inotify_init1": 294,
    "perf_event_open": 298, "fanotify_init": 300, "fanotify_mark": 301, "prlimit64": 302, "name_to_handle_at": 303,
    "open_by_handle_at": 304, "clock_adjtime": 305, "sendmmsg": 307, "setns": 308, "process_vm_readv": 310,
    "process_vm_writev": 311, "kcmp": 312, "sched_setattr": 314, "renameat2": 316, "bpf": 321, "userfaultfd": 323,
}  # fmt: skip
_GENERIC = {
    "setxattr": 5, "inotify_init1": 26, "inotify_add_watch": 27, "ioctl": 29, "ioprio_set": 30, "mknodat": 33,
    "mkdirat": 34, "umount2": 39, "mount": 40, "pivot_root": 41, "chroot": 51, "fchmod": 52, "fchmodat": 53,
    "openat": 56, "vhangup": 58, "quotactl": 60, "exit": 93, "unshare": 97, "get_robust_list": 100,
    "timer_create": 107, "timer_settime": 110, "clock_settime": 112, "syslog": 116, "ptrace": 117,
    "sched_setscheduler": 119, "sched_setaffinity": 122, "tgkill": 131, "rt_sigqueueinfo": 138, "setpriority": 140,
    "sethostname": 161, "setdomainname": 162, "setrlimit": 164, "settimeofday": 170, "adjtimex": 171, "mq_open": 180,
    "mq_unlink": 181, "mq_timedsend": 182, "mq_timedreceive": 183, "msgget": 186, "msgctl": 187, "msgrcv": 188,
    "msgsnd": 189, "shmget": 194, "shmctl": 195, "shmat": 196, "bind": 200, "add_key": 217, "request_key": 218,
    "keyctl": 219, "clone": 220, "migrate_pages": 238, "move_pages": 239, "perf_event_open": 241, "prlimit64": 261,
    "fanotify_init": 262, "fanotify_mark": 263, "name_to_handle_at": 264, "open_by_handle_at": 265,
    "clock_adjtime": 266, "setns": 268, "sendmmsg": 269, "process_vm_readv": 270, "process_vm_writev": 271,
    "kcmp": 272, "sched_setattr": 274, "renameat2": 276, "bpf": 280, "userfaultfd": 282,
}  # fmt: skip
_EVERYWHERE = {
    "pidfd_send_signal": 424, "io_uring_setup": 425, "open_tree": 428, "move_mount": 429, "fsopen": 430,
    "fsconfig": 431, "fsmount": 432, "fspick": 433, "pidfd_open": 434, "clone3": 435, "openat2": 437,
    "pidfd_getfd": 438, "process_madvise": 440, "mount_setattr": 442, "fchmodat2": 452, "statmount": 457,
    "listmount": 458, "setxattrat": 463, "open_tree_attr": 467, "file_setattr": 469,
}  # fmt: skip
NUMBERS = {"x86_64": {**_X86_64, **_EVERYWHERE}, "aarch64": {**_GENERIC, **_EVERYWHERE}}
"""Machine → call → its number there."""
