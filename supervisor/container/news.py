"""Facts on their way from the effects of mode `docker` to its actor, which publishes them."""

from __future__ import annotations

import trio
from msgspec.structs import replace

from supervisor.container.messages import Fact, Told


class News:
    """Facts that are to leave as events, in order; each is taken once."""

    def __init__(self) -> None:
        self._facts: list[Fact] = []
        self._are_there = trio.Event()

    def tell(self, *facts: Fact) -> None:
        """Add facts."""
        if facts:
            self._facts += facts
            self._are_there.set()

    async def told(self) -> Told:
        """Wait until there are any, and take all that are there."""
        while not self._facts:
            await self._are_there.wait()
        return replace(self.drained()[0], is_listening=True)

    def drained(self) -> tuple[Told, ...]:
        """Take those that are there, which are to leave before what follows from them; none if there are none."""
        if not self._facts:
            return ()
        facts, self._facts, self._are_there = self._facts, [], trio.Event()
        return (Told(facts=facts),)
