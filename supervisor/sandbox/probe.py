"""Finds out whether Landlock holds here, by doing it: a confined child writes inside, and tries to write outside."""

from __future__ import annotations

import os
import tempfile

from msgspec.structs import replace

from supervisor.errors import LaunchError
from supervisor.sandbox import landlock, seccomp
from supervisor.sandbox.apply import announced
from supervisor.sandbox.forkserver import ForkServer
from supervisor.sandbox.job import Job
from supervisor.sandbox.level import SEAL
from supervisor.sandbox.words import Availability


async def probe(forks: ForkServer, state_dir: str) -> Availability:
    """What this machine can do; a version number alone is not believed."""
    available = announced()
    if not available.abi:
        return available
    try:
        with tempfile.TemporaryDirectory(prefix="probe-", dir=state_dir) as folder:
            await _try(forks, folder, available.abi)
    except OSError as problem:
        return replace(available, abi=0, reason=f"it could not be tried out: {problem.strerror}")
    except LaunchError as failed:
        return replace(available, abi=0, reason=f"it did not hold when tried out: {failed.problem.text}")
    return available


async def _try(forks: ForkServer, folder: str, number: int) -> None:
    inside, outside = os.path.join(folder, "inside"), os.path.join(folder, "outside")
    os.mkdir(inside)
    os.close(os.open(outside, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))  # refused below, so possible here
    ruleset = landlock.build(number, [(os.fsencode(inside), "write")])
    proof = (os.fsencode(os.path.join(inside, "file")), os.fsencode(outside), b"")
    filters, parent = seccomp.programs((SEAL,)), os.getpid()
    job = Job(
        argv=(), env={}, cwd=b"/", abi=number, parent=parent, filters=filters, is_filtered=bool(filters), probe=proof
    )
    try:
        await forks.prove(job, ruleset)
    finally:
        os.close(ruleset)
