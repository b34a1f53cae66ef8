"""The daemon's side of the fork server: starts it at the first job, asks it for children, starts it again if it died.

The process is started from the trio thread itself: a child that dies with its parent is bound to the thread that
started the *server*, and this one lives as long as the supervisor does. Nothing is remembered over there, so a server
that died is replaced without loss; a job that it had not begun is asked for once more.
"""

from __future__ import annotations

import array
import errno
import json
import os
import signal
import socket
import sys
from collections.abc import Sequence

import trio
from msgspec import Struct

from supervisor.errors import CommandNotExecutable, ConfinementFailed, CwdMissing, LaunchError, Problem, SpawnFailed
from supervisor.process.spawn import spawn_plain
from supervisor.process.words import Command, Stdio
from supervisor.sandbox.calls import EXEC
from supervisor.sandbox.forks import HEADER, LARGEST_REQUEST_BYTES, PID, STALE
from supervisor.sandbox.inside import PROGRAM, Inside, in_memory
from supervisor.sandbox.job import Job, encode

START_S = 10.0
"""Bound of one start: a fork and some twenty system calls take 2 ms; only a hanging file system comes near this."""
CLOSE_S = 2.0
"""How long a fork server may take to see the end of its socket before it is killed: it does nothing but wait."""


class StaleError(Exception):
    """What a job's ruleset stands on has changed: it has to be made anew. Nothing was started."""


class _Report(Struct, frozen=True):
    """What came over the report pipe."""

    pid: int | None
    failed: tuple[str, int, str] | None


