"""The effects of mode `none`: a direct child, supervised but not confined."""

from __future__ import annotations

from supervisor.launch.messages import Launch
from supervisor.process.instances import Arrangement, Instances
from supervisor.process.spawn import spawn_plain
from supervisor.process.table import ProcessTable


class BareInstances(Instances):
    """Instances of mode `none`."""

    def __init__(self, table: ProcessTable) -> None:
        super().__init__(table, _arrange)


async def _arrange(_message: Launch) -> Arrangement:
    return Arrangement(spawner=spawn_plain, confinement="none")
