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
_RULE_PATH_BENEATH = 1
ABSENT = (errno.ENOSYS, errno.EOPNOTSUPP)
"""What the kernel answers when it was built without Landlock, or booted without it."""


class _RulesetAttr(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


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
    """The ABI that this kernel answers; raises OSError, with one of ABSENT where there is no Landlock."""
    if sys.platform != "linux":
        raise OSError(errno.ENOSYS, "this is not Linux")
    return system_call(_CREATE_RULESET, 0, 0, _VERSION_QUERY)


def create_ruleset(abi: int) -> int:
    """An empty ruleset that handles every file right and every scope of this ABI; the caller closes the descriptor."""
    attributes = _RulesetAttr(fs=rights.handled_fs(abi), net=0, scoped=rights.scopes(abi))
    # An older kernel refuses a longer struct unless the rest is zero; the size of its own age is always right.
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    return system_call(_CREATE_RULESET, ctypes.addressof(attributes), size, 0)


def grant(ruleset: int, path: bytes, access: str, abi: int) -> None:
    """Add one path to a ruleset; links are followed. Raises OSError with the path as its filename."""
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            allowed = rights.granted(access, abi, folder=stat.S_ISDIR(os.fstat(opened).st_mode))
            rule = _PathBeneath(allowed=allowed, parent=opened)
            system_call(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, ctypes.addressof(rule), 0)
        finally:
            os.close(opened)
    except OSError as problem:
        raise OSError(problem.errno, problem.strerror, path) from problem


def build(abi: int, grants: Iterable[tuple[bytes, str]]) -> int:
    """A whole ruleset of (path, access class); the caller closes the descriptor. Raises OSError, leaving none open."""
    ruleset = create_ruleset(abi)
    try:
        for path, access in grants:
            grant(ruleset, path, access, abi)
    except BaseException:
        os.close(ruleset)
        raise
    return ruleset


def restrict_self(ruleset: int, abi: int) -> None:
    """Confine the calling thread, and all that it starts, for good; it must have no_new_privs."""
    system_call(_RESTRICT_SELF, ruleset, rights.restrict_flags(abi))
