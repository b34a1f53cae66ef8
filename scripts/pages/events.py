"""The page of every event, from supervisor/events.py."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from scripts.pages import markdown
from scripts.pages.source import Class, Field, Source, read
from supervisor.edges.journal import message_id


@dataclass(frozen=True)
class Told:
    """Every event there is, as the source tells of it."""

    source: Source
    events: list[Class]


def read_events(root: Path) -> Told | None:
    """Read them; None as long as there is no events.py."""
    path = root / "supervisor" / "events.py"
    if not path.exists():
        return None
    ours = read(path)
    # the kernel's facts are events too, and the kernel does not know events.py
    specs = root / "supervisor" / "kernel" / "specs.py"
    kernel = read(specs).classes if specs.exists() else {}
    listed = set(re.findall(r"\w+", ours.aliases["AnyEvent"].type)) if "AnyEvent" in ours.aliases else set()
    source = replace(ours, classes={name: kernel[name] for name in kernel if name in listed} | ours.classes)
    return Told(source, [class_ for class_ in source.classes.values() if class_.tag])


def pages(root: Path) -> dict[str, str]:
    """The page by its path; nothing as long as there is no events.py."""
    told = read_events(root)
    if told is None:
        return {}
    source, events = told.source, told.events
    blocks = [source.doc, "## All events", _index(source, events), *(_section(source, event) for event in events)]
    return {"events.md": markdown.page("Events", *blocks)}


def _severity(source: Source, event: Class) -> str:
    if "KERNEL_SEVERITY" in source.aliases:
        kernel = dict(re.findall(r"(\w+): (?:\w+\.)?(\w+)", source.aliases["KERNEL_SEVERITY"].type))
    else:
        kernel = {}
    return (kernel.get(event.name) or source.all_constants(event).get("severity", "").rpartition(".")[2]).lower()


def _index(source: Source, events: list[Class]) -> str:
    rows = [
        (f"[`{event.tag}`](#{_anchor(event)})", _severity(source, event), event.doc.partition("\n\n")[0])
        for event in events
    ]
    return markdown.table(("event", "severity", "meaning"), rows)


def _anchor(event: Class) -> str:
    return (event.tag or "").replace(".", "")


def _fields(fields: tuple[Field, ...]) -> str:
    rows = [
        (markdown.code(field.name), markdown.code(field.type), markdown.code(field.default), field.doc)
        for field in fields
    ]
    return markdown.table(("field", "type", "default", "meaning"), rows)


def _section(source: Source, event: Class) -> str:
    severity = _severity(source, event)
    journal = f"In the journal: `MESSAGE_ID={message_id(event.tag or '')}`."
    about = f"{event.doc}\n\nSeverity: {severity}. {journal}" if severity else event.doc
    return f"## {event.tag}\n\n{about}\n\n{_fields(source.all_fields(event))}"
