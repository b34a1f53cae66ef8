"""What is tried where, and what came of it: shared by the tests and by scripts/escapes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from real.sandbox.attacks.catalogue import GROUPS, LIFECYCLE
from real.sandbox.attacks.trial import BROKEN, DONE

LEVELS = ("S1", "S2", "S3")
LIFE = {"lifecycle": "", "death of stockade": "killed"}
"""Groups of attacks on the end of a server: by a stop, and by kill -9 of stockade; with the key of their rounds."""
OPEN_GROUPS = tuple(name for name, group in GROUPS.items() if group.network == "allow")
RESTRICTED = {name: group.network for name, group in GROUPS.items() if group.network != "allow"}
ALL_GROUPS = (*GROUPS, *LIFE)
NOT_STARTED = "not started"
REFUSALS = frozenset(
    {
        "EACCES", "EPERM", "EXDEV", "EROFS", "ENOENT", "ENODEV", "ENXIO", "ESRCH", "ECHILD", "EINVAL", "ENOTTY",
        "EIDRM", "ENOSYS", "ENOTSUP", "EAFNOSUPPORT", "EPROTONOSUPPORT", "ESOCKTNOSUPPORT", "ENETUNREACH",
        "ECONNREFUSED", "EADDRNOTAVAIL", "ETIMEDOUT", "EMFILE", "ENOMEM", "ENOSPC", "EAGAIN", "EFBIG",
        "ended", NOT_STARTED,
    }
)  # fmt: skip
"""Outcomes by which a sandbox or the limits say no; anything else is a fault of the attack."""


class Row(NamedTuple):
    """One attack, and what came of it."""

    group: str
    attack: str
    bare: str
    """Without a sandbox."""
    levels: Mapping[str, str]
    """By level."""

    @property
    def counts(self) -> bool:
        """Whether it works without a sandbox: what does not is no proof of anything."""
        return self.bare == DONE

    def is_open(self, level: str) -> bool:
        """Whether it works in spite of the sandbox."""
        return self.counts and self.levels[level] == DONE


def rounds_as_another(user: str, python: str) -> list[dict[str, Any]]:
    """The rounds of a server of root's that becomes another user, who can run this Python."""
    groups = ["works", *OPEN_GROUPS]
    return [
        {"name": f"{level}-another", "spec": {"level": level, "user": user}, "python": python, "groups": groups}
        for level in LEVELS[1:]
    ]


def rows_as_another(found: Mapping[str, Any]) -> list[Row]:
    """What came of the attacks of such a server."""
    return [
        Row(
            group,
            attack,
            _outcome(found, "bare", group, attack),
            _by_level(found, LEVELS[1:], group, attack, "-another"),
        )
        for group in OPEN_GROUPS
        for attack in _attacks(group, 0)
    ]


def rounds(levels: Sequence[str]) -> list[dict[str, Any]]:
    """The rounds of one user: without a sandbox, and at each level."""
    bare: list[dict[str, Any]] = [{"name": "bare", "groups": ["facts", *GROUPS]}]
    return [*bare, *_lives("bare", {}), *(one for level in levels for one in _of_level(level))]


def _of_level(level: str) -> Iterator[dict[str, Any]]:
    spec = {"level": level}
    yield {"name": level, "spec": spec, "groups": ["facts", "works", *OPEN_GROUPS]}
    yield {"name": f"{level}-none", "spec": {**spec, "network": "none"}, "groups": ["no network", "works offline"]}
    yield {"name": f"{level}-ports", "spec": {**spec, "network": "ports"}, "groups": ["ports", "allowed ports"]}
    yield from _lives(level, {"spec": spec})


def _lives(name: str, more: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    yield {"name": f"{name}-stop", "groups": ["lifecycle"], **more}
    yield {"name": f"{name}-killed", "groups": ["lifecycle"], "killed": True, **more}


def rows(found: Mapping[str, Any], levels: Sequence[str], uid: int) -> list[Row]:
    """What came of every attack, from all rounds of a user."""
    return [
        Row(group, attack, _outcome(found, "bare", group, attack), _by_level(found, levels, group, attack))
        for group in ALL_GROUPS
        for attack in _attacks(group, uid)
    ]


def _attacks(group: str, uid: int) -> Sequence[str]:
    if group in GROUPS:
        return tuple(GROUPS[group].for_user(uid))
    return LIFECYCLE if group == "lifecycle" else LIFECYCLE[:-1]  # dead children go to whoever inherits them


def _by_level(
    found: Mapping[str, Any], levels: Sequence[str], group: str, attack: str, suffix: str = ""
) -> dict[str, str]:
    return {level: _outcome(found, level + suffix, group, attack) for level in levels}


def _outcome(found: Mapping[str, Any], place: str, group: str, attack: str) -> str:
    if group in LIFE:
        name, key = f"{place}-{LIFE[group] or 'stop'}", "lifecycle"
    else:
        name = f"{place}-{RESTRICTED[group]}" if group in RESTRICTED and place != "bare" else place
        key = group
    if "problem" in found[name]:
        return NOT_STARTED
    outcome: str = found[name].get(key, {}).get(attack, f"{BROKEN}nothing was heard of it")
    return outcome


def is_refusal(outcome: str) -> bool:
    """Whether an outcome in a sandbox is a plain no."""
    return outcome in REFUSALS or outcome.startswith(("refused: ", "killed by SIGSYS"))
