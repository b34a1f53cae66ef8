"""Containers that dead runs of this instance have left, looked for and removed on demand; no other ones, ever."""

from __future__ import annotations

from collections.abc import Sequence

import trio
from msgspec import Struct
from msgspec.structs import replace

from supervisor.container import identity
from supervisor.container.effects import Engine
from supervisor.container.survey import AT_ONCE, is_alive, is_removed


class Stale(Struct, frozen=True, kw_only=True):
    """One container."""

    id: str
    name: str
    server: str
    status: str
    """`running`, `exited`, … as the engine says."""
    owner: str
    """`pid:start time` of the process that made it."""
    cause: str
    """Why that counts as dead."""
    is_removed: bool = False


async def look(engine: Engine, instance: str, boot: str) -> tuple[list[Stale], int]:
    """List those whose owner is dead, by name, and count the others. Raises: LaunchError."""
    listed = await engine.find({identity.MANAGED: "true", identity.INSTANCE: instance})
    judged = [(one, identity.cause_of_death(one.labels, boot=boot, alive=is_alive)) for one in listed]
    found = [
        Stale(
            id=one.id,
            name=one.name,
            server=one.labels.get(identity.SERVER, ""),
            status=one.status,
            owner=one.labels.get(identity.OWNER, ""),
            cause=cause,
        )
        for one, cause in judged
        if cause
    ]
    return sorted(found, key=lambda one: one.name), len(listed) - len(found)


async def remove(engine: Engine, found: Sequence[Stale]) -> list[Stale]:
    """Remove them side by side, and see that they are gone."""
    gone: set[str] = set()
    limiter = trio.CapacityLimiter(AT_ONCE)

    async def remove_one(container: str) -> None:
        async with limiter:
            if await is_removed(engine, container):
                gone.add(container)

    async with trio.open_nursery() as nursery:
        for one in found:
            nursery.start_soon(remove_one, one.id)
    return [replace(one, is_removed=one.id in gone) for one in found]
