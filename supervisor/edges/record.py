"""An event as it leaves the process: one flat record, redacted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from supervisor.errors import Problem
from supervisor.events import severity_of
from supervisor.kernel.specs import Published


class Redacts(Protocol):
    """What is needed of a redactor."""

    def redact(self, text: str) -> str:
        """Return the text with every secret value replaced."""


class Record(Struct, frozen=True, kw_only=True):
    """One event with what every event has; `line` is its JSON form without the newline."""

    seq: int
    at_s: float
    """Seconds since the epoch."""
    type: str
    server: str
    severity: int
    fields: dict[str, Any]
    """The whole record, as it is in `line`."""
    line: bytes


class Recorder:
    """Makes records; knows this run's id and its secrets."""

    def __init__(self, instance: str, redactor: Redacts) -> None:
        self._instance = instance
        self._redactor = redactor
        self._json = msgspec.json.Encoder()

    def record(self, published: Published[Any]) -> Record:
        """Flatten and redact one published event."""
        event: Struct = published.body
        severity = severity_of(event)
        fields: dict[str, Any] = {
            "ts": timestamp(published.at_s),
            "seq": published.seq,
            "instance": self._instance,
            "type": str(event.__struct_config__.tag),
            "severity": int(severity),
            "correlation": published.correlation,
        }
        fields |= self.redacted(msgspec.to_builtins(event, builtin_types=()))
        problem = getattr(event, "problem", None)
        if isinstance(problem, Problem):
            fields["message"] = self.redacted(problem.text)
        return Record(
            seq=published.seq,
            at_s=published.at_s,
            type=fields["type"],
            server=str(fields.get("server", "")),
            severity=severity,
            fields=fields,
            line=self._json.encode(fields),
        )

    def redacted(self, value: Any) -> Any:
        """Redact every text in a value made of plain lists, dicts and scalars."""
        match value:
            case str():
                return self._redactor.redact(value).encode("utf-8", "backslashreplace").decode()  # JSON knows no others
            case list() | tuple():
                return [self.redacted(item) for item in value]
            case dict():
                return {key: self.redacted(item) for key, item in value.items()}
            case _:
                return value


def timestamp(at_s: float) -> str:
    """Return RFC 3339 in UTC with microseconds."""
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
