"""How a job travels to the small programs: JSON, with every byte string as the Latin-1 text of its bytes.

Latin-1 is one character for one byte, so what is not UTF-8 in a path or a variable arrives as it was. Pure.
"""

from __future__ import annotations

import json
from typing import Any

from supervisor.sandbox.child import Job


def encode(job: Job) -> bytes:
    """The job as JSON."""
    plain = job._asdict()
    plain["argv"] = [_text(word) for word in job.argv]
    plain["env"] = {_text(name): _text(value) for name, value in job.env.items()}
    plain["cwd"] = _text(job.cwd)
    plain["grants"] = [(_text(path), access) for path, access in job.grants]
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
        probe=(_bytes(inside), _bytes(outside)) if plain["probe"] else None,
    )


def _text(raw: bytes) -> str:
    return raw.decode("latin-1")


def _bytes(text: str) -> bytes:
    return text.encode("latin-1")
