"""One server's definitions under the engine, each looked at once: what was looked at already costs a hash.

A finding depends on the definition, on the server's other tools and on its peers, so it is remembered under all three.
Nothing here is imported before something is to be looked at: rules and tables take longer to load than a start may.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from supervisor.mcp.definitions import definition
from supervisor.scan.context import Context, Peer, PeerIndex, context_of
from supervisor.scan.engine import Looked, look
from supervisor.scan.text.items import Item, read_item
from supervisor.scan.trust.canonical import Received, received
from supervisor.scan.words import Definition, Finding, Key, Kind, Listing

REMEMBERED = 20_000
"""Definitions of one server whose findings are remembered; past them all is forgotten. No real server has 1,000."""

Seen = tuple[Kind, str, bytes]
"""Kind, name and SHA-256 of the bytes: what makes two definitions the same."""


class Known(Struct, frozen=True):
    """One definition that was looked at."""

    received: Received
    findings: tuple[Finding, ...]
    is_partial: bool
    failed: tuple[str, ...]


class Examined(Struct, frozen=True, kw_only=True):
    """What the engine has to say of some definitions, in their order."""

    definitions: tuple[Received, ...]
    looked: Looked
    partial: frozenset[Key]
    """Those that were not looked at whole."""
    tools: int


class Eye:
    """Looks at the definitions of one server; one task at a time."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._around = b""
        self._known: dict[Seen, Known] = {}

    def examine(self, definitions: Sequence[Definition], own: Iterable[Definition], peers: Peers) -> Examined:
        """Look at definitions, with the server's other ones and its peers beside them. Never raises."""
        keys = [_seen(one) for one in definitions]
        beside = {one.name: one for one in (*own, *definitions) if one.kind == "tool"}
        self._come_to(_together(map(_seen, beside.values())) + peers.key)
        missing = {key: one for key, one in zip(keys, definitions, strict=True) if key not in self._known}
        if missing:
            items = {key: read_item(one) for key, one in missing.items()}
            others = [read_item(one) for one in beside.values() if _seen(one) not in missing]
            context = context_of(self._server, (*items.values(), *others), peers.index())
            for key, one in missing.items():
                self._known[key] = _looked_at(one, items[key], context)
        return _examined([self._known[key] for key in keys])

    def _come_to(self, around: bytes) -> None:
        if around != self._around or len(self._known) > REMEMBERED:
            self._around = around
            self._known = {}


def _seen(one: Definition) -> Seen:
    return one.kind, one.name, sha256(one.raw).digest()


def _together(seen: Iterable[Seen]) -> bytes:
    """One digest for a set of definitions, in any order."""
    return sha256(b"".join(sorted(digest for _, _, digest in seen))).digest()


def _looked_at(one: Definition, item: Item, context: Context) -> Known:
    looked = look([item], context)
    findings = looked.findings
    if one.kind != "server" and item.name != one.name:  # pins go by the name that clients call it by
        findings = tuple(replace(finding, tool=one.name) for finding in findings)
    return Known(received(one), findings, item.is_partial, looked.failed)


def _examined(known: Sequence[Known]) -> Examined:
    failed = tuple(sorted({check for one in known for check in one.failed}))
    partial = frozenset(_key(one.received.definition) for one in known if one.is_partial)
    findings = tuple(finding for one in known for finding in one.findings)
    return Examined(
        definitions=tuple(one.received for one in known),
        looked=Looked(findings=findings, is_full=not partial and not failed, failed=failed),
        partial=partial,
        tools=sum(one.received.definition.kind == "tool" for one in known),
    )


def _key(one: Definition) -> Key:
    return one.kind, one.name


# ---------------------------------------------------------------------------------------------------------- peers


class PeerTools(Struct, frozen=True):
    """The tools of one server as its peers see them."""

    key: bytes
    """Changes with any of them."""
    peers: tuple[Peer, ...]


class Peers:
    """The tools of all other servers, as far as they are known."""

    def __init__(self, servers: Iterable[PeerTools]) -> None:
        self._servers = sorted(servers, key=lambda one: one.key)
        self.key = b"".join(one.key for one in self._servers)

    def index(self) -> PeerIndex:
        """Index them: once for a look at a server."""
        return PeerIndex(peer for one in self._servers for peer in one.peers)


def peer_tools(server: str, tools: Iterable[bytes]) -> PeerTools:
    """Take down the tools of one server; what is no object with a name is left out."""
    raws = tuple(tools)
    found = (_object(raw) for raw in raws)
    peers = tuple(
        Peer(server, tool["name"], tool["description"] if isinstance(tool.get("description"), str) else "")
        for tool in found
        if isinstance(tool.get("name"), str)
    )
    return PeerTools(sha256(server.encode() + b"\0" + b"\n".join(raws)).digest(), peers)


def _object(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(str(raw, "utf-8", "surrogateescape"))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def definitions_of(listing: Listing) -> tuple[Definition, ...]:
    """All that a server has listed, with the names that clients call it by."""
    lists: tuple[tuple[Kind, tuple[bytes, ...]], ...] = (
        ("tool", listing.tools),
        ("prompt", listing.prompts),
        ("resource", listing.resources),
        ("template", listing.templates),
    )
    itself = (Definition(kind="server", name="", raw=listing.itself),) if listing.itself else ()
    return (*itself, *(definition(kind, raw) for kind, raws in lists for raw in raws))
