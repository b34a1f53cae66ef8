"""The argument list of `docker run`, and what travels beside it. Pure: the same question has the same answer.

The order is: what stockade needs to find the container again and to speak to it; its limits; the hardening flags, each
unless the config switches it off; its log; its cache; its variables; and last the config's own `extra_args`, which win
where they say the same. An option of ours is left out where one of theirs would not replace it but contradict it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from supervisor.config.specs import DockerSpec
from supervisor.container import extra_args, runners, variables
from supervisor.container.identity import cache_volume
from supervisor.container.lint import dangers
from supervisor.container.words import Option, Profile, RunPlan, Start

ROTATING_DRIVERS = frozenset({"json-file", "local"})
"""Log drivers that know `max-size` and `max-file`; the others refuse them, and with them the container."""
TMPFS = "/tmp:rw,exec,nosuid,nodev"  # noqa: S108  (the container's own)
"""Said in full: unless told, docker adds `noexec`, and package runners execute what they unpack there."""
TMPFS_SIZE = "64m"
COMPILERS_TMPFS_SIZE = "512m"
LEAST_CPUS = 0.01
"""The engine takes no less."""


class _Theirs(Struct, frozen=True):
    """What the config's `extra_args` say."""

    options: tuple[Option, ...]

    def say(self, *names: str) -> bool:
        return any(option.name in names for option in self.options)

    def values(self, name: str) -> list[str]:
        return [option.value for option in self.options if option.name == name]

    def limits(self) -> dict[str, str]:
        names = {"network": "network", "memory": "memory", "cpus": "cpus", "pids": "pids-limit"}
        return {limit: self.values(name)[-1] for limit, name in names.items() if self.say(name)}

    def mount(self, place: str) -> bool:
        """Whether something of theirs is at that place in the container."""
        volumes = (text.split(":")[min(1, text.count(":"))] for text in self.values("volume"))
        tmpfs = (text.partition(":")[0] for text in self.values("tmpfs"))
        return any(found.rstrip("/") == place for found in (*volumes, *tmpfs, *self._mounts()))

    def _mounts(self) -> Iterator[str]:
        for text in self.values("mount"):
            pairs = dict(part.partition("=")[::2] for part in text.split(","))
            yield from (pairs[key] for key in ("dst", "target", "destination") if key in pairs)


def run_plan(profile: Profile, start: Start) -> RunPlan:
    """Say what `docker run` is told for one start of a server.

    Raises: LaunchError (ContainerArgumentRefused, ContainerRunnerMissing, ContainerVariableInvalid).
    """
    spec = profile.spec
    theirs = _Theirs(extra_args.read(spec.extra_args))
    begin = runners.begin(profile.command, profile.args, spec.image)
    split = variables.split(profile.env)
    env_file = variables.env_file(split.by_file)
    limits = _limits(profile, start, theirs)
    argv = (
        *(start.docker, "run", "--rm", "-i"),
        *(["--init"] if spec.hardening.init else []),
        *("--name", start.made.name),
        *_repeated("--label", (f"{key}={value}" for key, value in start.made.labels.items())),
        *("--cidfile", start.cidfile, "--pull", "never"),
        *_limit_words(limits),
        *_hardening(profile, theirs),
        *_log(spec, start, theirs),
        *_cache(profile, start, begin, theirs),
        *(["--workdir", spec.working_dir] if spec.working_dir else []),
        *(["--env-file", start.env_file] if env_file else []),
        *_repeated("-e", (f"{name}={value}" for name, value in begin.variables if name not in profile.env)),
        *_repeated("-e", split.by_name),
        *spec.extra_args,
        start.image or spec.image,
        *begin.argv,
    )
    return RunPlan(
        argv=argv,
        env=split.by_name,
        env_file=env_file,
        name=start.made.name,
        labels=start.made.labels,
        limits={**limits, **theirs.limits()},
        warnings=tuple(_warnings(profile, start, begin, theirs)),
    )