class ForkServer:
    """One fork server process; `spawn` may be called by many tasks at once."""

    def __init__(
        self,
        python: str = sys.executable,
        *,
        is_launcher: bool = False,
        machine_code: bool = True,
        start_s: float = START_S,
    ) -> None:
        kind = (*(() if machine_code else ("plain",)), *(("launcher",) if is_launcher else ()))
        words = (python, "-I", "-S", PROGRAM, "serve", "0", *kind)
        self._command = Command(argv=words, env={}, cwd="/")
        self._start_s = start_s
        self._pid: int | None = None
        self._socket: trio.socket.SocketType | None = None
        self._sending = trio.Lock()

    @property
    def pid(self) -> int | None:
        """The process id of the server that runs now."""
        return self._pid

    async def spawn(self, job: Job, stdio: Stdio, *more: int) -> int:
        """Start a job; returns the pid of a child of this process, its program already executing.

        `more` are the descriptors that the job has besides its streams, in the order that forks.py names.

        Once begun it is carried through even if the caller is cancelled; bounded by `start_s`, twice if the server died
        over it.

        Raises:
            LaunchError, StaleError: nothing of the job runs, and nothing of it waits to be reaped.
        """
        streams = (stdio.stdin, stdio.stdout, stdio.stderr)
        with trio.CancelScope(shield=True):
            report = await self._ask(job, streams, more)
            if report.pid is None and report.failed is None:
                report = await self._ask(job, streams, more)
            if report.pid is not None and report.failed is None:
                return report.pid
            if report.pid is not None:
                await reap(report.pid)
        if report.failed is not None and report.failed[0] == STALE:
            raise StaleError
        raise LaunchError(_problem(job, report.failed))

    async def launch(self, launcher: Job, job: Job, inside: Inside, stdio: Stdio, *more: int) -> int:
        """Start a launcher, and wait until the program of the job inside of it executes; returns the launcher's pid.

        Raises as `spawn`.
        """
        with trio.CancelScope(shield=True):
            given = in_memory(inside.data)
            ours, theirs = _report_pipe()
            async with trio.lowlevel.FdStream(ours) as reports:
                try:
                    pid = await self.spawn(launcher, stdio, *more, given, theirs)
                finally:
                    os.close(given)
                    os.close(theirs)
                heard, is_late = await self._heard(reports)
            failed = ("namespaces", errno.ETIMEDOUT, "") if is_late else inside.failure(heard)
            if failed is None:
                return pid
            os.kill(pid, signal.SIGKILL)
            await reap(pid)
        raise LaunchError(_problem(job, failed))

    async def prove(self, job: Job, ruleset: int) -> None:
        """Run a probe to its end, whoever is cancelled. Raises LaunchError if it did not show what it has to show."""
        null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
        try:
            with trio.CancelScope(shield=True):  # a zombie would be left
                await reap(await self.spawn(job, Stdio(null, null, null), ruleset))
        finally:
            os.close(null)

    async def aclose(self) -> None:
        """End the server; its children are not affected."""
        self._close_socket()
        pid, self._pid = self._pid, None
        if pid is None:
            return
        with trio.CancelScope(shield=True):
            if not await reap(pid, within_s=CLOSE_S):
                os.kill(pid, signal.SIGKILL)
                await reap(pid)

    async def _ask(self, job: Job, streams: Sequence[int], more: Sequence[int]) -> _Report:
        ours, theirs = _report_pipe()
        async with trio.lowlevel.FdStream(ours) as answers:
            try:
                by = await self._deliver(encode(job), [*streams, theirs, *more])
            finally:
                os.close(theirs)
            return await self._read(answers, by)

    async def _deliver(self, data: bytes, descriptors: Sequence[int]) -> int | None:
        """Hand a request over; returns the pid of the server that has it."""
        if len(data) > LARGEST_REQUEST_BYTES:
            raise LaunchError(SpawnFailed(step=EXEC, reason=os.strerror(errno.E2BIG)))
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors).tobytes())]
        message = HEADER.pack(len(data)) + data
        async with self._sending:
            connection = await self._running()
            by = self._pid
            with trio.move_on_after(self._start_s) as bound:
                try:
                    sent = await connection.sendmsg([message], rights)
                    while sent < len(message):
                        sent += await connection.send(message[sent:])
                except (BrokenPipeError, ConnectionResetError):
                    self._drop(by)
            if bound.cancelled_caught:
                self._drop(by)
                raise LaunchError(SpawnFailed(step="fork server", reason="it takes no requests"))
        return by

    async def _read(self, answers: trio.lowlevel.FdStream, by: int | None) -> _Report:
        data, is_late = await self._heard(answers)
        seen = _understood(data)
        if is_late:
            self._drop(by)
            if seen.pid is not None:
                os.kill(seen.pid, signal.SIGKILL)
            return _Report(pid=seen.pid, failed=seen.failed or ("fork server", errno.ETIMEDOUT, ""))
        if seen.pid is None and seen.failed is None:
            self._drop(by)  # it died over this request, and whoever asks again needs another one
        return seen

    async def _heard(self, pipe: trio.lowlevel.FdStream) -> tuple[bytes, bool]:
        """All that came, and whether it took too long."""
        data = b""
        with trio.move_on_after(self._start_s) as bound:
            while more := await pipe.receive_some(4096):
                data += more
        return data, bound.cancelled_caught

    async def _running(self) -> trio.socket.SocketType:
        if self._pid is not None and _has_ended(self._pid):
            self._drop(self._pid)
        if self._socket is None:
            await self._start()
        assert self._socket is not None
        return self._socket

    async def _start(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
        try:
            # On this thread, which `spawn_plain` promises: see the top of this file.
            self._pid = await spawn_plain(self._command, Stdio(theirs.fileno(), null, null))
        except BaseException:
            ours.close()
            raise
        finally:
            os.close(null)
            theirs.close()
        self._socket = trio.socket.from_stdlib_socket(ours)

    def _drop(self, pid: int | None) -> None:
        """End this server, unless another task has replaced it already."""
        if pid is None or pid != self._pid:
            return
        self._close_socket()
        self._pid = None
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)

    def _close_socket(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def _report_pipe() -> tuple[int, int]:
    """Our end, which does not block, and the child's."""
    ours, theirs = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    os.set_blocking(theirs, True)
    return ours, theirs


def _understood(data: bytes) -> _Report:
    if len(data) < PID.size:
        return _Report(pid=None, failed=None)
    (pid,) = PID.unpack_from(data)
    if len(data) == PID.size:
        return _Report(pid=pid, failed=None)
    step, code, detail = json.loads(data[PID.size :])
    return _Report(pid=pid or None, failed=(step, code, detail))


def _has_ended(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


async def reap(pid: int, *, within_s: float = START_S) -> bool:
    """Wait for the end of a child that is about to end, and collect it; False if it has not ended in time."""
    watch = os.pidfd_open(pid)
    try:
        with trio.move_on_after(within_s):
            await trio.lowlevel.wait_readable(watch)
        return os.waitpid(pid, os.WNOHANG)[0] == pid  # noqa: ASYNC222 - it does not wait
    finally:
        os.close(watch)


def _problem(job: Job, failed: tuple[str, int, str] | None) -> Problem:
    step, code, detail = failed or ("fork server", errno.EPIPE, "it ended twice")
    reason = f"{os.strerror(code)} {detail}".strip()
    if step == EXEC:
        return CommandNotExecutable(command=_printable(job.argv[0]), reason=reason)
    if step == "cwd":
        return CwdMissing(cwd=_printable(job.cwd))
    if step in ("fork", "fork server", "request"):
        return SpawnFailed(step=step, reason=reason)
    return ConfinementFailed(step=step, reason=reason)


def _printable(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace")
