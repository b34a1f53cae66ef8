"""Regular expressions that are compiled when they are first used.

The checks have several hundred; to compile them all takes half a second, and a definition that has nothing for a check
never asks for its expressions. Once used, an expression costs what a compiled one costs: its methods are the compiled
one's own.
"""

from __future__ import annotations

import re
from typing import Any, cast

_PARTS = (
    "search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split", "groupindex",
    "groups", "pattern", "flags",
)  # fmt: skip


class _Lazy:
    """Stands for a compiled expression until somebody needs it; after that it has all that one has."""

    def __init__(self, text: str, flags: int) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        if name not in _PARTS:
            raise AttributeError(name)
        compiled = re.compile(self._text, self._flags)
        for part in _PARTS:  # two threads may do this at once: they set the same
            setattr(self, part, getattr(compiled, part))
        return getattr(compiled, name)

    def __repr__(self) -> str:
        return f"lazy({self._text!r})"


def lazy(text: str, flags: int = 0) -> re.Pattern[str]:
    """An expression that is compiled at its first use, which is also when a mistake in it raises."""
    return cast("re.Pattern[str]", _Lazy(text, flags))


def is_lazy(value: object) -> bool:
    """Whether a value was made by `lazy`."""
    return isinstance(value, _Lazy)
