"""Wiring: what is found out or done once with containers and their engine, without a tree.

`explain` and `check` ask the docker command itself and load no event loop; `pull` and `sweep` speak to the engine as a
run does.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from supervisor.config.specs import Config, ServerSpec
from supervisor.container.advice import about_ours, about_theirs
from supervisor.container.explain import INSTANCE, Explained, Known, ours, theirs
from supervisor.container.extra_args import platform_in
from supervisor.container.facts import EngineFacts, ImageFacts, check_platform
from supervisor.container.identity import config_hash
from supervisor.container.kept import FOLDER, instance_in
from supervisor.container.peek import images, peek
from supervisor.docker_path.effects import search_now
from supervisor.docker_path.messages import tried_text
from supervisor.docker_path.places import Search, search_on
from supervisor.docker_path.rules import Looked
from supervisor.environment.effects import hydrated_now
from supervisor.environment.hydration import with_docker_first
from supervisor.environment.rules import Allowance, environment
from supervisor.errors import DockerNotFound, LaunchError, Problem
from supervisor.prepare import command_of, container_profile_of, located, own_program_of
from supervisor.process.boot import here

if TYPE_CHECKING:  # `explain` and `check` do without the event loop
    from supervisor.container.ahead import Fetched, OnProgress, Wanted
    from supervisor.container.effects import Engine
    from supervisor.container.stale import Stale

    Pull = Callable[[OnProgress], Awaitable[list[Fetched]]]

_FOUND_BY = {
    "path": "found on PATH",
    "bundled": "at a well-known place",
    "login_shell": "named by the login shell",
    "remembered": "where it was",
}


def _searched(environ: Mapping[str, str]) -> Looked:
    """Look for the docker command as a run does, once."""
    return search_now(search_on(sys.platform, environ.get("HOME", "")), environ, sys.platform)


def _cli_environment(docker: str, environ: Mapping[str, str]) -> dict[str, str]:
    return with_docker_first(dict(hydrated_now(environ, sys.platform).env), docker)


def engine_here(environ: Mapping[str, str]) -> Engine:
    """Return the engine that a run would use; nothing is asked of it yet.

    It may take twice the bound of the login shell, if that has to be asked. Raises: LaunchError(DockerNotFound).
    """
    from supervisor.container.effects import Engine

    found = _searched(environ)
    if not found.path:
        raise LaunchError(DockerNotFound(tried=tried_text(found.tried), retry_after_s=0.0))
    return Engine(found.path, _cli_environment(found.path, environ))


# ---------------------------------------------------------------------------------------------------- explain, check


def explained(config: Config, spec: ServerSpec, state_dir: str, environ: Mapping[str, str]) -> Explained:
    """Explain the container that a server would have. Raises: LaunchError, as its start would."""
    found = _searched(environ)
    known = Known(
        docker=found.path or "docker",
        docker_from=_FOUND_BY[found.step] if found.path else f"not found: {tried_text(found.tried)}",
        instance=instance_in(Path(state_dir)) or INSTANCE,
        config=config_hash(config.source),
        boot=here() or "unknown",
        folder=str(Path(state_dir, FOLDER)),
        engine_problem="there is no docker command to ask it by",
    )
    if spec.own_container:
        return _their_explanation(spec, known, environ)
    profile = container_profile_of(spec, environ)
    ours(profile, known)  # what a start would refuse is told at once, without asking anybody
    return ours(profile, _with_engine(known, profile.spec.image, environ) if found.path else known)


class Standing(Struct, frozen=True, kw_only=True):
    """How it stands with what a server's container needs; as far as the first thing that is missing."""

    docker: str = ""
    """The path of the docker command."""
    docker_from: str = ""
    problem: Problem | None = None
    """Why no engine can be used."""
    engine: EngineFacts | None = None
    image: ImageFacts | None = None
    """The server's image, if the engine has it."""
    refusal: Problem | None = None
    """Why no container would be made of it."""


def standing(spec: ServerSpec, environ: Mapping[str, str]) -> Standing:
    """Look how it stands; the engine is asked within bounds, and not again if it does not answer."""
    found = _searched(environ)
    if not found.path:
        return Standing(problem=DockerNotFound(tried=tried_text(found.tried), retry_after_s=0.0))
    here = Standing(docker=found.path, docker_from=_FOUND_BY[found.step])
    image = "" if spec.own_container else spec.docker.image
    seen = peek(found.path, _cli_environment(found.path, environ), [image] if image else [])
    here = replace(here, problem=seen.problem, engine=seen.engine, image=seen.images.get(image))
    if seen.problem is not None or spec.own_container:
        return here
    try:
        ours(container_profile_of(spec, environ), Known(docker=found.path, engine=seen.engine, image=here.image))
        if seen.engine and here.image:
            check_platform(image, here.image, seen.engine, platform_in(spec.docker.extra_args))
    except LaunchError as error:
        return replace(here, refusal=error.problem)
    return here


