"""The stages of a start that can be looked at without running any code of the server's: finding, image, confinement.

Nothing is made and nothing is fetched. An engine is asked within bounds, and once.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from supervisor import prepare
from supervisor.config.specs import Config, ServerSpec
from supervisor.diagnostics.causes import better, script_missing
from supervisor.diagnostics.scripts import missing_script
from supervisor.diagnostics.words import Cause, Step
from supervisor.edges.doctor.patient import Patient, scene
from supervisor.edges.doctor.steps import failed, ok, skipped, timed, warned
from supervisor.errors import CommandNotFound, ExitCode, ImageNotFound, ImageWrongPlatform, LaunchError, Problem
from supervisor.process.words import Command
from supervisor.sandbox.judge import advice

if TYPE_CHECKING:
    from supervisor.oneshot import Standing

ELSEWHERE = (
    "/usr/local/bin", "/usr/bin", "/bin", "/opt/homebrew/bin", "/snap/bin", "~/.local/bin", "~/.cargo/bin",
    "~/.bun/bin", "~/.deno/bin", "~/.volta/bin", "~/.local/share/pnpm", "~/.asdf/shims", "~/.pyenv/shims",
    "/home/linuxbrew/.linuxbrew/bin",
)  # fmt: skip
"""Folders in which programs lie that are on the PATH of a person's shell, and not on that of a service."""
NEWEST_OF = (".nvm/versions/node",)
"""Folders of versions, each with a `bin`."""
FETCHES_NOTHING = "it is not on the engine, and doctor fetches nothing"


def looked_at(patient: Patient, *, is_live: bool) -> Iterator[Step]:
    """Look at one stage after the other, up to the first that fails."""
    config, spec = patient.config, patient.spec
    if config is None or spec is None:
        return
    looks = _contained(patient, spec, is_live=is_live) if _is_contained(spec) else _native(patient, config, spec)
    for step in looks:
        yield step
        if step.outcome == "failure":
            return


def _is_contained(spec: ServerSpec) -> bool:
    return spec.mode == "docker" or (spec.own_container and Path(spec.command).name == "docker")


# ------------------------------------------------------------------------------------------------- in a container


def _contained(patient: Patient, spec: ServerSpec, *, is_live: bool) -> Iterator[Step]:
    from supervisor import oneshot

    held: list[Standing] = []

    def resolve() -> Step:
        held.append(oneshot.standing(spec, patient.environ))
        return _engine_step(held[0])

    yield timed("resolve", resolve)
    if held and spec.own_container:
        yield skipped("image", "its own command names it")
        yield ok("confinement", "by what its own `docker run` says; stockade finds and ends the container")
    elif held:
        yield timed("image", lambda: _image_step(held[0], spec, is_live=is_live))
        yield timed("confinement", lambda: _container_step(held[0], spec))


def _engine_step(found: Standing) -> Step:
    if found.problem is not None:
        return failed("resolve", found.problem)
    about = found.engine
    engine = f"engine {about.version} at {about.host}" if about else "its engine answers"
    return ok("resolve", f"{found.docker}, {found.docker_from}; {engine}", docker=found.docker)


def _image_step(found: Standing, spec: ServerSpec, *, is_live: bool) -> Step:
    name = spec.docker.image
    if isinstance(found.refusal, ImageWrongPlatform):
        return failed("image", found.refusal)
    if found.image is not None:
        return ok("image", f"{name} is there: {found.image.digest}", image=name, digest=found.image.digest)
    problem = ImageNotFound(image=name, reason=FETCHES_NOTHING)
    remedy = f"`stockade pull {spec.name}` fetches it now; else correct `isolation.image` of {spec.place}."
    sentence = f"the image {name!r} is not there yet: a start fetches it"
    cause = Cause(id="image_missing", sentence=sentence, remedy=remedy)
    if is_live:
        return failed("image", problem, cause)
    return warned("image", cause.sentence, remedy, code=problem.code)


def _container_step(found: Standing, spec: ServerSpec) -> Step:
    if found.refusal is not None:
        return failed("confinement", found.refusal)
    flags = spec.docker.hardening
    relaxed = [name for name in flags.__struct_fields__ if not getattr(flags, name)]
    held = f"a container with network {spec.docker.network_mode}"
    hardened = f"without {', '.join(relaxed)}" if relaxed else "all hardening flags on"
    return ok("confinement", f"{held}, {hardened}", relaxed=relaxed)


