"""What servers need, and what therefore has to work in every sandbox."""

from __future__ import annotations

import errno
import fcntl
import mmap
import multiprocessing
import os
import select
import shutil
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Callable
from multiprocessing import shared_memory
from pathlib import Path

from real.sandbox.attacks import kernel, programs
from real.sandbox.attacks.programs import here, same
from real.sandbox.attacks.world import RefusedError


def own_folders() -> None:
    one, other = Path(tempfile.mkdtemp(dir=here())), Path(tempfile.mkdtemp(dir=here()))
    (one / "a").write_text("x")
    os.link(one / "a", other / "b")
    os.rename(one / "a", other / "c")
    os.truncate(other / "c", 0)
    (other / "c").chmod(0o600)
    os.utime(other / "c", (1, 1))
    (other / "c").unlink()
    os.mkfifo(other / "fifo")
    (other / "link").symlink_to("b")
    shutil.rmtree(one)


def temporary_files() -> None:
    with tempfile.NamedTemporaryFile() as named, tempfile.TemporaryFile() as unnamed:
        named.write(b"x")
        unnamed.write(b"x")


def own_socket() -> None:
    path = tempfile.mktemp(dir=here())
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(path)
        server.listen()
        client.connect(path)


def abstract_socket() -> None:
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(f"\0stockade-works-{os.getpid()}")
        server.listen()
        client.connect(server.getsockname())


def descriptors_by_socket() -> None:
    one, other = socket.socketpair()
    socket.send_fds(one, [b"x"], [0])
    same(len(socket.recv_fds(other, 1, 1)[1]), 1)


def threads() -> None:
    many = [threading.Thread(target=lambda: None) for _ in range(20)]
    for thread in many:
        thread.start()
    for thread in many:
        thread.join()


def semaphore() -> None:
    with multiprocessing.Semaphore(1):
        pass


def shared() -> None:
    memory = shared_memory.SharedMemory(create=True, size=64)
    memory.close()
    memory.unlink()


def maps() -> None:
    with tempfile.TemporaryFile(dir=here()) as file:
        file.truncate(4096)
        with mmap.mmap(file.fileno(), 4096) as space:
            space[:1] = b"x"
    with mmap.mmap(-1, 1 << 20) as space:
        space.madvise(mmap.MADV_WILLNEED)
    os.close(os.memfd_create("x"))


def devices() -> None:
    Path("/dev/null").write_bytes(b"x")
    for name in ("zero", "urandom", "random", "null"):
        with open(f"/dev/{name}", "rb", buffering=0) as file:
            file.read(1)


def names() -> None:
    socket.getaddrinfo("localhost", 80)
    os.path.exists("/etc/localtime")
    time.localtime()


def loopback() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        one.sendto(b"x", one.getsockname())
        same(one.recv(1), b"x")


def interfaces() -> None:
    if not socket.if_nameindex():
        raise RefusedError("no interface is seen")


def processes() -> None:
    Path("/proc/self/status").read_text()
    Path(f"/proc/{os.getpid()}/maps").read_text()
    os.readlink("/proc/self/exe")
    os.listdir("/proc/self/task")
    Path("/proc/meminfo").read_text()


def processors() -> None:
    os.cpu_count()
    os.sched_getaffinity(0)
    os.listdir("/sys/devices/system/cpu")


def own_limits() -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft // 2, hard))
    for number in range(16):
        resource.getrlimit(number)
    os.nice(1)
    os.sched_setaffinity(0, os.sched_getaffinity(0))


def locks_and_polls() -> None:
    with tempfile.NamedTemporaryFile(dir=here()) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        fcntl.lockf(file, fcntl.LOCK_EX)
    with select.epoll() as poll:
        reading, writing = os.pipe()
        poll.register(reading, select.EPOLLIN)
        os.write(writing, b"x")
        same(len(poll.poll(1)), 1)
    watcher = kernel.call("inotify_init1", 0)
    kernel.call("inotify_add_watch", watcher, os.fsencode(here()), 0x100)


def sticky_folder() -> None:
    """A bit that a folder may have: nothing is run by it."""
    Path(tempfile.mkdtemp(dir=here())).chmod(0o1700)


def no_set_id_files() -> None:
    """What an unpacker does with an archive that asks for it: it may be refused, nothing else may break."""
    path = Path(tempfile.mkstemp(dir=here())[1])
    try:
        path.chmod(0o4755)
    except OSError as problem:
        same(problem.errno, errno.EPERM)


WORKS: dict[str, Callable[[], object]] = {
    **programs.WORKS,
    "write, link, move and mark in the own folder": own_folders,
    "temporary files": temporary_files,
    "a file at home": lambda: Path("~/x").expanduser().write_text("x"),
    "a unix socket in the own folder": own_socket,
    "an abstract socket": abstract_socket,
    "descriptors sent by a socket": descriptors_by_socket,
    "threads": threads,
    "a semaphore": semaphore,
    "shared memory": shared,
    "maps of files and of memory": maps,
    "plain devices": devices,
    "certificates of the system": ssl.create_default_context,
    "name and time services": names,
    "TCP and UDP on the loopback": loopback,
    "the list of interfaces": interfaces,
    "its own entries in /proc": processes,
    "the number of processors": processors,
    "lowering its own limits": own_limits,
    "locks, polls and watches": locks_and_polls,
    "the sticky bit": sticky_folder,
    "going on when a set-id bit is refused": no_set_id_files,
}
OFFLINE = (
    "temporary files",
    "a unix socket in the own folder",
    "children and signals to them",
    "a pool of forked processes",
    "name and time services",
    "an event loop with children",
    "node with workers, children and a server",
)
"""What must not depend on a network."""
