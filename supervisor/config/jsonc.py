"""JSON as people keep it: comments and trailing commas are blanked, sign by sign, and the rest is plain JSON.

Blanking keeps every offset, so the errors of the standard decoder name the right line and column. The decoder says
what the values are; a second walk over the text, which is known to be well-formed by then, says where each one stands
and which keys stand twice.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, NamedTuple, NoReturn

from msgspec import Struct

from supervisor.config.paths import Path

Position = tuple[int, int]
"""Line and column, both from 1, columns in characters."""

DEPTH_LIMIT = 100
"""Deeper nesting is refused: nobody writes it, and recursive readers of the tree stay safe."""

_COMMENT = re.compile(r'"(?:[^"\\\n]|\\.)*"?|//[^\n]*|/\*(?:.*?\*/|.*)', re.DOTALL)
_TRAILING_COMMA = re.compile(r'"(?:[^"\\\n]|\\.)*"?|,(?=[ \t\r\n]*[\]}])')
_BRACKET = re.compile(r'"(?:[^"\\\n]|\\.)*"?|[\[\]{}]')
_ODD_NUMBER = re.compile(r"-?Infinity|NaN|-?\d{4000,}")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


class MalformedError(Exception):
    """Text that is not JSON; caught in documents."""

    def __init__(self, reason: str, position: Position | None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.position = position


class Duplicate(NamedTuple):
    """A key that stands twice in one object."""

    path: Path
    first: Position
    second: Position


def without_comments(text: str) -> str:
    """The text with comments turned into blanks; a block comment that never ends stays, for the decoder to refuse."""
    return _COMMENT.sub(_blank_comment, text)


def _blank_comment(found: re.Match[str]) -> str:
    part = found[0]
    is_open = part.startswith("/*") and (len(part) < 4 or not part.endswith("*/"))
    return part if part.startswith('"') or is_open else re.sub(r"[^\r\n]", " ", part)


def value_of(bare: str) -> Any:
    """Decode text whose comments are blanked already. Raises MalformedError."""
    plain = _TRAILING_COMMA.sub(lambda found: " " if found[0] == "," else found[0], bare)
    _refuse_depth(plain)
    try:
        return json.loads(plain, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise MalformedError(error.msg[:1].lower() + error.msg[1:], (error.lineno, error.colno)) from None
    except ValueError:
        odd = next(found for found in _TOKEN.finditer(plain) if _ODD_NUMBER.fullmatch(found[0]))
        raise MalformedError(f"{odd[0][:10]} is no number that can be used", _position(plain, odd.start())) from None


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(word)


def _refuse_depth(plain: str) -> None:
    depth = 0
    for found in _BRACKET.finditer(plain):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(found[0], 0)
        if depth > DEPTH_LIMIT:
            raise MalformedError(f"it is nested deeper than {DEPTH_LIMIT} levels", _position(plain, found.start()))


def _position(text: str, offset: int) -> Position:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


class _Frame(Struct):
    """One object or array that the walk is inside of."""

    path: Path
    is_object: bool
    count: int = 0
    key: str | None = None
    """The key whose value comes next; None where a key is due."""


def index(bare: str) -> tuple[dict[Path, Position], list[Duplicate]]:
    """Where every key and list element of well-formed text stands, and what stands twice. Raises MalformedError."""
    starts = [0, *(found.end() for found in re.finditer("\n", bare))]
    positions: dict[Path, Position] = {}
    duplicates: list[Duplicate] = []
    doubled: set[Path] = set()  # what is below a key that stands twice is not counted again
    for path, offset in _walk(bare):
        line = bisect_right(starts, offset)
        position = (line, offset - starts[line - 1] + 1)
        if path in positions and not doubled.intersection(path[:end] for end in range(len(path))):
            doubled.add(path)
            duplicates.append(Duplicate(path, positions[path], position))
        positions.setdefault(path, position)
    return positions, duplicates


def _walk(bare: str) -> Iterator[tuple[Path, int]]:
    """Yield path and offset of every key and every list element."""
    stack: list[_Frame] = []
    for found in _TOKEN.finditer(bare):
        sign = found[0]
        if sign in "]}":
            stack.pop()
        elif sign == ",":
            stack[-1].key = None
        elif sign != ":":
            path, is_key = _step(stack[-1], sign) if stack else ((), False)
            if path and (is_key or not stack[-1].is_object):
                yield path, found.start()
            if sign in "[{" and not is_key:
                stack.append(_Frame(path=path, is_object=sign == "{"))


def _step(frame: _Frame, sign: str) -> tuple[Path, bool]:
    """The path of what the sign begins, in its frame, and whether it is a key."""
    if not frame.is_object:
        frame.count += 1
        return (*frame.path, frame.count - 1), False
    if frame.key is None:
        frame.key = json.loads(sign) if "\\" in sign else sign[1:-1]
        return (*frame.path, frame.key), True
    return (*frame.path, frame.key), False
