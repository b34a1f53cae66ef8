"""What a client's call names: a tool, a prompt, a resource; and which names are the same to whoever reads them."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Struct

from supervisor.escaping import printable
from supervisor.scan.words import Key, Kind

CALLS: Final[dict[str, tuple[Kind, str]]] = {
    "tools/call": ("tool", "name"),
    "prompts/get": ("prompt", "name"),
    "resources/read": ("resource", "uri"),
    "resources/subscribe": ("resource", "uri"),
}
"""Requests that use a definition: its kind, and the parameter that names it."""
NAME_CHARS: Final = 100
"""How much of a name is repeated to people."""
_EXPRESSION: Final = re.compile(r"\{[^{}]*\}")


class _Params(Struct, frozen=True):
    name: str = ""
    uri: str = ""


class _Call(Struct, frozen=True):
    params: _Params = _Params()


_call: Final = msgspec.json.Decoder(_Call)


def called(line: bytes | memoryview, method: str) -> Key:
    """What a call is of; the name is empty if it names nothing that could have been listed."""
    kind, parameter = CALLS[method]
    try:
        return kind, str(getattr(_call.decode(line).params, parameter))
    except (msgspec.DecodeError, ValueError, RecursionError):
        return kind, _leniently(bytes(line), parameter)


def called_by(block: memoryview, methods: Sequence[object]) -> list[Key] | None:
    """What the calls among lines of these methods are of; None if that has to be found out line by line."""
    try:
        lines = _call.decode_lines(block)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    found: list[Key] = []
    for method, line in zip(methods, lines, strict=True):
        if isinstance(method, str) and method in CALLS:
            kind, parameter = CALLS[method]
            found.append((kind, line.params.name if parameter == "name" else line.params.uri))
    return found


def _leniently(line: bytes, parameter: str) -> str:
    """Read what the strict decoder refuses: half a surrogate pair, another parameter of another type."""
    try:
        params = json.loads(str(line, "utf-8", "surrogateescape")).get("params")
    except (ValueError, RecursionError, AttributeError):
        return ""
    name = params.get(parameter) if isinstance(params, dict) else None
    return name if isinstance(name, str) else ""


def plain(name: str) -> str:
    """A name without what cannot be seen, and with one way to write each letter."""
    if name.isascii():
        return name
    folded = unicodedata.normalize("NFKC", name)
    return "".join(sign for sign in folded if unicodedata.category(sign) not in ("Cf", "Cc") and not _selects(sign))


def _selects(sign: str) -> bool:
    """Whether it is a variation selector: it says how the sign before it is drawn."""
    return "\ufe00" <= sign <= "\ufe0f" or "\U000e0100" <= sign <= "\U000e01ef"


def shown(name: str) -> str:
    """A name as people and models may be shown it: cut, and with everything escaped that is not a visible sign."""
    return printable(name if len(name) <= NAME_CHARS else f"{name[:NAME_CHARS]}…")


def is_made_by(template: str, uri: str) -> bool:
    """Whether a URI could be one of a template's: its fixed parts, in order, with anything between them."""
    first, *others = _EXPRESSION.split(template)
    if not others:
        return uri == first
    last = others.pop()
    if not uri.startswith(first) or not uri.endswith(last) or len(uri) < len(first) + len(last):
        return False
    position, end = len(first), len(uri) - len(last)
    for part in others:
        position = uri.find(part, position, end)
        if position < 0:
            return False
        position += len(part)
    return True
