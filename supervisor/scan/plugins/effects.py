"""Runs one plugin for one server: a scanner is a child like any other.

It is started by the effects that start servers, in a new folder of its own, with no network unless its manifest says
so; it is ended with all that it has started when its time is up or its scan is cancelled; and what it wrote is read as
a stranger's. What went wrong is in its report: it is never an exception.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Protocol

import trio
from msgspec import Struct
from msgspec.structs import replace

from supervisor.config.schema import Level, Mode, SandboxSpec
from supervisor.config.specs import Grace, Limits
from supervisor.container.words import Mount, OneOff
from supervisor.errors import CommandNotFound, ImageNotFound, LaunchError
from supervisor.launch.messages import Exited, Launch, Launched, LaunchFailed, status_text
from supervisor.process.child import Child
from supervisor.process.probe import locate
from supervisor.process.table import ProcessTable
from supervisor.process.words import Command
from supervisor.scan.plugins import runtimes, shapes, staging
from supervisor.scan.plugins.inputs import Inputs, Ran
from supervisor.scan.plugins.manifests import RESULTS, Plugin
from supervisor.scan.plugins.remembered import Memory
from supervisor.scan.plugins.results import LARGEST_OUTPUT_BYTES, OutputError, findings_of, printable
from supervisor.scan.plugins.runtimes import Docker, Native, Situation
from supervisor.scan.plugins.staging import Stage, UnfitError
from supervisor.scan.words import ScannerReport, ScannerState

FOLDER = "scans"
"""Below the state directory: where the folders of plugins are made."""
CPUS = 2.0
LAST_LINES = 3
IN_CONTAINER = {"source": "/scan/source", "rules": "/scan/rules", "report": "/scan/report"}


class Launcher(Protocol):
    """What ends a plugin, whatever started it; as the contract of all modes says (launch/messages)."""

    async def ended(self, instance: str) -> Exited: ...

    async def halt(self, instance: str, *, now: bool = False) -> None: ...

    def forget(self, instance: str) -> None: ...


class Confined(Launcher, Protocol):
    """What starts it in our own sandbox."""

    async def begin(self, launch: Launch, *, folder: str, lent: tuple[str, ...]) -> Launched | LaunchFailed: ...


class Contained(Launcher, Protocol):
    """What starts it in a container."""

    async def begin(self, launch: Launch, wanted: OneOff) -> Launched | LaunchFailed: ...


class World(Struct, frozen=True, kw_only=True):
    """What plugins are run with."""

    table: ProcessTable
    confined: Confined
    contained: Contained
    environment: Mapping[str, str]
    """What every plugin gets of ours: the short list that a server gets."""
    keys: Mapping[str, str]
    """Our own environment, of which a plugin gets what its manifest names."""
    folder: Path
    """Where folders for plugins are made."""
    level: Level = "auto"
    """How strong their sandbox is."""
    memory: Memory | None = None
    """What earlier looks have found; without it every look is one."""


class PluginRuns:
    """Runs plugins; cancelling a run really ends it, and everything that it has started."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._count = 0

    async def forget(self, server: str, plugins: Iterable[str]) -> None:
        """Have the next look of these plugins at a server be one."""
        if self._world.memory is not None:
            await trio.to_thread.run_sync(self._world.memory.forget, server, tuple(plugins))

    async def run(self, plugin: Plugin, inputs: Inputs, server: str, mode: Mode) -> Ran:
        """Run it for a server whose own resolved mode this is."""
        began = trio.current_time()
        situation = Situation(
            mode=mode,
            missing=inputs.missing,
            keys=frozenset(name for name, value in self._world.keys.items() if value),
            has_network=inputs.has_network,
        )
        runtime = runtimes.choose(plugin, situation)
        if isinstance(runtime, ScannerReport):
            return Ran(runtime)
        if "source" not in plugin.inputs:
            inputs = replace(inputs, source="", only="")  # nothing is copied that nobody looks at
        try:
            async with self._staged(inputs) as stage:
                self._count += 1
                one = _Run(self._world, plugin, stage, image=inputs.image, server=server, number=self._count)
                ran = await one.carried_out(runtime)
        except UnfitError as error:
            ran = Ran(runtimes.skipped(plugin, "unsupported_input", str(error)))
        except OSError as error:
            ran = _failed(plugin, f"its folder could not be made: {error.strerror}")
        if ran.report.state == "skipped":
            return ran
        return Ran(replace(ran.report, seconds=round(trio.current_time() - began, 3)), ran.findings)

    @asynccontextmanager
    async def _staged(self, inputs: Inputs) -> AsyncIterator[Stage]:
        where = (self._world.folder, inputs.source, inputs.only, inputs.listing)
        stage = await trio.to_thread.run_sync(staging.prepare, *where)
        try:
            yield stage
        finally:
            with trio.CancelScope(shield=True):
                await trio.to_thread.run_sync(staging.discard, stage)


