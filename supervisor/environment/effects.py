"""The environment of docker's own CLI on this machine, with what the user's login shell adds to it.

The shell is asked at most once per process, for everybody who needs the environment, and what came of it is
remembered, also when it failed: a broken profile costs five seconds once, not once for each server. No event loop is
loaded before it is needed: `hydrated_now` is for those who have none.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct

from supervisor.environment.hydration import (
    Captured,
    current_context,
    names_and_lengths,
    read_capture,
    taken,
    unasked,
    with_taken,
)
from supervisor.environment.rules import Allowance, environment
from supervisor.process import login_shell
from supervisor.process.login_shell import Answer

if TYPE_CHECKING:
    import trio

CONFIG_BYTES = 1024 * 1024
"""Read of the CLI's config: far more than there is in one."""


class Hydrated(Struct, frozen=True, kw_only=True):
    """The environment of docker's own CLI, and how it came about. Its repr shows no value."""

    env: Mapping[str, str]
    """Complete: nothing of ours is inherited beside it."""
    taken: Mapping[str, str] = {}
    """What the login shell added to our own environment; PATH, if that was merged, is whole."""
    shell: str = ""
    """Who was asked; empty if nobody was."""
    refusal: str = ""
    """Why nothing came of it though it was to be asked, for people."""
    unasked: str = ""
    """Why it did not have to be asked, for people."""

    @property
    def report(self) -> tuple[str, ...]:
        """Names of what was taken, with the lengths of the values: all that may be logged of it."""
        return names_and_lengths(self.taken)

    def __repr__(self) -> str:
        names = ", ".join(self.report)
        return f"Hydrated(shell={self.shell!r}, taken=[{names}], refusal={self.refusal!r}, unasked={self.unasked!r})"


class CliEnvironment:
    """The environment of docker's own CLI, for all of this process."""

    def __init__(self, environ: Mapping[str, str], platform: str, *, shell_s: float = login_shell.BOUND_S) -> None:
        """Work from our own environment; the login shell may take `shell_s` seconds."""
        self._environ = environ
        self._platform = platform
        self._shell_s = shell_s
        self._hydrated: Hydrated | None = None
        self._lock: trio.Lock | None = None

    async def get(self) -> Hydrated:
        """Return it. Who asks first asks the shell if need be, and all others wait for the same answer."""
        import trio

        self._lock = self._lock or trio.Lock()
        async with self._lock:
            if self._hydrated is None:
                self._hydrated = await self._made()
            return self._hydrated

    async def _made(self) -> Hydrated:
        import trio

        look = partial(_unasked_now, self._environ, self._platform)
        why_not = await trio.to_thread.run_sync(look, abandon_on_cancel=True)  # a home on a dead network mount hangs it
        if why_not:
            return _plain(self._environ, self._platform, why_not)
        answer = await login_shell.ask("\\env -0", self._environ, platform=self._platform, bound_s=self._shell_s)
        return _hydrated(self._environ, self._platform, answer)


def hydrated_now(environ: Mapping[str, str], platform: str, *, shell_s: float = login_shell.BOUND_S) -> Hydrated:
    """Find it out on this thread, for those without an event loop; asks anew each time."""
    why_not = _unasked_now(environ, platform)
    if why_not:
        return _plain(environ, platform, why_not)
    return _hydrated(environ, platform, login_shell.ask_now("\\env -0", environ, platform=platform, bound_s=shell_s))


def _unasked_now(environ: Mapping[str, str], platform: str) -> str:
    return unasked(environ, platform=platform, context=current_context(_config(environ)))


def _config(environ: Mapping[str, str]) -> bytes:
    """The first bytes of the CLI's own config, empty if there is none or it cannot be read."""
    home = environ.get("HOME") or os.path.expanduser("~")
    folder = environ.get("DOCKER_CONFIG") or os.path.join(home, ".docker")
    with suppress(OSError, ValueError), open(os.path.join(folder, "config.json"), "rb") as file:
        return file.read(CONFIG_BYTES)
    return b""


def _plain(environ: Mapping[str, str], platform: str, why_not: str) -> Hydrated:
    return Hydrated(env=_for_the_cli(environ, platform), unasked=why_not)


def _hydrated(environ: Mapping[str, str], platform: str, answer: Answer) -> Hydrated:
    captured = Captured(reason=answer.reason) if answer.reason else read_capture(answer.text)
    more = taken(environ, captured.variables, platform=platform) if not captured.reason else {}
    env = _for_the_cli(with_taken(environ, more), platform)
    return Hydrated(env=env, taken=more, shell=answer.shell, refusal=captured.reason)


def _for_the_cli(environ: Mapping[str, str], platform: str) -> dict[str, str]:
    return environment(environ, Allowance(native=False, docker_cli=True), platform=platform)