# ----------------------------------------------------------------------------------------------- on this machine


def _native(patient: Patient, config: Config, spec: ServerSpec) -> Iterator[Step]:
    yield timed("resolve", lambda: _program_step(patient, spec))
    yield skipped("image", f"mode {spec.mode} needs none")
    yield timed("confinement", lambda: _sandbox_step(patient, config, spec))


def _program_step(patient: Patient, spec: ServerSpec) -> Step:
    command = prepare.command_of(spec, patient.environ)
    about = scene(patient, cwd=command.cwd)
    try:
        found = prepare.located(spec, patient.environ)
    except LaunchError as error:
        elsewhere = _elsewhere(error.problem, patient.environ)
        return failed("resolve", error.problem, better(error.problem, about, elsewhere=elsewhere))
    cwd = _cwd_of(patient, spec, found)
    script = missing_script(found.argv, cwd, os.path.exists)
    if script:
        about = scene(patient, program=found.argv[0], cwd=cwd)
        is_sandboxed = spec.mode == "sandbox" and spec.cwd is None
        cause = script_missing(script, cwd, about, is_sandboxed=is_sandboxed)
        problem = CommandNotFound(command=script, path="")
        step = failed("resolve", problem, cause)
        return replace(step, facts={**step.facts, "program": found.argv[0], "cwd": cwd})
    real = os.path.realpath(found.argv[0])
    leads = f" (a link to {real})" if real != found.argv[0] else ""
    return ok("resolve", f"{found.argv[0]}{leads}", program=found.argv[0], cwd=cwd)


def _cwd_of(patient: Patient, spec: ServerSpec, command: Command) -> str:
    """Where a relative path of its is looked for; in a sandbox, if nothing is said, in a folder of its own."""
    if spec.mode != "sandbox" or spec.cwd is not None:
        return command.cwd
    from supervisor.sandbox.state import server_folder

    return server_folder(str(patient.place), spec.name)


def _elsewhere(problem: Problem, environ: Mapping[str, str]) -> str:
    """Where the command is, if not on the server's PATH; empty if nowhere that is known."""
    if not isinstance(problem, CommandNotFound) or "/" in problem.command or " " in problem.command:
        return ""
    home = environ.get("HOME", "/")
    folders = [folder.replace("~", home, 1) for folder in ELSEWHERE]
    for versions in (Path(home, name) for name in NEWEST_OF):
        folders += sorted((str(one / "bin") for one in versions.glob("*")), reverse=True)
    return shutil.which(problem.command, path=os.pathsep.join(folders)) or ""


def _sandbox_step(patient: Patient, config: Config, spec: ServerSpec) -> Step:
    if spec.mode != "sandbox":
        return ok("confinement", f"none: it runs with all rights of the user {scene(patient).user}")
    with _folder(patient.place) as folder:
        try:
            confinement = prepare.Confinement(config, spec, folder, patient.environ)
        except LaunchError as error:
            return failed("confinement", error.problem, better(error.problem, scene(patient)))
        plan = confinement.plan
        held = f"level {plan.level}, Landlock ABI {plan.abi}, network {scene(patient).network}"
        for path in _named_paths(spec):
            ruling = confinement.ruling(path, "read")
            if ruling is not None and ruling.is_by_sandbox:
                text = f"{held}; its arguments name {path}, which it may not read: {ruling.reason}"
                return warned("confinement", text, advice(ruling, spec.place))
        if plan.degraded or spec.degraded:
            remedy = "`stockade doctor` says what this machine lacks."
            text = f"{held}; less than was asked for: {plan.degraded or spec.degraded}"
            return warned("confinement", text, remedy, exit_code=ExitCode.DEGRADED)
        return ok("confinement", held, level=plan.level, landlock_abi=plan.abi)


def _named_paths(spec: ServerSpec) -> Iterator[str]:
    """Paths among its arguments at which something is."""
    for word in spec.args:
        path = word.partition("=")[2] if word.startswith("-") and "=" in word else word
        if path.startswith("/") and os.path.exists(path):
            yield path


@contextmanager
def _folder(place: Path) -> Iterator[str]:
    """The state directory, or an empty folder in its place for as long as there is none: none is made."""
    if place.is_dir() and os.access(place, os.W_OK | os.X_OK, effective_ids=True):
        yield str(place)
        return
    with tempfile.TemporaryDirectory(prefix="stockade-doctor-") as folder:
        yield folder
