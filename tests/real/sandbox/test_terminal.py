"""A server that a person starts by hand may have their terminal as stdin: it must not type into it.

What is typed into a terminal is read by the shell when the server has ended, and run with all of the user's rights.
"""

from __future__ import annotations

import os
import pty
import select
import sys
from pathlib import Path

import pytest

from supervisor.sandbox import landlock, seccomp
from supervisor.sandbox.failures import CONFINEMENT_LOST
from supervisor.sandbox.inside import PROGRAM
from supervisor.sandbox.job import Job, encode

pytestmark = pytest.mark.real

TYPES = """
import ctypes, errno, fcntl, sys, termios
library = ctypes.CDLL(None, use_errno=True)
fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # it was let go of; the leader of a session may take it again
number = int(sys.argv[1], 16)
result = library.ioctl(0, ctypes.c_ulong(number), b"x")
print("outcome", "typed" if result == 0 else errno.errorcode[ctypes.get_errno()])
"""
STI, STI_WITH_HIGH_BITS = "5412", "7eadbeef00005412"
LEGACY = Path("/proc/sys/dev/tty/legacy_tiocsti")
BOUND_S = 20.0


def outcome(request: str, *filters: str) -> str:
    """What comes of typing into the terminal, confined by these filters."""
    words = (sys.executable, "-c", TYPES, request)
    job = Job(
        argv=tuple(map(os.fsencode, words)),
        env={},
        cwd=b"/",
        abi=landlock.version(),
        grants=((b"/", "read_exec"), (b"/dev", "write")),
        filters=seccomp.programs(filters),
        terminal=True,
    )
    reading, writing = os.pipe()
    os.write(writing, encode(job))
    os.close(writing)
    os.set_inheritable(reading, True)
    child, keeper = pty.fork()
    if child == 0:
        try:
            os.execv(sys.executable, [sys.executable, "-I", "-S", PROGRAM, "confine", str(reading)])
        finally:
            os._exit(CONFINEMENT_LOST)
    os.close(reading)
    said = heard(keeper)
    os.waitpid(child, 0)
    os.close(keeper)
    return said.rpartition("outcome ")[2].split()[0] if "outcome " in said else said


def heard(keeper: int) -> str:
    """All that is said on a terminal, until nobody has it open."""
    said = b""
    while select.select([keeper], [], [], BOUND_S)[0]:
        try:
            said += os.read(keeper, 4096)
        except OSError:
            break
    return said.decode()


@pytest.mark.parametrize("request_", [STI, STI_WITH_HIGH_BITS])
def test_it_cannot_type_into_the_terminal_that_it_was_given(request_: str) -> None:
    assert outcome(request_, "base", "seal") == "EPERM"


@pytest.mark.parametrize("request_", [STI, STI_WITH_HIGH_BITS])
def test_without_the_filter_it_can(request_: str) -> None:
    """The guard broken on purpose; a kernel that refuses it to everybody (EIO) needs none."""
    is_allowed = not LEGACY.exists() or LEGACY.read_text().strip() == "1"
    assert outcome(request_) == ("typed" if is_allowed else "EIO")
