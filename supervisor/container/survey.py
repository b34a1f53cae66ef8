"""Looks through all containers of ours on an engine: keeps those that work, ends what is of no use to anybody.

Ours are those with the label of this instance of stockade (its state directory). One whose owner lives is the owner's
affair: our own are compared with what we know, those of a dead owner are removed. Names, images and prefixes of either
decide nothing.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import trio
from msgspec import Struct

from supervisor.container import identity
from supervisor.container.effects import Engine
from supervisor.container.facts import ContainerFacts
from supervisor.container.messages import Fact
from supervisor.container.words import Owner
from supervisor.errors import LaunchError
from supervisor.events import ContainerSwept
from supervisor.process.scan import read_process

CHECKED_S = 5.0
"""Seconds for a container to answer that it works."""
REMOVED_S = 5.0
"""Seconds for the engine to remove what it is removing already: tenths here, longer where many are removed at once."""
LOOK_S = 0.05
AT_ONCE = 8
"""Containers that are looked at or removed side by side."""


def is_alive(pid: int, started: int) -> bool:
    """Whether this very process is there."""
    process = read_process(pid)
    return process is not None and process.started == started and not process.is_dead


class Found(Struct, kw_only=True):
    """What came of it."""

    kept: int = 0
    ended: int = 0
    facts: list[Fact] = []
    present: frozenset[str] = frozenset()
    """Ids of all containers of ours that were there."""


class Survey:
    """One look through an engine's containers."""

    def __init__(self, engine: Engine, owner: Owner, folder: Path) -> None:
        self._engine = engine
        self._owner = owner
        self._folder = folder
        self._found = Found()
        self._broken: dict[str, str] = {}
        self._gone: set[str] = set()
        self._limiter = trio.CapacityLimiter(AT_ONCE)

    async def run(
        self, known: Callable[[], Mapping[str, str]], runs: Callable[[str], bool]
    ) -> tuple[Found, dict[str, str], frozenset[str]]:
        """Look; `known` tells our instances by container name, `runs` which of them should be running.

        What is launched while the engine lists its containers may be in the list or not: it is left alone.
        Returns what was found, the instances that have to be ended with the reason, and the ids that were removed.
        Raises: LaunchError, if the engine cannot be asked.
        """
        before = known()
        running = [(name, instance) for name, instance in before.items() if runs(instance)]
        listed = await self._listed()
        self._found.present = frozenset(one.id for one in listed)
        by_name = {one.labels.get(identity.RUN, one.name): one for one in listed}
        async with trio.open_nursery() as nursery:
            for name, instance in running:
                nursery.start_soon(self._check, instance, by_name.get(name))
            for name in by_name.keys() - before.keys() - known().keys():
                nursery.start_soon(self._judge, by_name[name])
        await trio.to_thread.run_sync(self._sweep_folders)
        return self._found, self._broken, frozenset(self._gone)

    async def _listed(self) -> list[ContainerFacts]:
        """All of ours. An engine may go on listing as dead what it has removed, which is then not there to be asked."""
        found = await self._engine.find({identity.MANAGED: "true", identity.INSTANCE: self._owner.instance})
        return [one for one in found if one.status != "dead" or await self._engine.state(one.id) is not None]

    async def _check(self, instance: str, listed: ContainerFacts | None) -> None:
        """One that we know: it runs, is not paused, and the engine's runtime can reach it."""
        reason = "its container is gone"
        if listed is not None:
            reason = ""
            async with self._limiter:
                try:
                    with trio.fail_after(CHECKED_S):
                        state = await self._engine.state(listed.id)
                        if state is None or not state.works:
                            reason = f"its container is {state.status if state else 'gone'}"
                        else:
                            await self._engine.processes(listed.id)
                except (LaunchError, trio.TooSlowError):
                    reason = "its container does not answer"
        if reason:
            self._broken[instance] = reason
        else:
            self._found.kept += 1

    async def _judge(self, listed: ContainerFacts) -> None:
        """One that we do not know: ours from before, of a dead owner, or of one that lives."""
        is_own = self._is_own(listed.labels)
        cause = "" if is_own else identity.cause_of_death(listed.labels, boot=self._owner.boot, alive=is_alive)
        if not is_own and not cause:
            return
        async with self._limiter:
            removed = await self._remove(listed.id)
        if is_own:
            self._found.ended += removed
            return
        owner = f"{listed.labels.get(identity.OWNER, '')}: {cause}"
        server = listed.labels.get(identity.SERVER, "")
        self._found.facts.append(ContainerSwept(server=server, container=listed.id, owner=owner, removed=removed))

    async def end_stranger(self, container: str, known: set[str]) -> None:
        """Remove a container of this very process that is none of the known ones (by name). Raises: LaunchError."""
        state = await self._engine.state(container)
        if state is not None and self._is_own(state.labels) and state.labels.get(identity.RUN) not in known:
            await self._remove(container)

    def _is_own(self, labels: Mapping[str, str]) -> bool:
        return labels.get(identity.OWNER) == self._owner.owner and labels.get(identity.BOOT) == self._owner.boot

    async def _remove(self, container: str) -> bool:
        is_gone = await is_removed(self._engine, container)
        if is_gone:
            self._gone.add(container)
        return is_gone

    def _sweep_folders(self) -> None:
        for folder in stale_folders(self._folder.parent):
            if folder != self._folder:
                shutil.rmtree(folder, ignore_errors=True)


async def is_removed(engine: Engine, container: str) -> bool:
    """Remove a container, running or not, and say whether it is gone.

    One of `--rm` is removed by the engine itself once it is dead, which may be under way then: that is waited for.
    """
    try:
        await engine.kill(container)
        await engine.remove(container)
        with trio.move_on_after(REMOVED_S):
            while await engine.state(container) is not None:  # noqa: ASYNC110 - nobody tells of a stranger
                await trio.sleep(LOOK_S)
            return True
    except LaunchError:
        pass
    return False


def stale_folders(folder: Path) -> list[Path]:
    """List the folders of cidfiles that dead runs have left: each run has its own, named by its owner."""
    try:
        every = sorted(folder.iterdir())
    except OSError:
        return []
    owners = [(one, identity.parse_owner(one.name)) for one in every]
    return [one for one, owner in owners if owner is not None and not is_alive(*owner)]
