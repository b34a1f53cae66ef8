"""What a check of the engine is: one question, put to every definition."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from supervisor.scan.context import Context
from supervisor.scan.text.items import Item
from supervisor.scan.words import Hit

Find = Callable[[Item, Context], Iterator[Hit]]


class Check(Struct, frozen=True, kw_only=True):
    """One check. It is pure and total, keeps no state, and is cheap on a definition that has nothing for it."""

    id: str
    """Such as `phrase.injection`; it stands in every finding and in the docs."""
    title: str
    """What it looks for, for people."""
    find: Find
    """Yields what it finds in one definition, in the order of the definition's units."""
