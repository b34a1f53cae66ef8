"""The fork server's own loop: one thread, no memory of its jobs; it forks children that are the daemon's, not its own.

A request is a length, a job (job.py) and descriptors: stdin, stdout, stderr, the report pipe, and as far as the job has
them: the ruleset, its cgroup's `cgroup.procs`, and what a launcher hands on. The child is made with CLONE_PARENT, so
the daemon is its parent: it waits for it, and the death of this process neither ends nor orphans it. The report pipe is
the whole answer: first the child's pid as 4 bytes (0 = there is none), then nothing, as the pipe closes at the exec, or
step and errno. The end of the socket ends the loop: it is the daemon's end.
"""

from __future__ import annotations

import errno
import gc
import os
import signal
import socket
import struct
from contextlib import suppress
from typing import NoReturn

from supervisor.sandbox import calls, child, landlock, native, privileges, seccomp
from supervisor.sandbox.disk import is_current
from supervisor.sandbox.failures import CONFINEMENT_LOST, StepError
from supervisor.sandbox.job import Job, decode

HEADER = struct.Struct("!I")
PID = struct.Struct("=i")
LARGEST_REQUEST_BYTES = 8 * 1024 * 1024
"""Arguments and environment of one exec are at most 6 MiB on Linux; anything longer is not a request of ours."""
FEWEST_DESCRIPTORS, MOST_DESCRIPTORS = 4, 8
STALE = "stale"
"""The step of a job whose ruleset stands on something that has changed."""

_CLONE_PARENT = 0x8000


def serve(requests: socket.socket, *, machine_code: bool = True, is_launcher: bool = False) -> None:
    """Answer requests until the other side is gone."""
    _plain_signals()
    runner = native.runner() if machine_code else None
    if is_launcher:
        _reserve_passed()
    else:
        # Once here instead of in every child, all of which inherit it.
        privileges.empty_bounding_set()
        _filter_calls()
    gc.freeze()
    gc.disable()  # a collection in a forked copy would copy every page that it looks at
    while (request := _receive(requests)) is not None:
        data, descriptors = request
        try:
            if len(descriptors) >= FEWEST_DESCRIPTORS:
                _answer(data, descriptors, runner)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)


def _plain_signals() -> None:
    # What is ignored or blocked here would stay so in every server.
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _filter_calls() -> None:
    # Where it is not possible, a job that is to be filtered finds out, and fails.
    with suppress(OSError):
        privileges.gain_nothing()
        for program in seccomp.programs(("base",)):
            seccomp.install(program)


def _reserve_passed() -> None:
    # No descriptor of a request may have a number that another one is to get.
    null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    for number in range(calls.FIRST_PASSED, calls.FIRST_PASSED + calls.PASSED):
        if number != null:
            os.dup2(null, number, inheritable=False)


def _receive(requests: socket.socket) -> tuple[bytes, list[int]] | None:
    head, descriptors, _, _ = socket.recv_fds(requests, HEADER.size, MOST_DESCRIPTORS, socket.MSG_CMSG_CLOEXEC)
    head += _exactly(requests, HEADER.size - len(head)) if head else b""
    if len(head) < HEADER.size:
        return None
    (length,) = HEADER.unpack(head)
    data = _exactly(requests, length) if length <= LARGEST_REQUEST_BYTES else b""
    return (data, descriptors) if len(data) == length else None


def _exactly(requests: socket.socket, count: int) -> bytes:
    data = bytearray()
    while len(data) < count and (more := requests.recv(count - len(data))):
        data += more
    return bytes(data)


def _answer(data: bytes, descriptors: list[int], runner: native.Runner | None) -> None:
    try:
        job = child.within_limits(decode(data))
        if not job.terminal:
            privileges.refuse_terminal((descriptors[0], descriptors[1], descriptors[2]))
        if not all(map(is_current, job.stands)):
            _no_child(descriptors[3], STALE, errno.ESTALE)
        else:
            _start(job, descriptors, runner)
    except OSError as problem:
        _no_child(descriptors[3], "terminal" if problem.errno == errno.ENOTTY else "fork", problem.errno or 0)
    except (ValueError, LookupError, TypeError):
        _no_child(descriptors[3], "request", errno.EINVAL)


def _start(job: Job, descriptors: list[int], runner: native.Runner | None) -> None:
    if runner is None:
        if _clone() == 0:
            _become(job, descriptors)
        return
    try:
        runner.start(_steps(job, descriptors, runner.pid_address))
    except StepError as failed:
        _tell(descriptors[3], failed)


def _steps(job: Job, descriptors: list[int], pid_address: int) -> tuple[calls.Call, ...]:
    stdin, stdout, stderr, report, *more = descriptors
    ruleset = more.pop(0) if job.abi else None
    leaf = more.pop(0) if job.leaf else None
    begun = calls.prologue((stdin, stdout, stderr), report, pid_address)
    held = calls.launch(job, tuple(more), leaf) if job.is_launcher else calls.confinement(job, ruleset, leaf)
    return (*begun, *held, *calls.epilogue(job))


def _clone() -> int:
    numbers = calls.NUMBERS.get(os.uname().machine)
    if numbers is None:
        raise OSError(errno.ENOSYS, "the system calls of this machine are not known")
    return landlock.system_call(numbers["clone"], signal.SIGCHLD | _CLONE_PARENT)


def _become(job: Job, descriptors: list[int]) -> NoReturn:
    memory = child.mapped()
    try:
        pid_address = memory.value(PID.pack(os.getpid()))
        child.perform(_steps(job, descriptors, pid_address))
    except StepError as failed:
        _tell(descriptors[3], failed)
    except BaseException as problem:  # noqa: BLE001 - whatever it was, this copy must not run on as a second server
        _tell(descriptors[3], StepError("child", errno.EIO, repr(problem)))
    finally:
        os._exit(CONFINEMENT_LOST)


def _no_child(report: int, step: str, code: int) -> None:
    os.write(report, PID.pack(0))
    _tell(report, StepError(step, code))


def _tell(report: int, failed: StepError) -> None:
    os.write(report, failed.told())
