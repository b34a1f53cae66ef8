"""One text for all ways to write the same JSON object, and the pin that is made of it.

Keys are sorted, blanks are gone, texts are UTF-8 with as few escapes as JSON allows, numbers stay as they were written.
Lone surrogates, which UTF-8 does not know, stay escapes. What the reader could not read without loss (keys that stand
twice, wrong UTF-8, more than it takes) has no such text: its bytes stand for it as they came, so that two of them are
the same only if every byte is.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error
from hashlib import sha256
from typing import Any

from msgspec import Struct

from supervisor.scan.text.reader import read
from supervisor.scan.text.reader_words import Number
from supervisor.scan.words import Definition

AS_BYTES = "base64:"
"""How the text of something begins that is kept byte by byte; no JSON text begins so."""

_ESCAPED = re.compile(r'["\\\x00-\x1f\ud800-\udfff]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
_OF_NO_USE_TO_CLIENTS = frozenset({"version"})
_SAID_OF_ITSELF = ("instructions", "serverInfo")


class Received(Struct, frozen=True, kw_only=True):
    """A definition with its pin; made once for each, so that a judgement reads nothing twice."""

    definition: Definition
    text: str
    """The canonical text."""
    digest: str
    """Its pin: SHA-256, 64 hexadecimal digits."""

    @property
    def is_readable(self) -> bool:
        """Whether it could be read without loss."""
        return not self.text.startswith(AS_BYTES)


def received(definition: Definition) -> Received:
    """Read a definition and pin it."""
    text = canonical(definition.raw) if definition.kind != "server" else said_of_itself(definition.raw)
    return Received(definition=definition, text=text, digest=digest_of(text))


def digest_of(text: str) -> str:
    """The pin of a canonical text."""
    return sha256(text.encode()).hexdigest()


def canonical(data: bytes) -> str:
    """The canonical text of a JSON text. Never raises: what cannot be read without loss stands for itself."""
    found = read(data)
    if found.losses or found.duplicates:
        return AS_BYTES + b64encode(data).decode()
    return written(found.value)


def said_of_itself(data: bytes) -> str:
    """The canonical text of what a server says of itself, out of its answer to the opening of the protocol.

    Instructions and serverInfo only, without the version: the rest of the answer is made for one client.
    """
    found = read(data)
    if found.losses or found.duplicates:
        return AS_BYTES + b64encode(data).decode()
    said = found.value if isinstance(found.value, dict) else {}
    kept = {key: said[key] for key in _SAID_OF_ITSELF if key in said}
    if isinstance(info := kept.get("serverInfo"), dict):
        kept["serverInfo"] = {key: value for key, value in info.items() if key not in _OF_NO_USE_TO_CLIENTS}
    return written(kept)


def bytes_of(text: str) -> bytes | None:
    """The bytes that a text stands for which begins with AS_BYTES; None if it is damaged."""
    try:
        return b64decode(text.removeprefix(AS_BYTES), validate=True)
    except Error:
        return None


def written(value: Any) -> str:
    """Write a value of the reader's as canonical JSON. Recurses as deep as the reader let it be."""
    match value:
        case str():
            return quoted(value)
        case dict():
            return "{" + ",".join([f"{quoted(key)}:{written(value[key])}" for key in sorted(value)]) + "}"
        case list():
            return "[" + ",".join([written(inner) for inner in value]) + "]"
        case Number():
            return value.text
        case True:
            return "true"
        case False:
            return "false"
        case _:
            return "null"


def quoted(text: str) -> str:
    """A text as a JSON string with as few escapes as can be."""
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(found: re.Match[str]) -> str:
    sign = found[0]
    return _SHORT.get(sign) or f"\\u{ord(sign):04x}"
