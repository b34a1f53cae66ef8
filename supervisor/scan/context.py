"""What a check may know beside the definition it looks at: the server's own tools, and those of its peers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from supervisor.scan.text.confusables import skeleton
from supervisor.scan.text.fold import fold
from supervisor.scan.text.items import Item

_CODE = re.compile(r"[_./0-9]|[a-z][A-Z]")


class Peer:
    """One tool of another server; never reported on."""

    __slots__ = ("_folded", "_skeleton", "description", "name", "server")

    def __init__(self, server: str, name: str, description: str) -> None:
        self.server = server
        self.name = name
        self.description = description
        self._folded: str | None = None
        self._skeleton: str | None = None

    def __repr__(self) -> str:
        return f"Peer({self.server!r}, {self.name!r})"

    @property
    def folded(self) -> str:
        """Its description's folded view."""
        if self._folded is None:
            self._folded = fold(self.description)
        return self._folded

    @property
    def skeleton(self) -> str:
        """What its name looks like (confusables.py)."""
        if self._skeleton is None:
            self._skeleton = skeleton(self.name)
        return self._skeleton


class PeerIndex:
    """The tools of all peers, found by name or by look. Made once for a scan of a server, not once for a tool."""

    def __init__(self, peers: Iterable[Peer] = ()) -> None:
        self._by_name: dict[str, list[Peer]] = {}
        for peer in peers:
            self._by_name.setdefault(peer.name, []).append(peer)
        self.names = frozenset(self._by_name)
        """The names of all peers' tools."""
        self._by_server: dict[str, set[str]] = {}
        for peer in (peer for same in self._by_name.values() for peer in same):
            self._by_server.setdefault(peer.server, set()).add(peer.name)
        self.folded_names = frozenset(name.lower() for name in self.names)
        """The same in lower case, as a folded text writes them."""
        self.code_names = frozenset(name.lower() for name in self.names if _CODE.search(name))
        """Those of them that no prose has: `send_email`, `sendEmail`, `files.read`."""
        self._by_look: dict[str, list[Peer]] | None = None
        self._near: dict[str, set[str]] | None = None

    def __len__(self) -> int:
        return sum(len(peers) for peers in self._by_name.values())

    def by_name(self, name: str) -> tuple[Peer, ...]:
        """Peers' tools of exactly this name, in the order of their servers' names."""
        return _sorted(self._by_name.get(name, ()))

    def names_of(self, server: str) -> frozenset[str]:
        """The names of one peer's tools."""
        return frozenset(self._by_server.get(server, ()))

    def by_skeleton(self, look: str) -> tuple[Peer, ...]:
        """Peers' tools whose name has this skeleton."""
        return _sorted(self._looks().get(look, ()))

    def near(self, look: str) -> tuple[Peer, ...]:
        """Peers' tools whose skeleton is exactly one edit away: a sign more, less, or another, or two swapped."""
        if self._near is None:
            self._near = {}
            for other in self._looks():
                for variant in _shortened(other):
                    self._near.setdefault(variant, set()).add(other)
        variants = _shortened(look)
        looks = set().union(*(self._near.get(variant, ()) for variant in variants))
        return _sorted(peer for other in looks if _is_one_edit(look, other) for peer in self._looks()[other])

    def _looks(self) -> dict[str, list[Peer]]:
        if self._by_look is None:
            self._by_look = {}
            for peers in self._by_name.values():
                for peer in peers:
                    self._by_look.setdefault(peer.skeleton, []).append(peer)
        return self._by_look


def _sorted(peers: Iterable[Peer]) -> tuple[Peer, ...]:
    return tuple(sorted(peers, key=lambda peer: (peer.server, peer.name, peer.description)))


def _shortened(look: str) -> set[str]:
    """The name itself and all that lack one sign of it: two names one edit apart share one of these."""
    short = look[:NAME_LIMIT]
    return {short, *(short[:at] + short[at + 1 :] for at in range(len(short)))}


NAME_LIMIT = 128
"""Signs of a name that count when it is compared with others; the protocol's advice for names is no longer."""


def _is_one_edit(one: str, other: str) -> bool:
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


class Context(Struct, frozen=True, kw_only=True):
    """What stands around the definitions of one server."""

    server: str
    own: Mapping[str, Item] = {}
    """All tools of the server, by name."""
    peers: PeerIndex = PeerIndex()


def peer_index(peers: Mapping[str, Iterable[Any]]) -> PeerIndex:
    """Index the tools of other servers, given as parsed JSON; what has no name is left out."""
    return PeerIndex(
        Peer(server, tool["name"], tool["description"] if isinstance(tool.get("description"), str) else "")
        for server, tools in peers.items()
        for tool in (tools if isinstance(tools, list | tuple) else ())
        if isinstance(tool, dict) and isinstance(tool.get("name"), str)
    )


def context_of(server: str, items: Iterable[Item], peers: PeerIndex | None = None) -> Context:
    """The context for a scan of these items; of two tools with one name, it is the same one in any order."""
    tools = sorted(
        (item for item in items if item.kind == "tool"), key=lambda item: (item.name, item.raw), reverse=True
    )
    return Context(server=server, own={item.name: item for item in tools}, peers=peers or PeerIndex())
