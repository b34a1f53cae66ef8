"""Judges a config that was named: whether it can be read, and what its servers need. Pure."""

from __future__ import annotations

from collections import Counter

from msgspec.structs import replace

from supervisor.config.specs import Config
from supervisor.diagnostics.words import Check
from supervisor.errors import Problem


def config(found: Config | Problem) -> Check:
    """Whether it can be used, and how many of its servers are to run in which mode."""
    check = Check(id="config.file", title="Config", verdict="ok", evidence="")
    if not isinstance(found, Config):
        return replace(check, verdict="failure", evidence=found.text, remedy=found.remedy, facts={"code": found.code})
    modes = Counter(_mode(spec.mode, own_container=spec.own_container) for spec in found.servers if spec.enabled)
    details = {"source": found.source, "modes": dict(modes), "invalid": [one.name for one in found.invalid]}
    check = replace(check, facts=details)
    counted = ", ".join(f"{count} of mode {mode}" for mode, count in sorted(modes.items())) or "none that is to run"
    seen = f"{found.source}: {counted}"
    if found.problems or found.invalid:
        bad = f"; invalid: {', '.join(one.name for one in found.invalid)}" if found.invalid else ""
        remedy = f"See `stockade check {found.source}`."
        return replace(check, verdict="warning", evidence=f"{seen}{bad}", remedy=remedy)
    return replace(check, evidence=seen)


def _mode(mode: str, *, own_container: bool) -> str:
    return "own container" if own_container else mode
