"""A key that stands twice in one object: one reader sees the first value, another the last."""

from __future__ import annotations

from collections.abc import Iterator

from supervisor.scan.checks.check import Check
from supervisor.scan.context import Context
from supervisor.scan.text.items import Item
from supervisor.scan.words import Hit


def find(item: Item, context: Context) -> Iterator[Hit]:
    """One hit for each key."""
    for pointer in item.duplicates:
        yield Hit(
            pointer=pointer, evidence=pointer, tier="hard", confidence=0.95,
            message="this key stands more than once in its object: what is shown need not be what is used",
        )  # fmt: skip


CHECK = Check(id="json.duplicate_key", title="Keys that stand twice in one object", find=find)
