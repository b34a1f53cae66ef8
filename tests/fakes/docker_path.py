"""Somebody who asks the resolver of the docker command, in a small tree."""

from __future__ import annotations

from collections import deque
from typing import Any

import trio
from fakes.kernel import quiet

from supervisor.docker_path.actor import Finder, actor
from supervisor.docker_path.messages import Absent, Resolve, Resolved
from supervisor.docker_path.places import Search
from supervisor.kernel.actor import leaf_run
from supervisor.kernel.bus import Bus
from supervisor.kernel.specs import Branch, Decision, Leaf
from supervisor.kernel.tree import Tree


class Asker:
    """A tree of a resolver and one who asks it."""

    def __init__(self, finder: Finder, search: Search) -> None:
        self.bus = Bus()
        self.answers: deque[Resolved | Absent] = deque()
        self.arrived = trio.Event()
        self.tree = Tree(
            Branch(
                name="root",
                children=(
                    Leaf(name="docker_path", run=leaf_run(self.bus, actor(finder, search))),
                    Leaf(name="asker", run=leaf_run(self.bus, quiet(Resolved | Absent, self._hear))),
                ),
            ),
            self.bus,
        )

    def _hear(self, state: Any, message: Resolved | Absent, _now: float) -> Decision[Any]:
        self.answers.append(message)
        self.arrived.set()
        return Decision(state)

    async def ask(self, *refs: str) -> list[Resolved | Absent]:
        for ref in refs:
            await self.bus.tell("root/docker_path", Resolve(reply_to="root/asker", ref=ref), sender="root/asker")
        while len(self.answers) < len(refs):
            self.arrived = trio.Event()
            await self.arrived.wait()
        return [self.answers.popleft() for _ in refs]
