"""What a process gives up about itself before the list of calls begins: its terminal and its bounding set (Linux).

Both raise OSError, and what one has given up does not come back.
"""

from __future__ import annotations

import errno
import fcntl
import os
import signal

from supervisor.sandbox.landlock import checked, libc

_PR_CAPBSET_READ, _PR_CAPBSET_DROP = 23, 24
_PR_SET_NO_NEW_PRIVS = 38
_CAPABILITIES_AT_MOST = 64
_TIOCNOTTY = 0x5422


def refuse_terminal(descriptors: tuple[int, ...]) -> None:
    """Raise ENOTTY if one of them is a terminal: typing into it, or asking it things, is not a server's affair."""
    if any(os.isatty(descriptor) for descriptor in descriptors):
        raise OSError(errno.ENOTTY, "a terminal would be handed on")


def own_session() -> None:
    """Become the leader of a new session; one that leads its group already only lets go of its terminal."""
    try:
        os.setsid()
    except PermissionError:
        _leave_terminal()


def _leave_terminal() -> None:
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        return  # there is no controlling terminal to leave
    # When the leader of a session leaves (it was started by a terminal itself), the kernel hangs up on all in it.
    heard = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        fcntl.ioctl(terminal, _TIOCNOTTY)
    finally:
        signal.signal(signal.SIGHUP, heard)
        os.close(terminal)


def gain_nothing() -> None:
    """Set no_new_privs: no program that is executed from here on gives more rights than there are."""
    checked(libc().prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))


def empty_bounding_set() -> None:
    """Empty the set from which an exec of root refills the others, as far as this process may."""
    for capability in range(_CAPABILITIES_AT_MOST):
        try:
            if checked(libc().prctl(_PR_CAPBSET_READ, capability, 0, 0, 0)):
                checked(libc().prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0))
        except OSError as problem:
            if problem.errno in (errno.EINVAL, errno.EPERM):
                return  # past the last one of this kernel; or not ours to drop, and then not ours to use
            raise
