"""Where the configuration comes from, and how it is read again without holding anything up.

A file is read in a worker thread, bounded: a pipe that nobody writes to, or a file system that hangs, is an error, and
the configuration in force stays. What `mode: auto` came to at the start is not asked again: a reload while an engine is
being restarted must not move servers from containers into sandboxes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import trio
from msgspec.structs import replace

from supervisor.config import effects as config_files
from supervisor.config.effects import AskEngine
from supervisor.config.specs import Config, Facts
from supervisor.edges.facts import facts_here, with_engine
from supervisor.errors import ConfigError, ReadLate, SourceGone
from supervisor.escaping import printable

READ_S = 20.0
"""Seconds for reading a config and the files that it refers to: milliseconds, but where a file system hangs."""
READERS = 2
"""Threads that a hanging file system can use up; one that comes to an end later makes room again."""

Given = str | Path | Mapping[str, Any] | Config | None
"""A configuration in any form; None is the user's own file."""


class Source:
    """What a run was started with, to be read again."""

    def __init__(self, given: Given, environ: Mapping[str, str], *, limit_s: float = READ_S) -> None:
        """A relative path is held to the working directory of now."""
        self._environ = environ
        self._limit_s = limit_s
        self._threads = trio.CapacityLimiter(READERS)
        self._is_default = given is None
        self._path = str(Path(given).absolute()) if isinstance(given, str | Path) and str(given) != "-" else None
        self._what = "stdin" if given == "-" else "the config"

    @property
    def path(self) -> str | None:
        """The file that would be read now, absolute; None if there is none."""
        return config_files.default_path(self._environ) if self._is_default else self._path

    async def read(self, given: Given, in_force: Config) -> Config:
        """Read the same file again, or take what is given instead of it.

        Raises: ConfigError, also for a mistake that concerns the whole file.
        """
        if isinstance(given, Config):
            return _checked(given)
        chosen = self.path if given is None else given
        if chosen is None:
            raise ConfigError(SourceGone(place=self._what))
        ask_engine = _decided(in_force) or with_engine

        def work() -> Config:
            if isinstance(chosen, Mapping):
                return config_files.adopt(chosen, environ=self._environ, facts=facts_here(), ask_engine=ask_engine)
            return config_files.load(chosen, environ=self._environ, facts=facts_here(), ask_engine=ask_engine)

        with trio.move_on_after(self._limit_s):
            return _checked(await trio.to_thread.run_sync(work, abandon_on_cancel=True, limiter=self._threads))
        place = "the config" if isinstance(chosen, Mapping) else printable(str(chosen))
        raise ConfigError(ReadLate(place=place, limit_s=self._limit_s))


def _checked(config: Config) -> Config:
    """Refuse a config whose global blocks are wrong: nothing may run under a policy that was half understood."""
    if config.problems:
        raise ConfigError(config.problems[0])
    return config


def _decided(in_force: Config) -> AskEngine | None:
    """Answer what was found out about the engine when `mode: auto` was decided; None if it never was."""
    automatic = [spec for spec in in_force.servers if spec.why.value == "auto" and not spec.own_container]
    if not automatic:
        return None
    is_up = any(spec.mode == "docker" for spec in automatic)

    def answer(facts: Facts, _environ: Mapping[str, str]) -> Facts:
        return replace(facts, engine=is_up, engine_reason="" if is_up else "as it was decided at the start")

    return answer
