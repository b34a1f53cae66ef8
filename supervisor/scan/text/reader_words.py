"""What the reader's two ways share."""

from __future__ import annotations

from msgspec import Struct


class Number(Struct, frozen=True):
    """A number as it was written: `1.0`, `1e0` and `1` are three."""

    text: str
