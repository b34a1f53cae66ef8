"""Programs that are run once to their end, confined as servers are, each in a new folder of its own.

They keep the contract of every mode for what launches them (`Launch`, `Launched`, `Exited`); but no package is fetched
for them beforehand, nothing that is refused to them is told as a server's, and no plan is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from supervisor.launch.messages import Launch, Launched, LaunchFailed
from supervisor.process.instances import Arrangement, Instances
from supervisor.process.table import ProcessTable
from supervisor.process.words import Spawner
from supervisor.sandbox.messages import SandboxReport, confinement
from supervisor.sandbox.words import Chosen, Order, Profile


class Sandbox(Protocol):
    """What is needed of the sandbox's effects."""

    async def choose(self, order: Order) -> Chosen:
        """The level. Raises: LaunchError."""
        ...

    def spawner(self, order: Order, chosen: Chosen, on_report: Callable[[int, SandboxReport], None]) -> Spawner:
        """What starts it."""
        ...

    def drop(self, order: Order) -> None:
        """Forget the plan that was made for it."""
        ...


class OneOffs(Instances):
    """Launches programs that are run once."""

    def __init__(self, table: ProcessTable, sandbox: Sandbox) -> None:
        super().__init__(table, self._arranged)
        self._sandbox = sandbox
        self._orders: dict[str, Order] = {}

    async def begin(self, launch: Launch, *, folder: str, lent: tuple[str, ...]) -> Launched | LaunchFailed:
        """Start it with `folder` for its own (home, temporary files) and `lent` to be read, both our own folders."""
        self._orders[launch.instance] = Order(
            server=launch.server,
            spec=launch.sandbox,
            limits=launch.limits,
            profile=Profile(folder=folder, lent=lent),
        )
        launched = await self.launch(launch)
        if isinstance(launched, LaunchFailed):
            self.forget(launch.instance)
        return launched

    def forget(self, instance: str) -> None:
        """As every mode does."""
        super().forget(instance)
        order = self._orders.pop(instance, None)
        if order is not None:
            self._sandbox.drop(order)

    async def _arranged(self, message: Launch) -> Arrangement:
        order = self._orders[message.instance]
        chosen = await self._sandbox.choose(order)
        return Arrangement(
            spawner=self._sandbox.spawner(order, chosen, _unheard),
            confinement=confinement(chosen.level, chosen.abi),
            degraded=bool(chosen.degraded),
        )


def _unheard(_pid: int, _report: SandboxReport) -> None:
    """What holds it is in no report: it is the same for all of them."""
