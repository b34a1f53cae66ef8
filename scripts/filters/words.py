"""What a rule of a filter is made of: the calls, the tests of their arguments, the answer and the reason."""

from __future__ import annotations

from typing import NamedTuple

ALL_BITS = 0xFFFFFFFF

ALLOW = 0x7FFF0000
KILL_PROCESS = 0x80000000
"""SECCOMP_RET_ALLOW and SECCOMP_RET_KILL_PROCESS of <linux/seccomp.h>."""

_RETURN_ERRNO = 0x00050000
"""SECCOMP_RET_ERRNO; its low half is the errno."""

# Linux's numbers, alike on both machines; those of the system that generates may be others.
EPERM, EACCES, ENOSYS = _RETURN_ERRNO | 1, _RETURN_ERRNO | 13, _RETURN_ERRNO | 38
EPROTONOSUPPORT, ESOCKTNOSUPPORT = _RETURN_ERRNO | 93, _RETURN_ERRNO | 94
EOPNOTSUPP, EAFNOSUPPORT = _RETURN_ERRNO | 95, _RETURN_ERRNO | 97


class Is(NamedTuple):
    """The argument's low 32 bits, under the mask, are one of the values. The kernel looks at no more of an int."""

    argument: int
    values: tuple[int, ...]
    mask: int = ALL_BITS


class IsNot(NamedTuple):
    """They are none of the values."""

    argument: int
    values: tuple[int, ...]
    mask: int = ALL_BITS


class Has(NamedTuple):
    """At least one of these bits is set in the low 32."""

    argument: int
    bits: int


class Given(NamedTuple):
    """Any of all 64 bits is set: the pointer is not NULL."""

    argument: int


Test = Is | IsNot | Has | Given


class Rule(NamedTuple):
    """What becomes of some calls if all tests hold; of several rules for one call, the first that holds counts."""

    calls: str
    answer: int
    why: str
    when: tuple[Test, ...] = ()


class Machine(NamedTuple):
    """What a filter has to know of an architecture."""

    name: str
    """As `uname -m` says it."""
    architecture: int
    """AUDIT_ARCH_* of <linux/audit.h>: 64 bits, little-endian, and the number of its ELF files."""
    numbers: dict[str, int]
    second_table: int | None = None
    """From this number on, calls are those of another table: the x32 bit."""