def _limits(profile: Profile, start: Start, theirs: _Theirs) -> dict[str, str]:
    """The limits in the notation of docker's options; those that `extra_args` set are theirs to set."""
    limits, network = profile.limits, profile.spec.network_mode
    asked: dict[str, str] = {}
    if network and not theirs.say("network"):  # it can be given several times, and then it adds
        asked["network"] = network
    if not theirs.say("memory", "memory-swap"):  # a memory of theirs above a swap of ours is refused
        asked["memory"] = str(limits.memory_bytes)
    if not theirs.say("cpus", "cpu-quota", "cpu-period"):
        asked["cpus"] = _cpus(limits.cpus, start.cpus_available)
    if not theirs.say("pids-limit"):
        asked["pids"] = str(limits.pids)
    return asked


def _cpus(wanted: float, available: float | None) -> str:
    """Not more than there are, which the engine would refuse; two digits, as docker's own notation has them."""
    number = max(LEAST_CPUS, min(wanted, available) if available else wanted)
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _limit_words(limits: dict[str, str]) -> Iterator[str]:
    options = {
        "network": ("--network",),
        # The same number twice means no swap: `--memory` alone would allow as much again.
        "memory": ("--memory", "--memory-swap"),
        "cpus": ("--cpus",),
        "pids": ("--pids-limit",),
    }
    for limit, value in limits.items():
        for option in options[limit]:
            yield from (option, value)


def _hardening(profile: Profile, theirs: _Theirs) -> Iterator[str]:
    flags = profile.spec.hardening
    if flags.cap_drop:
        yield from ("--cap-drop", "ALL")
    if flags.no_new_privileges:
        yield from ("--security-opt", "no-new-privileges")
    if flags.read_only:
        yield "--read-only"
    if flags.tmpfs and not theirs.mount(TMPFS.partition(":")[0]):
        size = COMPILERS_TMPFS_SIZE if profile.command in runners.COMPILERS else TMPFS_SIZE
        yield from ("--tmpfs", f"{TMPFS},size={size}")


def _log(spec: DockerSpec, start: Start, theirs: _Theirs) -> Iterator[str]:
    driver = [spec.log_driver or start.default_log_driver or "", *theirs.values("log-driver")][-1]
    if spec.log_driver:
        yield from ("--log-driver", spec.log_driver)
    if driver in ROTATING_DRIVERS:
        yield from ("--log-opt", f"max-size={spec.log_max_size_bytes}", "--log-opt", f"max-file={spec.log_max_files}")


def _cache(profile: Profile, start: Start, begin: runners.Begin, theirs: _Theirs) -> Iterator[str]:
    if begin.uses_cache and not theirs.mount(runners.CACHE):
        yield from ("-v", f"{cache_volume(profile.server, start.config)}:{runners.CACHE}")


def _repeated(option: str, values: Iterable[str]) -> Iterator[str]:
    for value in values:
        yield from (option, value)


def _warnings(profile: Profile, start: Start, begin: runners.Begin, theirs: _Theirs) -> Iterator[str]:
    available, limits, spec = start.cpus_available, profile.limits, profile.spec
    if available and limits.cpus > available:
        yield f"`cpu_limit` is {limits.cpus:g}, and the engine's machine has {available:g}"
    if begin.uses_cache and (theirs.values("network") or [spec.network_mode])[-1] == "none":
        yield f"{profile.command} has no network: it finds only what an earlier start has put into the cache volume"
    if begin.uses_cache and theirs.say("user"):
        yield "the cache volume belongs to the image's root: another user cannot write to it"
    if profile.cwd and not spec.working_dir:
        yield "the server's working directory is one of this machine; in the container it is `isolation.working_dir`"
    yield from (f"`{finding.flag}` in `extra_args`: {finding.text}" for finding in dangers(theirs.options))
