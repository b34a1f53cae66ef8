"""How single encodings are undone: from the encoded word, or the text that holds it, to readable text or nothing.

Only what turns out to be text counts: most long words that could be base64 are none.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from supervisor.scan.text.lazy import lazy

SIZE_LIMIT = 64 * 1024
"""Characters of decoded text kept for one text."""
LEAST_BYTES = 8
"""Fewer decoded bytes say nothing."""
_READABLE_PART = 0.9
_RUN = lazy(r"[\t\n\r\x20-\x7e]{16,}")
"""Printable bytes in a row that are looked at within data that is no text."""
_PIECE = lazy(r"[A-Za-z0-9+/]{16,}")
_LEAST_SHIFTED = 24
_PERCENT = lazy(r"%[0-9a-fA-F]{2}")
_QUOTED = lazy(r"=[0-9A-F]{2}=[0-9A-F]{2}")
_ESCAPE = lazy(
    r"\\x[0-9a-fA-F]{2}|[\\%]u[0-9a-fA-F]{4}|U\+[0-9A-F]{4,6} ?|\\u\{[0-9a-fA-F]{1,6}\}|\\U[0-9a-fA-F]{8}"
    r"|\\[01][0-7]{2}|&(?:#[0-9]{2,8}|#[xX][0-9a-fA-F]{2,8}"
    r"|lt|gt|quot|amp|apos|nbsp|lpar|rpar|lsqb|sol|colon|period|num|vert|dollar);?"
)
_NUMBERS = lazy(r"(?<![\d.])(?:[0-9]{2,3}[ ,;]{1,2}){7,}[0-9]{2,3}(?![\d.])")
_LONG = lazy(r"\S{16,4000}")
_BITS = lazy(r"(?<![01])(?:[01]{8}[ ,]?){8,}(?![01])")


def of_base64(word: str) -> str | None:
    """A word in either alphabet, with or without padding, in parts, or behind a few signs of something else."""
    bare = "".join(word.split()).rstrip("=")
    if bare.islower() or bare.isdigit():
        return None  # a name, a number
    if bare.isupper():
        return of_base32(bare)
    return next((plain for one in _readings(bare) if (plain := _of_base64(one)) is not None), None)


def _readings(bare: str) -> Iterator[str]:
    yield bare.replace("-", "+").replace("_", "/")
    if "-" in bare or "_" in bare:
        yield bare.replace("-", "").replace("_", "")
        bare = max(_PIECE.findall(bare), key=len, default="")
        yield bare
    if len(bare) >= _LEAST_SHIFTED and not bare.isalpha():
        yield from (bare[at:] for at in (1, 2, 3))


def _of_base64(bare: str) -> str | None:
    bare = bare[: SIZE_LIMIT * 4 // 3 & ~3]
    bare = bare[: len(bare) - 1] if len(bare) % 4 == 1 else bare
    try:
        return readable(base64.b64decode(bare + "=" * (-len(bare) % 4)))
    except (binascii.Error, ValueError):
        return None


def of_base32(bare: str) -> str | None:
    """A word in capitals and digits."""
    bare = bare[: SIZE_LIMIT * 8 // 5 & ~7]
    try:
        return readable(base64.b32decode(bare + "=" * (-len(bare) % 8)))
    except (binascii.Error, ValueError):
        return None


def of_base85(text: str, has_word: Callable[[], bool]) -> Iterator[tuple[str, int, str]]:
    """Words in base85 or Ascii85, in a text that names it or frames them as Adobe does, as long as one more may be."""
    for found in _LONG.finditer(text[:SIZE_LIMIT]):
        if not has_word():
            return
        word = found[0].removeprefix("<~").removesuffix("~>")
        for decode in (base64.b85decode, base64.a85decode):
            try:
                plain = readable(decode(word))
            except ValueError:
                continue
            if plain is not None:
                yield "base85", found.start(), plain


def of_hex(word: str) -> str | None:
    """Hexadecimal digits, with or without what parts them."""
    digits = re.sub(r"0x|[^0-9a-fA-F]", "", word)[: SIZE_LIMIT * 2]
    return readable(bytes.fromhex(digits[: len(digits) & ~1]))


def of_percents(text: str) -> Iterator[tuple[str, int, str]]:
    """A text with percent signs, whole: few of them can cover what would be seen otherwise."""
    first = _PERCENT.search(text)
    if first:
        plain = unquote_to_bytes(text[: SIZE_LIMIT * 3].encode("utf-8", "replace")).decode("utf-8", "replace")
        yield "percent", first.start(), plain


def of_quoted(text: str) -> Iterator[tuple[str, int, str]]:
    """A text in quoted-printable (RFC 2045), whole."""
    first = _QUOTED.search(text)
    if first:
        data = binascii.a2b_qp(text[: SIZE_LIMIT * 3].encode("utf-8", "replace"))
        yield "quoted", first.start(), data.decode("utf-8", "replace")


def of_escapes(text: str) -> Iterator[tuple[str, int, str]]:
    """A text with escapes of programming languages or of HTML, whole."""
    first = _ESCAPE.search(text)
    if first:
        yield "escape", first.start(), _ESCAPE.sub(lambda one: _of_escape(one[0]), text[: SIZE_LIMIT * 6])


@lru_cache(maxsize=1024)
def _of_escape(sign: str) -> str:
    if sign[0] == "&":
        return html.unescape(sign.rstrip(";") + ";")
    number = int(sign[2:].strip("{} "), 16) if sign[1] in "xuU+" else int(sign[1:], 8)
    return chr(number) if number < 0x110000 else "\ufffd"


def of_numbers(text: str) -> Iterator[tuple[str, int, str]]:
    """Rows of the numbers of characters, decimal or binary."""
    for found in _NUMBERS.finditer(text):
        numbers = [int(number) for number in re.findall(r"[0-9]+", found[0])[:SIZE_LIMIT]]
        plain = readable(bytes(numbers)) if max(numbers) < 256 else None
        if plain is not None:
            yield "numbers", found.start(), plain
    for found in _BITS.finditer(text):
        octets = re.findall(r"[01]{8}", found[0])[:SIZE_LIMIT]
        plain = readable(bytes(int(octet, 2) for octet in octets))
        if plain is not None:
            yield "numbers", found.start(), plain


def readable(data: bytes) -> str | None:
    """The bytes as text, if that is what they are, perhaps compressed: UTF-8 or UTF-16, nearly all of it printable.

    Of other data, the rows of printable bytes, if there are any.
    """
    if len(data) < LEAST_BYTES:
        return None
    data = _inflated(data)
    wide = (
        "utf-16-le"
        if data[1::2].count(0) * 3 > len(data)
        else "utf-16-be"
        if data[::2].count(0) * 3 > len(data)
        else ""
    )
    text = data.decode(wide or "utf-8", "replace")
    if _is_readable(text):
        return text
    return "\n".join(_RUN.findall(data.decode("latin-1"))) or None


def _is_readable(text: str) -> bool:
    """Whether nearly all of it is printable; nearly always the interpreter's own counting tells."""
    least = len(text) * _READABLE_PART
    known = len(text) - text.count("\ufffd")
    if known < least or (known == len(text) and text.isprintable()):
        return known >= least
    return sum(sign != "\ufffd" and (sign.isprintable() or sign in "\n\r\t") for sign in text) >= least


def _inflated(data: bytes) -> bytes:
    """What zlib or gzip packed, cut off at the limit; other data as it is."""
    if data[:2] not in (b"\x1f\x8b", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda"):
        return data
    try:
        return zlib.decompressobj(wbits=47).decompress(data, SIZE_LIMIT) or data
    except zlib.error:
        return data
