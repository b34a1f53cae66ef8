"""Attacks on processes outside: signalling them, looking into them, changing them, and memory that they share."""

from __future__ import annotations

import ctypes
import fcntl
import os
import resource
import select
import signal
import struct
import time
from pathlib import Path

from real.sandbox.attacks import kernel
from real.sandbox.attacks.world import Attack, RefusedError, World

_PTRACE_SEIZE, _SI_QUEUE = 0x4206, -1
_IOPRIO_WHO_PROCESS, _IOPRIO_IDLE = 1, 3 << 13
_MADV_COLD = 20
_IPC_RMID, _IPC_NOWAIT = 0, 0o4000


def gone(pid: int) -> bool:
    """Whether a process has ended, waited for at most half a second: a signal takes microseconds."""
    deadline = time.monotonic() + 0.5
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        select.select([], [], [], 0.01)
    return False


def resume(world: World) -> None:
    os.kill(world.neighbour, signal.SIGCONT)


def by_pidfd(world: World) -> None:
    signal.pidfd_send_signal(os.pidfd_open(world.neighbour), signal.SIGCONT)


def by_thread(world: World) -> None:
    kernel.call("tgkill", world.neighbour, world.neighbour, signal.SIGCONT)


def queued(world: World) -> None:
    information = ctypes.create_string_buffer(struct.pack("iii", signal.SIGCONT, 0, _SI_QUEUE) + bytes(116))
    kernel.call("rt_sigqueueinfo", world.neighbour, signal.SIGCONT, information)


def by_owner_of_a_pipe(world: World) -> None:
    """SIGIO, which ends a process that does not expect it, comes from the kernel on behalf of who set the owner."""
    os.stat(f"/proc/{world.victim}")
    reading, writing = os.pipe()
    fcntl.fcntl(reading, fcntl.F_SETOWN, world.victim)
    fcntl.fcntl(reading, fcntl.F_SETFL, fcntl.fcntl(reading, fcntl.F_GETFL) | os.O_ASYNC)
    os.write(writing, b"x")
    if not gone(world.victim):
        raise RefusedError("the signal was not delivered")


def trace(world: World) -> None:
    kernel.call("ptrace", _PTRACE_SEIZE, world.neighbour, 0, 0)


def vectors(world: World) -> tuple[ctypes.Array[ctypes.c_char], bytes, bytes]:
    """A buffer, an iovec of it, and one of the first page that is mapped in the neighbour, here as well as there."""
    buffer = ctypes.create_string_buffer(16)
    return buffer, struct.pack("QQ", ctypes.addressof(buffer), 16), struct.pack("QQ", world.neighbour_address, 16)


def read_memory(world: World) -> None:
    _buffer, ours, theirs = vectors(world)
    kernel.call("process_vm_readv", world.neighbour, ours, 1, theirs, 1, 0)


def write_memory(world: World) -> None:
    buffer, ours, theirs = vectors(world)
    buffer.raw = bytes.fromhex(world.neighbour_bytes)
    kernel.call("process_vm_writev", world.neighbour, ours, 1, theirs, 1, 0)


def advise(world: World) -> None:
    _buffer, _ours, theirs = vectors(world)
    page = struct.pack("QQ", struct.unpack("QQ", theirs)[0] & ~4095, 4096)
    kernel.call("process_madvise", os.pidfd_open(world.neighbour), page, 1, _MADV_COLD, 0)


def open_memory(world: World) -> None:
    with open(f"/proc/{world.neighbour}/mem", "rb", buffering=0) as file:
        file.seek(world.neighbour_address)
        file.read(16)


def take_descriptor(world: World) -> None:
    held = kernel.call("pidfd_getfd", os.pidfd_open(world.stockade), world.open_file, 0)
    os.write(held, b"mine")


def compare(world: World) -> None:
    kernel.call("kcmp", world.stockade, world.guardian, 1, 0, 0)


def lower_limit(world: World) -> None:
    resource.prlimit(world.neighbour, resource.RLIMIT_NOFILE, (10, 10))


def idle_input_output(world: World) -> None:
    kernel.call("ioprio_set", _IOPRIO_WHO_PROCESS, world.neighbour, _IOPRIO_IDLE)


def schedule(world: World) -> None:
    os.sched_setscheduler(world.neighbour, os.SCHED_BATCH, os.sched_param(0))


def schedule_by_attributes(world: World) -> None:
    attributes = struct.pack("IIQiIQQQ", 48, os.SCHED_BATCH, 0, 10, 0, 0, 0, 0)
    kernel.call("sched_setattr", world.neighbour, attributes, 0)


def first_for_the_killer(world: World) -> None:
    Path(f"/proc/{world.neighbour}/oom_score_adj").write_text("1000")


def more_in_cores(world: World) -> None:
    Path(f"/proc/{world.neighbour}/coredump_filter").write_text("0x7f")


