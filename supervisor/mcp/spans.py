"""Where the members of an object and the elements of an array stand in the bytes of a JSON text.

Nothing is read again or written anew: whoever cuts something out of a text leaves every other byte as it came. An
object in which a key stands twice has no members that all readers would agree on, so it has none here.
"""

from __future__ import annotations

import json
import re
from typing import Final, NamedTuple, TypeVar

import msgspec
from msgspec import Raw

T = TypeVar("T")
MAX_MEMBERS: Final = 256
"""Keys of one object: no message of the protocol has a tenth of them at the levels that are looked at."""

MAX_ELEMENTS: Final = 20_000
"""Elements of one array: twice as many definitions as the largest list that is put up with."""

_object: Final = msgspec.json.Decoder(dict[str, Raw])
_array: Final = msgspec.json.Decoder(list[Raw])
_SPACE: Final = re.compile(rb"[ \t\r\n]*")
_STRING: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_ODD: Final = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}|NaN|Infinity")
_PLAIN: Final = {b"NaN": b"1e1", b"Infinity": b"1.000000"}
_INTERRUPTIONS: Final = (msgspec.DecodeError, ValueError, RecursionError)


class Member(NamedTuple):
    """One member of an object; offsets into the text."""

    key: str
    begin: int
    """Of the key's opening quote."""
    value: int
    """Where its value begins."""
    end: int
    """Behind its value."""


def members(text: bytes) -> list[Member] | None:
    """The members of the object that a text is, in order; None if it is no object, or one with a doubled key."""
    found = _decoded(_object, text)
    if found is None or len(found[0]) > MAX_MEMBERS:
        return None
    values, readable = found
    members: list[Member] = []
    position = _after_space(text, _after_space(text, 0) + 1)
    while text[position : position + 1] != b"}":
        member = _member(readable, position, values)
        if member is None or len(members) > len(values):
            return None
        members.append(member if readable is text else member._replace(key=_key(text, member.begin)))
        position = _after_space(text, member.end)
        if text[position : position + 1] == b",":
            position = _after_space(text, position + 1)
    return members if len(members) == len(values) else None


def _member(text: bytes, begin: int, values: dict[str, Raw]) -> Member | None:
    """The member that begins here; None where a key is doubled, if not at its first place, then by the count.

    The decoder keeps a doubled key's last value, which is not what stands behind the first.
    """
    quoted = _STRING.match(text, begin)
    assert quoted is not None
    key = _key(text, begin)
    raw = values.get(key)
    value = _after_space(text, _after_space(text, quoted.end()) + 1)
    if raw is None or not text.startswith(written := bytes(raw), value):
        return None
    end = value + len(written)
    after = _after_space(text, end)
    return Member(key, begin, value, end) if text[after : after + 1] in (b",", b"}") else None  # not 1 for 12


def _key(text: bytes, begin: int) -> str:
    quoted = _STRING.match(text, begin)
    assert quoted is not None
    key: str = json.loads(str(quoted.group(), "utf-8", "surrogateescape"))
    return key


def elements(text: bytes) -> list[tuple[int, int]] | None:
    """Where the elements of the array that a text is begin and end, in order; None if it is no array, or too long."""
    found = _decoded(_array, text)
    if found is None or len(found[0]) > MAX_ELEMENTS:
        return None
    values, text = found
    spans: list[tuple[int, int]] = []
    position = _after_space(text, 0) + 1
    for raw in values:
        begin = _after_space(text, position)
        end = begin + len(memoryview(raw))
        spans.append((begin, end))
        position = _after_space(text, end) + 1
    return spans


def without(text: bytes, spans: list[tuple[int, int]], gone: set[int]) -> bytes:
    """The text without some of the members or elements whose spans these are, and without the commas they needed."""
    kept = [index for index in range(len(spans)) if index not in gone]
    if not gone or not spans:
        return text
    if not kept:
        return text[: spans[0][0]] + text[spans[-1][1] :]
    pieces = [text[: spans[0][0]]]
    for index in kept:
        is_last = index == kept[-1]
        until = spans[index][1] if is_last else spans[index + 1][0]
        pieces.append(text[spans[index][0] : until])
    pieces.append(text[spans[-1][1] :])
    return b"".join(pieces)


def _plain(odd: re.Match[bytes]) -> bytes:
    """What takes the place of something that is refused: as long, and another for each surrogate (private use)."""
    found = odd.group()
    return _PLAIN.get(found) or b"\\u%04x" % (int(found[2:], 16) - 0xD800 + 0xE000)


def _after_space(text: bytes, position: int) -> int:
    space = _SPACE.match(text, position)
    assert space is not None
    return space.end()


def _decoded(decoder: msgspec.json.Decoder[T], text: bytes) -> tuple[T, bytes] | None:
    """What a text holds, and the text in which it stands so.

    That is the same at the same offsets, but without what the decoder refuses and real peers write: an escaped half of
    a surrogate pair, and NaN.
    """
    try:
        return decoder.decode(text), text
    except _INTERRUPTIONS:
        pass
    shadow = _ODD.sub(_plain, text)
    try:
        return decoder.decode(shadow), shadow
    except _INTERRUPTIONS:
        return None
