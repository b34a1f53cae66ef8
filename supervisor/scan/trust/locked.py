"""The rows of a lock file: one server, one decided or undecided text; written, and read with nothing taken on trust."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from typing import Any, cast, get_args

from supervisor.scan.text.reader import read
from supervisor.scan.trust.canonical import AS_BYTES, bytes_of, digest_of, written
from supervisor.scan.trust.changes import DEPTH as DEFINITION_DEPTH
from supervisor.scan.trust.pins import By, Pin, Seen, ServerPins
from supervisor.scan.words import Kind, WithholdReason

DEPTH = DEFINITION_DEPTH + 8
"""Levels that are read of a file: a definition lies five levels deep in it."""
PREFIX = "sha256:"

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_OF_SERVER = {"since", "settled", "origin", "trusted", "rejected"}
_OF_TEXT = {"kind", "name", "pin", "at", "by", "who", "rules", "findings", "definition", "bytes"}
_OF_SEEN = {"kind", "name", "pin", "at", "rules", "findings", "definition", "bytes", "reason", "detail", "whole"}


class WrongError(Exception):
    """Something that stockade did not write; caught in lockfile.py and store.py."""

    def __init__(self, place: str, reason: str, *, line: int = 0, near: str = "") -> None:
        super().__init__(place, reason)
        self.place = place
        """The entry, for people; empty for the whole file."""
        self.reason = reason
        self.line = line
        self.near = near
        """A text that stands on the line, if the line is not known."""


def server_row(pins: ServerPins) -> dict[str, Any]:
    """What a file keeps of a server."""
    row: dict[str, Any] = {}
    if pins.since:
        row["since"] = pins.since
    row["settled"] = pins.is_settled
    if pins.origin:
        row["origin"] = pins.origin
    row["trusted"] = [_pin_row(pin) for pin in pins.pins]
    row["rejected"] = [_pin_row(pin) for pin in pins.rejected]
    return row


def seen_row(seen: Seen) -> dict[str, Any]:
    """What is kept of an undecided text, in the state directory only."""
    return {**_text_row(seen), "reason": seen.reason, "detail": seen.detail, "whole": seen.is_whole}


def _pin_row(pin: Pin) -> dict[str, Any]:
    row = _text_row(pin)
    definition = row.popitem()
    row["by"] = pin.by
    if pin.who:
        row["who"] = pin.who
    return dict([*row.items(), definition])


def _text_row(one: Pin | Seen) -> dict[str, Any]:
    row: dict[str, Any] = {"kind": one.kind, "name": one.name, "pin": PREFIX + one.digest, "at": one.at}
    row |= {"rules": one.rules, "findings": list(one.findings)}
    if one.text.startswith(AS_BYTES):
        row["bytes"] = one.text.removeprefix(AS_BYTES)
    else:
        row["definition"] = read(one.text.encode(), depth_limit=DEFINITION_DEPTH).value
    return row


def server(name: str, row: Any) -> ServerPins:
    """Read what is kept of a server. Raises WrongError."""
    place = f"servers.{name if name.isprintable() else repr(name)}"
    row = only(place, row, _OF_SERVER)
    since = _text(place, row, "since", is_optional=True)
    if since:
        _check_time(place, since)
    settled = row.get("settled", False)
    if not isinstance(settled, bool):
        raise WrongError(f"{place}.settled", "is neither true nor false")
    pins = [_pin(f"{place}.trusted", one) for one in _list(place, row, "trusted")]
    rejected = [_pin(f"{place}.rejected", one) for one in _list(place, row, "rejected")]
    _check_twice(place, pins, rejected)
    return ServerPins(
        server=name,
        since=since,
        is_settled=settled,
        origin=_text(place, row, "origin", is_optional=True),
        pins=tuple(sorted(pins, key=lambda pin: pin.key)),
        rejected=tuple(sorted(rejected, key=lambda pin: (pin.key, pin.digest))),
    )


def seen(row: Any) -> Seen:
    """Read an undecided text. Raises WrongError."""
    row = only("seen", row, _OF_SEEN)
    kind, name, digest, text = _contents("seen", row)
    reason = row.get("reason")
    if reason is not None and reason not in get_args(WithholdReason):
        raise WrongError("seen", f"has a reason that is not known: {reason!r}")
    return Seen(
        kind=kind, name=name, digest=digest, text=text, at=_time("seen", row), rules=_text("seen", row, "rules"),
        findings=_findings("seen", row), reason=reason, detail=_text("seen", row, "detail"),
        is_whole=row.get("whole") is True,
    )  # fmt: skip


def _check_twice(place: str, pins: list[Pin], rejected: list[Pin]) -> None:
    """One definition is trusted in one text, and no text is both trusted and rejected. Raises WrongError."""
    trusted: dict[Any, Pin] = {}
    for pin in pins:
        if pin.key in trusted:
            raise WrongError(f"{place}.trusted", f"has {pin.kind} {pin.name!r} twice", near=pin.digest)
        trusted[pin.key] = pin
    for pin in rejected:
        if pin.key in trusted and trusted[pin.key].digest == pin.digest:
            raise WrongError(place, f"trusts and rejects the same text of {pin.kind} {pin.name!r}", near=pin.digest)


def _pin(place: str, row: Any) -> Pin:
    row = only(place, row, _OF_TEXT)
    kind, name, digest, text = _contents(place, row)
    by = row.get("by")
    if by not in get_args(By):
        raise WrongError(f"{place} ({kind} {name!r})", f"`by` is none of {', '.join(get_args(By))}", near=digest)
    return Pin(
        kind=kind, name=name, digest=digest, text=text, at=_time(place, row), by=cast("By", by),
        who=_text(place, row, "who", is_optional=True), rules=_text(place, row, "rules"),
        findings=_findings(place, row),
    )  # fmt: skip


def _contents(place: str, row: dict[str, Any]) -> tuple[Kind, str, str, str]:
    """Kind, name, pin and text of an entry, of which the last two match. Raises WrongError."""
    kind, name, pin = (_text(place, row, key) for key in ("kind", "name", "pin"))
    here = f"{place} ({kind} {name!r})"
    if kind not in get_args(Kind):
        raise WrongError(here, f"there is no kind {kind!r}", near=pin)
    if ("definition" in row) == ("bytes" in row):
        raise WrongError(here, "has no definition", near=pin)
    text = written(row["definition"]) if "definition" in row else AS_BYTES + _text(place, row, "bytes")
    if "bytes" in row and bytes_of(text) is None:
        raise WrongError(here, "its bytes are not base64", near=pin)
    if pin != PREFIX + digest_of(text):
        raise WrongError(here, "its text does not match its pin: one of them was changed by hand", near=pin)
    _check_name(here, kind, name, row.get("definition"), pin)
    return cast("Kind", kind), name, pin.removeprefix(PREFIX), text


_NAMED = {"tool": "name", "prompt": "name", "resource": "uri", "template": "uriTemplate"}


def _check_name(place: str, kind: str, name: str, definition: Any, pin: str) -> None:
    """The name of an entry is its definition's: else what was approved for one would count for another."""
    if kind not in _NAMED or not isinstance(definition, dict):
        return
    own = definition.get(_NAMED[kind])
    if name and own != name:  # one whose name nobody could read has none
        raise WrongError(place, f"is the definition of {own!r}", near=pin)


