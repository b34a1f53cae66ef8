"""Wiring: from a server's configuration to what rules and effects take; loads no event loop.

What is decided here is only which value goes where. `stockade explain` and `run --exec` need nothing more than this.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from copy import copy
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from supervisor.config.specs import Config, ServerSpec
from supervisor.container.own import alone
from supervisor.container.own import own as own_command
from supervisor.container.words import Profile as ContainerProfile
from supervisor.environment.rules import Allowance, environment, granted
from supervisor.errors import LaunchError, Problem, SocketsReachable
from supervisor.process.locate import locate_now
from supervisor.process.lookup import search_path
from supervisor.process.words import Command
from supervisor.sandbox import apply, refusals, runners
from supervisor.sandbox import explain as plans
from supervisor.sandbox.disk import Disk
from supervisor.sandbox.install_order import install_environment, install_order
from supervisor.sandbox.job import Job
from supervisor.sandbox.judge import ruling_on
from supervisor.sandbox.path_rulings import on_path
from supervisor.sandbox.phrases import Action
from supervisor.sandbox.refusals import Ground, Refusal
from supervisor.sandbox.rulings import Case, Ruling, Standing
from supervisor.sandbox.words import Availability, Order, Places, Plan, Profile

ANY_PROGRAM = ("/bin/sh",)
"""Stands for the command where only what the config asks for is judged."""


def command_of(spec: ServerSpec, environ: Mapping[str, str]) -> Command:
    """Return what is executed for a server: arguments, the whole environment, the working directory."""
    allowance = Allowance(
        allow=spec.environment_allow,
        proxies=spec.environment_proxies,
        env=spec.env,
        unset=spec.unset,
        docker_cli=spec.own_container,
    )
    return Command(
        argv=(spec.command, *spec.args),
        env=environment(environ, allowance, platform=sys.platform),
        cwd=spec.cwd or str(Path.cwd()),
        secrets=frozenset(name for name, value in spec.env.items() if value in spec.secrets),
    )


def located(spec: ServerSpec, environ: Mapping[str, str]) -> Command:
    """Return what is executed for a server, its program found. Raises: LaunchError."""
    return locate_now(command_of(spec, environ))


def places_of(config: Config, state_dir: str, environ: Mapping[str, str]) -> Places:
    """Say where the user's things and our own are, which no sandboxed server may reach."""
    homes = {environ.get("HOME", ""), str(Path("~").expanduser())}
    given = (environ.get(key, "").split(":")[0] for key in ("RUNTIME_DIRECTORY", "CREDENTIALS_DIRECTORY"))
    written = (config.source and str(Path(config.source).absolute()), config.settings.lock_file, *given)
    own = tuple(path for path in written if path and Path(path).exists())
    return Places(
        state_dir=state_dir,
        homes=tuple(sorted(home for home in homes if home.startswith("/"))),
        own=own,
        ssh_agent=environ.get("SSH_AUTH_SOCK") or None,
    )


def standings_of(config: Config) -> dict[str, Standing]:
    """Say where in a config file each server stands, for whoever has to tell people what to write there."""
    if not config.source:
        return {}
    is_toml = config.source.endswith(".toml")
    return {spec.name: Standing(place=spec.place, is_toml=is_toml) for spec in config.servers}


def sandbox_profile_of(spec: ServerSpec) -> Profile:
    """Say what of a server's configuration concerns its sandbox beyond the sandbox's own block."""
    return Profile(working_dir=spec.cwd, own_env=frozenset(spec.env))


def container_profile_of(spec: ServerSpec, environ: Mapping[str, str]) -> ContainerProfile:
    """Say what of a server's configuration concerns its container, with what the config takes over of our variables."""
    allowance = Allowance(allow=spec.environment_allow, proxies=spec.environment_proxies, unset=spec.unset)
    return ContainerProfile(
        server=spec.name,
        place=spec.place,
        command=spec.docker.command,
        args=spec.args,
        env={**granted(environ, allowance), **spec.env},
        secret_names=frozenset(name for name, value in spec.env.items() if value in spec.secrets),
        cwd=spec.cwd,
        spec=spec.docker,
        limits=spec.limits,
        grace=spec.grace,
        startup=spec.startup,
        own=(spec.command, *spec.args) if spec.own_container else None,
    )


def own_program_of(spec: ServerSpec) -> str:
    """Return the engine's command that a user-written server names, if it is to be used as it stands.

    A bare `docker` that speaks to the engine in force is found as ours is, wherever it lies; everything else is looked
    up as it is written. Empty for all other servers.
    """
    if not spec.own_container:
        return ""
    theirs = own_command((spec.command, *spec.args))
    is_ours = spec.command == "docker" and not theirs.global_options and theirs.kind == "run"
    return "" if is_ours else spec.command


def makes_containers(config: Config) -> bool:
    """Whether any of its servers runs in a container, ours or one of its own."""
    return any(spec.mode == "docker" or spec.own_container for spec in config.servers)


