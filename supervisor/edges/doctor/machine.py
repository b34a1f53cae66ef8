"""`stockade doctor`: what this machine has for stockade, seen by doing it, and what to do about what is missing.

Needs no config and no daemon, and changes nothing; with a config it knows what matters, and with `--deep` it runs a
container and removes it. Each subject is examined and judged for itself; one that cannot even
be examined is a failure of its own and leaves the others alone.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from supervisor.diagnostics.words import Check
from supervisor.edges.say import leaves
from supervisor.errors import Problem

if TYPE_CHECKING:
    from supervisor.config.specs import Config
    from supervisor.container.diagnosis import Need

# ------------------------------------------------------------------------------------------------- what is examined


class Asked(NamedTuple):
    """What is to be examined."""

    place: Path
    """The state directory."""
    config: Config | Problem | None = None
    """The config that was named, or why it cannot be read; None if none was named."""
    is_deep: bool = False
    """A container may be run."""


def _config(asked: Asked) -> tuple[Check, ...]:
    from supervisor.diagnostics.configuration import config

    return (config(asked.config),) if asked.config is not None else ()


def _platform(_asked: Asked) -> tuple[Check, ...]:
    from supervisor.diagnostics import installation as judged
    from supervisor.edges.doctor import installation as found

    return (
        judged.system(found.system()),
        judged.interpreter(found.interpreter()),
        judged.package(found.package()),
    )


def _state(asked: Asked) -> tuple[Check, ...]:
    from supervisor.diagnostics import installation as judged
    from supervisor.edges.doctor import installation as found

    return (judged.state_directory(found.state_directory(asked.place)),)


def _sandbox(asked: Asked) -> tuple[Check, ...]:
    import trio

    from supervisor.sandbox.diagnosis import checks
    from supervisor.sandbox.examination import examine

    is_usable = os.access(asked.place, os.W_OK | os.X_OK, effective_ids=True)
    trial = str(asked.place) if is_usable else tempfile.gettempdir()
    return checks(trio.run(examine, trial, os.environ.get("SSH_AUTH_SOCK") or None))


def _processes(_asked: Asked) -> tuple[Check, ...]:
    from supervisor.diagnostics import processes as judged
    from supervisor.process.cgroup import CONTROLLERS
    from supervisor.process.subtree import look
    from supervisor.process.track import why_untagged

    found = look()
    return (
        judged.cgroup(path=found.path, controllers=found.controllers, wanted=CONTROLLERS, objection=found.reason),
        judged.tag(why_untagged()),
    )


def _docker(asked: Asked) -> tuple[Check, ...]:
    import trio

    from supervisor.config.specs import Config
    from supervisor.container.diagnosis import checks
    from supervisor.container.examination import examine
    from supervisor.container.examined import wanted_images

    config = asked.config if isinstance(asked.config, Config) else None
    images = wanted_images(config) if config else ()
    look = partial(examine, os.environ, sys.platform, images=images, deep=asked.is_deep)
    return checks(trio.run(look), need_of_docker(config))


def need_of_docker(config: Config | None) -> Need:
    """Say how much depends on docker: on a server of this config, or perhaps on one of a config that nobody named."""
    from supervisor.config.rules import asks_for_engine

    if config is None:
        return "useful"
    for spec in config.servers:
        is_contained = Path(spec.command).name == "docker" if spec.own_container else spec.mode == "docker"
        if spec.enabled and is_contained:
            return "required"
    return "useful" if asks_for_engine(config) else "none"


DOCKER = "docker"
"""Its subject by name, which is no command here."""
Examine = Callable[[Asked], tuple[Check, ...]]
"""Finds out all about one subject and judges it. It may raise."""
EVERYWHERE: tuple[tuple[str, Examine], ...] = (("config", _config), ("platform", _platform), ("state", _state))
ON_LINUX: tuple[tuple[str, Examine], ...] = (("sandbox", _sandbox), ("processes", _processes))
AND_LAST: tuple[tuple[str, Examine], ...] = ((DOCKER, _docker),)


def examined(asked: Asked) -> tuple[Check, ...]:
    """Examine every subject that there is on this system."""
    subjects = (*EVERYWHERE, *(ON_LINUX if sys.platform == "linux" else ()), *AND_LAST)
    return tuple(check for subject, examine in subjects for check in _guarded(subject, examine, asked))


def _guarded(subject: str, examine: Examine, asked: Asked) -> tuple[Check, ...]:
    try:
        return examine(asked)
    except Exception as error:  # noqa: BLE001  (the edge: what ails one subject is found out about the others too)
        first = next(leaves(error))
        return (
            Check(
                id=f"{subject}.examination",
                title="Examination",
                verdict="failure",
                evidence=f"it could not be examined: {type(first).__name__}: {first}",
                remedy="Please report this line, with what is special about this machine.",
            ),
        )
