"""One program to run confined, and how it travels to the small programs. Pure.

It travels as JSON, every byte string as the Latin-1 text of its bytes: one character for one byte, so what is not
UTF-8 in a path or a variable arrives as it was.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple


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
    """The job as JSON."""
    plain = job._asdict()
    plain["argv"] = [_text(word) for word in job.argv]
    plain["env"] = {_text(name): _text(value) for name, value in job.env.items()}
    plain["cwd"] = _text(job.cwd)
    plain["grants"] = [(_text(path), access) for path, access in job.grants]
    plain["filters"] = [_text(program) for program in job.filters]
    plain["stands"] = [(_text(path), *numbers) for path, *numbers in job.stands]
    plain["probe"] = job.probe and [_text(path) for path in job.probe]
    return json.dumps(plain).encode()


def decode(data: bytes) -> Job:
    """The job that `encode` made; raises ValueError, KeyError or TypeError for anything else."""
    plain: dict[str, Any] = json.loads(data)
    return Job(
        argv=tuple(_bytes(word) for word in plain["argv"]),
        env={_bytes(name): _bytes(value) for name, value in plain["env"].items()},
        cwd=_bytes(plain["cwd"]),
        abi=int(plain["abi"]),
        grants=tuple((_bytes(path), str(access)) for path, access in plain["grants"]),
        ports=None if plain["ports"] is None else tuple((int(port), int(allowed)) for port, allowed in plain["ports"]),
        filters=tuple(_bytes(program) for program in plain["filters"]),
        is_filtered=bool(plain["is_filtered"]),
        account=plain["account"] and _account(*plain["account"]),
        rlimits=tuple((int(number), int(value)) for number, value in plain["rlimits"]),
        parent=int(plain["parent"]),
        session=bool(plain["session"]),
        leaf=bool(plain["leaf"]),
        terminal=bool(plain["terminal"]),
        stands=tuple(Mark(_bytes(path), *map(int, numbers)) for path, *numbers in plain["stands"]),
        probe=plain["probe"] and _probe(*plain["probe"]),
        is_launcher=bool(plain["is_launcher"]),
    )


def _account(uid: int, gid: int, groups: list[int]) -> tuple[int, int, tuple[int, ...]]:
    return int(uid), int(gid), tuple(map(int, groups))


def _probe(inside: str, outside: str, hidden: str) -> tuple[bytes, bytes, bytes]:
    return _bytes(inside), _bytes(outside), _bytes(hidden)


def _text(raw: bytes) -> str:
    return raw.decode("latin-1")


def _bytes(text: str) -> bytes:
    return text.encode("latin-1")
