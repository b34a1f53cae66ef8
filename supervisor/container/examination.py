"""Finds out how it stands with docker here, by doing what a launch would do; changes nothing, judges nothing.

The docker command is searched, its environment made and its engine asked as for a server (`effects.Engine`), so what a
launch would trip over is seen here. What stands below the first thing that is wrong is not looked at.
"""

from __future__ import annotations

import grp
import os
import pwd
import stat
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import trio
from msgspec.structs import replace

from supervisor.container import endpoint, place
from supervisor.container.effects import Engine
from supervisor.container.examined import (
    Address,
    Command,
    Disk,
    Examined,
    Machine,
    Socket,
    Variables,
    WantedImage,
    limits_of,
    other_sockets,
)
from supervisor.container.facts import engine_facts
from supervisor.container.ping import config_text, ping
from supervisor.container.trial import attempt
from supervisor.docker_path.effects import search_now
from supervisor.docker_path.places import search_on
from supervisor.environment.effects import Hydrated, hydrated_now
from supervisor.environment.hydration import with_docker_first
from supervisor.environment.rules import DOCKER_CLI
from supervisor.errors import LaunchError
from supervisor.process import brief

COMMAND_S = 5.0
"""Seconds for the docker command to say its version; it takes some hundredths of a second."""
DISK_S = 30.0
"""Seconds for the engine to add up its images: it goes through all of them."""
ELSEWHERE_S = 1.0
"""Seconds for another engine to answer: it is only a hint."""
_SOURCES = {"path": "found on PATH", "bundled": "at a well-known place", "login_shell": "named by the login shell"}


async def examine(
    environ: Mapping[str, str], platform: str, *, images: Sequence[WantedImage] = (), deep: bool = False
) -> Examined:
    """Look at everything; `deep` runs a container and removes it again.

    Blocks for as long as the login shell takes, where that has to be asked: twice its bound at most.
    """
    command = _command(environ, platform)
    hydrated = hydrated_now(environ, platform)
    environment = with_docker_first(dict(hydrated.env), command.path) if command.path else dict(hydrated.env)
    found = Examined(
        command=command,
        variables=_variables(environ, hydrated),
        address=_address(environ, environment),
    )
    if not command.path or command.objection:
        return found
    engine = Engine(command.path, environment)
    try:
        found = replace(found, address=await _placed(found.address, engine))
        return await _asked(found, engine, images, deep=deep)
    except LaunchError as error:
        return replace(found, problem=error.problem, elsewhere=_elsewhere(found.address, environ))
    finally:
        engine.forget()


# --------------------------------------------------------------------------------------------- the docker command


def _command(environ: Mapping[str, str], platform: str) -> Command:
    looked = search_now(search_on(platform, environ.get("HOME", "")), environ, platform)
    if not looked.path:
        return Command(tried=looked.tried)
    found = Command(
        path=looked.path,
        source=_SOURCES[looked.step],
        target=os.path.realpath(looked.path),
        tried=looked.tried,
    )
    said = brief.run_now((looked.path, "--version"), dict(environ), bound_s=COMMAND_S, with_stderr=True)
    first = next((line.strip() for line in said.output.decode("utf-8", "replace").splitlines() if line.strip()), "")
    if said.end == "exited" and said.code == 0:
        return replace(found, version=first)
    late = f"`--version` did not end within {COMMAND_S:g} s" if said.end == "late" else ""
    return replace(found, objection=said.reason or late or first or f"`--version` ended with {said.code}")


def _variables(environ: Mapping[str, str], hydrated: Hydrated) -> Variables:
    ours = tuple(name for name in DOCKER_CLI if name in environ)
    return Variables(
        ours=ours,
        empty=tuple(name for name in ours if not environ[name]),
        taken=hydrated.report,
        shell=hydrated.shell,
        refusal=hydrated.refusal,
        unasked=hydrated.unasked,
    )


# ------------------------------------------------------------------------------------------------------- the engine


def _address(environ: Mapping[str, str], environment: Mapping[str, str]) -> Address:
    """Which engine is meant, as far as it is known without asking for a context."""
    config = config_text(environment)
    decider = endpoint.decider(environment, config)
    is_variable = decider in ("DOCKER_HOST", "DOCKER_CONTEXT")
    in_context = decider in ("DOCKER_CONTEXT", "currentContext")
    here = endpoint.from_environment(environment)
    return Address(
        decider=decider,
        by_shell=is_variable and decider not in environ,
        context=endpoint.context_named(environment, config) if in_context else "",
        host="" if in_context else here.shown,
        socket=None if in_context else _socket(endpoint.socket_path(here.host)),
    )


def _socket(path: str) -> Socket | None:
    if not path:
        return None
    try:
        seen = os.stat(path)
    except OSError:
        return Socket(path=path)
    if not stat.S_ISSOCK(seen.st_mode):
        return Socket(path=path)
    return Socket(
        path=path,
        mode=stat.S_IMODE(seen.st_mode),
        user=_user_name(seen.st_uid),
        group=_group_name(seen.st_gid),
    )


def _user_name(uid: int) -> str:
    with suppress(KeyError):
        return pwd.getpwuid(uid).pw_name
    return str(uid)


def _group_name(gid: int) -> str:
    with suppress(KeyError):
        return grp.getgrgid(gid).gr_name
    return str(gid)


def _elsewhere(address: Address, environ: Mapping[str, str]) -> tuple[str, ...]:
    tried = address.socket.path if address.socket else ""
    places = {os.path.realpath(path): path for path in other_sockets(environ.get("HOME", ""), os.geteuid())}
    places.pop(os.path.realpath(tried) if tried else "", None)
    hosts = {path: f"unix://{path}" for path in places.values() if os.path.exists(path)}
    return tuple(host for path, host in hosts.items() if ping(path, host, ELSEWHERE_S) is None)


async def _placed(address: Address, engine: Engine) -> Address:
    """Find out where the context in force leads. Raises: LaunchError, if it cannot be read."""
    if not address.context:
        return address
    where = await place.find(engine.docker, engine.environment)
    return replace(address, host=where.shown, socket=_socket(endpoint.socket_path(where.host)))


async def _asked(found: Examined, engine: Engine, images: Sequence[WantedImage], *, deep: bool) -> Examined:
    """Raises: LaunchError, if it does not answer."""
    info: dict[str, Any] = await engine.answer("/info")
    version: dict[str, Any] = await engine.answer("/version")
    facts, machine = engine_facts(info, version, engine.host), _machine(info)
    return replace(
        found,
        engine=facts,
        machine=machine,
        disk=await _disk(engine, facts.data_folder, is_here=machine.is_here),
        images=tuple([replace(one, found=await engine.image(one.name)) for one in images]),
        trial=await attempt(engine, facts) if deep else None,
    )


def _machine(info: Mapping[str, Any]) -> Machine:
    ours = os.uname()
    is_here = (info.get("Name"), info.get("KernelVersion")) == (ours.nodename, ours.release)
    return Machine(is_here=is_here, limits=limits_of(info))


async def _disk(engine: Engine, folder: str, *, is_here: bool) -> Disk:
    found = Disk(folder=folder)
    with suppress(LaunchError, trio.TooSlowError):
        usage: dict[str, Any] = await engine.answer("/system/df?type=image", limit_s=DISK_S)
        found = replace(found, images_bytes=int(usage.get("LayersSize") or 0))
    if is_here and folder:
        with suppress(OSError):
            room = os.statvfs(folder)
            free, total = room.f_bavail * room.f_frsize, room.f_blocks * room.f_frsize
            found = replace(found, free_bytes=free, total_bytes=total)
    return found
