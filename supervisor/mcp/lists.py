"""The lists that a server offers besides its tools: prompts, resources, templates; asked for one by one, without I/O.

What goes wrong here costs only that it is not known: a server whose tools are listed is usable. So nothing here fails;
what was not learnt is told as a gap.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from msgspec import Raw

from supervisor.mcp.eras import value
from supervisor.mcp.spans import elements

MAX_PAGES: Final = 100
"""Pages of one list; a server with more of them is not going to end."""
MAX_LIST_BYTES: Final = 64 * 1024 * 1024
"""Bytes of all definitions in one list of a server."""


class Kind(NamedTuple):
    """One list."""

    capability: str
    method: str
    member: str


KINDS: Final = (
    Kind("prompts", "prompts/list", "prompts"),
    Kind("resources", "resources/list", "resources"),
    Kind("resources", "resources/templates/list", "resourceTemplates"),
)
METHODS: Final = frozenset(kind.method for kind in KINDS)
OPTIONAL: Final = frozenset({"resources/templates/list"})
"""A server of resources need not know of these: that it refuses is no gap."""


class Lists:
    """The further lists of one server, as far as they were learnt."""

    def __init__(self, capabilities: dict[str, Any]) -> None:
        self._left = [kind for kind in KINDS if kind.capability in capabilities]
        self._cursors: set[str] = set()
        self.found: dict[str, list[bytes]] = {kind.member: [] for kind in KINDS}
        """Each definition as the server wrote it, by the member that it stands in."""
        self.gaps: list[str] = []
        """What is not known, and why, for people."""

    def next(self) -> str | None:
        """The method to ask now; None if all is known that will be."""
        return self._left[0].method if self._left else None

    def listed(self, result: dict[str, Raw]) -> str | None:
        """Take one page; returns the cursor of the next one, None when this list is over."""
        kind = self._left[0]
        found = self.found[kind.member]
        page = page_of(result, kind.member)
        if page is None:
            self._over(f"`{kind.member}` is not a list")
            return None
        found.extend(page)
        cursor = value(result.get("nextCursor"), str)
        if not cursor:
            self._over()
            return None
        if cursor in self._cursors or len(self._cursors) + 1 >= MAX_PAGES or sum(map(len, found)) > MAX_LIST_BYTES:
            self._over("its pages do not end")
            return None
        self._cursors.add(cursor)
        return cursor

    def refused(self, reason: str) -> None:
        """The server answered with an error."""
        self._over("" if self._left[0].method in OPTIONAL else f"it answered: {reason}")

    def abandon(self, reason: str) -> None:
        """No answer will come any more: nothing of what is left is known."""
        while self._left:
            self._over(reason)

    def _over(self, gap: str = "") -> None:
        kind = self._left.pop(0)
        self._cursors.clear()
        if gap:
            self.gaps.append(f"{kind.method}: {gap}")


def page_of(result: Mapping[str, Raw], member: str) -> list[bytes] | None:
    """The definitions in one page, as it was written; none where the member is missing, None if it is no list."""
    array = bytes(result.get(member, b"[]"))
    spans = elements(array)
    return None if spans is None else [array[begin:end] for begin, end in spans]
