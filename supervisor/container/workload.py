"""One container as the process layer sees it: what the docker command, our child, has running by an engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import trio

from supervisor.container.control import Control
from supervisor.container.facts import ContainerState
from supervisor.container.identity import container_id
from supervisor.errors import LaunchError
from supervisor.process.words import Removal, WorkloadRung

LOOK_S = 0.02
"""Between two looks at the cidfile: a container takes a few tenths of a second."""


class Container:
    """A container from before it is made until it is gone."""

    def __init__(
        self,
        control: Control,
        *,
        removal: Removal,
        cidfile: Path,
        lookup: Mapping[str, str],
        on_rung: Callable[[WorkloadRung], None],
    ) -> None:
        """Take how the engine is spoken to, where its id will be written, and the labels that are its alone."""
        self.id = ""
        """The full id; empty until it is known."""
        self.exit_code: int | None = None
        """As the engine told, once it has."""
        self.oom_killed = False
        self.is_paused = False
        self.died = trio.Event()
        """The engine said that its program has ended."""
        self.rung: WorkloadRung | None = None
        """The last one that was taken."""
        self.asked_s: float | None = None
        """When the first one was, on trio's clock."""
        self._control = control
        self._removal = removal
        self._cidfile = cidfile
        self._lookup = lookup
        self._on_rung = on_rung
        self._known = trio.Event()

    @property
    def removal(self) -> Removal:
        """As `Workload` says."""
        return self._removal

    def is_known_by_file(self) -> bool:
        """Look into the cidfile once; True if the id is known."""
        if not self.id:
            with suppress(OSError, UnicodeDecodeError):
                self.identified(container_id(self._cidfile.read_text(encoding="ascii")) or "")
        return bool(self.id)

    async def forget_last(self) -> None:
        """Remove a cidfile that an earlier container has left which is gone: no other is made as long as it is there.

        Ours are new each time, and a user's own is not. Raises: LaunchError.
        """
        with suppress(OSError, UnicodeDecodeError):
            last = container_id(self._cidfile.read_text(encoding="ascii"))
            if last and await self._control.state(last) is None:
                self._cidfile.unlink()

    def identified(self, container: str) -> None:
        """Its id is known; the first one counts."""
        if container and not self.id:
            self.id = container
            self._known.set()

    async def wait_known(self) -> str:
        """Read the cidfile as soon as it is there, and wait until the id is known; returns it."""
        while not self.is_known_by_file():
            with trio.move_on_after(LOOK_S):
                await self._known.wait()
        return self.id

    async def look_up(self) -> str:
        """Ask the engine which container has its labels; empty if none. Raises: LaunchError."""
        if not self.is_known_by_file():
            found = await self._control.find(self._lookup)
            self.identified(found[0].id if found else "")
        return self.id

    async def runs(self) -> bool:
        """Whether it was made and runs, paused or not. Raises: LaunchError."""
        return bool(self.id) and await self._control.runs(self.id)

    async def check_engine(self) -> None:
        """See that its engine answers. Raises: LaunchError."""
        await self._control.health()

    async def state(self) -> ContainerState | None:
        """How it stands; None if it is gone or was never made. Raises: LaunchError."""
        container = await self.look_up()
        return await self._control.state(container) if container else None

    # ------------------------------------------------------------------------------------------ what the ladder asks

    async def stop(self, seconds: float) -> None:
        """As `Workload` says."""
        with suppress(LaunchError):
            await self._control.stop(await self.wait_known(), seconds)

    async def kill(self) -> None:
        """As `Workload` says."""
        with suppress(LaunchError):
            if container := await self.look_up():
                await self._control.kill(container)

    async def remove(self) -> None:
        """As `Workload` says."""
        with suppress(LaunchError):
            if container := await self.look_up():
                await self._control.remove(container)

    async def is_gone(self) -> bool | None:
        """As `Workload` says."""
        try:
            return await self.state() is None
        except LaunchError:
            return None

    def on_rung(self, rung: WorkloadRung) -> None:
        """As `Workload` says."""
        if self.asked_s is None:
            self.asked_s = trio.current_time()
        self.rung = rung
        self._on_rung(rung)
