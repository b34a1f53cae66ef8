"""What the filters are there against: each of these works without them (for root, or for any user)."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import mmap
import os
import resource
import socket
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from scripts.filters.rules import MACHINES
from supervisor.sandbox.landlock import system_call

_NUMBERS = next((machine.numbers for machine in MACHINES if machine.name == os.uname().machine), {})
_AT_FDCWD = -100
_HIGH = 1 << 32
NOBODY_ELSE = 64987
"""A user id of whom no process runs."""


def call(name: str, *arguments: int | bytes) -> int:
    """One system call by its name; bytes are passed by their address."""
    held = [ctypes.create_string_buffer(item) if isinstance(item, bytes) else item for item in arguments]
    plain = [ctypes.addressof(item) if isinstance(item, ctypes.Array) else item for item in held]
    return system_call(_NUMBERS[name], *plain)


def own_folder() -> str:
    return tempfile.mkdtemp()


def own_file() -> str:
    path = os.path.join(own_folder(), "file")
    Path(path).touch()
    return path


def io_uring() -> None:
    call("io_uring_setup", 4, bytes(120))


def user_fault() -> None:
    call("userfaultfd", 1)  # UFFD_USER_MODE_ONLY: what any user may


def add_key() -> None:
    call("add_key", b"user", b"stockade-test", b"x", 1, -2)


def keyring() -> None:
    call("keyctl", 0, -3, 1)


def perf() -> None:
    # a software event of this very task, without the kernel's and the hypervisor's share
    attributes = struct.pack("IIQQQQQ", 1, 128, 0, 0, 0, 0, 1 << 5 | 1 << 6).ljust(128, b"\0")
    call("perf_event_open", attributes, 0, -1, -1, 0)


def trace() -> None:
    call("ptrace", 0, 0, 0, 0)


def read_memory() -> None:
    target, copy = ctypes.create_string_buffer(b"secret"), ctypes.create_string_buffer(6)
    vectors = [struct.pack("QQ", ctypes.addressof(place), 6) for place in (copy, target)]
    call("process_vm_readv", os.getpid(), vectors[0], 1, vectors[1], 1, 0)


def compare() -> None:
    call("kcmp", os.getpid(), os.getpid(), 1, 0, 0)


def take_descriptor() -> None:
    call("pidfd_getfd", os.pidfd_open(os.getpid()), 1, 0)


def user_namespace() -> None:
    call("unshare", 0x10000000)


def user_namespace_by_clone() -> None:
    _cloned(0x10000000)


def user_namespace_by_clone3() -> None:
    pid = call("clone3", struct.pack("8Q", 0x10000000, 0, 0, 0, 17, 0, 0, 0), 64)
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def sibling() -> None:
    _cloned(0x8000)  # CLONE_PARENT: nobody's business to wait for here


def _cloned(flags: int) -> None:
    if call("clone", flags | 17, 0, 0, 0, 0) == 0:
        os._exit(0)


def handle() -> None:
    call("name_to_handle_at", _AT_FDCWD, b"/", struct.pack("Ii", 128, 0).ljust(136, b"\0"), bytes(4), 0)


def mount_tree() -> None:
    call("open_tree", _AT_FDCWD, b"/", 0)


def mount_list() -> None:
    call("listmount", struct.pack("IIQQ", 24, 0, (1 << 64) - 1, 0), bytes(80), 10, 0)


def new_mount() -> None:
    call("fsopen", b"tmpfs", 0)


def root_folder() -> None:
    call("chroot", b"/")


def watch_files() -> None:
    call("fanotify_init", 0x200, os.O_RDONLY)  # FAN_REPORT_FID: what any user may


def kernel_log() -> None:
    call("syslog", 10, 0, 0)


def clock() -> None:
    call("adjtimex", bytes(256))


def host_name() -> None:
    name = os.uname().nodename.encode()
    call("sethostname", name, len(name))


def segments() -> None:
    call("modify_ldt", 0, bytes(16), 16)


def executable_memory() -> None:
    call("personality", 0x0400000)


def all_of_user() -> None:
    os.setuid(NOBODY_ELSE)  # done as root, it would change every process of the system
    call("setpriority", 2, 0, 19)


def other_priority() -> None:
    call("setpriority", 0, os.getppid(), os.getpriority(os.PRIO_PROCESS, os.getppid()))


def other_io_priority() -> None:
    call("ioprio_set", 1, os.getppid(), 2 << 13 | 4)


def other_scheduling() -> None:
    call("sched_setscheduler", os.getppid(), os.sched_getscheduler(os.getppid()), struct.pack("i", 0))


def other_limits() -> None:
    call("prlimit64", os.getppid(), 4, 0, bytes(16))


def shared_memory() -> None:
    number = call("shmget", 0, 4096, 0o600)
    call("shmctl", number, 0, 0)


def message_queue() -> None:
    number = call("msgget", 0, 0o600)
    call("msgctl", number, 0, 0)


def semaphores() -> None:
    number = call("semget", 0, 1, 0o600)
    call("semctl", number, 0, 0)


def posix_queue() -> None:
    name = f"stockade-{os.getpid()}".encode()
    call("mq_open", name, os.O_CREAT | os.O_RDWR, 0o600, 0)
    call("mq_unlink", name)


def type_into_terminal(high: int = 0) -> None:
    request = 0x5412 | high
    _, terminal = os.openpty()
    os.setsid()
    fcntl.ioctl(terminal, 0x540E, 0)  # TIOCSCTTY
    try:
        call("ioctl", terminal, request, b"x")
    except OSError as problem:
        if problem.errno != errno.EIO:
            raise
        # the kernel is set up to refuse it to all: the filter's answer is another one


def type_into_terminal_disguised() -> None:
    type_into_terminal(0xFFFF << 48 | _HIGH)


def line_discipline() -> None:
    call("ioctl", os.openpty()[1], 0x5423, bytes(4))


def file_flags() -> None:
    descriptor = os.open(own_file(), os.O_RDONLY)
    call("ioctl", descriptor, 0x40086602, struct.pack("L", 0x40))  # nodump


def set_uid() -> None:
    os.chmod(own_file(), 0o4755)


def set_gid_by_descriptor() -> None:
    os.fchmod(os.open(own_file(), os.O_RDONLY), 0o2755)


def set_uid_by_new_call() -> None:
    call("fchmodat2", _AT_FDCWD, os.fsencode(own_file()), 0o4755, 0)


def set_uid_from_the_start() -> None:
    os.open(os.path.join(own_folder(), "new"), os.O_CREAT | os.O_WRONLY, 0o4755)


def set_uid_without_a_name() -> None:
    os.open(".", os.O_TMPFILE | os.O_WRONLY, 0o4755)


def set_uid_behind_a_pointer() -> None:
    path = os.fsencode(os.path.join(own_folder(), "new"))
    call("openat2", _AT_FDCWD, path, struct.pack("QQQ", os.O_CREAT | os.O_WRONLY, 0o4755, 0), 24)


def set_uid_node() -> None:
    os.mknod(os.path.join(own_folder(), "new"), 0o104755)


def set_uid_folder() -> None:
    os.mkdir(os.path.join(own_folder(), "new"), 0o6755)


def device() -> None:
    os.mknod(os.path.join(own_folder(), "null"), 0o020666, os.makedev(0, 0))  # a whiteout: any user may make one


def socket_of(family: int, kind: int, protocol: int = 0) -> Callable[[], None]:
    def attempt() -> None:
        socket.socket(family, kind, protocol).close()

    return attempt


def connect() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass


def send_datagram() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x", ("127.0.0.1", 9))


def connect_by_several_paths() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262) as own,
    ):
        own.connect(server.getsockname())


def connect_by_sending() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as own:
        own.sendto(b"x", 0x20000000, server.getsockname())


def connect_by_sending_a_message() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as own:
        own.sendmsg([b"x"], [], 0x20000000, server.getsockname())


def connect_at_the_first_write() -> None:
    with socket.socket() as own:
        own.setsockopt(6, 30, 1)


def forged_tag() -> None:
    call("setrlimit", resource.RLIMIT_RTTIME, _same_tag())


def forged_tag_by_new_call() -> None:
    call("prlimit64", 0, resource.RLIMIT_RTTIME, _same_tag(), 0)


def _same_tag() -> bytes:
    return struct.pack("2q", *resource.getrlimit(resource.RLIMIT_RTTIME))


def old_entry() -> None:
    """getpid of the 32-bit table by int 0x80."""
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(bytes.fromhex("b814000000cd80c3"))
    run = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
    if run() != os.getpid():
        raise OSError(errno.ENOSYS, "there is no 32-bit table here")


class Attack(NamedTuple):
    """One attempt, the filter that is against it, and the answer that it gets."""

    attempt: Callable[[], object]
    variant: str
    refused: str
    """As Python names it: ENOTSUP is the same number as EOPNOTSUPP."""
    only_root: bool = False
    """Nobody else may do it anyway."""
    depends: str = ""
    """On what of the machine it depends whether it works without the filter; empty: it always does."""


ATTACKS = {
    "io_uring": Attack(io_uring, "base", "EPERM", depends="kernel.io_uring_disabled"),
    "userfaultfd": Attack(user_fault, "base", "EPERM", depends="built into the kernel"),
    "add a key": Attack(add_key, "base", "EPERM"),
    "a keyring": Attack(keyring, "base", "EPERM"),
    "perf": Attack(perf, "base", "EPERM", depends="kernel.perf_event_paranoid"),
    "ptrace": Attack(trace, "base", "EPERM"),
    "read memory of a process": Attack(read_memory, "base", "EPERM"),
    "kcmp": Attack(compare, "base", "EPERM", depends="built into the kernel"),
    "take a descriptor": Attack(take_descriptor, "base", "EPERM"),
    "user namespace": Attack(user_namespace, "base", "EPERM", depends="user namespaces"),
    "user namespace by clone": Attack(user_namespace_by_clone, "base", "EPERM", depends="user namespaces"),
    "user namespace by clone3": Attack(user_namespace_by_clone3, "base", "ENOSYS", depends="user namespaces"),
    "handle of a file": Attack(handle, "base", "EPERM"),
    "tree of a mount": Attack(mount_tree, "base", "EPERM"),
    "list of mounts": Attack(mount_list, "base", "EPERM", depends="Linux 6.8"),
    "new mount": Attack(new_mount, "base", "EPERM", only_root=True),
    "chroot": Attack(root_folder, "base", "EPERM", only_root=True),
    "fanotify": Attack(watch_files, "base", "EPERM", depends="Linux 5.13"),
    "log of the kernel": Attack(kernel_log, "base", "EPERM", depends="kernel.dmesg_restrict"),
    "clock": Attack(clock, "base", "EPERM"),
    "host name": Attack(host_name, "base", "EPERM", only_root=True),
    "segments": Attack(segments, "base", "EPERM", depends="built into the kernel"),
    "executable data": Attack(executable_memory, "base", "EPERM"),
    "priority of all": Attack(all_of_user, "base", "EPERM", only_root=True),
    "priority of another": Attack(other_priority, "base", "EPERM"),
    "I/O priority of another": Attack(other_io_priority, "base", "EPERM"),
    "scheduling of another": Attack(other_scheduling, "base", "EPERM"),
    "limits of another": Attack(other_limits, "base", "EPERM"),
    "System V memory": Attack(shared_memory, "base", "EPERM"),
    "System V queue": Attack(message_queue, "base", "EPERM"),
    "System V semaphore": Attack(semaphores, "base", "EPERM"),
    "POSIX queue": Attack(posix_queue, "base", "EPERM"),
    "type into a terminal": Attack(type_into_terminal, "base", "EPERM"),
    "type into a terminal, disguised": Attack(type_into_terminal_disguised, "base", "EPERM"),
    "line discipline": Attack(line_discipline, "base", "EPERM"),
    "flags of a file": Attack(file_flags, "base", "EPERM"),
    "set-uid": Attack(set_uid, "base", "EPERM"),
    "set-gid by descriptor": Attack(set_gid_by_descriptor, "base", "EPERM"),
    "set-uid by fchmodat2": Attack(set_uid_by_new_call, "base", "EPERM", depends="Linux 6.6"),
    "set-uid from the start": Attack(set_uid_from_the_start, "base", "EPERM"),
    "set-uid without a name": Attack(set_uid_without_a_name, "base", "EPERM"),
    "set-uid behind a pointer": Attack(set_uid_behind_a_pointer, "base", "ENOSYS"),
    "set-uid node": Attack(set_uid_node, "base", "EPERM"),
    "set-id folder": Attack(set_uid_folder, "base", "EPERM"),
    "device": Attack(device, "base", "EPERM", depends="Linux 5.8"),
    "packet socket": Attack(socket_of(17, 3), "base", "EAFNOSUPPORT", only_root=True),
    "socket of the virtual machine": Attack(socket_of(40, 1), "base", "EAFNOSUPPORT", depends="built into the kernel"),
    "sockets of others by netlink": Attack(socket_of(16, 3, 4), "base", "EPROTONOSUPPORT"),
    "generic netlink": Attack(socket_of(16, 3, 16), "base", "EPROTONOSUPPORT"),
    "int 0x80": Attack(old_entry, "base", "SIGSYS", depends="32-bit programs"),
    "TCP without a network": Attack(connect, "no_network", "EACCES"),
    "UDP without a network": Attack(send_datagram, "no_network", "EACCES"),
    "MPTCP": Attack(connect_by_several_paths, "tcp_ports", "EPROTONOSUPPORT", depends="net.mptcp.enabled"),
    "raw socket": Attack(socket_of(2, 3, 1), "tcp_ports", "EPERM", only_root=True),
    "fast open": Attack(connect_by_sending, "tcp_ports", "ENOTSUP"),
    "fast open by a message": Attack(connect_by_sending_a_message, "tcp_ports", "ENOTSUP"),
    "fast open at the first write": Attack(connect_at_the_first_write, "tcp_ports", "ENOTSUP"),
    "forged tag": Attack(forged_tag, "seal", "EPERM"),
    "forged tag by prlimit64": Attack(forged_tag_by_new_call, "seal", "EPERM"),
    "child of the parent": Attack(sibling, "seal", "EPERM"),
}
"""The names only have to tell them apart."""
