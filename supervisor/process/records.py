"""The rules of the owners file: what is written into it, how a damaged one is read, and who in it is to be ended.

One file per process table, JSON lines: the first says whose it is, then one for every child that began and one for each
that is gone. Only a process that is beyond doubt ours is ever ended on its word: its pid *and* its start time are as
recorded, in the same boot, or it carries the owner's token: in its environment, in its tag, or in the name of its leaf.
The file of an owner that lives is nobody else's business.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from supervisor.process.procstat import Process, family
from supervisor.process.tag import is_of


class Owner(Struct, frozen=True, tag_field="is", tag="owner"):
    """The process table that the file belongs to."""

    pid: int
    started: int
    boot: str
    """The boot id and the pid namespace: elsewhere, the same pids are other processes."""
    token: str
    subtree: str = ""
    """The folder of the cgroup in which its children have their leaves; empty if they have none."""


class Began(Struct, frozen=True, tag_field="is", tag="+"):
    """A child was started; it leads the session `pid`."""

    pid: int
    started: int
    instance: str


class Gone(Struct, frozen=True, tag_field="is", tag="-"):
    """Nothing of the child is left."""

    pid: int


Record = Owner | Began | Gone


class Register(Struct):
    """What a file says."""

    owner: Owner | None = None
    live: dict[int, Began] = {}
    damaged: int = 0
    """Lines that are no records: half-written, or overwritten by something else."""


def encode(record: Record) -> bytes:
    """One line."""
    return msgspec.json.encode(record) + b"\n"


def read(text: bytes) -> Register:
    """Read a whole file, passing over what makes no sense; a last line without its end is one of these."""
    register = Register()
    decoder = msgspec.json.Decoder(Record)
    for line in text.split(b"\n"):
        if not line:
            continue
        try:
            record = decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            register.damaged += 1
            continue
        match record:
            case Owner():
                register.owner = register.owner or record
            case Began(pid=pid):
                register.live[pid] = record
            case Gone(pid=pid):
                register.live.pop(pid, None)
    return register


def owner_lives(owner: Owner, processes: Mapping[int, Process], boot: str) -> bool:
    """Whether the owner itself is still there."""
    found = processes.get(owner.pid)
    return owner.boot == boot and found is not None and found.started == owner.started and not found.is_dead


def to_end(
    register: Register,
    processes: dict[int, Process],
    markers: Mapping[int, str],
    *,
    tags: Mapping[int, int],
    in_leaves: set[int],
) -> list[Process]:
    """Everything alive that a dead owner of this boot left behind."""
    assert register.owner is not None
    sessions = {
        began.pid
        for began in register.live.values()
        if began.pid in processes and processes[began.pid].started == began.started
    }
    token = register.owner.token
    marked = {pid for pid, marker in markers.items() if marker.startswith(f"{token}/")}
    tagged = {pid for pid, tag in tags.items() if is_of(tag, token)}
    return family(processes, sessions, marked | tagged | in_leaves)


def reused(register: Register, processes: Mapping[int, Process]) -> int:
    """How many recorded pids are somebody else's by now."""
    return sum(
        began.pid in processes and processes[began.pid].started != began.started for began in register.live.values()
    )
