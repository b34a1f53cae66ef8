"""Pins of servers that are kept under another name than the one they run under."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from supervisor.scan.trust.pins import ServerPins

if TYPE_CHECKING:
    from supervisor.scan.trust.deciding import Store


class Aliased:
    """A store that knows some servers by other names."""

    def __init__(self, store: Store, names: Mapping[str, str]) -> None:
        self._store = store
        self._names = names

    @property
    def place(self) -> str:
        """Where the pins are kept, for people."""
        return self._store.place

    def read(self, server: str) -> ServerPins:
        """What is known of a server; its name there is the one under which it is kept. Raises: PinsError."""
        return self._store.read(self._names.get(server, server))

    def swap(self, before: ServerPins, after: ServerPins) -> bool:
        """Keep `after`; False if `before` is not what is decided any more. Raises: PinsError."""
        return self._store.swap(before, after)
