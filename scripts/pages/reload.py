"""The page of what a change of each key asks for at a reload, from supervisor/reload/fields.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scripts.pages import markdown
from supervisor.reload.fields import BLOCKS, SERVER, SETTINGS, Row

INTRODUCTION = """
What `stockade reload` does when a key of the config differs from what is in force; [Reload](../how-to/reload.md) says
how. What is compared is what a key comes to: a default that is written out is no change, and another content behind
`${file:…}` is one.
"""
SERVERS = """
*Restarted*: every process of the server is ended, and it begins anew; its sessions go on with a fresh process, but for
those of a server whose `scan.policy` becomes `quarantine`. *In place*: nothing is ended; it holds for processes that
are started, and sessions that are opened, from then on.
"""
DAEMON = """
*At once*, or *at the next start* of stockade: until then the former value is in force, and every reload says so.
"""
EFFECTS = {"restart": "restarted", "in_place": "in place"}


def pages(_root: Path) -> dict[str, str]:
    """The page by its path."""
    servers = markdown.table(("key", "the server is", "only in mode"), sorted(set(_rows())))
    settings = [
        (markdown.code(key), "at once" if when == "now" else "at the next start") for key, when in SETTINGS.values()
    ]
    body = (
        INTRODUCTION, "## Of a server", SERVERS, servers, "## Of the daemon", DAEMON,
        markdown.table(("key", "in force"), settings),
    )  # fmt: skip
    return {"reload.md": markdown.page("What a reload does with each key", *body)}


def _rows() -> Iterator[tuple[str, str, str]]:
    for name, row in SERVER.items():
        if row.effect != "followed" and name not in ("pinned_as", "secrets"):
            yield from ((markdown.code(key), EFFECTS[row.effect], row.only_in) for key in _keys(name, row))


def _keys(name: str, row: Row) -> list[str]:
    if name not in BLOCKS:
        return [row.key]
    return [f"{row.key}.{part}" for part in BLOCKS[name].values() if part]
