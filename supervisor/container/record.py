"""What is known of one instance's container, and what is to be told of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from supervisor.container.messages import Fact
from supervisor.container.runs import Run, why_not_executed
from supervisor.container.words import Made
from supervisor.container.workload import Container
from supervisor.errors import AnyProblem, EngineLost
from supervisor.events import (
    ContainerCreated,
    ContainerExited,
    ContainerPaused,
    ContainerRemoved,
    ContainerStopAsked,
    ContainerStopped,
)
from supervisor.launch.messages import Exited
from supervisor.process.words import WorkloadRung

OVER_MEMORY = "the kernel killed it because it was over its memory limit (`isolation.memory_limit`)"


@dataclass
class Record:
    """What is known of one instance's container."""

    server: str
    container: Container
    made: Made
    run: Run
    is_ours: bool = True
    """False for one of a user-written command, perhaps on another engine."""
    is_running: bool = False
    is_told: bool = False
    """Whether it was said that there is such a container."""
    blame: AnyProblem | None = None
    """Why we end it, if it is not its own fault."""

    def appeared(self, instance: str) -> Iterator[Fact]:
        """Tell that there is such a container, once: before anything else of it, though it be ended in the making."""
        if self.container.id and not self.is_told:
            self.is_told = True
            yield ContainerCreated(
                server=self.server, instance_id=instance, container=self.container.id, name=self.run.name
            )  # fmt: skip

    def asked(self, instance: str, rung: WorkloadRung) -> Iterator[Fact]:
        """Tell that it was asked to end."""
        yield from self.appeared(instance)
        yield ContainerStopAsked(server=self.server, instance_id=instance, container=self.container.id, rung=rung)

    def paused(self, instance: str, *, is_paused: bool) -> Iterator[Fact]:
        """Take note that it was paused or goes on; tell it if that is news."""
        if self.container.is_paused != is_paused:
            self.container.is_paused = is_paused
            yield ContainerPaused(
                server=self.server, instance_id=instance, container=self.container.id, paused=is_paused
            )  # fmt: skip

    def ended(self, instance: str, status: int | None, now: float, *, is_left: bool) -> Iterator[Fact]:
        """Tell its end; `status` is the docker command's word about it, if that is one, `now` is trio's clock."""
        yield from self.appeared(instance)
        container = self.container
        about = {"server": self.server, "instance_id": instance, "container": container.id}
        code = container.exit_code if container.exit_code is not None else status
        if code is not None or not is_left:
            yield ContainerExited(**about, code=code, oom_killed=container.oom_killed)
        if container.rung is not None and container.asked_s is not None:
            seconds = round(now - container.asked_s, 3)
            yield ContainerStopped(**about, rung=container.rung, seconds=seconds, verified=not is_left)
        if not is_left:
            yield ContainerRemoved(**about)

    def judged(self, exited: Exited, *, is_lost: bool) -> Exited:
        """Add what is known about the cause of its end; `is_lost` says that its engine is no longer there."""
        notes = (exited.diagnosis, OVER_MEMORY if self.container.oom_killed else "")
        return replace(
            exited,
            problem=self.blame or self._cause(exited, is_lost=is_lost),
            diagnosis="; ".join(filter(None, notes)),
        )

    def _cause(self, exited: Exited, *, is_lost: bool) -> AnyProblem | None:
        """What else than the server itself has ended it, if that is known."""
        if exited.ended_by not in ("itself", "outside"):
            return None
        if is_lost:
            reason = (exited.stderr_tail or ["it closed the connection"])[-1]
            return EngineLost(host=self.run.host, reason=reason)
        return why_not_executed(exited.code, exited.stderr_tail, self.run)
