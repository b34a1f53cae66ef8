"""Which key decides: the isolation mode with its reason, and settings that more than one key speaks about.

The mode: the server's `mode`, the server's `enabled`, the global `mode`, the global `enabled`, and `none` if nobody
says anything; each only if those before it say nothing. What was asked for then passes the gates: a command that runs
a container of its own is not isolated by us, `auto` looks at the machine, and what the machine or this version cannot
do is a problem, never a quiet step down.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from supervisor.config.blocks import Said
from supervisor.config.paths import Path
from supervisor.config.schema import AskedMode, Mode
from supervisor.config.specs import Facts, Why
from supervisor.errors import AnyProblem, LandlockUnavailable, ModeUnavailable


class Level(NamedTuple):
    """What one level, the server's or the global one, says in our two blocks, and where the isolation block stands."""

    isolation: Said
    supervision: Said
    isolation_path: Path


class Asked(NamedTuple):
    """The mode that was asked for."""

    mode: AskedMode
    why: Why


class Outcome(NamedTuple):
    """The mode that it comes to."""

    mode: Mode
    why: Why
    own_container: bool = False
    degraded: str = ""
    problem: AnyProblem | None = None


def asked_mode(server: Level, everywhere: Level, place: Callable[[Path], str]) -> Asked:
    """The mode by precedence; `key` of the reason is empty if nothing was said."""
    for level in (server, everywhere):
        for key in ("mode", "enabled"):
            if key in level.isolation:
                value = level.isolation[key]
                mode: AskedMode = value if key == "mode" else ("docker" if value else "none")
                written = str(value).lower() if isinstance(value, bool) else value
                return Asked(mode, Why(key=key, place=place((*level.isolation_path, key)), value=written))
    return Asked("none", Why(key="", place="", value="none"))


def gated(asked: Asked, *, own_container: bool, sandbox: Said, facts: Facts) -> Outcome:
    """What the mode comes to on this machine, in this version."""
    if own_container:
        gate = "the command runs a container of its own"
        return Outcome("none", _bent(asked.why, gate), own_container=True)
    outcome = _automatic(asked, facts) if asked.mode == "auto" else Outcome(asked.mode, asked.why)
    if outcome.mode == "sandbox":
        outcome = _sandboxed(outcome, sandbox, facts, is_automatic=asked.mode == "auto")
    if outcome.mode not in facts.modes:
        return outcome._replace(problem=ModeUnavailable(mode=outcome.mode))
    return outcome


def _automatic(asked: Asked, facts: Facts) -> Outcome:
    if facts.engine:
        return Outcome("docker", _bent(asked.why, "a Docker engine answers"))
    reason = f" ({facts.engine_reason})" if facts.engine_reason else ""
    return Outcome("sandbox", _bent(asked.why, f"no Docker engine answers{reason}"))


def _sandboxed(outcome: Outcome, sandbox: Said, facts: Facts, *, is_automatic: bool) -> Outcome:
    """S1 needs nothing of the kernel; the levels above it need Landlock, and only `best_effort` does with less."""
    if facts.platform != "linux":
        reason = f"there is no sandbox on {facts.platform}"
        if is_automatic:
            return outcome._replace(problem=LandlockUnavailable(reason=reason))
        return outcome._replace(mode="none", why=_bent(outcome.why, reason), degraded=f"{reason}: runs unconfined")
    if facts.landlock or sandbox.get("level") == "S1":
        return outcome
    reason = facts.landlock_reason or "Landlock is missing"
    if sandbox.get("best_effort"):
        return outcome._replace(degraded=f"level S1, not a file sandbox: {reason}")
    return outcome._replace(problem=LandlockUnavailable(reason=reason))


def _bent(why: Why, gate: str) -> Why:
    return Why(key=why.key, place=why.place, value=why.value, gate=gate)


def network(server: Level, everywhere: Level) -> Any:
    """A sandbox's network: `sandbox.network` before `network_mode: none` at each level, the server's level first."""
    named = [level.isolation.get("network_mode") for level in (server, everywhere)]
    said = [level.isolation.get("sandbox", {}).get("network") for level in (server, everywhere)]
    if said[0] is not None or named[0] == "none":
        return said[0] if said[0] is not None else "none"
    if said[1] is not None:
        return said[1]
    return "none" if named[0] is None and named[1] == "none" else "allow"


def create_s(server: Level, everywhere: Level, default_s: float) -> float:
    """The clock of a start: `startup.create` before its other name `timeout`, at the server's level first."""
    for level in (server, everywhere):
        for said in (level.supervision.get("startup", {}).get("create"), level.isolation.get("timeout")):
            if said is not None:
                return float(said)
    return default_s
