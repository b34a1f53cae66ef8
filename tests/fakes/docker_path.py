"""Somebody who asks the resolver of the docker command, in a small tree."""

from __future__ import annotations

import trio

from supervisor.docker_path.actor import Finder, actor
from supervisor.docker_path.messages import Absent, Resolve, Resolved
from supervisor.docker_path.places import Search
from supervisor.kernel.actor import leaf_run
from supervisor.kernel.bus import Bus
from supervisor.kernel.specs import Branch, Leaf
from supervisor.kernel.tree import Tree

PATIENCE_S = 1000.0
"""Of the test's own clock."""


class Asker:
    """A tree of a resolver, and who asks it."""

    def __init__(self, finder: Finder, search: Search) -> None:
        self.bus = Bus()
        resolver = Leaf(name="docker_path", run=leaf_run(self.bus, actor(finder, search)))
        self.tree = Tree(Branch(name="root", children=(resolver,)), self.bus)

    async def ask(self, *refs: str) -> list[Resolved | Absent]:
        """Ask all at once; the answers are in the order of the questions."""
        answers: dict[str, Resolved | Absent] = {}

        async def one(ref: str) -> None:
            question = Resolve(reply_to="", ref=ref)
            answers[ref] = await self.bus.ask("root/docker_path", question, Resolved | Absent, timeout_s=PATIENCE_S)

        async with trio.open_nursery() as nursery:
            for ref in refs:
                nursery.start_soon(one, ref)
        return [answers[ref] for ref in refs]
