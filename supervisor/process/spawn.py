"""The plain spawner (mode none), and the pipes that every spawner is given.

On the calling thread on purpose: the fork and exec of `subprocess` take 0.4 ms and hold the interpreter's lock
throughout, so a worker thread adds its own hop (measured: half as much again) and takes nothing off the loop.
"""

from __future__ import annotations

import errno
import os
import resource
import subprocess
from contextlib import suppress

import trio
from msgspec import Struct

from supervisor.errors import (
    AnyProblem,
    CommandNotExecutable,
    CommandNotFound,
    CwdMissing,
    LaunchError,
    SpawnFailed,
)
from supervisor.process.lookup import escaped, search_path
from supervisor.process.words import Command, Stdio, Tracking


class Pipes(Struct, frozen=True):
    """Three pipes: our ends (not blocking), and the child's."""

    stdin: int
    stdout: int
    stderr: int
    theirs: Stdio

    def close_theirs(self) -> None:
        """Close the child's ends, which it has copies of."""
        for fd in (self.theirs.stdin, self.theirs.stdout, self.theirs.stderr):
            os.close(fd)

    def close_ours(self) -> None:
        """Close our ends: nothing was started on them."""
        for fd in (self.stdin, self.stdout, self.stderr):
            os.close(fd)


def open_pipes() -> Pipes:
    """Three pipes that nobody inherits by accident.

    Raises:
        LaunchError: SpawnFailed, when descriptors run out.
    """
    opened: list[int] = []
    try:
        for _ in range(3):
            opened += os.pipe()
    except OSError as error:
        for fd in opened:
            os.close(fd)
        raise LaunchError(SpawnFailed(step="pipe", reason=_words(error))) from error
    their_in, our_in, our_out, their_out, our_err, their_err = opened
    for fd in (our_in, our_out, our_err):
        os.set_blocking(fd, False)
    return Pipes(our_in, our_out, our_err, Stdio(their_in, their_out, their_err))


async def spawn_plain(command: Command, stdio: Stdio) -> int:
    """Start a located command with no confinement, in a session of its own, with descriptors 0 to 2 and no others.

    Raises:
        LaunchError: nothing was started.
    """
    try:
        process = subprocess.Popen(  # noqa: ASYNC220, S603 - on this thread on purpose (see above); no shell is involved
            command.argv,
            stdin=stdio.stdin,
            stdout=stdio.stdout,
            stderr=stdio.stderr,
            env=command.env,
            cwd=command.cwd,
            start_new_session=True,
            close_fds=True,
        )
    except (OSError, ValueError) as error:
        raise LaunchError(explain(error, command)) from error
    process.returncode = 0  # disowned: else subprocess would collect the zombie, whose pid must stay taken
    await track(process.pid, stdio.tracking)
    return process.pid


async def track(pid: int, tracking: Tracking) -> None:
    """Give a child that runs already its tag and its leaf.

    What it has forked in the moment since its exec has neither. A set-id program refuses the tag and is passed over;
    one that is dead already needs nothing.
    """
    if tracking.tag:
        with suppress(OSError):
            resource.prlimit(pid, resource.RLIMIT_RTTIME, (tracking.tag, tracking.tag))
    if tracking.procs >= 0:
        with suppress(OSError):  # in a worker thread: where nobody was moved lately the kernel takes 20 ms for it
            await trio.to_thread.run_sync(os.write, tracking.procs, str(pid).encode())


def explain(error: OSError | ValueError, command: Command) -> AnyProblem:
    """What a failed fork, chdir or exec means, by its errno."""
    if not isinstance(error, OSError):
        return SpawnFailed(step="arguments", reason=escaped(str(error)))
    if error.filename == command.cwd and error.errno in {errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.ELOOP}:
        return CwdMissing(cwd=escaped(command.cwd))
    program = escaped(command.argv[0])
    if error.errno == errno.ENOENT and not os.path.exists(command.argv[0]):
        return CommandNotFound(command=program, path=escaped(search_path(command)))
    reason = _EXEC_REASONS.get(error.errno or 0)
    if reason is not None:
        return CommandNotExecutable(command=program, reason=reason)
    return SpawnFailed(step="exec" if error.errno in _EXEC_ERRORS else "fork", reason=_words(error))


_EXEC_REASONS = {
    errno.ENOEXEC: "it is neither a program for this machine nor a script with a #! line",
    errno.ENOENT: "the interpreter or dynamic loader that it names does not exist",
    errno.EACCES: "it may not be executed by this user (no execute bit, or a file system mounted noexec)",
    errno.EISDIR: "it is a directory",
    errno.ENOTDIR: "a part of its path is not a directory",
    errno.ELOOP: "its path is a circle of links, or its interpreter is itself a script of that kind",
    errno.ETXTBSY: "it is being written to at this moment",
    errno.EPERM: "the kernel does not permit it (set-user-id on a nosuid file system, or a security module)",
}
_EXEC_ERRORS = frozenset({errno.E2BIG, errno.ENOMEM, errno.EIO, errno.ENAMETOOLONG})


def _words(error: OSError) -> str:
    return f"{errno.errorcode.get(error.errno or 0, 'error')}: {error.strerror}"