def only(place: str, row: Any, known: Collection[str]) -> dict[str, Any]:
    """The row, if it is an object without keys that are not known. Raises WrongError."""
    if not isinstance(row, dict):
        raise WrongError(place, "is no object")
    for key in row:
        if key not in known:
            raise WrongError(place, f"has a key that is not known: {key!r}", near=f'"{key}"')
    return row


def _text(place: str, row: dict[str, Any], key: str, *, is_optional: bool = False) -> str:
    value = row.get(key, "" if is_optional else None)
    if not isinstance(value, str):
        raise WrongError(f"{place}.{key}", "is no text" if key in row else "is missing")
    return value


def _list(place: str, row: dict[str, Any], key: str) -> list[Any]:
    value = row.get(key)
    if not isinstance(value, list):
        raise WrongError(f"{place}.{key}", "is no list" if key in row else "is missing")
    return value


def _findings(place: str, row: dict[str, Any]) -> tuple[str, ...]:
    found = _list(place, row, "findings")
    if not all(isinstance(one, str) for one in found):
        raise WrongError(f"{place}.findings", "holds something that is no text")
    return tuple(sorted(found))


def _time(place: str, row: dict[str, Any]) -> str:
    at = _text(place, row, "at")
    _check_time(place, at)
    return at


def _check_time(place: str, at: str) -> None:
    try:
        is_time = _TIME.fullmatch(at) is not None and bool(datetime.fromisoformat(at))
    except ValueError:
        is_time = False
    if not is_time:
        raise WrongError(place, f"{at!r} is no time such as 2026-01-31T12:00:00Z", near=at)
