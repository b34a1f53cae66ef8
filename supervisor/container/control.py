"""How a container is spoken of to its engine, whoever made it: through the docker SDK, or by the user's own command.

What stockade makes is stopped through the SDK (`effects.Engine`). A container of a user-written command may live on
another engine (`docker --context …`, `podman`): it is asked for by the very command that made it, with its options
and its environment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from supervisor.container.facts import ContainerFacts, ContainerState
from supervisor.errors import EngineNotResponding, EngineNotRunning, LaunchError
from supervisor.process import brief

ASKED_S = 5.0
"""Seconds for a question."""
SPARE_S = 5.0
"""Seconds that a stop may take beyond the patience that it grants."""


class Control(Protocol):
    """What is needed of an engine for one container. That there is no such container is no error.

    Raises: LaunchError, if the engine could not be asked.
    """

    async def stop(self, container: str, seconds: float) -> None:
        """SIGTERM, and after so many seconds SIGKILL."""

    async def kill(self, container: str) -> None:
        """SIGKILL."""

    async def remove(self, container: str) -> None:
        """Remove it, running or not."""

    async def state(self, container: str) -> ContainerState | None:
        """How it stands; None if it is gone."""

    async def runs(self, container: str) -> bool:
        """Whether it runs, paused or not; answered while it is being started, too."""

    async def health(self) -> str:
        """See that the engine and what it has its containers run by answer; its version."""

    async def find(self, labels: Mapping[str, str]) -> list[ContainerFacts]:
        """All containers, running or not, that have these labels."""


class OwnCommand:
    """An engine that is spoken to by the command of a user-written server."""

    def __init__(self, prefix: Sequence[str], env: Mapping[str, str]) -> None:
        """Take the command with its global options, and its whole environment."""
        self._prefix = tuple(prefix)
        self._env = env

    async def stop(self, container: str, seconds: float) -> None:
        """As `Control` says."""
        await self._run(seconds + SPARE_S, "stop", "--time", str(max(0, round(seconds))), container)

    async def kill(self, container: str) -> None:
        """As `Control` says."""
        await self._run(ASKED_S, "kill", container)

    async def remove(self, container: str) -> None:
        """As `Control` says."""
        await self._run(ASKED_S, "rm", "-f", container)

    async def state(self, container: str) -> ContainerState | None:
        """As `Control` says; what a listing does not tell is left empty."""
        lines = await self._listing(f"id={container}")
        found = next((one for one in lines if one.id == container), None)
        if found is None:
            return None
        return ContainerState(
            id=found.id,
            name=found.name,
            labels={},
            status=found.status,
            running=found.status in ("running", "up", "paused"),
            paused=found.status == "paused",
            exit_code=0,
            oom_killed=False,
            pid=0,
            error="",
        )

    async def runs(self, container: str) -> bool:
        """As `Control` says."""
        state = await self.state(container)
        return state is not None and state.running

    async def health(self) -> str:
        """As `Control` says."""
        return await self._asked("version")

    async def find(self, labels: Mapping[str, str]) -> list[ContainerFacts]:
        """As `Control` says; the labels that were asked for are those that are told."""
        return await self._listing(*(f"label={key}={value}" for key, value in labels.items()))

    async def _listing(self, *filters: str) -> list[ContainerFacts]:
        words = [word for one in filters for word in ("--filter", one)]
        form = "{{.ID}}\t{{.Names}}\t{{.Status}}"
        output = await self._asked("ps", "--all", "--no-trunc", *words, "--format", form)
        rows = [line.split("\t") for line in output.splitlines()]
        return [
            ContainerFacts(id=row[0], name=row[1], labels={}, status=_status(row[2])) for row in rows if len(row) == 3
        ]

    async def _asked(self, *words: str) -> str:
        ran = await self._run(ASKED_S, *words)
        if ran.end != "exited":
            raise LaunchError(EngineNotResponding(host=self._prefix[0], reason=f"`{words[0]}` did not end: {ran.end}"))
        if ran.code != 0:
            raise LaunchError(EngineNotRunning(host=self._prefix[0], reason=f"`{words[0]}` ended with {ran.code}"))
        return ran.output.decode("utf-8", "replace")

    async def _run(self, bound_s: float, *words: str) -> brief.Brief:
        return await brief.run((*self._prefix, *words), self._env, bound_s=bound_s)


def _status(text: str) -> str:
    """The state out of what a listing says for people: `Up 3 seconds (Paused)`, `Exited (0) 2 minutes ago`."""
    if "(Paused)" in text or text.lower() == "paused":
        return "paused"
    return {"up": "running"}.get(text.split(" ", maxsplit=1)[0].lower(), text.split(" ", maxsplit=1)[0].lower())
