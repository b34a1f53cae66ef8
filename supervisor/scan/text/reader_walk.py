"""The reader's thorough way: one pass over the text, sign by sign, with a stack of its own instead of recursion."""

from __future__ import annotations

import re
from collections.abc import Callable
from json import JSONDecodeError, decoder
from typing import Any, Literal

from msgspec import Struct

from supervisor.scan.text.reader_words import Number

_SCAN: Callable[[str, int, bool], tuple[str, int]] = decoder.scanstring  # type: ignore[attr-defined]  # not in its stubs
_BLANK = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|NaN|-?Infinity")
_BRACKET = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}]', re.DOTALL)
_WORDS = {"t": ("true", True), "f": ("false", False), "n": ("null", None)}
_CLOSERS = {True: "}", False: "]"}

WalkLoss = Literal["not_json", "too_deep", "too_large"]


class Walked(Struct, frozen=True, kw_only=True):
    """What a walk over a text has read."""

    value: Any
    duplicates: tuple[str, ...]
    losses: tuple[WalkLoss, ...]


class _Frame(Struct):
    """One object or array that the walk is inside of."""

    holds: Any
    is_object: bool
    pointer: str
    key: str = ""


class _MalformedError(Exception):
    """The text is no JSON from here on."""


def walk(text: str, *, depth_limit: int, value_limit: int) -> Walked:
    """Read a text; where it is no JSON the value is None. A value that lies too deep is read over, and is None, too."""
    at = _Walk(text, depth_limit, value_limit)
    try:
        value = at.run()
    except _MalformedError:
        return Walked(value=None, duplicates=tuple(at.duplicates), losses=("not_json",))
    return Walked(value=value, duplicates=tuple(at.duplicates), losses=tuple(at.losses))


class _Walk:
    """A walk lives as long as its text: where it stands, and what it is inside of."""

    def __init__(self, text: str, depth_limit: int, value_limit: int) -> None:
        self.text = text
        self.depth_limit = depth_limit
        self.left = value_limit
        self.position = 1 if text.startswith("\ufeff") else 0
        self.stack: list[_Frame] = []
        self.duplicates: dict[str, None] = {}
        self.losses: dict[WalkLoss, None] = {}

    def run(self) -> Any:
        """The whole text's value. Raises _MalformedError."""
        value, is_open = self._value()
        while self.stack or is_open:
            frame = self.stack[-1]
            if is_open and self._closes(frame):
                value, is_open = self._pop(), False
            elif is_open or self._goes_on(frame):
                self._key(frame)
                inner, is_open = self._value(frame)
                if not is_open:
                    self._put(frame, inner)
                continue
            else:
                value = self._pop()
            if self.stack:
                self._put(self.stack[-1], value)
        self._skip()
        if self.position != len(self.text):
            raise _MalformedError
        return value

    def _pop(self) -> Any:
        return self.stack.pop().holds

    def _skip(self) -> str:
        """Go past blanks; the sign that stands there, or nothing at the end."""
        found = _BLANK.match(self.text, self.position)
        self.position = found.end() if found else self.position
        return self.text[self.position : self.position + 1]

    def _closes(self, frame: _Frame) -> bool:
        """Whether an object or array that has just begun ends at once."""
        if self._skip() != _CLOSERS[frame.is_object]:
            return False
        self.position += 1
        return True

    def _goes_on(self, frame: _Frame) -> bool:
        sign = self._skip()
        self.position += 1
        if sign == ",":
            return True
        if sign == _CLOSERS[frame.is_object]:
            return False
        raise _MalformedError

    def _key(self, frame: _Frame) -> None:
        if not frame.is_object:
            return
        if self._skip() != '"':
            raise _MalformedError
        frame.key = self._string()
        if frame.key in frame.holds:
            self.duplicates[f"{frame.pointer}/{escape(frame.key)}"] = None
        if self._skip() != ":":
            raise _MalformedError
        self.position += 1

    def _put(self, frame: _Frame, value: Any) -> None:
        if frame.is_object:
            frame.holds[frame.key] = value
        else:
            frame.holds.append(value)

    def _value(self, frame: _Frame | None = None) -> tuple[Any, bool]:
        """The value that begins here, and whether it is an object or array that was entered."""
        sign = self._skip()
        self.left -= 1
        if sign == '"':
            return self._string(), False
        if sign and sign in "{[":
            return self._enter(frame, is_object=sign == "{")
        if sign in _WORDS:
            word, value = _WORDS[sign]
            if not self.text.startswith(word, self.position):
                raise _MalformedError
            self.position += len(word)
            return value, False
        found = _NUMBER.match(self.text, self.position)
        if found is None:
            raise _MalformedError
        self.position = found.end()
        return Number(found[0]), False

    def _enter(self, frame: _Frame | None, *, is_object: bool) -> tuple[Any, bool]:
        if len(self.stack) >= self.depth_limit or self.left < 0:
            self.losses["too_large" if self.left < 0 else "too_deep"] = None
            self._leap()
            return None, False
        pointer = "" if frame is None else f"{frame.pointer}/{_step(frame)}"
        self.stack.append(_Frame({} if is_object else [], is_object, pointer))
        self.position += 1
        return None, True

    def _string(self) -> str:
        try:
            value, self.position = _SCAN(self.text, self.position + 1, False)
        except JSONDecodeError:
            raise _MalformedError from None
        return value

    def _leap(self) -> None:
        """Go past an object or array without reading it; only its brackets are counted."""
        depth = 0
        for found in _BRACKET.finditer(self.text, self.position):
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(found[0], 0)
            if not depth:
                self.position = found.end()
                return
        raise _MalformedError


def _step(frame: _Frame) -> str:
    return escape(frame.key) if frame.is_object else str(len(frame.holds))


def escape(key: str) -> str:
    """A key as a step of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1") if "~" in key or "/" in key else key
