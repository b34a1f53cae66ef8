"""What the engine says of itself and of images, asked of the docker command: without an event loop and without the SDK.

For verbs that explain and advise: they start in a fraction of the time that loading those takes, and can do without
every one of these answers. The command answers in some hundredths of a second, whatever leads to its engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from supervisor.container import endpoint
from supervisor.container.facts import EngineFacts, ImageFacts, engine_facts, image_facts, is_named
from supervisor.container.ping import config_text, silence
from supervisor.errors import EngineProblem
from supervisor.process import brief

ANSWER_S = 5.0
"""Seconds for one answer."""
WHOLE = "{{json .}}"
"""Asks for everything, one JSON object a line."""


class Peek(Struct, frozen=True, kw_only=True):
    """What was said."""

    engine: EngineFacts | None = None
    """None if it did not answer."""
    problem: EngineProblem | None = None
    """Why it did not."""
    images: Mapping[str, ImageFacts] = {}
    """Those that are on the engine, by the name that was asked for."""


def peek(docker: str, environment: Mapping[str, str], wanted: Sequence[str]) -> Peek:
    """Ask the engine of the docker command at this path, in its whole environment, about itself and these images."""
    problem = silence(docker, environment, ANSWER_S)
    if problem is not None:
        return Peek(problem=problem)
    found = images(docker, environment, wanted)
    info = _objects(docker, environment, "info", "--format", WHOLE)
    version = _objects(docker, environment, "version", "--format", "{{json .Server}}")
    if not info or not version:
        return Peek(images=found)
    return Peek(engine=engine_facts(info[0], version[0], _host(environment)), images=found)


def _host(environment: Mapping[str, str]) -> str:
    """The engine's address, or the context that has it, for people."""
    here = endpoint.from_environment(environment)
    if environment.get("DOCKER_HOST"):
        return here.shown
    context = endpoint.context_named(environment, config_text(environment))
    return f"context {context}" if context else here.shown


def images(docker: str, environment: Mapping[str, str], wanted: Sequence[str]) -> dict[str, ImageFacts]:
    """Those of the wanted images that are on the engine, by name; none if it does not answer."""
    if not wanted:
        return {}
    inspected = _objects(docker, environment, "image", "inspect", "--format", WHOLE, *wanted)
    tags = [(one, {*(one.get("RepoTags") or ()), *(one.get("RepoDigests") or ())}) for one in inspected]
    found = ((name, next((one for one, known in tags if is_named(name, known)), None)) for name in wanted)
    return {name: image_facts(name, one) for name, one in found if one is not None and one.get("Id")}


def _objects(docker: str, environment: Mapping[str, str], *words: str) -> list[dict[str, Any]]:
    """The objects that a command prints, one a line; none where it prints something else."""
    said = brief.run_now((docker, *words), environment, bound_s=ANSWER_S)
    try:
        lines = [msgspec.json.decode(line, type=dict[str, Any]) for line in said.output.splitlines() if line.strip()]
    except msgspec.MsgspecError:
        return []
    return lines
