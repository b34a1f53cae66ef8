"""Attacks on limits: taking more than was given, and raising what was given."""

from __future__ import annotations

import errno
import mmap
import os
import resource
import signal
import tempfile
from pathlib import Path

from real.sandbox.attacks import kernel
from real.sandbox.attacks.world import Attack, RefusedError, World

MEBIBYTE = 1024 * 1024
MEMORY_BYTES = 640 * MEBIBYTE
"""More than the memory limit of 512 MiB."""
LARGE_FILE_BYTES = 4 * 1024 * MEBIBYTE + 1
DISK_BYTES = 3 * 1024 * MEBIBYTE
"""Twice that is more than one file may have."""
MANY_FILES, MANY_PROCESSES = 1100, 300
"""More than 1024 open files, and more than 256 processes."""
_POPULATE_WRITE = 23
_RTTIME = 15


def fill(flags: int) -> None:
    with mmap.mmap(-1, MEMORY_BYTES, flags=flags | mmap.MAP_ANONYMOUS) as space:
        space.madvise(_POPULATE_WRITE)


def by_heap(world: World) -> None:
    try:
        space = bytearray(MEMORY_BYTES)
    except MemoryError:
        raise OSError(errno.ENOMEM, "the heap") from None
    del space


def by_children(world: World) -> None:
    """Each child within the limit, together above it."""
    reading, writing = os.pipe()
    children = []
    for _ in range(2):
        child = os.fork()
        if child == 0:
            signal.alarm(20)
            try:
                space = mmap.mmap(-1, MEMORY_BYTES // 2, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
                space.madvise(_POPULATE_WRITE)
                os.write(writing, b"x")
                signal.pause()
            finally:
                os._exit(0)
        children.append(child)
    os.close(writing)
    try:
        for _ in children:
            if not os.read(reading, 1):
                raise OSError(errno.ENOMEM, "a child has died of it")
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def by_file_in_memory(world: World) -> None:
    held = os.memfd_create("large")
    os.posix_fallocate(held, 0, MEMORY_BYTES)


def by_shared_file(world: World) -> None:
    with tempfile.TemporaryFile(dir="/dev/shm") as file:
        os.posix_fallocate(file.fileno(), 0, MEMORY_BYTES)


def large_file(world: World) -> None:
    with Path(world.own, "large").open("wb") as file:
        try:
            file.truncate(LARGE_FILE_BYTES)
        finally:
            os.unlink(file.name)


def raised_large_file(world: World) -> None:
    raise_hard(resource.RLIMIT_FSIZE)
    large_file(world)


def many_bytes(world: World) -> None:
    names = [Path(world.own, f"much-{number}") for number in range(2)]
    try:
        for name in names:
            with name.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, DISK_BYTES)
    finally:
        for name in names:
            name.unlink(missing_ok=True)


def many_files(world: World) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    for _ in range(MANY_FILES):
        os.dup(0)


def many_processes(world: World) -> None:
    children = []
    try:
        for _ in range(MANY_PROCESSES):
            child = os.fork()
            if child == 0:
                signal.alarm(20)
                signal.pause()
                os._exit(0)
            children.append(child)
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
        for child in children:
            os.waitpid(child, 0)


def core(world: World) -> None:
    raise_hard(resource.RLIMIT_CORE)
    os.chdir(world.own)
    child = os.fork()
    if child == 0:
        os.abort()
    has_core = os.WCOREDUMP(os.waitpid(child, 0)[1])
    for file in Path(world.own).glob("core*"):
        file.unlink()
    if not has_core:
        raise RefusedError("no core file was written")


def raise_hard(number: int) -> None:
    try:
        resource.setrlimit(number, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    except ValueError:  # Python's word for EPERM
        raise OSError(errno.EPERM, "the limit was not raised") from None


def new_tag(world: World) -> None:
    """The number by which what a server daemonises is found again: another one for one's own processes."""
    value = lower_tag()
    try:
        resource.setrlimit(_RTTIME, (value, value))
    except ValueError:  # Python's word for EPERM
        raise OSError(errno.EPERM, "the tag was not changed") from None


def new_tag_by_pid(world: World) -> None:
    value = lower_tag()
    resource.prlimit(os.getpid(), _RTTIME, (value, value))


def new_tag_by_raw_call(world: World) -> None:
    value = lower_tag().to_bytes(8, "little")
    kernel.call("prlimit64", 0, 0x7EADBEEF00000000 | _RTTIME, value * 2, 0)


def new_tag_by_old_call(world: World) -> None:
    value = lower_tag().to_bytes(8, "little")
    kernel.call("setrlimit", _RTTIME, value * 2)


def new_tag_of_child(world: World) -> None:
    """A child changes its parent's."""
    value = lower_tag()
    resource.prlimit(os.getppid(), _RTTIME, (value, value))


def lower_tag() -> int:
    hard = resource.getrlimit(_RTTIME)[1]
    return 1_000_000_000 if hard == resource.RLIM_INFINITY else hard - 1


def real_time(world: World) -> None:
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))


def nicer(world: World) -> None:
    before = os.nice(2)
    if os.nice(-1) >= before:
        raise RefusedError("it was not changed")


def last_for_the_killer(world: World) -> None:
    Path("/proc/self/oom_score_adj").write_text("-1000")


ATTACKS: dict[str, Attack] = {
    "take more memory than was given (heap)": by_heap,
    "take more memory than was given (private map)": lambda w: fill(mmap.MAP_PRIVATE),
    "take more memory than was given (shared map)": lambda w: fill(mmap.MAP_SHARED),
    "take more memory than was given (several processes)": by_children,
    "take more memory than was given (memfd)": by_file_in_memory,
    "take more memory than was given (/dev/shm)": by_shared_file,
    "write a file that is larger than allowed": large_file,
    "fill the disk with several files": many_bytes,
    "open more files than allowed": many_files,
    "start more processes than allowed": many_processes,
    "write a core file": core,
    "forge the tag of its processes": new_tag,
    "forge the tag by its own process id": new_tag_by_pid,
    "forge the tag by a raw call with high bits set": new_tag_by_raw_call,
    "forge the tag by the older call": new_tag_by_old_call,
    "forge the tag of its parent": new_tag_of_child,
}
ATTACKS_OF_ROOT: dict[str, Attack] = {
    "raise the limit of a file's size": raised_large_file,
    "raise the limit of a process's memory": lambda w: raise_hard(resource.RLIMIT_DATA),
    "become a real-time process": real_time,
    "be nicer to oneself (nice)": nicer,
    "be spared by the memory killer": last_for_the_killer,
}
