"""An own reader of JSON over bytes: it loses nothing and never raises.

The usual decoders keep the last of two equal keys, break on lone surrogates, rewrite numbers and recurse. This one
tells of every key that stands twice, keeps lone surrogates and numbers as written, reads on where the text is not
UTF-8, and goes no deeper than it is told to; what it could not read, it names.

Most texts are plain. They go through the standard library's decoder, which is ten times as fast, with hooks that notice
a key that stands twice; whatever that decoder is not sure to read alike goes through `reader_walk`. A test holds that
both read the same.
"""

from __future__ import annotations

from json import JSONDecodeError, JSONDecoder
from typing import Any, Literal

from msgspec import Struct

from supervisor.scan.text import reader_walk
from supervisor.scan.text.reader_words import Number

DEPTH_LIMIT = 64
"""Levels of objects and arrays within one definition."""
SIZE_LIMIT = 64 * 1024 * 1024
"""Bytes of one text; as much as the handshake takes of all pages of a list (mcp/handshake.py)."""
VALUE_LIMIT = 2_000_000
"""Values of one text: 10,000 tools of 200 values each."""

Loss = Literal["not_json", "not_utf8", "too_deep", "too_large"]
"""Why something was not read, or not as it was meant."""


class Read(Struct, frozen=True, kw_only=True):
    """One text as it was read."""

    value: Any
    """Objects, lists, texts, `Number`s, booleans and None; None too where the text is no JSON or too large."""
    duplicates: tuple[str, ...] = ()
    """JSON pointers to keys that stand more than once in their object, each told once, in order of appearance."""
    losses: tuple[Loss, ...] = ()
    """What costs coverage; empty if all of the text was read."""


def read(data: bytes, *, depth_limit: int = DEPTH_LIMIT) -> Read:
    """Read one JSON text. Never raises; the work is linear in its length."""
    if len(data) > SIZE_LIMIT:
        return Read(value=None, losses=("too_large",))
    losses: tuple[Loss, ...] = ()
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text, losses = _salvaged(data), ("not_utf8",)
    if not losses and data.count(b",") + data.count(b"[") + data.count(b"{") < VALUE_LIMIT:
        quick = _quick(text, depth_limit)
        if quick is not None:
            return quick
    walked = reader_walk.walk(text, depth_limit=depth_limit, value_limit=VALUE_LIMIT)
    return Read(value=walked.value, duplicates=walked.duplicates, losses=losses + walked.losses)


def _salvaged(data: bytes) -> str:
    """Text of bytes that are not UTF-8: surrogates written as bytes are kept, other wrong bytes show as U+FFFD."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace")


def _quick(text: str, depth_limit: int) -> Read | None:
    """Read a plain text; None where it takes the walk to say what it holds."""
    try:
        value = _DECODER.decode(text)
    except (JSONDecodeError, RecursionError, _DoubledError):
        return None
    if text.count("{") + text.count("[") > depth_limit and not _is_within(value, depth_limit):
        return None
    return Read(value=value)


class _DoubledError(Exception):
    """A key stands twice."""


def _joined(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    joined = dict(pairs)
    if len(joined) != len(pairs):
        raise _DoubledError
    return joined


_DECODER = JSONDecoder(
    object_pairs_hook=_joined, parse_int=Number, parse_float=Number, parse_constant=Number, strict=False
)


def _is_within(value: Any, depth_limit: int) -> bool:
    """Whether no object or array lies deeper than the limit."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(depth_limit):
        if not level:
            return True
        level = [
            inner
            for outer in level
            for inner in (outer.values() if type(outer) is dict else outer)
            if type(inner) is dict or type(inner) is list
        ]
    return not level
