"""The one server that `doctor NAME` is about: in which config it stands, and whether it can be run as it is there."""

from __future__ import annotations

import os
import pwd
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from supervisor.config.effects import default_path, load
from supervisor.config.specs import Config, Invalid, ServerSpec
from supervisor.diagnostics.causes import better
from supervisor.diagnostics.words import Scene, Step
from supervisor.edges import state
from supervisor.edges.doctor.steps import failed, ok, warned
from supervisor.edges.facts import facts_here, with_engine
from supervisor.edges.naming import why_not
from supervisor.errors import ConfigError
from supervisor.escaping import printable

MEBIBYTE = 1024 * 1024
SERVICE_KEY = "INVOCATION_ID"
"""What systemd sets for every service."""


class Patient(NamedTuple):
    """One server in its config."""

    name: str
    source: str
    """The config's file, for people."""
    config: Config | None
    spec: ServerSpec | None
    place: Path
    """The state directory."""
    environ: Mapping[str, str]


def admitted(
    name: str, source: str | None, state_dir: str | None, environ: Mapping[str, str], *, asks_engine: bool = True
) -> tuple[Patient, Step]:
    """Read the config and find the server in it; None as `source` is the user's own file.

    Without `asks_engine`, a server whose mode depends on the engine is taken as if there were none.
    """
    shown = printable(source or default_path(environ))
    place = Path(state_dir or state.default_path(environ)).absolute()
    try:
        config = _read(name, source, environ, asks_engine=asks_engine)
    except ConfigError as error:
        return Patient(name, shown, None, None, place, environ), failed("config", error.problem)
    place = state.chosen(state_dir, config, environ).absolute()
    spec = next((one for one in config.servers if one.name == name), None)
    patient = Patient(name, shown, config, spec, place, environ)
    return patient, _judged(patient, config)


def _read(name: str, source: str | None, environ: Mapping[str, str], *, asks_engine: bool) -> Config:
    """Read it, and ask an engine only if this very server's mode depends on it. Raises: ConfigError."""
    if source == "-":  # it can be read once
        return load(source, environ=environ, facts=facts_here(), ask_engine=with_engine)
    config = load(source, environ=environ, facts=facts_here())
    specs = (*config.servers, *(one.spec for one in config.invalid if one.spec is not None))
    if asks_engine and any(one.name == name and one.why.value == "auto" for one in specs):
        config = load(source, environ=environ, facts=facts_here(), ask_engine=with_engine)
    return config


def _judged(patient: Patient, config: Config) -> Step:
    spec = patient.spec
    if config.problems:
        return failed("config", config.problems[0])
    if spec is None:
        entry = next((one for one in config.invalid if one.name == patient.name), None)
        problem = entry.problems[0] if entry else why_not(patient.name, config)
        return failed("config", problem, better(problem, _scene_of(patient, entry), is_service=_is_service(patient)))
    if not spec.enabled:
        remedy = f"Take `enabled: false` (`disabled: true`) out of {spec.place} if it is to run."
        return warned("config", f"{spec.place}: it is disabled, so nothing starts it", remedy)
    objection = next((one.problem for one in config.warnings if one.server == spec.name), None)
    if objection is not None:
        return warned("config", objection.text, objection.remedy, code=objection.code)
    return ok("config", f"{spec.place}: valid, all references have values", mode=spec.mode)


def _is_service(patient: Patient) -> bool:
    return SERVICE_KEY in patient.environ and "CREDENTIALS_DIRECTORY" in patient.environ


def _scene_of(patient: Patient, entry: Invalid | None) -> Scene:
    if entry is not None and entry.spec is not None:
        return scene(patient._replace(spec=entry.spec))
    return scene(patient)


def scene(patient: Patient, *, program: str = "", cwd: str = "") -> Scene:
    """What may be said of it; no secrets."""
    spec = patient.spec
    if spec is None:
        return Scene(
            server=patient.name, place=patient.source, mode="", program="", cwd="", user=_user(), network="allow"
        )
    return Scene(
        server=spec.name,
        place=spec.place,
        mode=spec.mode,
        program=program or spec.command,
        cwd=cwd or (spec.docker.working_dir or "" if spec.mode == "docker" else spec.cwd or os.getcwd()),
        user=spec.sandbox.user or _user(),
        network=_network(spec),
        image=spec.docker.image,
        memory=f"{spec.limits.memory_bytes // MEBIBYTE}m",
    )


def _network(spec: ServerSpec) -> str:
    if spec.mode == "docker":
        return "none" if spec.docker.network_mode == "none" else "allow"
    if spec.mode != "sandbox":
        return "allow"
    return spec.sandbox.network if isinstance(spec.sandbox.network, str) else "ports"


def _user() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return f"with the number {os.geteuid()}"
