"""The decoded view: what a text hides in base64, hex, numbers, percent signs, textual escapes or turned letters.

Two levels deep, 64 KiB in all for one text. Only what decodes to readable text counts (decodings.py). Nothing is
decoded where `may_hide` says that there is nothing; that costs a few passes of the interpreter's own string search.
What lies past these bounds was not looked at, and that is told: else what stands before an encoding would hide it.
All texts of a definition share a room, too (`Room`): a thousand texts may not be decoded a thousand times as much.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from functools import cached_property

from msgspec import Struct

from supervisor.scan.text.decodings import (
    SIZE_LIMIT,
    of_base64,
    of_base85,
    of_escapes,
    of_hex,
    of_numbers,
    of_percents,
    of_quoted,
)
from supervisor.scan.text.disguises import may_disguise, undisguised
from supervisor.scan.text.fold import fold, without_ignorable
from supervisor.scan.text.lazy import lazy

LEVELS = 2
SIGNS_LIMIT = 4 * SIZE_LIMIT
"""Characters of decoded text kept for one definition."""
WORDS_LIMIT = 8000
"""Words of one definition that are tried, each in all its readings: a few take 30 microseconds."""
FOUND_LIMIT = 2000
"""Decoded texts of one definition: each is read as if it were a text of its own, which takes 100 microseconds."""

LEAST_TEXT = 12
"""Signs of the shortest text that can hide so much: four bytes behind percent signs."""
_WORD = 16
"""Signs of the shortest word that is tried as base64 or hex."""
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_SHAPE = bytes.maketrans(_ALPHABET, b"a" * len(_ALPHABET))
_HEX_SHAPE = bytes.maketrans(b"0123456789abcdefABCDEF:,-;", b"h" * 22 + b" " * 4)
_LONG_WORD, _PAIRS = b"a" * _WORD, b"hh hh hh hh hh hh hh hh"
_FOURS, _EIGHTS = b" ".join([b"a" * 4] * 5), b" ".join([b"a" * 8] * 4)
_GROUPS = b"hhhh hhhh hhhh"
_ROT13 = ("rot13", "rot-13", "rot 13", "rot_13")
_DIGITS, _BETWEEN = bytes.maketrans(b"0123456789", b"9" * 10), b" ,;"
_NUMBERS = b"9" * 16
_QUOTED = lazy("=[0-9A-F]{2}=[0-9A-F]{2}")

_BASE64 = lazy(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,}={0,2}")
_LINE = r"[A-Za-z0-9+/]{40,100}"
_WRAPPED = lazy(rf"(?<![A-Za-z0-9+/_-]){_LINE}(?:\s{{1,4}}{_LINE})+(?:\s{{1,4}}[A-Za-z0-9+/]{{2,100}}={{1,2}})?")
_PARTED = tuple(
    lazy(
        rf"(?<![A-Za-z0-9+/])(?:[A-Za-z0-9+/]{{{size}}}\s{{1,2}}){{{least},}}[A-Za-z0-9+/]{{2,{size}}}={{0,2}}(?![\w+/])"
    )
    for size, least in ((4, 4), (8, 3), (16, 2), (20, 2), (24, 2), (32, 2))
)
"""The same in parts of one length; English has no five words of four letters in a row, but for chance."""
_DATA = lazy(r"(?:data:[^,\s]{0,100},)?(?:[A-Za-z0-9+/_-]{40,}+\s{0,4}+)*+[A-Za-z0-9+/_-]{0,39}={0,2}\s{0,4}")
"""A picture, say: one long word in base64, of which the first 64 KiB tell whether it is text."""
_HEX = lazy(r"(?<![0-9a-zA-Z])(?:0x)?(?:[0-9a-fA-F]{2}){8,}(?![0-9a-zA-Z])")
_PAIRED = lazy(r"(?<![0-9a-zA-Z])(?:(?:0x)?[0-9a-fA-F]{2}[ :,;-] ?){7,}(?:0x)?[0-9a-fA-F]{2}(?![0-9a-zA-Z])")
_GROUPED = lazy(r"(?<![0-9a-zA-Z])[0-9a-fA-F]{2,4}(?:[ :][0-9a-fA-F]{4}){3,}(?:[ :][0-9a-fA-F]{2})?(?![0-9a-zA-Z])")


class Decoded(Struct, frozen=True, dict=True):
    """One text that was hidden in another."""

    text: str
    how: str
    """In words, such as `base64`; `base64>hex` for one within another."""
    start: int
    """Where the encoded part begins in the text that holds it."""

    @cached_property
    def folded(self) -> str:
        """The folded view of it."""
        return fold(self.text)


def may_hide(text: str) -> bool:
    """Whether it is worth decoding; False is certain."""
    if len(text) < LEAST_TEXT:
        return False
    if "%" in text or "\\" in text or "&#" in text or "&lt" in text or "0x" in text or "U+" in text or "<~" in text:
        return True
    signs = without_ignorable(text).encode("ascii", "replace")
    shape = signs.translate(_SHAPE)
    if _LONG_WORD in shape or _is_parted(shape) or _NUMBERS in signs.translate(_DIGITS, _BETWEEN):
        return True
    digits = signs.translate(_HEX_SHAPE)
    return _PAIRS in digits or _GROUPS in digits or bool(turns_named(text)) or _has_quoted(text) or may_disguise(text)


def _is_parted(shape: bytes) -> bool:
    return _FOURS in shape or _EIGHTS in shape or shape.count(_LONG_WORD) > 2


def _has_quoted(text: str) -> bool:
    return text.count("=") > 1 and _QUOTED.search(text) is not None


def turns_named(text: str) -> tuple[str, ...]:
    """The ways to turn letters that a text names: `rot13`, `reversed`. Without a name nobody reads such a text."""
    lower = text.lower()
    is_rot13 = "rot" in lower and any(word in lower for word in _ROT13)
    is_reversed = "reverse" in lower or "backward" in lower
    return ("rot13",) * is_rot13 + ("reversed",) * is_reversed


def turned(text: str, way: str) -> str:
    """The text with its letters turned in a way that `turns_named` tells."""
    return codecs.encode(text[:SIZE_LIMIT], "rot13") if way == "rot13" else text[-SIZE_LIMIT:][::-1]


class Room:
    """How much of one definition may still be decoded."""

    __slots__ = ("_found", "_signs", "_words", "is_short")

    def __init__(self) -> None:
        self._words = WORDS_LIMIT
        self._found = FOUND_LIMIT
        self._signs = SIGNS_LIMIT
        self.is_short = False
        """There was more to decode than that."""

    def has_word(self) -> bool:
        """Whether one more word may be tried, which counts as tried."""
        self._words -= 1
        self.is_short = self.is_short or self._words < 0
        return self._words >= 0

    def has_text(self, size: int) -> bool:
        """Whether one more decoded text of so many characters may be kept, which counts as kept."""
        self._found -= 1
        self._signs -= size
        self.is_short = self.is_short or self._found < 0 or self._signs < 0
        return self._found >= 0 and self._signs >= 0


class Hidden(Struct, frozen=True):
    """What a text hides."""

    found: tuple[Decoded, ...] = ()
    """The outer level first, and each in order of place."""
    is_whole: bool = True
    """There is no more than that; otherwise some of the text was not decoded."""


def decoded(text: str) -> tuple[Decoded, ...]:
    """What the text hides, as far as it was decoded; empty for nearly all texts."""
    return hidden(text).found


def is_data(text: str) -> bool:
    """Whether it is one long word in base64, with or without the head of a data URI: nothing that is read as prose."""
    return _DATA.fullmatch(text) is not None


def hidden(text: str, room: Room | None = None) -> Hidden:
    """What the text hides, and whether that is all; the room is that of the definition of which it is a text."""
    is_long = len(text) > SIZE_LIMIT
    is_whole = not is_long or not may_hide(text) or is_data(text)
    text = without_ignorable(text[: SIZE_LIMIT * 8])
    if not may_hide(text):
        return Hidden(is_whole=is_whole)
    found = _found(text, room or Room())
    # What fills the room may have been cut, and have kept others out. Of long data 64 KiB are decoded, which as text
    # are a third as many signs at least; a picture gives but crumbs.
    most = SIZE_LIMIT // 4 if is_long else SIZE_LIMIT
    return Hidden(found, is_whole and sum(len(one.text) for one in found) < most)


def _found(text: str, room: Room) -> tuple[Decoded, ...]:
    if room.is_short:
        return ()
    found: list[Decoded] = []
    left = SIZE_LIMIT
    level = [Decoded(text, "", 0)]
    for _ in range(LEVELS):
        inner: list[Decoded] = []
        for outer in level:
            for how, start, plain in _layers(outer.text, room):
                kept = plain[:left]
                if left <= 0 or not room.has_text(len(kept)):
                    return (*found, *inner)
                left -= len(kept)
                way, place = (f"{outer.how}>{how}", outer.start) if outer.how else (how, start)
                inner.append(Decoded(kept, way, place))
        found += inner
        level = inner
    return tuple(found)


def _layers(text: str, room: Room) -> Iterator[tuple[str, int, str]]:
    """How, where and what, for all that the text itself hides."""
    signs = text.encode("ascii", "replace")
    shape = signs.translate(_SHAPE)
    if _LONG_WORD in shape:
        yield from _of_words(text, _BASE64, "base64", of_base64, room)
        yield from _of_words(text, _WRAPPED, "base64", of_base64, room)
        yield from _of_words(text, _HEX, "hex", of_hex, room)
    for pattern in _PARTED if _is_parted(shape) else ():
        yield from _of_words(text, pattern, "base64", of_base64, room)
    yield from _of_pairs(text, signs.translate(_HEX_SHAPE), room)
    if "85" in text or "<~" in text:
        yield from of_base85(text, room.has_word)
    if "%" in text:
        yield from of_percents(text)
    if "\\" in text or "&#" in text or "&lt" in text or "U+" in text or "%u" in text:
        yield from of_escapes(text)
    if _NUMBERS in signs.translate(_DIGITS, _BETWEEN):
        yield from of_numbers(text)
    if _has_quoted(text):
        yield from of_quoted(text)
    if may_disguise(text):
        yield from undisguised(text)
    for way in turns_named(text):
        yield way, 0, turned(text, way)


def _of_pairs(text: str, digits: bytes, room: Room) -> Iterator[tuple[str, int, str]]:
    if "0x" in text or _PAIRS in digits:
        yield from _of_words(text, _PAIRED, "hex", of_hex, room)
    if _GROUPS in digits:
        yield from _of_words(text, _GROUPED, "hex", of_hex, room)


def _of_words(
    text: str, pattern: re.Pattern[str], how: str, decode: Callable[[str], str | None], room: Room
) -> Iterator[tuple[str, int, str]]:
    for found in pattern.finditer(text):
        if not room.has_word():
            return
        plain = decode(found[0])
        if plain is not None:
            yield how, found.start(), plain
