"""A container as people and programs read it: what would be run, before anything is started. Pure.

It is what a start would say, by the same rules. What only a start knows stands there in capitals (`Placeholders`), and
what only the engine knows is left out where it gave no answer, and said to be left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from msgspec import Struct

from supervisor.container import flags, identity, lint, own, runners, variables
from supervisor.container.argv import run_plan
from supervisor.container.extra_args import platform_in
from supervisor.container.facts import EngineFacts, ImageFacts, check_platform, familiar, is_for, repository
from supervisor.container.words import Owner, Profile, RunPlan, Start
from supervisor.errors import LaunchError

SUFFIX = "XXXXXXXX"
"""Stands for the random digits of a container's name."""
OWNER = "PID:START"
"""Stands for the process that runs it, and for when that was started."""
INSTANCE = "INSTANCE"
"""Stands for the random id of a state directory that has none yet."""
BOOTSTRAP = "SCRIPT"
"""Stands for the text of a script that is shown below, line by line."""


class Known(Struct, frozen=True, kw_only=True):
    """What is known of this machine and of the engine."""

    docker: str = "docker"
    """The path of the docker command; its name if it was not found."""
    docker_from: str = ""
    """How it was found, or why it was not, for people."""
    instance: str = INSTANCE
    config: str = ""
    """`identity.config_hash` of the config's path."""
    boot: str = ""
    folder: str = ""
    """Where cidfiles are made."""
    engine: EngineFacts | None = None
    engine_problem: str = ""
    """Why the engine said nothing."""
    image: ImageFacts | None = None

    def start(self, server: str) -> Start:
        """A start that is not made."""
        owner = Owner(instance=self.instance, config=self.config, boot=self.boot, owner=OWNER)
        folder = f"{self.folder}/{OWNER}/{SUFFIX}"
        engine = self.engine
        return Start(
            docker=self.docker,
            made=identity.made(owner, server, SUFFIX),
            cidfile=f"{folder}/cid",
            env_file=f"{folder}/env",
            config=self.config,
            image=self.image.id if self.image else "",
            cpus_available=(float(engine.cpus) or None) if engine else None,
            default_log_driver=(engine.log_driver or None) if engine else None,
        )


class Explained(Struct, frozen=True, kw_only=True):
    """One container, to be shown; nothing in it is masked yet."""

    argv: tuple[str, ...]
    parts: tuple[tuple[str, ...], ...]
    """The same for people, an option with its value in each; a script among the words is named, not quoted."""
    variables: tuple[str, ...]
    """Names of all that is in the container's environment by our doing."""
    lines: tuple[str, ...]
    structure: dict[str, Any]


# -------------------------------------------------------------------------------------------------------- one of ours


def ours(profile: Profile, known: Known) -> Explained:
    """Explain a container that stockade makes. Raises: LaunchError, as the start would."""
    start = known.start(profile.server)
    plan = run_plan(profile, start)
    begin = runners.begin(profile.command, profile.args, profile.spec.image)
    told = {name: value for name, value in begin.variables if name not in profile.env}
    split = variables.split(profile.env)
    ways = {**dict.fromkeys(split.by_name, "by_name"), **dict.fromkeys(split.by_file, "by_file")}
    has_script = runners.INSTALL in begin.argv
    structure = {
        "kind": "ours",
        **_engine_structure(known),
        "image": _image_structure(profile, known),
        "limits": dict(plan.limits),
        "hardening": {name: getattr(profile.spec.hardening, name) for name in profile.spec.hardening.__struct_fields__},
        "cache_volume": _volume(plan),
        "variables": {**ways, **dict.fromkeys(told, "said")},
        "bootstrap": runners.INSTALL if has_script else "",
        "warnings": [*plan.warnings, *_objections_to_image(profile, known)],
        "placeholders": list(_placeholders(known)),
    }
    return Explained(
        argv=plan.argv,
        parts=parts(plan.argv, 2),
        variables=(*told, *profile.env),
        lines=tuple(_our_lines(profile, known, structure, told)),
        structure=structure,
    )


def _our_lines(profile: Profile, known: Known, found: dict[str, Any], told: dict[str, str]) -> Iterator[str]:
    yield from _engine_lines(known)
    yield from block("image", _image_lines(profile, known))
    yield from block("limits", (f"{name} {value}" for name, value in found["limits"].items()))
    yield from block("hardening", (f"{name} {'on' if on else 'off'}" for name, on in found["hardening"].items()))
    if found["cache_volume"]:
        yield from block("cache", [f"volume {found['cache_volume']}, kept from start to start"])
    yield from block("variables", _variable_lines(found["variables"], told))
    if found["bootstrap"]:
        intro = f"{profile.command} is not in this image; a first start installs it, by this {BOOTSTRAP}:"
        yield from block("bootstrap", [intro, *(f"    {line}" for line in runners.INSTALL.splitlines())])
    yield from block("warning", found["warnings"])
    yield from block("unknown", found["placeholders"])


def _variable_lines(ways: dict[str, str], told: dict[str, str]) -> Iterator[str]:
    texts = {
        "by_name": "by `-e`, its value in the docker command's environment",
        "by_file": "by `--env-file` (0600, removed after the start): it would steer the docker command",
    }
    for name, way in ways.items():
        yield f"{name}={told[name]}, said by stockade" if way == "said" else f"{name}, {texts[way]}"