def locks(world: World) -> None:
    kernel.call("get_robust_list", world.neighbour, ctypes.create_string_buffer(8), ctypes.create_string_buffer(8))


def count(world: World) -> None:
    attributes = struct.pack("IIQ", 1, 112, 1) + bytes(24) + struct.pack("Q", 1 << 5 | 1 << 6) + bytes(64)
    kernel.call("perf_event_open", attributes, world.neighbour, -1, -1, 0)


def migrate(world: World) -> None:
    node = struct.pack("Q", 1)
    kernel.call("migrate_pages", world.neighbour, 64, node, node)


def ask_for_pages(world: World) -> None:
    pages = struct.pack("Q", world.neighbour_address & ~4095)
    kernel.call("move_pages", world.neighbour, 1, pages, 0, ctypes.create_string_buffer(4), 0)


def enter_namespaces(world: World) -> None:
    kernel.call("setns", os.pidfd_open(world.stockade), kernel.CLONE_NEWUTS)


def read_command_line(world: World) -> None:
    world.expect_secret(Path(f"/proc/{world.neighbour}/cmdline").read_bytes())


def read_segment(world: World) -> None:
    address = kernel.call("shmat", world.sysv_memory, 0, 0)
    world.expect_secret(kernel.memory(address, 64))


def read_sysv_queue(world: World) -> None:
    held = ctypes.create_string_buffer(128)
    kernel.call("msgrcv", world.sysv_queue, held, 64, 0, _IPC_NOWAIT)
    kernel.call("msgsnd", world.sysv_queue, held, 64, _IPC_NOWAIT)
    world.expect_secret(held.raw)


def read_queue(world: World) -> None:
    descriptor = kernel.call("mq_open", world.queue.encode(), os.O_RDONLY | os.O_NONBLOCK, 0, 0)
    held = ctypes.create_string_buffer(8192)
    kernel.call("mq_timedreceive", descriptor, held, 8192, 0, 0)
    world.expect_secret(held.raw)


ATTACKS: dict[str, Attack] = {
    "signal stockade": lambda w: os.kill(w.stockade, 0),
    "signal the daemon": lambda w: os.kill(w.daemon, 0),
    "signal the guardian": lambda w: os.kill(w.guardian, 0),
    "signal the fork server": lambda w: os.kill(w.fork_server, 0),
    "signal a process outside": resume,
    "signal the group of a process outside": lambda w: os.killpg(w.neighbour, signal.SIGCONT),
    "signal a process outside by its descriptor": by_pidfd,
    "signal a thread outside": by_thread,
    "queue a signal for a process outside": queued,
    "end a process outside as the owner of a pipe (SIGIO)": by_owner_of_a_pipe,
    "trace a process outside": trace,
    "read the memory of a process outside": read_memory,
    "write to the memory of a process outside": write_memory,
    "open the memory of a process outside in /proc": open_memory,
    "read the map of a process outside": lambda w: Path(f"/proc/{w.neighbour}/maps").read_text(),
    "see what a process outside has open": lambda w: os.readlink(f"/proc/{w.stockade}/fd/{w.open_file}"),
    "count what a process outside has open": lambda w: os.listdir(f"/proc/{w.stockade}/fd"),
    "take a descriptor of a process outside": take_descriptor,
    "compare processes outside": compare,
    "lower a limit of a process outside": lower_limit,
    "renice a process outside": lambda w: os.setpriority(os.PRIO_PROCESS, w.neighbour, 1),
    "renice a group of processes outside": lambda w: os.setpriority(os.PRIO_PGRP, w.neighbour, 2),
    "idle the input and output of a process outside": idle_input_output,
    "bind a process outside to one processor": lambda w: os.sched_setaffinity(w.neighbour, {0}),
    "change the scheduling of a process outside": schedule,
    "change the scheduling of a process outside (sched_setattr)": schedule_by_attributes,
    "offer a process outside to the memory killer": first_for_the_killer,
    "have more of a process outside in its core file": more_in_cores,
    "read the lock list of a process outside": locks,
    "count events of a process outside (perf)": count,
    "migrate the pages of a process outside": migrate,
    "ask where the pages of a process outside are": ask_for_pages,
    "read the command line of a process outside": read_command_line,
    "list the processes outside": lambda w: os.stat(f"/proc/{w.neighbour}"),
    "read a System V segment of a process outside": read_segment,
    "take from a System V queue of a process outside": read_sysv_queue,
    "remove a System V segment of a process outside": lambda w: kernel.call("shmctl", w.sysv_spare, _IPC_RMID, 0),
    "take from a POSIX queue of a process outside": read_queue,
    "remove a POSIX queue of a process outside": lambda w: kernel.call("mq_unlink", w.queue.encode()),
}
ATTACKS_OF_ROOT: dict[str, Attack] = {
    "signal the first process": lambda w: os.kill(1, 0),
    "advise on the memory of a process outside": advise,
    "enter a namespace of a process outside": enter_namespaces,
}
