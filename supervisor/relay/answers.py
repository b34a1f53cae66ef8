"""An answer that defines something, taken apart: its definitions, and the same line without some of them.

What is passed on keeps its bytes: what is withheld is cut out with the comma it needed, and nothing else changes. An
answer that two readers could read differently (a doubled key, `Tools` beside `tools`) is not taken apart at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Final, NamedTuple

from supervisor.mcp import spans
from supervisor.mcp.definitions import LISTINGS, SERVER_INFO, Listing, definition, own_words
from supervisor.mcp.spans import Member
from supervisor.scan.words import Definition

ENVELOPE: Final = frozenset({"jsonrpc", "id", "method", "result", "error"})
RESULT: Final = frozenset({"instructions", "serverinfo", "_meta", *(one.key.lower() for one in LISTINGS.values())})
"""Members that decide what a client is shown; some readers of JSON take any case for them."""
_RESULT_KEYS: Final = frozenset({"instructions", "serverInfo", "_meta", *(one.key for one in LISTINGS.values())})
MODEST: Final = re.compile(r"[A-Za-z0-9 ._@/+-]{1,64}")
"""A name or version in which there is no room for anything but a name or version."""


class Answer(NamedTuple):
    """One answer to a request whose answers define something."""

    line: bytes
    """With its line end, if it had one."""
    definitions: tuple[Definition, ...]
    """In the order of the list, one for each of its elements; or the server's own words, alone."""
    listing: Listing | None
    """None for the server's own words."""
    array: Member | None
    """Where the list stands in the line, or the result of an opening."""

    def without(self, names: Collection[str]) -> bytes:
        """The line without the definitions of these names; the very same if there are none of them in it."""
        gone = {index for index, one in enumerate(self.definitions) if one.name in names}
        if not gone or self.array is None:
            return self.line
        begin, end = self.array.value, self.array.end
        inner = self.line[begin:end]
        return self.line[:begin] + (self._list(inner, gone) if self.listing else _mute(inner)) + self.line[end:]

    def _list(self, array: bytes, gone: set[int]) -> bytes:
        return spans.without(array, spans.elements(array) or [], gone)


def take(line: bytes, method: str) -> Answer | None:
    """The answer to a request of this method in a line; None if it cannot be read in one way only."""
    outer = _members(line, ENVELOPE, ENVELOPE)
    if outer is None or "method" in outer:
        return None
    listing = LISTINGS.get(method)
    result = outer.get("result")
    if result is None or ("error" in outer and line[result.value : result.end] == b"null"):
        return Answer(line, (), listing, None)
    inner = _members(line[result.value : result.end], RESULT, _RESULT_KEYS)
    if inner is None:
        return None
    if listing is None:
        words = own_words(line[result.value : result.end])
        return Answer(line, (words,) if words else (), None, result)
    if listing.key not in inner:  # a server that has to ask something first: nothing is listed yet
        return Answer(line, (), listing, None)
    found = inner[listing.key]
    array = found._replace(begin=0, value=result.value + found.value, end=result.value + found.end)
    text = line[array.value : array.end]
    places = spans.elements(text)
    if places is None:
        return None
    return Answer(line, tuple(definition(listing.kind, text[a:b]) for a, b in places), listing, array)


def is_ambiguous(line: bytes) -> bool:
    """Whether readers could differ on which request a line answers, or on whether it answers one."""
    found = _members(line, ENVELOPE, ENVELOPE)
    return found is None or ("method" in found and ("result" in found or "error" in found))


def _members(text: bytes, watched: frozenset[str], exact: frozenset[str]) -> dict[str, Member] | None:
    """The members by key; None if one that is watched stands there twice, or in another case than its own."""
    found = spans.members(text)
    if found is None or any(one.key.casefold() in watched and one.key not in exact for one in found):
        return None
    return {one.key: one for one in found}


def _mute(result: bytes) -> bytes:
    """The result of an opening without the server's own words: it keeps a modest name and version, and no more."""
    found = spans.members(result) or []
    for index in reversed(range(len(found))):
        one = found[index]
        if one.key == "serverInfo":
            result = result[: one.value] + _modest(result[one.value : one.end]) + result[one.end :]
        elif one.key == "_meta":
            result = result[: one.value] + _mute_meta(result[one.value : one.end]) + result[one.end :]
    found = spans.members(result) or []
    words = {index for index, one in enumerate(found) if one.key == "instructions"}
    return spans.without(result, [(one.begin, one.end) for one in found], words)


def _mute_meta(meta: bytes) -> bytes:
    for one in spans.members(meta) or ():
        if one.key == SERVER_INFO:
            return meta[: one.value] + _modest(meta[one.value : one.end]) + meta[one.end :]
    return meta


def _modest(info: bytes) -> bytes:
    """What a server says of itself, reduced to what a client must have."""
    found = {one.key: info[one.value : one.end] for one in spans.members(info) or ()}
    named = {key: _plain(found.get(key, b'""')) for key in ("name", "version")}
    return json.dumps(named, separators=(",", ":")).encode()


def _plain(text: bytes) -> str:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return "withheld"
    return value if isinstance(value, str) and MODEST.fullmatch(value) else "withheld"
