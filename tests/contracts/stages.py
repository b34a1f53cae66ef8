"""Where the contract of the isolation modes is tried: one actor of a mode on a bus, and what a mode needs around it."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast
from uuid import uuid4

import trio
from fakes.kernel import crash, quiet, running, tree_of
from fakes.mode import FakeInstances, breakable, fake_actor
from fakes.process import come_true, program, read_all, read_line, shell, with_variable
from msgspec import Struct

from supervisor.config.schema import SandboxSpec
from supervisor.config.specs import Grace, Limits
from supervisor.errors import AnyProblem
from supervisor.kernel.actor import Actor, leaf_run
from supervisor.kernel.bus import Bus
from supervisor.kernel.specs import Branch, Decision, Leaf, Limit
from supervisor.launch.messages import Exited, Halt, Launch, Launched, LaunchFailed
from supervisor.modes import ModeRow, Surroundings
from supervisor.process.table import ProcessTable, open_processes
from supervisor.process.words import Command
from supervisor.sandbox.effects import open_sandbox
from supervisor.sandbox.words import Places, Profile

Kind = TypeVar("Kind", bound=Struct)

WORK = "root/work"
LISTENER = "root/listener"
BOUND_S = 60.0
"""For anything that a real process on a busy machine does in these tests."""
SHORT = Grace(stdin_s=0.2, term_s=0.2)
LONG = Grace(stdin_s=20, term_s=5)

SCRIPTS = {
    "polite": "echo up; while read -r line; do echo got $line; done",
    "deaf": "trap '' TERM; echo up; while :; do sleep 1000; done",
    "ends": "echo last words >&2; exit 3",
    "tree": "sh -c 'sleep 1000 & sleep 1000' & echo up; while read -r line; do :; done",
    "daemon": "(setsid sh -c 'sleep 1000 >/dev/null 2>&1 </dev/null &' &) ; echo up; while read -r line; do :; done",
    "leaver": "sleep 1000 >/dev/null 2>&1 </dev/null & exit 3",
    "shows": 'printf \'%s|%s|%s\\n\' "$CONTRACT" "$PWD" "$SECRET_OF_STOCKADE"; '
    "for fd in 0 1 2 3 4 5 6 7 8 9; do (: <&$fd) 2>/dev/null && echo open $fd; done",
}


REFUSALS = {
    "not found": "process.command_not_found",
    "not executable": "process.command_not_executable",
    "bad shebang": "process.command_not_executable",
    "cwd missing": "process.cwd_missing",
}
"""The codes of what cannot be started, where it is started on this machine."""


class Stage(Protocol):
    """A mode with its actor running, as the contract sees it, and what a few things mean in this mode."""

    bus: Bus
    refusals: Mapping[str, str]
    """The codes of what cannot be started; what is not in here means nothing in this mode, and starts."""
    killed: tuple[int | None, int | None]
    """Code and signal of one that SIGKILL has ended."""
    has_engine: bool
    """Somebody else starts what runs."""

    def server(self, behaviour: str) -> str:
        """The server that a behaviour is launched for."""

    def command(self, behaviour: str) -> str:
        """Prepare a behaviour; the id that a launch names it by."""

    async def up(self, instance: str) -> None:
        """Return when a launched instance has come to where its behaviour begins."""

    def left(self) -> set[str]:
        """All that is there of any of the instances: their processes, and whatever else the mode makes."""

    def kill(self, instance: str) -> None:
        """Have its first process killed from outside."""


class Scene:
    """What was said on a stage so far, and the way to say more."""

    def __init__(self, stage: Stage, heard: list[Any], mode: str) -> None:
        self.stage = stage
        self.heard = heard
        self._mode = mode
        """The name of the mode's actor."""
        self._count = 0

    def launch_message(self, behaviour: str, *, grace: Grace = SHORT, instance: str = "") -> Launch:
        """A launch of a fresh instance of this behaviour."""
        self._count += 1
        return Launch(
            reply_to=LISTENER,
            instance=instance or f"server#{self._count}",
            server=self.stage.server(behaviour),
            command=self.stage.command(behaviour),
            grace=grace,
            limits=Limits(),
            sandbox=SandboxSpec(),
        )

    async def tell(self, *messages: Struct) -> None:
        """Say something to the mode's actor."""
        for message in messages:
            await self.stage.bus.tell(self._mode, message, sender=LISTENER)

    async def launched(self, behaviour: str, *, grace: Grace = SHORT) -> Launched:
        """Launch, and wait until it is where its behaviour begins."""
        message = self.launch_message(behaviour, grace=grace)
        await self.tell(message)
        launched = await self.wait_for(Launched, message.instance)
        if behaviour not in ("ends", "leaver", "shows"):
            await self.stage.up(message.instance)
        return launched

    async def halt(self, instance: str) -> Exited:
        """End it, and wait until that is told."""
        await self.tell(Halt(instance=instance))
        return await self.wait_for(Exited, instance)

    async def wait_for(self, kind: type[Kind], instance: str) -> Kind:
        """Wait until this was told of the instance."""
        await come_true(lambda: self.told(kind, instance), BOUND_S)
        return self.told(kind, instance)[0]

    async def refused(self, instance: str) -> str:
        """Wait for the failure of a launch; its code. An engine may have started what cannot be executed."""
        late = self.stage.has_engine
        await come_true(lambda: self.told(LaunchFailed, instance) or (late and self.told(Exited, instance)), BOUND_S)
        problems: list[AnyProblem | None] = [failure.problem for failure in self.told(LaunchFailed, instance)]
        problems += [exited.problem for exited in self.told(Exited, instance)]
        (code,) = [problem.code if problem is not None else "none" for problem in problems]
        return code

    def told(self, kind: type[Kind], instance: str = "") -> list[Kind]:
        """Everything of a kind that was told of an instance, or of all."""
        return [fact for fact in self.heard if isinstance(fact, kind) and instance in ("", fact.instance)]  # type: ignore[attr-defined]  # all of these name one

    async def crash(self) -> None:
        """Make the mode's actor crash, and wait until it is back."""
        with trio.fail_after(BOUND_S):
            await crash(self.stage.bus, self._mode)


