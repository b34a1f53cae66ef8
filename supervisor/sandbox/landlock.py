"""The three Landlock system calls and nothing of their policy; light enough to be imported by the small programs.

Building a ruleset confines nobody: any thread of any process may do it, and hand its descriptor to the process that is
to be confined. Only `restrict_self` confines, and it confines the calling thread for good.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import sys
from functools import cache

from supervisor.sandbox import abi as rights

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_QUERY = 1


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


class _NetPort(ctypes.Structure):
    _fields_ = (("allowed", ctypes.c_uint64), ("port", ctypes.c_uint64))


@cache
def libc() -> ctypes.PyDLL:
    """The C library, called with the GIL kept: its calls here are short, and a forked child must not meet a switch.

    Argument types are declared once: converting by hand costs a forked child more than all of its system calls.
    """
    library = ctypes.PyDLL(None, use_errno=True)
    library.syscall.argtypes = (ctypes.c_long,) * 7
    library.syscall.restype = ctypes.c_long
    library.prctl.argtypes = (ctypes.c_int,) + (ctypes.c_ulong,) * 4
    library.capset.argtypes = (ctypes.c_void_p, ctypes.c_void_p)
    return library


def checked(result: int) -> int:
    """A result of the C library as it is; raises OSError with its errno if it is negative."""
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def system_call(number: int, *arguments: int) -> int:
    """One raw system call of up to six integers and addresses; raises OSError with its errno."""
    padded = (*arguments, 0, 0, 0, 0, 0, 0)[:6]
    return checked(libc().syscall(number, *padded))


def version() -> int:
    """The ABI that this kernel answers; raises OSError, with one of failures.NO_LANDLOCK where there is no Landlock."""
    if sys.platform != "linux":
        raise OSError(errno.ENOSYS, "this is not Linux")
    return system_call(_CREATE_RULESET, 0, 0, _VERSION_QUERY)


def create_ruleset(abi: int, *, holds_ports: bool = False) -> int:
    """An empty ruleset that handles every file right and every scope of this ABI; the caller closes the descriptor.

    With `holds_ports` it handles TCP too, where the ABI knows it.
    """
    net = rights.handled_net(abi) if holds_ports else 0
    attributes = rights.attributes(abi, net)
    held = ctypes.create_string_buffer(attributes, len(attributes))
    return system_call(_CREATE_RULESET, ctypes.addressof(held), len(attributes), 0)


def grant(ruleset: int, path: bytes, access: str, abi: int) -> None:
    """Add one path to a ruleset; links are followed. Raises OSError with the path as its filename."""
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            _check_way(opened, path)
            allowed = rights.granted(access, abi, folder=stat.S_ISDIR(os.fstat(opened).st_mode))
            rule = _PathBeneath(allowed=allowed, parent=opened)
            system_call(_ADD_RULE, ruleset, rights.PATH_BENEATH, ctypes.addressof(rule), 0)
        finally:
            os.close(opened)
    except OSError as problem:
        raise OSError(problem.errno, problem.strerror, path) from problem


def _check_way(opened: int, path: bytes) -> None:
    """Raise ESTALE if a link was followed: a granted path has none, so somebody has just put one there."""
    if os.readlink(b"/proc/self/fd/%d" % opened) != path:
        raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))


def grant_port(ruleset: int, port: int, allowed: int) -> None:
    """Allow the rights (BIND_TCP, CONNECT_TCP) on one TCP port. Raises OSError."""
    rule = _NetPort(allowed=allowed, port=port)
    system_call(_ADD_RULE, ruleset, rights.NET_PORT, ctypes.addressof(rule), 0)


def build(abi: int, grants: Iterable[tuple[bytes, str]], ports: Iterable[tuple[int, int]] | None = None) -> int:
    """A whole ruleset of (path, access class) and of (port, rights); the caller closes the descriptor.

    No `ports` at all leaves TCP alone, an empty list denies it. A path that is not there is granted to nobody: in a
    folder that is granted by its children, such as /tmp, they come and go at any moment. Raises OSError, leaving
    nothing open.
    """
    ruleset = create_ruleset(abi, holds_ports=ports is not None)
    try:
        for path, access in grants:
            try:
                grant(ruleset, path, access, abi)
            except FileNotFoundError:
                continue
        for port, allowed in ports or ():
            grant_port(ruleset, port, allowed)
    except BaseException:
        os.close(ruleset)
        raise
    return ruleset


def restrict_self(ruleset: int, abi: int) -> None:
    """Confine the calling thread, and all that it starts, for good; it must have no_new_privs."""
    system_call(_RESTRICT_SELF, ruleset, rights.restrict_flags(abi))
