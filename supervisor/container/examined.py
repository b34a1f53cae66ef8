"""What an examination finds out about the docker command and its engine, before anybody judges it (diagnosis.py)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from supervisor.config.specs import Config
from supervisor.container.endpoint import Decider
from supervisor.container.facts import EngineFacts, ImageFacts
from supervisor.docker_path.messages import Tried
from supervisor.errors import AnyProblem

FLAGS = ("no_new_privileges", "read_only", "tmpfs", "cap_drop")
"""Hardening flags that a trial run does without, one after the other, to find the one that is not borne. Not `init`:
that one brings the program which is run."""


class Command(Struct, frozen=True, kw_only=True):
    """The docker command."""

    path: str = ""
    """Empty if it is nowhere."""
    source: str = ""
    """Who has told of it, for people: `found on PATH`."""
    target: str = ""
    """What the path leads to once all links are followed."""
    tried: tuple[Tried, ...] = ()
    """What was looked at before it, or in vain."""
    version: str = ""
    """What it says of itself, in one line."""
    objection: str = ""
    """Why it does not run."""


class Variables(Struct, frozen=True, kw_only=True):
    """How the docker command's environment comes about. Names only, never values."""

    ours: tuple[str, ...] = ()
    """Those of the five DOCKER_* that are in our environment."""
    empty: tuple[str, ...] = ()
    """Those of them that are empty, which counts as somebody's choice."""
    taken: tuple[str, ...] = ()
    """What the login shell added, with the lengths of the values: `DOCKER_HOST (21)`."""
    shell: str = ""
    refusal: str = ""
    """Why nothing came of asking the login shell."""
    unasked: str = ""
    """Why it did not have to be asked."""


class Socket(Struct, frozen=True, kw_only=True):
    """The socket of a local engine, as far as this user can see it."""

    path: str
    mode: int = 0
    """Its permission bits; 0 if it is not there, or is not a socket."""
    user: str = ""
    group: str = ""


class Address(Struct, frozen=True, kw_only=True):
    """Which engine is meant, and who says so."""

    decider: Decider
    by_shell: bool = False
    """The variable that decides is not ours, but the login shell's."""
    context: str = ""
    """In force; empty for none."""
    host: str = ""
    """Without user name and password; empty if it could not be found out."""
    socket: Socket | None = None
    """Of a local engine."""


class Machine(Struct, frozen=True, kw_only=True):
    """What the engine says of its machine."""

    is_here: bool = False
    """It is the one that we run on, not a virtual or a distant one."""
    limits: Mapping[str, bool] = {}
    """Whether memory, swap, processors and processes of a container can be limited there."""


class Disk(Struct, frozen=True, kw_only=True):
    """Where the engine keeps images and containers. None is what could not be found out."""

    folder: str
    free_bytes: int | None = None
    total_bytes: int | None = None
    images_bytes: int | None = None
    """All layers of all images, each once."""


class WantedImage(Struct, frozen=True, kw_only=True):
    """An image that the config names."""

    name: str
    servers: tuple[str, ...]
    found: ImageFacts | None = None
    """None if it is not on the engine."""
    is_platform_said: bool = False
    """The config names the platform, so that another one than the engine's is meant."""


class Trial(Struct, frozen=True, kw_only=True):
    """A container that was run as a server's would be."""

    image: str = ""
    unable: str = ""
    """Why nothing could be tried."""
    problem: AnyProblem | None = None
    """Why it did not start with all flags."""
    relax: tuple[str, ...] = ()
    """Without these hardening flags it does start."""
    left: tuple[str, ...] = ()
    """Ids of containers that could not be removed."""


class Examined(Struct, frozen=True, kw_only=True):
    """All of it; what stands below the first thing that is wrong was not looked at."""

    command: Command
    variables: Variables
    address: Address
    engine: EngineFacts | None = None
    problem: AnyProblem | None = None
    """Why the engine cannot be used."""
    elsewhere: tuple[str, ...] = ()
    """Addresses at which another engine answers, if this one does not."""
    machine: Machine = Machine()
    disk: Disk | None = None
    images: tuple[WantedImage, ...] = ()
    trial: Trial | None = None
    """None if none was asked for."""


def wanted_images(config: Config) -> tuple[WantedImage, ...]:
    """List the images that the config's servers are run from, each once, with those servers."""
    specs = [spec for spec in config.servers if spec.mode == "docker" and spec.enabled and not spec.own_container]
    names = dict.fromkeys(spec.docker.image for spec in specs)
    return tuple(
        WantedImage(
            name=name,
            servers=tuple(spec.name for spec in specs if spec.docker.image == name),
            is_platform_said=any(
                word.startswith("--platform")
                for spec in specs
                if spec.docker.image == name
                for word in spec.docker.extra_args
            ),
        )
        for name in names
    )


def limits_of(info: Mapping[str, Any]) -> dict[str, bool]:
    """Shape what `/info` says about limits; one that says nothing is taken to have them."""
    keys = {"memory": "MemoryLimit", "swap": "SwapLimit", "processors": "CpuCfsQuota", "processes": "PidsLimit"}
    return {name: bool(info.get(key, True)) for name, key in keys.items()}


def other_sockets(home: str, uid: int) -> tuple[str, ...]:
    """List where an engine may listen that nobody has told the docker command of."""
    of_home = (
        ".docker/run/docker.sock",
        ".docker/desktop/docker.sock",
        ".colima/default/docker.sock",
        ".orbstack/run/docker.sock",
        ".rd/docker.sock",
        ".lima/docker/sock/docker.sock",
    )
    homely = tuple(f"{home}/{path}" for path in of_home) if home.startswith("/") else ()
    of_user = (f"/run/user/{uid}/docker.sock", f"/run/user/{uid}/podman/podman.sock")
    return ("/var/run/docker.sock", *of_user, *homely, "/run/podman/podman.sock")
