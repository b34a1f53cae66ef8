"""The page about the life of a container, from the tables in supervisor/container/states.py."""

from __future__ import annotations

import ast
from pathlib import Path

from scripts.pages import markdown
from scripts.pages.source import read

Table = dict[tuple[str, str], str]

INTRODUCTION = """
What follows from what, for one container. An event that has no row in a state changes nothing there: it is late or
doubled, and is counted.
"""


def pages(root: Path) -> dict[str, str]:
    """The page by its path."""
    source = read(root / "supervisor" / "container" / "states.py")
    states, events = (ast.literal_eval(source.aliases[name].type) for name in ("STATES", "EVENTS"))
    life: Table = ast.literal_eval(source.aliases["LIFE"].type)
    rules = "\n".join(line for line in source.doc.splitlines() if line.startswith(("* ", "  ")))
    rows = [(markdown.code(was), markdown.code(event), markdown.code(then)) for (was, event), then in life.items()]
    return {
        "container-life.md": markdown.page(
            "The life of a container",
            INTRODUCTION,
            diagram(life),
            rules,
            _meanings("state", states),
            _meanings("event", events),
            markdown.table(("in", "on", "becomes"), rows),
        )
    }


def diagram(life: Table) -> str:
    """A state diagram in Mermaid's notation, which is readable where it is not drawn; one arrow between two states."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for (was, event), then in life.items():
        if was != then:
            arrows.setdefault((was, then), []).append(event)
    ends = sorted(set(life.values()) - {was for was, _ in life})
    first = next(was for was, _ in life)
    lines = [
        f"[*] --> {first}",
        *(f"{was} --> {then}: {', '.join(events)}" for (was, then), events in arrows.items()),
        *(f"{end} --> [*]" for end in ends),
    ]
    return "\n".join(["```mermaid", "stateDiagram-v2", *(f"    {line}" for line in lines), "```"])


def _meanings(kind: str, table: dict[str, str]) -> str:
    return markdown.table((kind, "meaning"), ((markdown.code(name), text) for name, text in table.items()))
