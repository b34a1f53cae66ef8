"""The fork server's own loop: one thread, no memory of its jobs; it forks children that are the daemon's, not its own.

A request is a length, a job (wire.py) and descriptors: stdin, stdout, stderr, the report pipe and, if the job has one,
the ruleset. The child is made with CLONE_PARENT, so the daemon is its parent: it waits for it, and the death of this
process neither ends nor orphans it. The report pipe is the whole answer: first the child's pid, then nothing (the pipe
closes at the exec) or one line of step and errno. End of the socket, which is the daemon's end, ends the loop.
"""

from __future__ import annotations

import errno
import gc
import json
import os
import signal
import socket
import struct
from typing import NoReturn

from supervisor.sandbox import child, landlock, privileges, wire

HEADER = struct.Struct("!I")
LARGEST_REQUEST_BYTES = 8 * 1024 * 1024
"""Arguments and environment of one exec are at most 6 MiB on Linux; anything longer is not a request of ours."""
FEWEST_DESCRIPTORS, MOST_DESCRIPTORS = 4, 5

_CLONE_NUMBERS = {"x86_64": 56, "aarch64": 220}
_CLONE_PARENT = 0x8000


def serve(requests: socket.socket) -> None:
    """Answer requests until the other side is gone."""
    _plain_signals()
    _settle()
    while (request := _receive(requests)) is not None:
        data, descriptors = request
        try:
            _answer(data, descriptors)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)


def _plain_signals() -> None:
    # What is ignored or blocked here would stay so in every server.
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _settle() -> None:
    # Done here once instead of in every child: what is loaded or looked up for the first time there is copied there.
    privileges.empty_bounding_set()
    landlock.libc()
    gc.freeze()
    gc.disable()  # a collection in a child would copy every page that it looks at


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


def _answer(data: bytes, descriptors: list[int]) -> None:
    if len(descriptors) < FEWEST_DESCRIPTORS:
        return
    report = descriptors[3]
    try:
        job = wire.decode(data)
        pid = _clone()
    except OSError as problem:
        _tell(report, child.StepError("fork", problem.errno or 0))
    except (ValueError, KeyError, TypeError) as problem:
        _tell(report, child.StepError("request", errno.EINVAL, str(problem)))
    else:
        if pid == 0:
            _become(job, descriptors)


def _clone() -> int:
    number = _CLONE_NUMBERS.get(os.uname().machine)
    if number is None:
        raise OSError(errno.ENOSYS, "clone is not known for this architecture")
    return landlock.system_call(number, signal.SIGCHLD | _CLONE_PARENT, 0, 0, 0, 0)


def _become(job: child.Job, descriptors: list[int]) -> NoReturn:
    report = descriptors[3]
    code = child.CONFINEMENT_LOST
    try:
        os.write(report, b"%d\n" % os.getpid())
        for number, descriptor in enumerate(descriptors[:3]):
            os.dup2(descriptor, number)
        child.run(job, descriptors[4] if len(descriptors) > FEWEST_DESCRIPTORS else None)
    except child.StepError as failed:
        code = failed.exit_code
        _tell(report, failed)
    except BaseException as problem:  # noqa: BLE001 - the edge of a process: whatever it was, it must not run on as a second server
        _tell(report, child.StepError("child", errno.EIO, repr(problem)))
    finally:
        os._exit(code)


def _tell(report: int, failed: child.StepError) -> None:
    os.write(report, json.dumps([failed.step, failed.code, failed.detail]).encode() + b"\n")
