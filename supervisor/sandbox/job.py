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
    rlimits: tuple[tuple[int, int], ...] = ()
    """Number of the limit and its value, soft and hard alike; the hard limit that holds already is never exceeded."""
    parent: int = 0
    """The process to die with; 0 = with none. Sound only if the thread that forks lives as long as that process."""
    terminal: bool = False
    """stdin, stdout and stderr may be a terminal (it is let go of as controlling terminal in any case)."""
    stands: tuple[Mark, ...] = ()
    """What the ruleset stands on: if anything of it has changed, the fork server refuses the job as stale."""
    probe: tuple[bytes, bytes] | None = None
    """Instead of executing: a file to be written, and one whose writing must be refused."""


def encode(job: Job) -> bytes:
    """The job as JSON."""
    plain = job._asdict()
    plain["argv"] = [_text(word) for word in job.argv]
    plain["env"] = {_text(name): _text(value) for name, value in job.env.items()}
    plain["cwd"] = _text(job.cwd)
    plain["grants"] = [(_text(path), access) for path, access in job.grants]
    plain["stands"] = [(_text(path), *numbers) for path, *numbers in job.stands]
    plain["probe"] = job.probe and [_text(path) for path in job.probe]
    return json.dumps(plain).encode()


def decode(data: bytes) -> Job:
    """The job that `encode` made; raises ValueError, KeyError or TypeError for anything else."""
    plain: dict[str, Any] = json.loads(data)
    inside, outside = plain["probe"] or ("", "")
    return Job(
        argv=tuple(_bytes(word) for word in plain["argv"]),
        env={_bytes(name): _bytes(value) for name, value in plain["env"].items()},
        cwd=_bytes(plain["cwd"]),
        abi=int(plain["abi"]),
        grants=tuple((_bytes(path), str(access)) for path, access in plain["grants"]),
        rlimits=tuple((int(number), int(value)) for number, value in plain["rlimits"]),
        parent=int(plain["parent"]),
        terminal=bool(plain["terminal"]),
        stands=tuple(Mark(_bytes(path), *map(int, numbers)) for path, *numbers in plain["stands"]),
        probe=(_bytes(inside), _bytes(outside)) if plain["probe"] else None,
    )


def _text(raw: bytes) -> str:
    return raw.decode("latin-1")


def _bytes(text: str) -> bytes:
    return text.encode("latin-1")
