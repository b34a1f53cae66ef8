"""What the engine says of itself, of images and of containers, in our words; shaped from its answers, purely."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, get_args

from msgspec import Struct

from supervisor.engine.messages import Action, Seen
from supervisor.errors import ImageWrongPlatform, LaunchError

ACTIONS: tuple[Action, ...] = get_args(Action)
RUNNING = frozenset({"running", "paused"})
"""What the engine calls a container in a listing whose program is there."""
_PROCESSORS = {"x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64", "i386": "386", "armhf": "arm", "armel": "arm"}
"""Other names of what images call so."""


class EngineFacts(Struct, frozen=True, kw_only=True):
    """What the engine is."""

    host: str
    """Its address, without user name and password."""
    version: str
    api: str
    """The version of its interface."""
    system: str
    """What it runs on, for people: `Debian GNU/Linux 12 (bookworm)`, `Docker Desktop`."""
    os: str
    architecture: str
    """As images name it: `amd64`, `arm64`."""
    cpus: int
    memory_bytes: int
    cgroup_version: str
    """`1`, `2`, or empty if it does not say."""
    log_driver: str
    """What containers log by if nobody says otherwise."""
    security: tuple[str, ...]
    """`apparmor`, `seccomp`, `rootless`, …"""
    rootless: bool
    is_snap: bool
    """It was installed by snap, which confines it: see engine.snap_apparmor."""
    live_restore: bool
    """Containers outlive the engine."""
    data_folder: str
    """Where it keeps images and containers, on its own machine."""


class ImageFacts(Struct, frozen=True, kw_only=True):
    """An image that is on the engine."""

    id: str
    digest: str
    """`name@sha256:…` if a registry has it under the name that was asked for, else the id."""
    os: str
    architecture: str


class ContainerFacts(Struct, frozen=True, kw_only=True):
    """One line of a listing."""

    id: str
    name: str
    labels: Mapping[str, str]
    status: str
    """`created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`."""


class ContainerState(Struct, frozen=True, kw_only=True):
    """What is to be known of one container."""

    id: str
    name: str
    labels: Mapping[str, str]
    status: str
    running: bool
    """True for a paused one too, as the engine has it."""
    paused: bool
    exit_code: int
    oom_killed: bool
    pid: int
    """Of its first process on the engine's machine, 0 if there is none."""
    error: str
    """Why its start failed, in the engine's words."""

    @property
    def works(self) -> bool:
        """It runs, and is not paused."""
        return self.running and not self.paused


def engine_facts(info: Mapping[str, Any], version: Mapping[str, Any], host: str) -> EngineFacts:
    """Shape the answers of `/info` and `/version`."""
    security = tuple(_option_name(option) for option in info.get("SecurityOptions") or ())
    data_folder = str(info.get("DockerRootDir") or "")
    return EngineFacts(
        host=host,
        version=str(version.get("Version", "")),
        api=str(version.get("ApiVersion", "")),
        system=str(info.get("OperatingSystem", "")),
        os=str(version.get("Os", "")),
        architecture=str(version.get("Arch", "")),
        cpus=int(info.get("NCPU") or 0),
        memory_bytes=int(info.get("MemTotal") or 0),
        cgroup_version=str(info.get("CgroupVersion") or ""),
        log_driver=str(info.get("LoggingDriver") or ""),
        security=security,
        rootless="rootless" in security,
        is_snap="/snap/" in data_folder,
        live_restore=bool(info.get("LiveRestoreEnabled")),
        data_folder=data_folder,
    )


def image_facts(name: str, found: Mapping[str, Any]) -> ImageFacts:
    """Shape the answer about an image that was asked for by this name."""
    digests = [str(digest) for digest in found.get("RepoDigests") or ()]
    own = [digest for digest in digests if familiar(digest.partition("@")[0]) == familiar(repository(name))]
    return ImageFacts(
        id=str(found["Id"]),
        digest=(own or digests or [str(found["Id"])])[0],
        os=str(found.get("Os", "")),
        architecture=str(found.get("Architecture", "")),
    )


def check_platform(name: str, image: ImageFacts, engine: EngineFacts, platform: str = "") -> None:
    """Refuse an image of another platform than the one that is asked for, or else the engine's. Raises: LaunchError.

    An image of another platform is made into a container without complaint, and then its program cannot be run.
    """
    theirs, ours = (image.os, image.architecture), (engine.os, engine.architecture)
    wanted = platform or "/".join(ours)
    is_wrong = not is_for(image, platform) if platform else all(ours) and theirs != ours
    if all(theirs) and is_wrong:
        raise LaunchError(ImageWrongPlatform(image=name, platform="/".join(theirs), engine=wanted))


def is_for(image: ImageFacts, platform: str) -> bool:
    """Whether an image is made for a platform as people write it: `linux/arm64`, `arm64`, `linux/amd64/v2`."""
    system, _, rest = platform.lower().partition("/")
    if not rest and system != image.os:
        system, rest = image.os, system
    processor = rest.partition("/")[0]
    wanted = _PROCESSORS.get(processor, processor)
    return image.os == system and wanted in ("", image.architecture)


def repository(name: str) -> str:
    """An image's name without tag and digest."""
    bare = name.partition("@")[0]
    return bare.rpartition(":")[0] if ":" in bare.rsplit("/", 1)[-1] else bare


def familiar(name: str) -> str:
    """An image's name as the engine tells it: Docker Hub's are known without its own, `docker.io/library/`."""
    return name.removeprefix("index.").removeprefix("docker.io/").removeprefix("library/")


def is_named(name: str, known: Iterable[str]) -> bool:
    """Whether an image that the engine knows by these tags and digests is the one that a name means."""
    _, at, digest = name.partition("@")
    tag = "" if repository(name) != name else ":latest"
    return familiar(f"{repository(name)}@{digest}" if at else name + tag) in map(familiar, known)


def container_facts(found: Mapping[str, Any]) -> ContainerFacts:
    """Shape one entry of a listing."""
    names = found.get("Names") or [""]
    return ContainerFacts(
        id=str(found["Id"]),
        name=str(names[0]).removeprefix("/"),
        labels=dict(found.get("Labels") or {}),
        status=str(found.get("State", "")),
    )


def container_state(found: Mapping[str, Any]) -> ContainerState:
    """Shape the answer about one container."""
    state = found.get("State") or {}
    return ContainerState(
        id=str(found["Id"]),
        name=str(found.get("Name", "")).removeprefix("/"),
        labels=dict((found.get("Config") or {}).get("Labels") or {}),
        status=str(state.get("Status", "")),
        running=bool(state.get("Running")),
        paused=bool(state.get("Paused")),
        exit_code=int(state.get("ExitCode") or 0),
        oom_killed=bool(state.get("OOMKilled")),
        pid=int(state.get("Pid") or 0),
        error=str(state.get("Error") or ""),
    )


def seen(event: Mapping[str, Any]) -> Seen | None:
    """Shape one line of the stream of events; None for what is no concern of ours."""
    actor = event.get("Actor") or {}
    action = event.get("Action")
    if event.get("Type") != "container" or action not in ACTIONS or not actor.get("ID"):
        return None
    code = (actor.get("Attributes") or {}).get("exitCode", "")
    is_known = action == "die" and str(code).removeprefix("-").isdecimal()
    return Seen(container=str(actor["ID"]), action=action, exit_code=int(code) if is_known else None)


def _option_name(option: str) -> str:
    """`name=seccomp,profile=default` is seccomp."""
    return option.partition(",")[0].removeprefix("name=")
