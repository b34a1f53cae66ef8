"""Where two JSON values differ, place by place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from supervisor.scan.text.reader_walk import escape

Steps = tuple[str, ...]
"""The keys and positions from the top to a place."""


class Missing(Struct, frozen=True):
    """Stands for a value that is not there."""


MISSING = Missing()


class Place(Struct, frozen=True, kw_only=True):
    """One place at which two values differ."""

    steps: Steps
    before: Any
    after: Any

    @property
    def pointer(self) -> str:
        """The place as a JSON pointer."""
        return "".join(f"/{escape(step)}" for step in self.steps)


def differences(before: Any, after: Any, steps: Steps = ()) -> Iterator[Place]:
    """Every place at which they differ, in the order of the keys; what was added or removed whole is one place.

    Lists of the same length are compared position by position; others are one place. Recurses as deep as the values.
    """
    if type(before) is dict and type(after) is dict:
        for key in sorted(before.keys() | after.keys()):
            yield from differences(before.get(key, MISSING), after.get(key, MISSING), (*steps, key))
    elif type(before) is list and type(after) is list and len(before) == len(after) and _hold_objects(before, after):
        for n, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from differences(one, other, (*steps, str(n)))
    elif type(before) is not type(after) or before != after:
        yield Place(steps=steps, before=before, after=after)


def _hold_objects(before: list[Any], after: list[Any]) -> bool:
    return any(type(one) is dict or type(one) is list for one in (*before, *after))
