"""Instances in mode `docker`: the attached docker command, our child, and the container that it has running.

The child is no more than a pump (docs/explanation/containers.md): it tells nothing certain about its container, so the
container is known by its id from the moment it is made, ended through the engine, and gone when the engine says so.
A launch fails as a whole: whatever of it was made is ended before that is told.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import trio
from msgspec.structs import replace

from supervisor.container import identity
from supervisor.container.effects import Engine, Engines
from supervisor.container.facts import EngineFacts
from supervisor.container.images import Images
from supervisor.container.messages import ImageReady, Surveyed, Told
from supervisor.container.news import News
from supervisor.container.record import Record
from supervisor.container.runs import (
    LOST_CODE,
    Around,
    Order,
    Place,
    Run,
    our_run,
    own_run,
    why_ended,
    why_refused,
)
from supervisor.container.survey import Survey
from supervisor.container.words import Owner, Profile
from supervisor.engine.messages import Seen
from supervisor.errors import ContainerIdMissing, EngineLost, LaunchError, StageTimeout
from supervisor.events import (
    ContainerStarted,
)
from supervisor.launch.messages import Exited, Launch, Launched, LaunchFailed
from supervisor.process.child import Child
from supervisor.process.instances import Instances
from supervisor.process.spawn import spawn_plain
from supervisor.process.table import ProcessTable
from supervisor.process.words import Ended, WorkloadRung

IDENTIFIED_S = 10.0
"""Seconds from the start of the docker command to the container's id."""
STRANGER_S = 2.0
"""Seconds for a container that begins to run to become known as one of a launch."""
LOOK_S = 0.03
"""Between two looks whether the container runs: it takes a few tenths of a second."""
SLOW_S = 5.0
"""Of a start that takes longer it is asked, each time anew, whether the engine has not come to a stand instead."""
WORD_S = 1.0
"""How long the engine's own word about an end is waited for, where the docker command's is not enough."""
SIGKILLED = 137


