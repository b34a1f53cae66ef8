"""What a process gives up about itself: capabilities, privileges by exec, its descriptors and its terminal (Linux).

Thin wrappers for the small programs; each raises OSError, and what one has given up does not come back.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import signal

from supervisor.sandbox.landlock import checked, libc, system_call

_PR_SET_PDEATHSIG, _PR_CAPBSET_READ, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 1, 23, 24, 38
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
_CAPABILITY_VERSION_3 = 0x20080522
_CAP_SETPCAP = 8
_CAPABILITIES_AT_MOST = 64
_CLOSE_RANGE, _CLOSE_RANGE_CLOEXEC = 436, 4
_LAST_DESCRIPTOR = 0xFFFFFFFF
_TIOCNOTTY = 0x5422


class _CapabilityHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int32))


class _CapabilityData(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


_NoCapabilities = _CapabilityData * 2


def _prctl(option: int, first: int, second: int = 0) -> int:
    return checked(libc().prctl(option, first, second, 0, 0))


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
    try:
        fcntl.ioctl(terminal, _TIOCNOTTY)
    finally:
        os.close(terminal)


def die_with(parent: int) -> None:
    """Ask for SIGKILL when the parent's thread ends; ESRCH if that parent is gone already."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        raise OSError(errno.ESRCH, "the parent is gone")


def drop_capabilities() -> None:
    """Empty all capability sets; the bounding set too where that is allowed (without it there is nothing to gain)."""
    empty_bounding_set()
    _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    header, data = _CapabilityHeader(version=_CAPABILITY_VERSION_3, pid=0), _NoCapabilities()
    checked(libc().capset(ctypes.byref(header), ctypes.byref(data)))


def empty_bounding_set() -> None:
    """Empty the bounding set, from which an exec of root refills the others, if this process may and it is not yet."""
    if not _prctl(_PR_CAPBSET_READ, _CAP_SETPCAP):
        return  # emptied already, in a parent; what is left of it could not be dropped without this one
    for capability in range(_CAPABILITIES_AT_MOST):
        try:
            _prctl(_PR_CAPBSET_DROP, capability)
        except OSError as problem:
            if problem.errno in (errno.EINVAL, errno.EPERM):
                return  # past the last one that this kernel has; or not ours to drop, and then not ours to use
            raise


def no_new_privileges() -> None:
    """From now on no exec can gain rights (set-id bits and file capabilities are ignored)."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def close_on_exec_from(first: int) -> None:
    """Mark every descriptor from `first` on to be closed by the next exec."""
    try:
        system_call(_CLOSE_RANGE, first, _LAST_DESCRIPTOR, _CLOSE_RANGE_CLOEXEC)
    except OSError as problem:
        if problem.errno not in (errno.ENOSYS, errno.EINVAL):
            raise
        _close_on_exec_one_by_one(first)


def _close_on_exec_one_by_one(first: int) -> None:
    # Kernels before 5.11, which have no Landlock either: only level S1 comes here.
    for name in os.listdir("/proc/self/fd"):
        if int(name) >= first:
            try:
                os.set_inheritable(int(name), False)
            except OSError as problem:
                if problem.errno != errno.EBADF:  # the descriptor of the listing itself
                    raise
