"""Waiting for the death of a child without collecting it, and collecting it later."""

from __future__ import annotations

import os
from contextlib import suppress

import trio

from supervisor.process.words import ExitStatus


async def watch(pid: int) -> ExitStatus:
    """Wait until a direct child is dead; it stays a zombie, so that its pid stays taken."""
    try:
        fd = os.pidfd_open(pid)
    except (AttributeError, OSError):  # not Linux, or collected already
        alone = trio.CapacityLimiter(1)  # each wait takes a thread for a child's whole life: none of the shared ones
        return await trio.to_thread.run_sync(_wait_blocking, pid, abandon_on_cancel=True, limiter=alone)
    try:
        await trio.lowlevel.wait_readable(fd)
    finally:
        os.close(fd)
    return _status(pid, os.WEXITED | os.WNOWAIT | os.WNOHANG)


def collect(pid: int) -> None:
    """Collect the zombie; from here on its pid may be anybody's."""
    with suppress(ChildProcessError):  # an application that ignores SIGCHLD, or waits for all, has done it
        os.waitpid(pid, os.WNOHANG)


def _wait_blocking(pid: int) -> ExitStatus:
    if hasattr(os, "waitid"):
        return _status(pid, os.WEXITED | os.WNOWAIT)
    with suppress(ChildProcessError):  # here the zombie is collected at once: this system offers no other way
        _, status = os.waitpid(pid, 0)
        code = os.waitstatus_to_exitcode(status)
        return ExitStatus(code=code) if code >= 0 else ExitStatus(signal=-code)
    return ExitStatus()


def _status(pid: int, options: int) -> ExitStatus:
    try:
        result = os.waitid(os.P_PID, pid, options)
    except ChildProcessError:
        return ExitStatus()
    if result is None:
        return ExitStatus()
    if result.si_code == os.CLD_EXITED:
        return ExitStatus(code=result.si_status)
    return ExitStatus(signal=result.si_status)
