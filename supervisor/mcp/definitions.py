"""Which answers of a server define something, and under which name: what is scanned, pinned and withheld.

`server/discover` and `initialize` bring the server's own words: its instructions, and what it says of itself. Both eras
are brought to one form, so that the same words are the same definition in either.
"""

from __future__ import annotations

import json
from typing import Final, NamedTuple

from supervisor.mcp.eras import META
from supervisor.mcp.spans import Member, members
from supervisor.scan.words import Definition, Kind

OPENINGS: Final = frozenset({"initialize", "server/discover"})
"""Requests whose answers hold the server's own words."""
SERVER_INFO: Final = f"{META}serverInfo"
"""The member of `_meta` in which a server of the stateless era says who it is."""


class Listing(NamedTuple):
    """A method that lists definitions."""

    key: str
    """The member of the result that holds them."""
    kind: Kind
    name: str
    """The member of a definition that names it."""


LISTINGS: Final = {
    "tools/list": Listing("tools", "tool", "name"),
    "prompts/list": Listing("prompts", "prompt", "name"),
    "resources/list": Listing("resources", "resource", "uri"),
    "resources/templates/list": Listing("resourceTemplates", "template", "uriTemplate"),
}
"""By method."""
_NAMES: Final = {listing.kind: listing.name for listing in LISTINGS.values()}


def definition(kind: Kind, raw: bytes) -> Definition:
    """One definition as it stands in a list; its name is empty if it has none that can be read."""
    return Definition(kind=kind, name=_name(raw, _NAMES.get(kind, "name")), raw=raw)


def _name(raw: bytes, key: str) -> str:
    try:
        found = json.loads(str(raw, "utf-8", "surrogateescape"))
    except (ValueError, RecursionError):
        return ""
    name = found.get(key) if isinstance(found, dict) else None
    return name if isinstance(name, str) else ""


def own_words(result: bytes) -> Definition | None:
    """The definition of kind `server` in the result of an opening; None if the server says nothing of itself.

    Its text is an object of `instructions` and `serverInfo`, each as it was written, and only if it was.
    """
    found = {member.key: member for member in members(result) or ()}
    parts = [_part(result, found["instructions"], "instructions")] if "instructions" in found else []
    if "serverInfo" in found:
        parts.append(_part(result, found["serverInfo"], "serverInfo"))
    elif "_meta" in found:
        meta = result[found["_meta"].value : found["_meta"].end]
        parts += [_part(meta, member, "serverInfo") for member in members(meta) or () if member.key == SERVER_INFO]
    return Definition(kind="server", name="", raw=b"{" + b",".join(parts) + b"}") if parts else None


def _part(text: bytes, member: Member, key: str) -> bytes:
    return b'"%b":%b' % (key.encode(), text[member.value : member.end])
