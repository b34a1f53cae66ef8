"""Names, labels and ids: how a container is known as ours, and as the remains of a run that is dead. Pure.

A container is found by label equality or by its full id, never by its name or image: the engine's own name filter takes
any part of a name, and would find `git-hub` for `git`. The name is for people.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from hashlib import sha256

from supervisor.container.words import Made, Owner

MANAGED = "stockade.managed"
INSTANCE = "stockade.instance"
SERVER = "stockade.server"
CONFIG = "stockade.config"
BOOT = "stockade.boot"
OWNER = "stockade.owner"
RUN = "stockade.run"
"""Unlike the others it is new for each container: by it, one that has told no id is looked up."""

LONGEST = 200
"""Characters of a server's name that are kept: a container's name becomes part of paths, which end at 255."""
CACHE_PREFIX = "stockade-cache-"

_FOREIGN = re.compile(r"[^A-Za-z0-9_.-]+")
_DASHES = re.compile(r"-{2,}")
_ID = re.compile(r"[0-9a-f]{64}", re.ASCII)
_OWNER = re.compile(r"([1-9][0-9]{0,9}):([0-9]{1,20})", re.ASCII)


def sanitised(server: str) -> str:
    """The server's name as a container's name can hold it; what it becomes is its own sanitised form."""
    text = _DASHES.sub("-", _FOREIGN.sub("-", server)).rstrip("-.")
    if text and not text[0].isalnum():
        text = _DASHES.sub("-", f"server-{text}")
    return text[:LONGEST].rstrip("-.") or "server"


def made(owner: Owner, server: str, suffix: str) -> Made:
    """The identity of a new container; `suffix` is eight random hexadecimal digits."""
    name = f"stockade-{sanitised(server)}-{suffix}"
    labels = {
        MANAGED: "true",
        INSTANCE: owner.instance,
        SERVER: server,
        CONFIG: owner.config,
        BOOT: owner.boot,
        OWNER: owner.owner,
        RUN: name,
    }
    return Made(name=name, labels=labels, lookup={key: labels[key] for key in (INSTANCE, OWNER, RUN)})


def config_hash(path: str) -> str:
    """The config's path, for a label that everybody can read and that should not tell the path."""
    return _digest(path, 16)


def cache_volume(server: str, config: str) -> str:
    """The name of the server's cache volume.

    The digits keep servers apart whose names look alike once sanitised (`a b`, `a-b`), and those of one name in two
    configs: what one of them can write, the other would run.
    """
    return f"{CACHE_PREFIX}{sanitised(server)}-{_digest(config + chr(0) + server, 8)}"


def parse_owner(text: str) -> tuple[int, int] | None:
    """Pid and start time (in clock ticks since boot) of the process that a label names; None if it names none."""
    found = _OWNER.fullmatch(text)
    return (int(found[1]), int(found[2])) if found else None


def cause_of_death(labels: Mapping[str, str], *, boot: str, alive: Callable[[int, int], bool]) -> str:
    """Why the run of stockade that made a container is dead, in words; empty if it lives or cannot be judged.

    `boot` is the boot id of now, `alive` tells whether a process of that pid and start time is there. What cannot be
    judged is left alone: a label of ours that is missing or damaged was not written by us.
    """
    owner = parse_owner(labels.get(OWNER, ""))
    born = labels.get(BOOT, "")
    if owner is None or not born:
        return ""
    if born != boot:
        return "the machine was started anew since"
    return "" if alive(*owner) else f"no process {owner[0]} of that start time is there"


def container_id(text: str) -> str | None:
    """The id that a cidfile says; None as long as it is not whole, or if it is something else."""
    found = text.strip()
    return found if _ID.fullmatch(found) else None


def _digest(text: str, digits: int) -> str:
    return sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:digits]
