"""Finds bubblewrap and tries it out: level S3 is there when a program that is confined in a view proves it.

Blocks for some tens of milliseconds; needs no event loop. Where user namespaces are forbidden (by sysctl, by AppArmor,
by a container around us) bubblewrap fails here, with its own words as the reason.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import Struct

from supervisor.sandbox import image, seccomp
from supervisor.sandbox.inside import in_memory, inside, seen
from supervisor.sandbox.job import Job
from supervisor.sandbox.level import BASE, SEAL
from supervisor.sandbox.namespaces import PROGRAM, Namespaces, launcher
from supervisor.sandbox.words import Mount

TRY_S = 10.0
"""Bound of one try; it takes 30 ms, and only a hanging file system comes near this."""
_PLACES = "/usr/local/bin:/usr/bin:/bin"
"""Where it is looked for besides PATH."""
_TEMPORARY = "/tmp"  # noqa: S108 - a folder of its own is made there
_REASON_LENGTH = 300


class Found(Struct, frozen=True, kw_only=True):
    """What came of looking for namespaces."""

    program: str = ""
    """Absolute path of a bubblewrap that works; empty if there is none."""
    is_image: bool = False
    """What confines itself inside can be a program in memory; else it is an interpreter."""
    reason: str = ""
    """Why there is none."""


def locate() -> str:
    """The absolute path of bubblewrap, on PATH or where systems have it; empty if there is none."""
    folders = f"{os.environ.get('PATH', '')}:{_PLACES}".split(":")
    places = (os.path.join(folder, PROGRAM) for folder in folders if folder.startswith("/"))
    return next((place for place in places if os.path.isfile(place) and os.access(place, os.X_OK)), "")


def find(state_dir: str, abi: int) -> Found:
    """Look for bubblewrap, and try whether a view and Landlock of this ABI hold together in it.

    The try takes place in the state directory, or with other temporary files where there is none yet.
    """
    program, reason = locate(), ""
    if not program:
        return Found(reason="bubblewrap (bwrap) is not installed")
    for is_image in (True, False) if os.uname().machine == image.MACHINE else (False,):
        reason = _tried(program, state_dir if os.path.isdir(state_dir) else _TEMPORARY, abi, is_image=is_image)
        if not reason:
            return Found(program=program, is_image=is_image)
    return Found(reason=f"bubblewrap does not work here: {reason[:_REASON_LENGTH]}")


def _tried(program: str, place: str, abi: int, *, is_image: bool) -> str:
    """Why it does not hold; empty if it does."""
    try:
        with _scratch(place) as folder:
            return _try(program, folder, abi, is_image=is_image)
    except (OSError, subprocess.TimeoutExpired) as problem:
        return f"it could not be tried out: {problem}"


@contextmanager
def _scratch(place: str) -> Iterator[str]:
    # What the library has for this loads random numbers, hashes and three packers: a tenth of `run --exec`.
    folder = os.path.join(place, f"probe-{os.urandom(8).hex()}")
    os.mkdir(folder, 0o700)
    try:
        yield folder
    finally:
        for below, folders, files in os.walk(folder, topdown=False):
            for name in files:
                os.unlink(os.path.join(below, name))
            for name in folders:
                os.rmdir(os.path.join(below, name))
        os.rmdir(folder)


def _try(program: str, folder: str, abi: int, *, is_image: bool) -> str:
    inside, outside, hidden = (os.path.join(folder, name) for name in ("inside", "outside", "hidden"))
    os.mkdir(inside)
    for path in (outside, hidden):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
    job = Job(
        argv=(), env={}, cwd=b"/", abi=abi, grants=((os.fsencode(inside), "write"),),
        filters=seccomp.programs((BASE, SEAL)),
        probe=(os.fsencode(os.path.join(inside, "file")), os.fsencode(outside), os.fsencode(hidden)),
    )  # fmt: skip
    view = (*_view(), Mount("bind", inside), Mount("bind", outside))
    namespaces = Namespaces(bubblewrap=program, view=view, own_network=True, is_root=os.geteuid() == 0)
    return _run(namespaces, job, is_image=is_image)


def _view() -> tuple[Mount, ...]:
    system = [path for path in ("/bin", "/lib", "/lib64", "/usr", *seen()) if os.path.lexists(path)]
    links = (Mount("link", path, os.readlink(path)) for path in system if os.path.islink(path))
    folders = (Mount("read_only", path) for path in system if not os.path.islink(path))
    return (Mount("proc", "/proc"), Mount("devices", "/dev"), *links, *folders)


def _run(namespaces: Namespaces, job: Job, *, is_image: bool) -> str:
    ours, theirs = os.pipe()
    given = in_memory(b"")
    try:
        program = inside(job, is_image=is_image, given=given, report=theirs)
        os.pwrite(given, program.data, 0)
        ran = subprocess.run(  # noqa: S603 - no shell is involved
            launcher(namespaces, program.words),
            pass_fds=(given, theirs),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env={},
            cwd="/",
            timeout=TRY_S,
            check=False,
        )
    finally:
        os.close(given)
        os.close(theirs)
        with open(ours, "rb") as told:
            heard = told.read()
    failed = program.failure(heard)
    if failed is None:
        return ""
    step, code, detail = failed
    said = ran.stderr.decode("utf-8", "backslashreplace").strip()
    return said or f"{step}: {os.strerror(code)} {detail}".rstrip()