class ContainerInstances(Instances):
    """Instances of mode `docker`, and those whose own command runs a container."""

    def __init__(
        self,
        table: ProcessTable,
        engines: Engines,
        *,
        profile: Callable[[str], Profile],
        environment: Callable[[str], Awaitable[Mapping[str, str]]],
        owner: Owner,
        folder: Path,
    ) -> None:
        """Take the profile of each server, the docker command's environment by its path, and a folder for cidfiles."""
        super().__init__(table, _no_arrangement)
        self._engines = engines
        self._profile = profile
        self._environment = environment
        self._owner = owner
        self._labels = {identity.MANAGED: "true", identity.INSTANCE: owner.instance}
        self._folder = folder
        self._orders: dict[str, Order] = {}
        self._records: dict[str, Record] = {}
        self._preparing: dict[str, trio.CancelScope] = {}
        self._news = News()
        self._tell = self._news.tell
        self._images = Images(self._tell)
        self._left: dict[str, str] = {}
        """Instances by the id of the container that outlived them, as far as anybody knows."""
        self._about: dict[str, EngineFacts] = {}

    @property
    def labels(self) -> Mapping[str, str]:
        """What all containers of this instance of stockade have, and no others; follows `belong`."""
        return self._labels

    def belong(self, instance: str) -> None:
        """Take the id of the instance that is kept in the state directory, before the first container is made."""
        self._owner = replace(self._owner, instance=instance)
        self._labels[identity.INSTANCE] = instance

    # ------------------------------------------------------------------------------------------------ before a launch

    def expect(self, launch: Launch) -> None:
        """A launch has begun: if it gets lost with the actor, who asked for it has to be told."""
        self._asked[launch.instance] = launch.reply_to

    async def prepare(self, launch: Launch, docker: str) -> ImageReady | LaunchFailed:
        """See to the image, within its own clock; a user-written command sees to its own."""
        profile = self._profile(launch.server)
        if profile.own:
            return ImageReady(instance=launch.instance, image="", digest="")
        scope = self._preparing[launch.instance] = trio.CancelScope()
        problem: Any = StageTimeout(stage="pull", limit_s=profile.startup.pull_s)
        try:
            with scope, trio.move_on_after(profile.startup.pull_s):
                engine, facts = await self._engine(docker)
                found = await self._images.ensure(engine, facts, profile)
                return ImageReady(instance=launch.instance, image=found.id, digest=found.digest)
        except LaunchError as error:
            problem = error.problem
        finally:
            del self._preparing[launch.instance]
        return LaunchFailed(instance=launch.instance, problem=problem)

    def abandon(self, instance: str) -> None:
        """End the preparations of a launch; unknown ones are ignored."""
        if scope := self._preparing.get(instance):
            scope.cancel()

    # --------------------------------------------------------------------------------------------------- the contract

    async def make(self, launch: Launch, docker: str, image: str, digest: str) -> Launched | LaunchFailed:
        """Make and start the container."""
        self._orders[launch.instance] = Order(docker, image, digest)
        try:
            return await super().launch(launch)
        finally:
            del self._orders[launch.instance]

    async def ended(self, instance: str) -> Exited:
        """Wait until nothing is left of it, or nothing can be known because its engine is gone."""
        record = self._records.get(instance)
        exited = await super().ended(instance)
        if record is None:
            return exited
        ended = await self._table.child(instance).wait()
        container = record.container
        if ended.code in (SIGKILLED, LOST_CODE) and not ended.is_workload_left:
            with trio.move_on_after(WORD_S):
                await container.died.wait()
        is_lost = exited.code == LOST_CODE and container.exit_code != LOST_CODE
        status = None if is_lost else exited.code
        self._tell(*record.ended(instance, status, trio.current_time(), is_left=ended.is_workload_left))
        if ended.is_workload_left and container.id:
            self._left[container.id] = instance
        return record.judged(exited, is_lost=is_lost or ended.is_workload_left)

    def forget(self, instance: str) -> None:
        """As every mode does."""
        super().forget(instance)
        self._records.pop(instance, None)

    # ------------------------------------------------------------------------------------------------- facts of others

    async def told(self) -> Told:
        """Wait for facts that are to leave as events, and return all that are there."""
        return await self._news.told()

    def drained(self) -> tuple[Told, ...]:
        """Return the facts that are there, which are to leave before what follows from them; none if there are none."""
        return self._news.drained()

    async def note(self, seen: Seen, docker: str) -> None:
        """Take what the engine says of a container to what is known of it."""
        instance = self._instance_of(seen.container)
        if instance is None:
            if seen.action == "start":
                await self._end_stranger(seen.container, docker)
            return
        record = self._records[instance]
        match seen.action:
            case "oom":
                record.container.oom_killed = True
            case "die":
                record.container.exit_code = seen.exit_code
                record.container.died.set()
            case "pause" | "unpause":
                self._tell(*record.paused(instance, is_paused=seen.action == "pause"))
            case "create" | "start" | "destroy":
                pass

    def _instance_of(self, container: str) -> str | None:
        return next((key for key, record in self._records.items() if record.container.id == container), None)

    async def _end_stranger(self, container: str, docker: str) -> None:
        """End one of ours that belongs to no launch: it was given up while the engine was still making it."""
        await trio.sleep(STRANGER_S)
        if self._instance_of(container) is not None:
            return
        names = {record.made.name for record in self._records.values()}
        with suppress(LaunchError):
            engine, _ = await self._engine(docker)
            await Survey(engine, self._owner, self._folder).end_stranger(container, names)

    async def survey(self, docker: str) -> Surveyed:
        """Look at every container of ours on the engine, end what is of no use."""
        try:
            self._about.pop(docker, None)  # it may be another one than before
            engine, _ = await self._engine(docker)
            survey = Survey(engine, self._owner, self._folder)
            surveyed, broken, gone = await survey.run(self._known, self._runs)
        except LaunchError:
            return Surveyed(kept=0, ended=0, facts=[])
        for identifier in [one for one in self._left if one in gone or one not in surveyed.present]:
            self._table.forget_workload(self._left.pop(identifier))
        async with trio.open_nursery() as nursery:
            for instance in broken.keys() & self._records.keys():  # others have ended meanwhile
                record = self._records[instance]
                record.blame = EngineLost(host=record.run.host, reason=broken[instance])
                nursery.start_soon(partial(self.halt, instance, now=True))
        return Surveyed(kept=surveyed.kept, ended=surveyed.ended + len(broken), facts=list(surveyed.facts))

    async def _engine(self, docker: str) -> tuple[Engine, EngineFacts]:
        """The engine, and what it said of itself when it was asked first. Raises: LaunchError."""
        engine = await self._engines.at(docker)
        if docker not in self._about:
            self._about[docker] = await engine.facts()
        return engine, self._about[docker]

    def _known(self) -> Mapping[str, str]:
        return {record.made.name: instance for instance, record in self._records.items()}

    def _given_up(self, instance: str, record: Record, ended: Ended) -> None:
        """Tell the end of a container that was made and whose start came to nothing."""
        if record.container.id:
            is_left = ended.is_workload_left
            self._tell(*record.ended(instance, None, trio.current_time(), is_left=is_left))
            if is_left:
                self._left[record.container.id] = instance

    def _runs(self, instance: str) -> bool:
        record = self._records.get(instance)
        return record is not None and record.is_ours and record.is_running and instance in self._table.live()

    # ----------------------------------------------------------------------------------------------------- the start

    async def _start(self, message: Launch) -> Launched:
        profile = self._profile(message.server)
        limit_s = profile.startup.create_s
        folder = self._folder / secrets.token_hex(8)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)
        try:
            with trio.fail_after(limit_s):
                return await self._begin(message, profile, folder)
        except trio.TooSlowError:
            raise LaunchError(StageTimeout(stage="create", limit_s=limit_s)) from None
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            with suppress(OSError):
                self._folder.rmdir()  # unless another start has its own in there

    async def _begin(self, message: Launch, profile: Profile, folder: Path) -> Launched:
        """Start the docker command, and wait until its container runs."""
        order = self._orders[message.instance]
        made = identity.made(self._owner, message.server, secrets.token_hex(4))
        on_rung = partial(self._tell_rung, message.instance)
        place = Place(made=made, folder=folder, on_rung=on_rung)
        if profile.own:
            run = own_run(self._table.command(message.command), order, place)
        else:
            engine, facts = await self._engine(order.docker)
            environment = await self._environment(order.docker)
            around = Around(engine=engine, facts=facts, environment=environment, owner=self._owner)
            run = our_run(profile, order, place, around)
        if run.container is None:
            return await self._started_unmanaged(message, run)
        record = Record(message.server, run.container, made, run, is_ours=not profile.own)
        self._records[message.instance] = record
        child: Child | None = None
        try:
            await run.container.forget_last()
            child = await self._spawn(message, run)
            await self._identified(message.instance, record, child, run)
            await self._running(record, child, run)
        except BaseException:
            with trio.CancelScope(shield=True):
                if child is not None:
                    self._given_up(message.instance, record, await child.stop(now=True))
            self._records.pop(message.instance, None)
            raise
        record.is_running = True
        self._tell(
            ContainerStarted(
                server=message.server,
                instance_id=message.instance,
                container=run.container.id,
                image=run.image,
                digest=order.digest,
                limits=dict(run.limits),
            )
        )
        return Launched(instance=message.instance, pid=child.pid, confinement=run.confinement)

    async def _spawn(self, message: Launch, run: Run) -> Child:
        command = self._table.prepare(run.command)
        try:
            return await self._table.start(
                message.instance, command, spawn_plain, grace=message.grace, workload=run.container
            )
        finally:
            self._table.forget(command)

    async def _started_unmanaged(self, message: Launch, run: Run) -> Launched:
        child = await self._spawn(message, run)
        return Launched(instance=message.instance, pid=child.pid, confinement=run.confinement)

    async def _identified(self, instance: str, record: Record, child: Child, run: Run) -> None:
        """Wait for the id, or for the docker command's end without one. Raises: LaunchError."""
        container = record.container
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_cancel_at_death, child, nursery.cancel_scope)
            with trio.move_on_after(IDENTIFIED_S):
                await container.wait_known()
            nursery.cancel_scope.cancel()
        if not container.is_known_by_file():
            if child.died.is_set():
                raise LaunchError(await why_ended(child, run))
            if not await container.look_up():
                raise LaunchError(ContainerIdMissing(limit_s=IDENTIFIED_S))
        self._table.identify(instance, container.id)
        self._tell(*record.appeared(instance))

    async def _running(self, record: Record, child: Child, run: Run) -> None:
        """Wait until it runs, or has come to its end already. Raises: LaunchError."""
        checked_at = trio.current_time()
        while not child.died.is_set():
            if await record.container.runs():
                return
            if trio.current_time() - checked_at > SLOW_S:
                await record.container.check_engine()
                checked_at = trio.current_time()
            with trio.move_on_after(LOOK_S):
                await child.died.wait()
        ended = await child.wait()
        problem = why_refused(ended.code, child.stderr_tail, run)
        if problem is not None:
            raise LaunchError(problem)

    # ------------------------------------------------------------------------------------------------------- telling

    def _tell_rung(self, instance: str, rung: WorkloadRung) -> None:
        if record := self._records.get(instance):
            self._tell(*record.asked(instance, rung))


async def _no_arrangement(_message: Launch) -> Any:
    raise AssertionError("containers are started by their own `_start`")


async def _cancel_at_death(child: Child, scope: trio.CancelScope) -> None:
    await child.died.wait()
    scope.cancel()
