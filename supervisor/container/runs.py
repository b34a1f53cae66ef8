"""One start of a server in mode `docker`: the command that is run, and the container that it will have.

Either command is ours from its first word to its last, or it is the user's, with what is needed to stop its container
put in.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace

from supervisor.container import own
from supervisor.container.argv import run_plan
from supervisor.container.classify import classified
from supervisor.container.control import Control, OwnCommand
from supervisor.container.effects import Engine
from supervisor.container.facts import EngineFacts
from supervisor.container.words import Made, Owner, Profile, Start
from supervisor.container.workload import Container
from supervisor.errors import AnyProblem, ContainerRefused, SpawnFailed
from supervisor.process.child import Child
from supervisor.process.words import Command, Removal, WorkloadRung

LOST_CODE = 125
"""The docker command's own failure: its order was refused, or, once the container ran, its engine is gone."""
REFUSALS = (LOST_CODE, 126, 127)
"""Codes of a `docker run` that came to nothing; a server may end with them as well."""
OF_THE_EXEC = ("docker: ", "[FATAL tini ", "standard_init_linux.go:", "exec ")
"""How a line begins in which it is said, whatever the code is, that a container's program could not be executed."""


@dataclass(frozen=True)
class Order:
    """A launch whose image is there."""

    docker: str
    image: str
    """Its id."""
    digest: str


@dataclass(frozen=True, kw_only=True)
class Place:
    """Who and where one container is."""

    made: Made
    folder: Path
    """A folder for this start alone."""
    on_rung: Callable[[WorkloadRung], None]

    def container(
        self, control: Control, cidfile: Path, prefix: tuple[str, ...], environment: Mapping[str, str]
    ) -> Container:
        """Make what the process layer stops; `prefix` is the engine's command with its global options."""
        removal = Removal(argv=(*prefix, "rm", "-f"), env=environment, cidfile=str(cidfile))
        return Container(control, removal=removal, cidfile=cidfile, lookup=self.made.lookup, on_rung=self.on_rung)


@dataclass(frozen=True, kw_only=True)
class Around:
    """What every container of ours on one engine is made with."""

    engine: Engine
    facts: EngineFacts
    environment: Mapping[str, str]
    """Of the docker command."""
    owner: Owner


@dataclass(frozen=True, kw_only=True)
class Run:
    """A command about to be started."""

    command: Command
    confinement: str
    container: Container | None = None
    """None if what it starts cannot be found again."""
    name: str = ""
    """Of the container, if it is known before it is made."""
    image: str = ""
    program: str = ""
    """What is to run in the container, if that is known."""
    limits: Mapping[str, str] = field(default_factory=dict)
    no_new_privileges: bool = True
    host: str = ""
    """The engine's address, for people."""


def our_run(profile: Profile, order: Order, place: Place, around: Around) -> Run:
    """Make the command for a container of ours. Raises: LaunchError."""
    facts = around.facts
    start = Start(
        docker=order.docker,
        made=place.made,
        cidfile=str(place.folder / "cid"),
        env_file=str(place.folder / "env"),
        config=around.owner.config,
        image=order.image,
        cpus_available=float(facts.cpus) or None,
        default_log_driver=facts.log_driver or None,
    )
    plan = run_plan(profile, start)
    if plan.env_file:
        _write_private(Path(start.env_file), plan.env_file)
    return Run(
        command=Command(
            argv=plan.argv,
            env={**around.environment, **plan.env},
            cwd="/",
            hidden=frozenset(profile.env[name] for name in profile.secret_names),
        ),
        container=place.container(around.engine, Path(start.cidfile), (order.docker,), around.environment),
        name=place.made.name,
        image=profile.spec.image,
        program=profile.command,
        limits=plan.limits,
        no_new_privileges=profile.spec.hardening.no_new_privileges,
        host=facts.host,
        confinement=f"docker {profile.spec.image}",
    )


def own_run(prepared: Command, order: Order, place: Place) -> Run:
    """Make the command of the user's own, as it stands, with a cidfile and labels where it has none."""
    theirs = own.own(prepared.argv)
    confinement = f"own container ({theirs.program})"
    if theirs.kind != "run":
        return Run(command=replace(prepared, argv=(order.docker, *prepared.argv[1:])), confinement=confinement)
    ours = place.folder / "cid"
    injected = own.injected(theirs, cidfile=str(ours), labels=place.made.labels)
    prefix = (order.docker, *theirs.global_options)
    public = {name: value for name, value in prepared.env.items() if name not in prepared.secrets}
    cidfile = Path(prepared.cwd, theirs.cidfile) if theirs.cidfile else ours
    return Run(
        command=replace(prepared, argv=(order.docker, *injected[1:])),
        container=place.container(OwnCommand(prefix, prepared.env), cidfile, prefix, public),
        name=theirs.value("name") or "",
        image=theirs.image,
        host=theirs.program,
        confinement=confinement,
    )


def why_refused(code: int | None, stderr_tail: Sequence[str], run: Run) -> AnyProblem | None:
    """Say why the command ended before it was seen that its container ran; None if that has run, and ended."""
    found = _classified(code, stderr_tail, run) if code in REFUSALS else why_not_executed(code, stderr_tail, run)
    if found is None and code == LOST_CODE:
        return ContainerRefused(reason=(stderr_tail or ["it said nothing"])[-1])
    return found


def why_not_executed(code: int | None, stderr_tail: Sequence[str], run: Run) -> AnyProblem | None:
    """Say why a container that ran had nothing to run; None if its program has run.

    With an init a container runs before anybody knows whether its program can.
    """
    return _classified(code, [line for line in stderr_tail if line.startswith(OF_THE_EXEC)], run)


async def why_ended(child: Child, run: Run) -> AnyProblem:
    """Say why the command ended without a container."""
    ended = await child.wait()
    found = _classified(ended.code, child.stderr_tail, run)
    if found is not None:
        return found
    last = (child.stderr_tail or ["it said nothing"])[-1]
    if ended.code == LOST_CODE:
        return ContainerRefused(reason=last)
    return SpawnFailed(step="docker run", reason=f"it ended with {child.ending}: {last}")


def _classified(code: int | None, stderr_tail: Sequence[str], run: Run) -> AnyProblem | None:
    return classified(
        code, stderr_tail, command=run.program, image=run.image, no_new_privileges=run.no_new_privileges
    )  # fmt: skip


def _write_private(path: Path, content: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
