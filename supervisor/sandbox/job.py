"""One program to run confined, and how it travels to the small programs. Pure.

It travels by marshal, which both sides of one interpreter understand, and which takes a tenth of the time of anything
that can be read: 0.08 ms are a tenth of a spawn. It comes from ourselves, through a pipe that nobody else has.
"""

from __future__ import annotations

import marshal
from typing import NamedTuple


class Mark(NamedTuple):
    """What was at a path; all numbers are 0 if nothing was."""

    path: bytes
    device: int
    inode: int
    changed_ns: int
    """When the folder's entries last changed; 0 if only the folder itself counts."""


class Job(NamedTuple):
    """What to execute and how far to confine it. All text is bytes, as the kernel takes it."""

    argv: tuple[bytes, ...]
    """The first word is an absolute path."""
    env: dict[bytes, bytes]
    cwd: bytes
    abi: int
    """The Landlock ABI that the ruleset is for; 0 = no ruleset (level S1)."""
    grants: tuple[tuple[bytes, str], ...] = ()
    """Path and access class. Unused when the ruleset comes ready made."""
    ports: tuple[tuple[int, int], ...] | None = None
    """TCP ports and their rights; None = TCP is not restricted. Unused when the ruleset comes ready made."""
    filters: tuple[bytes, ...] = ()
    """Programs of seccomp, installed one upon another."""
    is_filtered: bool = False
    """The process that forks has a filter already, which is to be found in force."""
    account: tuple[int, int, tuple[int, ...]] | None = None
    """uid, gid and groups to become; None = to stay."""
    rlimits: tuple[tuple[int, int], ...] = ()
    """Number of the limit and its value, soft and hard alike; the hard limit that holds already is never exceeded."""
    parent: int = 0
    """The process to die with; 0 = with none. Sound only if the thread that forks lives as long as that process."""
    session: bool = True
    """It gets a session of its own; otherwise it stays in the one that was made for it already."""
    leaf: bool = False
    """It is to enter the cgroup whose `cgroup.procs` comes with the job."""
    terminal: bool = False
    """stdin, stdout and stderr may be a terminal (it is let go of as controlling terminal in any case)."""
    stands: tuple[Mark, ...] = ()
    """What the ruleset stands on: if anything of it has changed, the fork server refuses the job as stale."""
    probe: tuple[bytes, bytes, bytes] | None = None
    """Instead of executing: a file to be written, one whose writing must be refused, and one that must not even be seen
    (empty where there is no view to hide it)."""
    is_launcher: bool = False
    """It makes namespaces for another program: it keeps its rights, is deaf to SIGTERM (which is for that program, in
    the same process group), and gets the two last descriptors of the request as 3 and 4."""


def encode(job: Job) -> bytes:
    """The job as bytes."""
    return marshal.dumps(tuple(job._replace(stands=tuple(map(tuple, job.stands)))))  # type: ignore[arg-type]


def decode(data: bytes) -> Job:
    """The job that `encode` made; raises ValueError or TypeError for anything else."""
    try:
        fields = marshal.loads(data)  # noqa: S302 - our own, see above
    except EOFError as problem:
        raise ValueError("it ends too early") from problem
    job = Job(*fields)
    return job._replace(stands=tuple(Mark(*mark) for mark in job.stands))