def is_alone(spec: ServerSpec) -> bool:
    """Whether only one instance can be there at a time: the config says so, or the server's own command does."""
    if spec.own_container and alone(own_command((spec.command, *spec.args))):
        return True
    return spec.sharing == "exclusive"


def order_of(spec: ServerSpec) -> Order:
    """Say what a sandbox has to know of a server."""
    return Order(server=spec.name, spec=spec.sandbox, limits=spec.limits, profile=sandbox_profile_of(spec))


def sandbox_objections(config: Config, spec: ServerSpec, state_dir: str, environ: Mapping[str, str]) -> list[Problem]:
    """Say why no sandbox can be made as this server asks for it, whatever its command is, or what one leaves open."""
    order, places = order_of(spec), places_of(config, state_dir, environ)
    try:
        chosen = apply.chosen_level(order, _available(spec, state_dir))
        apply.plan_here(apply.asked_for(order, places, ANY_PROGRAM, ""), chosen, places.ssh_agent)
    except LaunchError as error:
        return [error.problem]
    reachable = apply.reachable_sockets(chosen, places.ssh_agent)
    return [SocketsReachable(level=chosen.level, sockets=", ".join(reachable))] if reachable else []


def _available(spec: ServerSpec, state_dir: str) -> Availability:
    """Say what this machine can do for this server; namespaces are tried out where they matter to it."""
    available = apply.announced()
    if not apply.wants_namespaces(spec.sandbox):
        return available
    return apply.with_namespaces(available, state_dir)


def refusals_of(state_dir: str, server: str) -> tuple[Refusal, ...]:
    """Return what was refused to a server so far, oldest first, as far as it said so."""
    return refusals.read(state_dir, server)


class Confinement:
    """The sandbox of one server, as it would be applied on this machine now."""

    def __init__(self, config: Config, spec: ServerSpec, state_dir: str, environ: Mapping[str, str]) -> None:
        """Make the plan; changes nothing. Raises: LaunchError."""
        self._places = places_of(config, state_dir, environ)
        self._available = _available(spec, state_dir)
        self._standing = standings_of(config).get(spec.name, Standing())
        self._hold(order_of(spec), located(spec, environ))

    def _hold(self, order: Order, command: Command) -> None:
        self.command = command
        self._order = order
        self._chosen = apply.chosen_level(order, self._available)
        self._asked = apply.asked_for(order, self._places, command.argv, search_path(command))
        self.plan: Plan = apply.plan_here(self._asked, self._chosen, self._places.ssh_agent)

    def fetching(self) -> Confinement | None:
        """Return the same for what fetches the server's package before its start; None if that is not needed."""
        order, command = self._order, self.command
        argv = runners.installation(command.argv) if order.spec.network == "none" else None
        cwd = order.profile.working_dir
        if argv is None or runners.is_at_hand(command.argv, search_path(command), cwd, Disk()):
            return None
        environment = install_environment(command.env, order.profile.own_env)
        made = copy(self)
        made._hold(  # noqa: SLF001  (another of this class)
            install_order(order, argv, environment, command.cwd), replace(command, argv=argv, env=environment)
        )
        return made

    @property
    def _case(self) -> Case:
        asked = self._asked
        return Case(plan=self.plan, spec=asked.spec, homes=asked.homes, own=asked.own, standing=self._standing)

    def lines(self) -> tuple[str, ...]:
        """Render the plan for people."""
        return tuple(plans.lines(self.plan))

    def structure(self) -> dict[str, Any]:
        """Render the plan for programs."""
        return plans.structure(self.plan)

    def environment(self) -> dict[str, str]:
        """Return the environment that the server would have."""
        return apply.environment_of(self.plan, self._order, self.command.env)

    def ruling(self, path: str, action: Action) -> Ruling | None:
        """Judge one path; None if nothing is there."""
        return on_path(path, action, self._case, Ground(self.plan.account))

    def ruling_again(self, refusal: Refusal) -> Ruling | None:
        """Judge anew what was refused before, by what is in force now; None if there is nothing to be refused."""
        return ruling_on(refusals.denial_of(refusal), self._case, Ground(self.plan.account))

    def job(self) -> Job:
        """Make the server's folders and return all that this process needs to become it. Raises: LaunchError."""
        apply.make_folders(self._asked, self.plan.folders)
        # The server's own folder is there now.
        # An interpreter has to say what fails, for there is nobody else to: it is to be seen in the view.
        chosen = replace(self._chosen, is_image=False)
        self.plan = plan = apply.plan_here(self._asked, chosen, self._places.ssh_agent)
        job = apply.job_of(plan, self.command.argv, self.environment(), parent=0, is_filtered=False)
        return apply.whole_job(job, plan)._replace(terminal=True)

    def launcher(self, program: Sequence[str]) -> tuple[str, ...]:
        """Return the command that makes the plan's namespaces and runs the confining program inside."""
        return apply.launcher_words(self.plan, program)
