"""The decoded view: what a text hides in base64, hex, percent signs, textual escapes or rot13.

Two levels deep, 64 KiB in all for one text. Only what decodes to readable text counts: most long words that could be
base64 are none. Nothing is decoded where `may_hide` says that there is nothing; that costs two passes of the
interpreter's own string search.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from collections.abc import Callable, Iterator
from functools import cached_property
from urllib.parse import unquote_to_bytes

from msgspec import Struct

from supervisor.scan.fold import fold

LEVELS = 2
SIZE_LIMIT = 64 * 1024
"""Characters of decoded text kept for one text."""
LEAST_BYTES = 8
"""Fewer decoded bytes say nothing."""

_LEAST_TEXT = 12
"""Signs of the shortest text that can hide so much: four bytes behind percent signs."""
_WORD = 16
"""Signs of the shortest word that is tried as base64 or hex."""
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_SHAPE = str.maketrans(_ALPHABET, "a" * len(_ALPHABET))
_HEX_SHAPE = str.maketrans("0123456789abcdefABCDEF:,-;", "h" * 22 + " " * 4)
_LONG_WORD, _PAIRS = "a" * _WORD, "hh hh hh hh hh hh hh hh"
_ROT13 = ("rot13", "rot-13", "rot 13", "rot_13")

_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{16,}={0,2}")
_LINE = r"[A-Za-z0-9+/]{40,100}"
_WRAPPED = re.compile(rf"(?<![A-Za-z0-9+/_=-]){_LINE}(?:\s{{1,4}}{_LINE})+(?:\s{{1,4}}[A-Za-z0-9+/]{{2,100}}={{1,2}})?")
_HEX = re.compile(r"(?<![0-9a-zA-Z])(?:0x)?(?:[0-9a-fA-F]{2}){8,}(?![0-9a-zA-Z])")
_PAIRED = re.compile(r"(?<![0-9a-zA-Z])(?:(?:0x)?[0-9a-fA-F]{2}[ :,;-] ?){7,}(?:0x)?[0-9a-fA-F]{2}(?![0-9a-zA-Z])")
_PERCENT = re.compile(r"%[0-9a-fA-F]{2}")
_ESCAPE = re.compile(
    r"\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\u\{[0-9a-fA-F]{1,6}\}|\\[01][0-7]{2}|&#x?[0-9a-fA-F]{2,6};"
)
_LEAST_SIGNS = 4
"""Fewer percent signs or escapes are the odd one that a text shows."""
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


def may_hide(text: str) -> bool:
    """Whether it is worth decoding; False is certain."""
    if len(text) < _LEAST_TEXT:
        return False
    if "%" in text or "\\" in text or "&#" in text or "0x" in text or _LONG_WORD in text.translate(_SHAPE):
        return True
    return _PAIRS in text.translate(_HEX_SHAPE) or _names_rot13(text)


def _names_rot13(text: str) -> bool:
    lower = text.lower()
    return "rot" in lower and any(word in lower for word in _ROT13)


def decoded(text: str) -> tuple[Decoded, ...]:
    """What the text hides, the outer level first and each in order of place; empty for nearly all texts."""
    if not may_hide(text):
        return ()
    found: list[Decoded] = []
    room = SIZE_LIMIT
    level = [Decoded(text, "", 0)]
    for _ in range(LEVELS):
        inner: list[Decoded] = []
        for outer in level:
            for how, start, plain in _layers(outer.text):
                if room <= 0:
                    return (*found, *inner)
                kept = plain[:room]
                room -= len(kept)
                way, place = (f"{outer.how}>{how}", outer.start) if outer.how else (how, start)
                inner.append(Decoded(kept, way, place))
        found += inner
        level = inner
    return tuple(found)


def _layers(text: str) -> Iterator[tuple[str, int, str]]:
    """How, where and what, for all that the text itself hides."""
    if _LONG_WORD in text.translate(_SHAPE):
        yield from _of_words(text, _BASE64, "base64", _of_base64)
        yield from _of_words(text, _WRAPPED, "base64", _of_base64)
        yield from _of_words(text, _HEX, "hex", _of_hex)
    if "0x" in text or _PAIRS in text.translate(_HEX_SHAPE):
        yield from _of_words(text, _PAIRED, "hex", _of_hex)
    if "%" in text:
        yield from _of_percents(text)
    if "\\" in text or "&#" in text:
        yield from _of_escapes(text)
    if _names_rot13(text):
        yield "rot13", 0, codecs.encode(text, "rot13")


def _of_words(
    text: str, pattern: re.Pattern[str], how: str, decode: Callable[[str], str | None]
) -> Iterator[tuple[str, int, str]]:
    for found in pattern.finditer(text):
        plain = decode(found[0])
        if plain is not None:
            yield how, found.start(), plain


def _of_base64(word: str) -> str | None:
    bare = word.rstrip("=")
    if bare.islower() or bare.isupper() or bare.isdigit():
        return None  # a name, a constant, a number
    bare = "".join(bare.split())[: SIZE_LIMIT * 4 // 3 & ~3].replace("-", "+").replace("_", "/")
    bare = bare[: len(bare) - 1] if len(bare) % 4 == 1 else bare
    try:
        return _readable(base64.b64decode(bare + "=" * (-len(bare) % 4)))
    except (binascii.Error, ValueError):
        return None


def _of_hex(word: str) -> str | None:
    digits = re.sub(r"0x|[^0-9a-fA-F]", "", word)[: SIZE_LIMIT * 2]
    return _readable(bytes.fromhex(digits[: len(digits) & ~1]))


def _of_percents(text: str) -> Iterator[tuple[str, int, str]]:
    signs = _PERCENT.findall(text)
    if len(signs) >= _LEAST_SIGNS:
        plain = unquote_to_bytes(text.encode("utf-8", "replace")).decode("utf-8", "replace")
        yield "percent", text.find(signs[0]), plain


def _of_escapes(text: str) -> Iterator[tuple[str, int, str]]:
    signs = _ESCAPE.findall(text)
    if len(signs) >= _LEAST_SIGNS:
        yield "escape", text.find(signs[0]), _ESCAPE.sub(_of_escape, text)


def _of_escape(found: re.Match[str]) -> str:
    sign = found[0]
    if sign.startswith("&#"):
        digits = sign[2:-1]
        number = int(digits[1:], 16) if digits[0] == "x" else int(digits) if digits.isdigit() else 0xFFFD
    elif sign[1] in "xu":
        number = int(sign[2:].strip("{}"), 16)
    else:
        number = int(sign[1:], 8)
    return chr(number) if number < 0x110000 else "\ufffd"


def _readable(data: bytes) -> str | None:
    """The bytes as text, if that is what they are: UTF-8 or UTF-16, and nearly all of it printable."""
    if len(data) < LEAST_BYTES:
        return None
    try:
        text = data.decode("utf-16-le" if data[1::2].count(0) * 3 > len(data) else "utf-8")
    except UnicodeDecodeError:
        return None
    shown = sum(sign.isprintable() or sign in "\n\r\t" for sign in text)
    return text if shown >= len(text) * _READABLE_PART else None