def _with_engine(known: Known, image: str, environ: Mapping[str, str]) -> Known:
    seen = peek(known.docker, _cli_environment(known.docker, environ), [image])
    problem = seen.problem.text if seen.problem else "" if seen.engine else "it told nothing of itself"
    return replace(known, engine=seen.engine, engine_problem=problem, image=seen.images.get(image))


def _their_explanation(spec: ServerSpec, known: Known, environ: Mapping[str, str]) -> Explained:
    """A user-written command is run as it stands; only a bare `docker run` by the docker command of our own."""
    command = command_of(spec, environ)
    program = known.docker
    if own_program_of(spec):
        try:
            program = located(spec, environ).argv[0]
            known = replace(known, docker=program, docker_from="as it is written")
        except LaunchError as error:
            program = command.argv[0]
            known = replace(known, docker=program, docker_from=error.problem.text)
    return theirs((program, *command.argv[1:]), spec.name, sorted(command.env), known)


def objections(config: Config, environ: Mapping[str, str]) -> dict[str, list[Problem]]:
    """Say what is to be said about every server in a container, by name.

    The login shell is not asked for it: where only that knows of the engine, digests are not known.
    """
    profiles = {spec.name: container_profile_of(spec, environ) for spec in config.servers if spec.mode == "docker"}
    unpinned = [
        spec.docker.image
        for spec in config.servers
        if spec.mode == "docker" and spec.enabled and "@" not in spec.docker.image
    ]
    known = _images_at_hand(sorted(set(unpinned)), environ) if unpinned else {}
    found: dict[str, list[Problem]] = {
        name: list(about_ours(profile, known.get(profile.spec.image))) for name, profile in profiles.items()
    }
    for spec in config.servers:
        if spec.own_container:
            found[spec.name] = list(about_theirs((spec.command, *spec.args), spec.place))
    return found


def _images_at_hand(names: Sequence[str], environ: Mapping[str, str]) -> dict[str, ImageFacts]:
    """Those of the images that are on an engine which can be found without the login shell."""
    whole = search_on(sys.platform, environ.get("HOME", ""))
    quick = Search(steps=tuple(step for step in whole.steps if step != "login_shell"), well_known=whole.well_known)
    found = search_now(quick, environ, sys.platform)
    if not found.path:
        return {}
    env = environment(environ, Allowance(native=False, docker_cli=True), platform=sys.platform)
    return images(found.path, with_docker_first(env, found.path), names)


# ------------------------------------------------------------------------------------------------------- pull, sweep


def wanted(specs: Sequence[ServerSpec], environ: Mapping[str, str]) -> list[Wanted]:
    """Say which images these servers need, each image once."""
    from supervisor.container.ahead import wanted_by

    return wanted_by([container_profile_of(spec, environ) for spec in specs])


def puller(
    images_wanted: Sequence[Wanted], environ: Mapping[str, str]
) -> Callable[[OnProgress], Awaitable[list[Fetched]]]:
    """Return what fetches those that are missing; it raises LaunchError if the engine does not answer at all.

    Raises: LaunchError(DockerNotFound).
    """
    from supervisor.container.ahead import fetch

    return partial(fetch, engine_here(environ), images_wanted)


def instance_of(state_dir: Path) -> str:
    """Return the id by which containers of this state directory are known; empty if none was ever made."""
    return instance_in(state_dir)


def stale_folders(state_dir: Path) -> list[Path]:
    """List the folders of cidfiles that dead runs have left."""
    from supervisor.container.survey import stale_folders as left

    return left(state_dir / FOLDER)


async def stale(engine: Engine, instance: str) -> tuple[list[Stale], int]:
    """List the containers of this instance whose owner is dead, and count those that are left alone."""
    from supervisor.container.stale import look

    return await look(engine, instance, here() or "unknown")


async def remove_stale(engine: Engine, found: Sequence[Stale]) -> list[Stale]:
    """Remove them, and say of each whether it is gone."""
    from supervisor.container.stale import remove

    return await remove(engine, found)
