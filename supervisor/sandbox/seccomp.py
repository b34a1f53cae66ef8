"""The seccomp filters as they are installed; light enough to be imported by the small programs.

A filter is for good, and inherited: what is installed later can only refuse more. `base` is for every sandboxed
process, `no_network` and `tcp_ports` are put upon it as the policy wants, and `seal` comes last, when nothing is left
to be done that it refuses: the tag of our processes, and children that are the daemon's. Each is complete in itself
and looks at the architecture first. Where there are no programs for a machine there is no filter, and whoever wanted
one has to say so.
"""

from __future__ import annotations

import ctypes
import os
import struct

from supervisor.sandbox import filters
from supervisor.sandbox.landlock import checked, libc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

SET_SECCOMP, MODE_FILTER = 22, 2
"""PR_SET_SECCOMP and SECCOMP_MODE_FILTER: prctl(SET_SECCOMP, MODE_FILTER, address of a struct sock_fprog)."""

_INSTRUCTION_BYTES = 8
_FPROG = struct.Struct("@HP")
"""struct sock_fprog: how many instructions, and (after a gap up to the next multiple of 8) where they lie."""


def program(machine: str, variant: str) -> bytes | None:
    """The program of a variant for a machine, named as `uname -m` does; None: there is none for this machine."""
    programs_of = filters.PROGRAMS.get(machine)
    return bytes.fromhex(programs_of[variant]) if programs_of else None


def programs(variants: Iterable[str]) -> tuple[bytes, ...]:
    """The programs of these variants for this machine, in their order; empty where there are none."""
    found = (program(os.uname().machine, variant) for variant in variants)
    return tuple(code for code in found if code is not None)


def digest(variant: str) -> str:
    """The SHA-256 of a variant's program for this machine, in hexadecimal; empty where there is none."""
    sums = filters.SHA256.get(os.uname().machine)
    return sums[variant] if sums else ""


def fprog(code: bytes, address: int) -> bytes:
    """The struct by which the kernel is told of a program that lies at this address."""
    return _FPROG.pack(len(code) // _INSTRUCTION_BYTES, address)


def install(code: bytes) -> None:
    """Put a program upon the calling thread for good; what it starts later inherits it.

    Raises OSError: EACCES without no_new_privs or CAP_SYS_ADMIN, EINVAL where the kernel has no filters or the code is
    no program.
    """
    held = ctypes.create_string_buffer(code, len(code))
    described = ctypes.create_string_buffer(fprog(code, ctypes.addressof(held)))
    checked(libc().prctl(SET_SECCOMP, MODE_FILTER, ctypes.addressof(described), 0, 0))
