"""Finds out what this machine has for a sandbox, mostly by doing it; changes nothing, judges nothing (diagnosis.py).

It takes the ways by which servers are started: the fork server's own probe for Landlock and the filters, the try of a
view for namespaces.
"""

from __future__ import annotations

import ctypes
import errno
import os
import signal
from contextlib import suppress

import trio
from msgspec.structs import replace

from supervisor.errors import LaunchError
from supervisor.process.spawn import spawn_plain
from supervisor.process.words import Command, Stdio
from supervisor.sandbox import bubblewrap, landlock, seccomp
from supervisor.sandbox.apply import announced
from supervisor.sandbox.denied import sockets
from supervisor.sandbox.disk import Disk
from supervisor.sandbox.examined import SYSCTLS, Facts
from supervisor.sandbox.forkserver import ForkServer, reap
from supervisor.sandbox.probe import probe
from supervisor.sandbox.report import kernel_view

VERSION_S = 5.0
"""Bound of `bwrap --version`, which takes a few milliseconds."""
_VERSION_BYTES = 200


async def examine(place: str, ssh_agent: str | None, *, version_s: float = VERSION_S) -> Facts:
    """Look at everything. Files are tried out in the folder `place`; `ssh_agent` is SSH_AUTH_SOCK.

    Blocks for some tens of milliseconds at a time.
    """
    says = announced()
    forks = ForkServer()
    try:
        holds = await probe(forks, place)
    finally:
        await forks.aclose()
    program = bubblewrap.locate()
    is_tried = bool(program and holds.abi and says.filters)
    found = bubblewrap.find(place, holds.abi) if is_tried else bubblewrap.Found()
    uid, disk = os.geteuid(), Disk()
    return Facts(
        machine=os.uname().machine,
        uid=uid,
        capabilities=max(kernel_view(_text("/proc/self/status")).cap_effective, 0),
        abi_announced=says.abi,
        landlock_errno=_landlock_errno(),
        landlock=replace(holds, filters=says.filters),
        seccomp_errno=_seccomp_errno(),
        bubblewrap=program,
        bubblewrap_version=await _version(program, version_s) if program else "",
        is_tried=is_tried,
        works=found.program,
        is_image=found.is_image,
        why_not=found.reason,
        sysctls={name: _number(f"/proc/sys/{name.replace('.', '/')}") for name in SYSCTLS},
        sockets=tuple(path for path in sockets(uid, ssh_agent) if disk.connectable(path)),
    )


def _landlock_errno() -> str:
    try:
        landlock.version()
    except OSError as problem:
        return _name_of(problem.errno or 0)
    return ""


def _seccomp_errno() -> str:
    """Why no filter can be installed; empty if one can: then the kernel goes on to read the program, which is none."""
    if landlock.libc().prctl(seccomp.SET_SECCOMP, seccomp.MODE_FILTER, 0, 0, 0) == 0:
        return ""
    code = ctypes.get_errno()
    return "" if code == errno.EFAULT else _name_of(code)


def _name_of(code: int) -> str:
    # Linux has one number for two names, and Landlock's manual speaks of this one.
    return "EOPNOTSUPP" if code == errno.EOPNOTSUPP else errno.errorcode.get(code, str(code))


async def _version(program: str, within_s: float) -> str:
    """What the program says of its version, in one line; empty if it says nothing in time."""
    ours, theirs = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    os.set_blocking(theirs, True)
    null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    async with trio.lowlevel.FdStream(ours) as output:
        try:
            pid = await spawn_plain(Command(argv=(program, "--version"), env={}, cwd="/"), Stdio(null, theirs, null))
        except LaunchError:
            return ""
        finally:
            os.close(theirs)
            os.close(null)
        return await _first_line(output, pid, within_s)


async def _first_line(output: trio.lowlevel.FdStream, pid: int, within_s: float) -> str:
    said = b""
    with trio.move_on_after(within_s):
        while len(said) < _VERSION_BYTES and (more := await output.receive_some(_VERSION_BYTES)):
            said += more
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)  # it may be hanging, or have more to say
    await reap(pid)
    return said.decode("utf-8", "backslashreplace").partition("\n")[0].strip()


def _number(path: str) -> int | None:
    text = _text(path).strip()
    return int(text) if text.isascii() and text.isdecimal() else None


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""
