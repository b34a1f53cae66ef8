"""The decoded view: what a text hides in base64, hex, percent signs, textual escapes or rot13.

Two levels deep, 64 KiB in all for one text. Only what decodes to readable text counts: most long words that could be
base64 are none. Nothing here is looked for where a cheap pattern says that there is nothing.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from collections.abc import Iterator
from functools import cached_property
from urllib.parse import unquote_to_bytes

from msgspec import Struct

from supervisor.scan.fold import fold

LEVELS = 2
SIZE_LIMIT = 64 * 1024
"""Characters of decoded text kept for one text."""

_MAYBE = re.compile(
    r"[A-Za-z0-9+/_-]{16}|(?:[0-9a-fA-F]{2}[\s:,]?){8}|%[0-9a-fA-F]{2}|\\[xu0]|&#|\brot-?13\b|0x[0-9a-fA-F]{2}"
)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_HEX = re.compile(r"(?<![0-9a-zA-Z])(?:0x)?(?:[0-9a-fA-F]{2}){8,}(?![0-9a-zA-Z])")
_SPACED_HEX = re.compile(
    r"(?<![0-9a-zA-Z])(?:(?:0x|\\x)?[0-9a-fA-F]{2}[ :,]){7,}(?:0x|\\x)?[0-9a-fA-F]{2}(?![0-9a-zA-Z])"
)
_PERCENT = re.compile(r"[^\s%]{0,200}(?:%[0-9a-fA-F]{2}[^\s%]{0,40}){3,}")
_ESCAPE = re.compile(
    r"\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\u\{[0-9a-fA-F]{1,6}\}|\\[0-3][0-7]{2}|&#x?[0-9a-fA-F]{2,6};"
)
_ROT13 = re.compile(r"\brot-?13\b|\bcaesar\b", re.IGNORECASE)
_READABLE_PART = 0.9


class Decoded(Struct, frozen=True, dict=True):
    """One text that was hidden in another."""

    text: str
    how: str
    """`base64`, `hex`, `percent`, `escape` or `rot13`; `base64>hex` for one within another."""
    start: int
    """Where the encoded part begins in the text that holds it."""

    @cached_property
    def folded(self) -> str:
        """The folded view of it."""
        return fold(self.text)


def decoded(text: str) -> tuple[Decoded, ...]:
    """What the text hides, in order of place; empty for nearly all texts."""
    if _MAYBE.search(text) is None:
        return ()
    found: list[Decoded] = []
    room = SIZE_LIMIT
    level = [Decoded(text, "", 0)]
    for _ in range(LEVELS):
        inner: list[Decoded] = []
        for outer in level:
            for how, start, plain in _layers(outer.text):
                kept = plain[:room]
                room -= len(kept)
                if not kept:
                    return tuple(found)
                way = f"{outer.how}>{how}" if outer.how else how
                inner.append(Decoded(kept, way, start if not outer.how else outer.start))
        found += inner
        level = inner
    return tuple(found)


def _layers(text: str) -> Iterator[tuple[str, int, str]]:
    for pattern, how, decode in (
        (_BASE64, "base64", _of_base64), (_HEX, "hex", _of_hex), (_SPACED_HEX, "hex", _of_hex),
        (_PERCENT, "percent", _of_percent),
    ):  # fmt: skip
        for match in pattern.finditer(text):
            plain = decode(match[0])
            if plain is not None:
                yield how, match.start(), plain
    if len(escapes := _ESCAPE.findall(text)) >= 4:
        yield "escape", text.find(escapes[0]), _ESCAPE.sub(_of_escape, text)
    if _ROT13.search(text):
        yield "rot13", 0, codecs.encode(text, "rot13")


def _of_base64(word: str) -> str | None:
    bare = word.rstrip("=")[: SIZE_LIMIT * 4 // 3].replace("-", "+").replace("_", "/")
    bare = bare[: len(bare) - 1] if len(bare) % 4 == 1 else bare
    try:
        return _readable(base64.b64decode(bare + "=" * (-len(bare) % 4)))
    except (binascii.Error, ValueError):
        return None


def _of_hex(word: str) -> str | None:
    digits = re.sub(r"0x|\\x|[^0-9a-fA-F]", "", word)[: SIZE_LIMIT * 2]
    return _readable(bytes.fromhex(digits[: len(digits) & ~1]))


def _of_percent(word: str) -> str | None:
    return _readable(unquote_to_bytes(word[: SIZE_LIMIT * 3]))


def _of_escape(found: re.Match[str]) -> str:
    sign = found[0]
    if sign.startswith("&#"):
        number = int(sign[3:-1], 16) if sign[2] == "x" else int(sign[2:-1]) if sign[2:-1].isdigit() else 0xFFFD
    elif sign[1] in "xu":
        number = int(sign[2:].strip("{}"), 16)
    else:
        number = int(sign[1:], 8)
    return chr(number) if number < 0x110000 else "\ufffd"


def _readable(data: bytes) -> str | None:
    """The bytes as text, if that is what they are: UTF-8, and nearly all of it printable."""
    if len(data) < 8:
        return None
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    shown = sum(sign.isprintable() or sign in "\n\r\t" for sign in text)
    return text if shown >= len(text) * _READABLE_PART else None