def _image_structure(profile: Profile, known: Known) -> dict[str, Any]:
    image, name = known.image, profile.spec.image
    if image is None:
        return {"name": name, "is_there": False if known.engine else None}
    return {"name": name, "is_there": True, "id": image.id, "digest": digest_form(name, image)}


def _image_lines(profile: Profile, known: Known) -> Iterator[str]:
    name, image = profile.spec.image, known.image
    yield name
    if image is not None:
        yield f"by digest {digest_form(name, image)}" if digest_form(name, image) else "in no registry, so no digest"
        yield f"by id {image.id}"
    elif known.engine:
        yield f"not on the engine: the start fetches it, within {profile.startup.pull_s:g} s"
    else:
        yield "whether the engine has it is not known"


def _volume(plan: RunPlan) -> str:
    mounts = [option.value for option in flags.read_run(plan.argv, 2).options if option.name == "volume"]
    return next((mount.partition(":")[0] for mount in mounts if mount.startswith(identity.CACHE_PREFIX)), "")


def _objections_to_image(profile: Profile, known: Known) -> Iterator[str]:
    platform = platform_in(profile.spec.extra_args)
    if known.image is not None and platform and not is_for(known.image, platform):
        yield f"the image that is on the engine is not for {platform}: the start fetches the other one"
    if known.image is None or known.engine is None or platform:
        return
    try:
        check_platform(profile.spec.image, known.image, known.engine)
    except LaunchError as error:
        yield f"{error.problem.text}: the start is refused"


# ------------------------------------------------------------------------------------------------- one of the user's


def theirs(argv: Sequence[str], server: str, env: Iterable[str], known: Known) -> Explained:
    """Explain a user-written command of a container engine; `env` are the names in that command's environment."""
    command, start = own.own(argv), known.start(server)
    injected = own.injected(command, cidfile=start.cidfile, labels=start.made.labels)
    added = injected[command.at : command.at + len(injected) - len(command.argv)]
    findings = lint.findings(command)
    structure = {
        "kind": "own",
        "program": command.program,
        "verb": command.kind,
        "unmanaged": command.unmanaged,
        "image": command.image,
        "cidfile": command.cidfile or "",
        "added": list(added),
        "findings": [{name: getattr(one, name) for name in one.__struct_fields__} for one in findings],
        "placeholders": list(_placeholders(known)) if command.kind == "run" else [],
    }
    return Explained(
        argv=injected,
        parts=parts(injected, command.at) if command.kind == "run" else (injected,),
        variables=tuple(env),
        lines=tuple(_their_lines(command.kind, structure, known)),
        structure=structure,
    )


def _their_lines(kind: str, found: dict[str, Any], known: Known) -> Iterator[str]:
    yield from block("command", [f"{found['program']} {kind}, written by the user"])
    if known.docker_from:
        yield from block(found["program"], [f"{known.docker} ({known.docker_from})"])
    if found["unmanaged"]:
        yield from block("unmanaged", [f"{found['unmanaged']}: it is not found again to be stopped"])
    elif found["cidfile"]:
        yield from block("added", [f"labels; its cidfile is the user's own, {found['cidfile']}"])
    else:
        yield from block("added", ["labels and a cidfile, by which its container is found again to be stopped"])
    hints = [one for one in found["findings"] if kind == "run"]
    yield from block("hints", (f"{one['severity']}: {one['text']}; {one['mend']}" for one in hints))
    yield from block("unknown", found["placeholders"])


# ------------------------------------------------------------------------------------------------------------- of both


def parts(argv: Sequence[str], begin: int) -> tuple[tuple[str, ...], ...]:
    """Part a `docker run …` before each of its options, which stand from `begin` on, and before the image."""
    words = [BOOTSTRAP if word == runners.INSTALL else word for word in argv]
    read = flags.read_run(words, begin)
    cuts = sorted({0, *(option.at for option in read.options), read.rest, len(words)})
    return tuple(tuple(words[at:end]) for at, end in pairwise(cuts))


def digest_form(name: str, image: ImageFacts) -> str:
    """How an image is named so that it stays the same one; empty if no registry has it under that name."""
    known, at, digest = image.digest.partition("@")
    return f"{repository(name)}@{digest}" if at and familiar(known) == familiar(repository(name)) else ""


def block(title: str, items: Iterable[str]) -> Iterator[str]:
    """Lines below a title, as in the explanation of a sandbox."""
    for number, item in enumerate(items):
        yield f"{'' if number else title:<12}{item}"


def _engine_structure(known: Known) -> dict[str, Any]:
    engine = known.engine
    about = None if engine is None else {"host": engine.host, "version": engine.version, "system": engine.system}
    return {
        "docker": {"path": known.docker, "from": known.docker_from},
        "engine": about,
        "engine_problem": known.engine_problem,
    }


def _engine_lines(known: Known) -> Iterator[str]:
    yield from block("docker", [f"{known.docker} ({known.docker_from})" if known.docker_from else known.docker])
    engine = known.engine
    if engine is not None:
        yield from block("engine", [f"{engine.version} at {engine.host}, {engine.system}"])
        return
    missing = "so limits are not clamped here, and options that depend on its log driver are missing"
    yield from block("engine", [f"not asked: {known.engine_problem}", missing])


def _placeholders(known: Known) -> Iterator[str]:
    yield f"{SUFFIX}: digits made up for each container"
    yield f"{OWNER}: the process that starts it"
    if known.instance == INSTANCE:
        yield f"{INSTANCE}: made up when the state directory is used first"
