"""Tries one thing in a child process of its own, so that nothing it leaves behind, and no signal, hurts the next."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable

from real.sandbox.attacks.world import NotHereError, RefusedError

DONE = "done"
NOT_HERE = "not here: "
BROKEN = "broken: "
"""The attempt itself is wrong: never counted as refused."""

BOUND_S = 60
"""Every attempt takes milliseconds but those that start other programs, some of them several on a busy machine."""


def outcome(attempt: Callable[[], object]) -> str:
    """`done`, the name of an error number, `refused: …`, `killed by …`, `not here: …` or `broken: …`."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(BOUND_S)
        os.write(writing, _said(attempt).encode("utf-8", "replace")[:4000])
        os._exit(0)
    os.close(writing)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.set_blocking(reading, False)  # something that the attempt left behind may hold the other end
    try:
        said = os.read(reading, 4096).decode("utf-8", "replace")
    except BlockingIOError:
        said = ""
    finally:
        os.close(reading)
    if status < 0:
        return BROKEN + "out of time" if -status == signal.SIGALRM else f"killed by {signal.Signals(-status).name}"
    return said or f"{BROKEN}it ended with {status}"


def _said(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except OSError as problem:
        return errno.errorcode.get(problem.errno or 0, BROKEN + repr(problem))
    except RefusedError as problem:
        return f"refused: {problem}"
    except NotHereError as problem:
        return NOT_HERE + str(problem)
    except BaseException as problem:  # noqa: BLE001 - the tests show whatever it was
        return BROKEN + repr(problem)
    return DONE
