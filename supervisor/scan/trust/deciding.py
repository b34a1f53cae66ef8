"""A person's decision, kept: nothing of the engine is needed for it."""

from __future__ import annotations

from typing import Literal, Protocol

from supervisor.errors import PinsError, PinsNotStored
from supervisor.scan.trust import approval
from supervisor.scan.trust.approval import Approved, Who
from supervisor.scan.trust.pins import ServerPins

TRIES = 10
"""How often it is decided anew because another process changed the pins meanwhile; more than that is no coincidence."""


class Store(Protocol):
    """Where pins are kept; other processes may use it too."""

    @property
    def place(self) -> str:
        """Where that is, for people."""

    def read(self, server: str) -> ServerPins:
        """What is trusted, rejected and seen of a server. Raises: PinsError."""

    def swap(self, before: ServerPins, after: ServerPins) -> bool:
        """Keep `after`; False if `before` is not what is decided any more. Raises: PinsError."""


def decided(
    store: Store,
    server: str,
    verb: Literal["approve", "reject"],
    who: Who,
    *,
    name: str | None = None,
    digest: str = "",
) -> Approved:
    """Approve or reject what waits, and keep that. Raises: PinsError, and then nothing was decided."""
    decide = approval.approve if verb == "approve" else approval.reject
    for _ in range(TRIES):
        pins = store.read(server)
        found = decide(pins, who, name, digest=digest)
        if not found.decided or store.swap(pins, found.pins):
            return found
    raise PinsError(PinsNotStored(path=store.place, reason="others change it all the time"))