class _Run:
    """One run of one plugin."""

    def __init__(self, world: World, plugin: Plugin, stage: Stage, *, image: str, server: str, number: int) -> None:
        self._world = world
        self._plugin = plugin
        self._stage = stage
        self._image = image
        self._server = server
        # No server's name has a slash, so this one is nobody's.
        self._name = f"{server}/scan.{plugin.id}"
        self._instance = f"{self._name}#{number}"
        self._env = {**plugin.env, **{name: world.keys[name] for name in plugin.needs_key}}

    async def carried_out(self, runtime: Native | Docker) -> Ran:
        """As the runtime says, if the source is one for it."""
        plugin = self._plugin
        if "source" in plugin.inputs and plugin.suffixes and not self._stage.has(plugin.suffixes):
            why = f"there is no file in its source that ends with {' or '.join(plugin.suffixes)}"
            return Ran(runtimes.skipped(plugin, "unsupported_input", why))
        return await self.natively(runtime) if isinstance(runtime, Native) else await self.in_container()

    async def natively(self, runtime: Native) -> Ran:
        """In the sandbox; if its program is not there, as the runtime says."""
        places = {name: str(getattr(self._stage, name)) for name in IN_CONTAINER}
        argv = self._words(self._plugin.command, places)
        env = {**self._world.environment, **self._env}
        command = Command(argv=argv, env=env, cwd="/", secrets=frozenset(self._plugin.needs_key))
        try:
            located = await locate(command)
        except LaunchError as error:
            if not isinstance(error.problem, CommandNotFound):
                return _failed(self._plugin, error.problem.text)
            if isinstance(runtime.otherwise, ScannerReport):
                return Ran(runtime.otherwise)
            return await self.in_container()
        return await self._remembered(located.argv[0], partial(self._begun, command, places))

    async def _remembered(self, program: str, look: Callable[[], Awaitable[Ran]]) -> Ran:
        """What an earlier look at the same has found, else what this one finds."""
        memory, plugin, server = self._world.memory, self._plugin, self._server
        if memory is None:
            return await look()
        key = await trio.to_thread.run_sync(memory.key, plugin, self._stage, program, self._world.environment)
        if key is None:
            return await look()
        ran = await trio.to_thread.run_sync(memory.recall, server, plugin, key)
        if ran is None:
            ran = await look()
            await trio.to_thread.run_sync(memory.keep, server, plugin, key, ran)
        return ran

    async def _begun(self, command: Command, places: Mapping[str, str]) -> Ran:
        """Start it in the sandbox."""
        key = self._world.table.prepare(command)
        try:
            lent = (places["source"], places["rules"])
            folder = str(self._stage.own)
            begin = partial(self._world.confined.begin, self._launch(key), folder=folder, lent=lent)
            return await self._carry_out(self._world.confined, begin, places["source"])
        finally:
            self._world.table.forget(key)

    async def in_container(self) -> Ran:
        """By the contract of /scan."""
        mounts = (
            Mount(str(getattr(self._stage, name)), place, is_writable=name == "report")
            for name, place in IN_CONTAINER.items()
        )
        wanted = OneOff(
            image=self._plugin.image,
            words=self._words(self._plugin.image_command, IN_CONTAINER),
            env={"HOME": "/tmp", "TMPDIR": "/tmp", **self._env},  # noqa: S108 - the container's own
            secret_names=frozenset(self._plugin.needs_key),
            mounts=tuple(mounts),
            has_network=self._plugin.needs_network,
        )
        begin = partial(self._world.contained.begin, self._launch(""), wanted)
        try:
            return await self._carry_out(self._world.contained, begin, IN_CONTAINER["source"])
        except LaunchError as error:
            if isinstance(error.problem, ImageNotFound):
                return Ran(runtimes.image_missing(self._plugin))
            return Ran(runtimes.skipped(self._plugin, "docker_unusable", error.problem.text))

    async def _carry_out(
        self, launcher: Launcher, begin: Callable[[], Awaitable[Launched | LaunchFailed]], root: str
    ) -> Ran:
        """Start it, wait for its end, read what it wrote. Raises: LaunchError, if its engine cannot be used."""
        exited: Exited | None = None
        output = bytearray()
        try:
            with trio.move_on_after(self._plugin.timeout_s):
                launched = await begin()
                if isinstance(launched, LaunchFailed):
                    return _failed(self._plugin, launched.problem.text)
                child = self._world.table.child(self._instance)
                exited = await self._awaited(launcher, child, output)
        finally:
            with trio.CancelScope(shield=True):
                await launcher.halt(self._instance, now=True)
            launcher.forget(self._instance)
        if exited is None:
            return _failed(self._plugin, f"it did not end within {self._plugin.timeout_s:g} s", "timed_out")
        return await trio.to_thread.run_sync(self._judged, exited, bytes(output), root)

    async def _awaited(self, launcher: Launcher, child: Child, output: bytearray) -> Exited:
        child.stdin.close()
        if self._plugin.output_from == "file":
            await child.stdout.aclose()  # whatever it says there is dropped
            return await launcher.ended(self._instance)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_collect, child, output)
            return await launcher.ended(self._instance)

    def _judged(self, exited: Exited, output: bytes, root: str) -> Ran:
        plugin = self._plugin
        if exited.problem is not None:  # its engine went away, or has found that there is nothing to execute
            return _failed(plugin, exited.problem.text)
        if exited.code not in plugin.success_exit_codes:
            said = printable("; ".join(exited.stderr_tail[-LAST_LINES:]))
            why = "; ".join(filter(None, (f"it ended with {status_text(exited)}", exited.diagnosis, said)))
            return _failed(plugin, why)
        try:
            data = output if plugin.output_from == "stdout" else staging.report_in(self._stage.report, RESULTS)
            results = shapes.read(plugin.output, data, obeys_source=plugin.obeys_source)
        except OutputError as error:
            return _failed(plugin, str(error))
        findings, detail = findings_of(plugin, results, server=self._server, root=root)
        if "source" in plugin.inputs:
            detail = "; ".join(filter(None, (detail, *self._stage.left_out)))
        report = ScannerReport(scanner=plugin.id, state="ok", detail=detail, findings=len(findings))
        if results.failed:
            report = replace(report, state="failed", detail="; ".join(filter(None, (results.failed, detail))))
        return Ran(report, findings)

    def _launch(self, command: str) -> Launch:
        plugin = self._plugin
        return Launch(
            reply_to="",
            instance=self._instance,
            server=self._name,
            command=command,
            grace=Grace(stdin_s=0.0, term_s=0.0),
            limits=Limits(memory_bytes=plugin.memory_bytes, cpus=CPUS, pids=plugin.pids),
            sandbox=SandboxSpec(
                level=self._world.level,
                network="allow" if plugin.needs_network else "none",
                read_only=plugin.read_only,
            ),
        )

    def _words(self, words: tuple[str, ...], places: Mapping[str, str]) -> tuple[str, ...]:
        has_package = (self._stage.source / "package.json").is_file()
        known = {
            **places,
            "tools": f"{places['source']}/tools.json",
            "results": f"{places['report']}/{RESULTS}",
            "ecosystem": "npm" if has_package else "pypi",
            "image": self._image,
        }
        return tuple(_filled(word, known) for word in words)


def _filled(word: str, known: Mapping[str, str]) -> str:
    """A word with its placeholders replaced, once each: what is put in is not looked at again."""
    for name, value in known.items():
        if "{" + name + "}" in word:
            before, _, after = word.partition("{" + name + "}")
            return before + value + _filled(after, known)
    return word


async def _collect(child: Child, output: bytearray) -> None:
    """Read its stdout to the end; what is more than is looked at is read and dropped, so that it can end."""
    while data := await child.stdout.receive_some():
        if len(output) <= LARGEST_OUTPUT_BYTES:
            output += data


def _failed(plugin: Plugin, why: str, state: ScannerState = "failed") -> Ran:
    return Ran(ScannerReport(scanner=plugin.id, state=state, detail=why))
