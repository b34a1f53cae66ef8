"""The page of every event, from supervisor/events.py."""

from __future__ import annotations

from pathlib import Path

from scripts.pages import markdown
from scripts.pages.source import Class, Field, Source, read


def pages(root: Path) -> dict[str, str]:
    """The page by its path; nothing as long as there is no events.py."""
    path = root / "supervisor" / "events.py"
    if not path.exists():
        return {}
    source = read(path)
    events = [class_ for class_ in source.classes.values() if class_.tag]
    common = [field for class_ in source.classes.values() if not class_.tag for field in class_.fields]
    blocks = [source.doc, "## All events", _index(source, events)]
    if common:
        blocks += ["## Fields of every event", _fields(common)]
    return {"events.md": markdown.page("Events", *blocks, *(_section(source, event) for event in events))}


def _severity(source: Source, event: Class) -> str:
    return source.all_constants(event).get("severity", "").rpartition(".")[2].strip("\"'").lower()


def _index(source: Source, events: list[Class]) -> str:
    rows = [
        (f"[`{event.tag}`](#{_anchor(event)})", _severity(source, event), event.doc.partition("\n\n")[0])
        for event in events
    ]
    return markdown.table(("event", "severity", "meaning"), rows)


def _anchor(event: Class) -> str:
    return (event.tag or "").replace(".", "")


def _fields(fields: list[Field]) -> str:
    rows = [
        (markdown.code(field.name), markdown.code(field.type), markdown.code(field.default), field.doc)
        for field in fields
    ]
    return markdown.table(("field", "type", "default", "meaning"), rows)


def _section(source: Source, event: Class) -> str:
    severity = _severity(source, event)
    about = f"{event.doc}\n\nSeverity: {severity}." if severity else event.doc
    return f"## {event.tag}\n\n{about}\n\n{_fields(list(event.fields))}"
