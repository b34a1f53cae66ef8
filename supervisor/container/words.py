"""The words of containers: what is known of a server and of one run of it, and what `docker run` is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from supervisor.config.specs import DockerSpec, Grace, Limits, StartupClocks

Kind = Literal["run", "compose", "exec", "start", "other"]
"""What a user-written command of a container engine does, as far as it concerns us."""


class Profile(Struct, frozen=True, kw_only=True):
    """What the config says of one server. It holds secrets, so it travels in no message and its repr shows no value."""

    server: str
    place: str
    """Where the server stands in the config, for people."""
    command: str
    """The program inside the container."""
    args: tuple[str, ...]
    env: Mapping[str, str]
    """The variables of the server: nothing of ours is inherited by a container."""
    secret_names: frozenset[str] = frozenset()
    """Names of `env` whose values must not show in what is quoted of the server."""
    cwd: str | None = None
    """The entry's working directory: one of this machine, so it means nothing in a container."""
    spec: DockerSpec
    limits: Limits
    grace: Grace
    startup: StartupClocks
    own: tuple[str, ...] | None = None
    """The whole argument list of a command that runs a container of the user's own; None if stockade runs it."""

    def __repr__(self) -> str:
        return f"Profile({self.server!r}, {self.command!r}, {len(self.args)} arguments, {len(self.env)} variables)"


class Owner(Struct, frozen=True, kw_only=True):
    """Which run of stockade makes a container; each field becomes a label."""

    instance: str
    """The random id that is kept in the state directory: two runs with one state directory have the same."""
    config: str
    """`identity.config_hash` of the config's path."""
    boot: str
    """The kernel's boot id: a pid means nothing after the next boot."""
    owner: str
    """`pid:start time` of the process."""


class Made(Struct, frozen=True, kw_only=True):
    """The identity of one container, made up before there is one."""

    name: str
    labels: Mapping[str, str]
    lookup: Mapping[str, str]
    """The labels that, compared by equality, are those of this one container only."""


class Start(Struct, frozen=True, kw_only=True):
    """What is known of one start of a server beside its profile."""

    docker: str
    """The absolute path of the docker command."""
    made: Made
    cidfile: str
    """An absolute path at which nothing is: an existing file makes `docker run` refuse."""
    env_file: str
    """An absolute path for what cannot travel in the docker command's own environment; used only if there is such."""
    config: str
    """`identity.config_hash` of the config's path: servers of one name in two configs share no cache."""
    image: str = ""
    """What the image stage found, by id or digest; empty for the name that the config says."""
    cpus_available: float | None = None
    """Processors of the engine's machine, if it said."""
    default_log_driver: str | None = None
    """The engine's own log driver, if it said."""


class RunPlan(Struct, frozen=True, kw_only=True):
    """All that `docker run` is told for one start. `env` and `env_file` hold secrets: the repr shows no value."""

    argv: tuple[str, ...]
    """From the path of the docker command to the last argument of the server."""
    env: Mapping[str, str]
    """What is added to the docker command's environment: the values of `-e NAME`."""
    env_file: str
    """The content of the file at `Start.env_file` (mode 0600); empty if there is to be none."""
    name: str
    labels: Mapping[str, str]
    limits: Mapping[str, str]
    """What was asked of the engine, for people: `memory`, `cpus`, `pids`, `network`."""
    warnings: tuple[str, ...] = ()
    """What works and is probably not meant, or is less than was asked for."""

    def __repr__(self) -> str:
        return f"RunPlan({self.name!r}, {len(self.argv)} words, {len(self.env)} variables)"


class Option(Struct, frozen=True):
    """One option of `docker run`, as it was understood."""

    name: str
    """The long name without dashes, whichever way it was written."""
    value: str
    """`true` or `false` for a switch."""
    at: int
    """The position of the word in which it begins."""


class Own(Struct, frozen=True, kw_only=True):
    """A user-written command of a container engine, taken apart."""

    argv: tuple[str, ...]
    program: str
    """`docker`, `podman` or `nerdctl`."""
    kind: Kind
    global_options: tuple[str, ...]
    """The words between the program and its verb (`-H …`, `--context …`): they say which engine is meant."""
    at: int
    """The position behind `run`, where options can be put in; that of the verb for the other kinds."""
    options: tuple[Option, ...] = ()
    image: str = ""
    """Empty if none was found."""
    unmanaged: str = ""
    """Why its containers cannot be found again to be stopped; empty for `run`."""

    def values(self, name: str) -> tuple[str, ...]:
        """Return what an option says, once for each time that it stands there."""
        return tuple(option.value for option in self.options if option.name == name)

    def value(self, name: str) -> str | None:
        """Return what an option that counts once says: the last one wins, as in the engine's own command."""
        return (self.values(name) or (None,))[-1]

    def has(self, name: str) -> bool:
        """Whether a switch is on."""
        return self.value(name) == "true"

    @property
    def cidfile(self) -> str | None:
        """The user's own cidfile, relative to the command's working directory if it is not absolute."""
        return self.value("cidfile")


class Finding(Struct, frozen=True):
    """One way in which a user-written container is less held than ours, or will not work."""

    flag: str
    """The option it is about."""
    text: str
    mend: str
    """What to write or leave out."""
    severity: Literal["warning", "note"] = "note"
    """A warning is of what undoes its isolation, or keeps it from being a server at all."""


class Mount(Struct, frozen=True):
    """A folder of this machine in the container."""

    folder: str
    place: str
    is_writable: bool = False


class OneOff(Struct, frozen=True, kw_only=True):
    """A program that is run once to its end in a container."""

    image: str
    """By its name; it has to be on the engine."""
    words: tuple[str, ...]
    """What the image is told; empty leaves it to the image."""
    env: Mapping[str, str]
    secret_names: frozenset[str] = frozenset()
    mounts: tuple[Mount, ...]
    has_network: bool = False