@asynccontextmanager
async def scene(stage: Stage, actor: Actor[Any], mode: str = "mode", *around: Leaf) -> AsyncIterator[Scene]:
    """Run the actor of a mode beside those that it speaks to, and a listener that writes down what it says."""
    heard: list[Any] = []

    def listen(state: Any, message: Any, _now: float) -> Decision[Any]:
        heard.append(message)
        return Decision(state)

    tree = tree_of(
        Leaf(name="listener", run=leaf_run(stage.bus, quiet(Launched | LaunchFailed | Exited, listen))),
        Branch(
            name="work",
            children=(*around, Leaf(name=mode, run=leaf_run(stage.bus, breakable(actor)), shutdown_s=40.0)),
            limit=Limit(intensity=10, period_s=60.0),
        ),
    )
    tree.bus = stage.bus
    async with running(tree, limit_s=BOUND_S * 2):
        yield Scene(stage, heard, f"{WORK}/{mode}")


class RealStage:
    """A mode of the table with real processes."""

    refusals: Mapping[str, str] = REFUSALS
    killed: tuple[int | None, int | None] = (None, signal.SIGKILL)
    has_engine = False

    def __init__(self, table: ProcessTable, folder: Path) -> None:
        self.bus = Bus()
        self.table = table
        self._folder = folder
        self._mark = uuid4().hex

    def server(self, behaviour: str) -> str:
        return "server"

    def command(self, behaviour: str) -> str:
        return self.table.prepare(self._commands(behaviour))

    def _commands(self, behaviour: str) -> Command:
        path = self._folder / behaviour.replace(" ", "-")
        match behaviour:
            case "not found":
                return program("no-such-program", CONTRACT=self._mark)
            case "not executable":
                path.write_text("echo hello\n")
                path.chmod(0o644)
                return program(str(path), CONTRACT=self._mark)
            case "bad shebang":
                path.write_text("#!/no/such/interpreter\n")
                path.chmod(0o755)
                return program(str(path), CONTRACT=self._mark)
            case "cwd missing":
                return program("cat", cwd=str(path), CONTRACT=self._mark)
            case _:
                return shell(SCRIPTS[behaviour], cwd=str(self._folder), CONTRACT=self._mark)

    async def up(self, instance: str) -> None:
        assert await read_line(self.table.child(instance).stdout) == b"up"

    async def output(self, instance: str) -> list[str]:
        """All that it writes."""
        return (await read_all(self.table.child(instance).stdout)).decode().splitlines()

    def shown(self) -> str:
        """What `shows` should see of its environment and its working directory."""
        return f"{self._mark}|{self._folder}|"

    def left(self) -> set[str]:
        return {f"process {pid}" for pid in with_variable("CONTRACT", self._mark)}

    def kill(self, instance: str) -> None:
        os.kill(self.table.child(instance).pid, signal.SIGKILL)


class FakeStage:
    """The fake mode."""

    refusals: Mapping[str, str] = REFUSALS
    killed: tuple[int | None, int | None] = (None, signal.SIGKILL)
    has_engine = False

    def __init__(self, instances: FakeInstances) -> None:
        self.bus = Bus()
        self._instances = instances

    def server(self, behaviour: str) -> str:
        return "server"

    def command(self, behaviour: str) -> str:
        return behaviour

    async def up(self, instance: str) -> None:
        await trio.lowlevel.checkpoint()

    def left(self) -> set[str]:
        return set(self._instances.live())

    def kill(self, instance: str) -> None:
        self._instances.processes[instance].end("outside", signal=9)


@asynccontextmanager
async def real_scene(row: ModeRow, state_dir: Path) -> AsyncIterator[Scene]:
    """A mode of the table, with all that any mode may need."""
    folder = state_dir / "work"
    folder.mkdir()
    profile = Profile(working_dir=str(folder), own_env=frozenset({"CONTRACT"}))
    places = Places(state_dir=str(state_dir), homes=())
    async with open_processes() as table, open_sandbox(places) as sandbox:
        around = Surroundings(
            table=table, sandbox=sandbox, sandbox_profile=lambda _server: profile, containers=cast(Any, None)
        )  # fmt: skip
        async with scene(RealStage(table, folder), row.actor(around)) as opened:
            yield opened


@asynccontextmanager
async def fake_scene(instances: FakeInstances) -> AsyncIterator[Scene]:
    """The fake mode."""
    async with scene(FakeStage(instances), fake_actor(instances)) as opened:
        yield opened
