"""A short command, run to its end: bounded in time and in output, nothing of its group left, what it says never logged.

One blocking function, so that it serves with and without an event loop (which is why trio is loaded only when it is
awaited). It has no stdin, no terminal and a session of its own. When its first process has ended, or too late, or has
said too much, or nobody wants to know any more, the whole group is killed *before* that process is collected: as long
as it is a zombie, the group's number is nobody else's. What a login profile puts into the background thus ends with it.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from time import monotonic
from typing import Literal

from msgspec import Struct

OUTPUT_BYTES = 1024 * 1024
"""More than any environment that the kernel lets a program have in practice, and little to hold."""
REAP_S = 2.0
"""Seconds between SIGKILL and death: only a process stuck in the kernel takes longer, and is then left to itself."""
PIECE_BYTES = 65536

End = Literal["exited", "late", "flooded", "cancelled", "not_started"]


class Brief(Struct, frozen=True, kw_only=True):
    """What came of a short command."""

    end: End
    output: bytes = b""
    """What it wrote until then, on stdout or on both; it may hold secrets, so it does not show in the repr."""
    code: int | None = None
    """Its exit status, negative for a signal, None if it had to be killed or was never there."""
    reason: str = ""
    """Why it was not started."""

    def __repr__(self) -> str:
        return f"Brief({self.end!r}, {len(self.output)} bytes, code={self.code!r}, reason={self.reason!r})"


def run_now(
    argv: Sequence[str],
    env: Mapping[str, str],
    *,
    bound_s: float,
    bound_bytes: int = OUTPUT_BYTES,
    with_stderr: bool = False,
    cancelled: int = -1,
) -> Brief:
    """Run it, on this thread, for at most `bound_s` seconds and `bound_bytes` bytes of output.

    What it writes on stderr is thrown away, or taken for output as well. `cancelled` is a descriptor that becomes
    readable when nobody wants the answer any more.
    """
    try:
        process = subprocess.Popen(  # noqa: S603 - of an argument list; whoever wants a shell names it there
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if with_stderr else subprocess.DEVNULL,
            env=env,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return Brief(end="not_started", reason=reason or type(error).__name__)
    output = bytearray()
    try:
        end = _listen(process, output, monotonic() + bound_s, bound_bytes, cancelled)
    finally:
        code = _finish(process)
    return Brief(end=end, output=bytes(output), code=code if end == "exited" else None)


async def run(
    argv: Sequence[str],
    env: Mapping[str, str],
    *,
    bound_s: float,
    bound_bytes: int = OUTPUT_BYTES,
    with_stderr: bool = False,
) -> Brief:
    """As `run_now`, in a worker thread. Cancelled, it kills the command and its group before it returns."""
    import trio

    listening, telling = os.pipe()

    async def tell_when_cancelled() -> None:
        try:
            await trio.sleep_forever()
        finally:
            os.close(telling)

    work = partial(
        run_now,
        argv,
        env,
        bound_s=bound_s,
        bound_bytes=bound_bytes,
        with_stderr=with_stderr,
        cancelled=listening,
    )
    alone = trio.CapacityLimiter(1)  # it may take seconds: none of the threads that everybody shares
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(tell_when_cancelled)
            done = await trio.to_thread.run_sync(work, limiter=alone)
            nursery.cancel_scope.cancel()
    finally:
        os.close(listening)
    return done


def _listen(
    process: subprocess.Popen[bytes], output: bytearray, deadline: float, bound_bytes: int, cancelled: int
) -> End:
    """Read what it says until its first process is dead and all of it was read, or until it is enough.

    Not until the end of its stdout: what it leaves in the background may hold that open for ever.
    """
    assert process.stdout is not None
    out = process.stdout.fileno()
    with _death_of(process.pid) as death:
        poller = select.poll()
        for fd in (out, death, cancelled):
            if fd >= 0:
                poller.register(fd, select.POLLIN)
        while (left_s := deadline - monotonic()) > 0:
            ready = {fd for fd, _ in poller.poll(left_s * 1000)}
            if cancelled in ready:
                return "cancelled"
            if out in ready:
                piece = os.read(out, PIECE_BYTES)
                output += piece
                if len(output) > bound_bytes:
                    return "flooded"
                if not piece:
                    poller.unregister(out)
                    if death < 0:
                        return _outwaited(process, left_s)
            elif death in ready:
                return "exited"
    return "late"


@contextmanager
def _death_of(pid: int) -> Iterator[int]:
    """A descriptor that becomes readable at a process's death; -1 where the system has none (then EOF has to do)."""
    try:
        fd = os.pidfd_open(pid)
    except (AttributeError, OSError):
        yield -1
        return
    try:
        yield fd
    finally:
        os.close(fd)


def _outwaited(process: subprocess.Popen[bytes], left_s: float) -> End:
    try:
        process.wait(left_s)
    except subprocess.TimeoutExpired:
        return "late"
    return "exited"


def _finish(process: subprocess.Popen[bytes]) -> int | None:
    """Kill what is left of its group and collect it; the exit status that it had already, or None."""
    assert process.stdout is not None
    process.stdout.close()
    if process.returncode is None:
        with suppress(OSError):  # on macOS a group of zombies only
            os.killpg(process.pid, signal.SIGKILL)
        with suppress(subprocess.TimeoutExpired):
            process.wait(REAP_S)
    return process.returncode
