"""The start of one server, stage by stage: looked at, or with `--live` done once; and how its daemon stands to it."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec.structs import replace

from supervisor import __version__
from supervisor.config.redact import Redactor
from supervisor.diagnostics.causes import cause_of
from supervisor.diagnostics.words import Cause, Step
from supervisor.edges.doctor import dry, watched
from supervisor.edges.doctor.daemon import Standing, daemon_here
from supervisor.edges.doctor.patient import Patient, admitted, scene
from supervisor.edges.doctor.rendering import Page, page_here, painted, plainly, wrapped
from supervisor.edges.doctor.steps import completed, failed, ok, skipped
from supervisor.edges.say import put, put_json
from supervisor.errors import ExitCode, StockadeError, Unresolved

WORDS = {"not_reached": "not reached"}
BUSY = ("starting", "ready", "stopping", "backing_off", "crash_looping")
"""Lives in which a process of the server runs, or may at any moment."""
SHOWN_LINES = 5
"""Of its last lines on stderr; `--json` has all that were kept."""
WORST = (ExitCode.REFUSED, ExitCode.DEGRADED, ExitCode.FAILED)
"""Of several warnings the first of these decides."""


class Examined(msgspec.Struct, frozen=True, kw_only=True):
    """All that was found out."""

    patient: Patient
    steps: tuple[Step, ...]
    daemon: Standing
    is_live: bool

    @property
    def failure(self) -> Step | None:
        """The stage that a start ends at."""
        return next((step for step in self.steps if step.outcome == "failure"), None)

    @property
    def cause(self) -> Cause | None:
        """Why it fails in the daemon, if it does."""
        failing = self.daemon.failure
        if failing is None or self.is_live:
            return None
        found = next((step.facts for step in self.steps if step.stage == "resolve"), {})
        return cause_of(failing, scene(self.patient, program=found.get("program", ""), cwd=found.get("cwd", "")))

    @property
    def exit_code(self) -> int:
        """0 if all is well, else that of what failed, here or in the daemon, else that of the worst warning."""
        if self.failure is not None:
            return self.failure.exit_code
        if self.cause is not None:
            return self.daemon.exit_code
        warned = {step.exit_code for step in self.steps}
        return next((int(code) for code in WORST if code in warned), int(ExitCode.OK))


def doctor_of_one(options: Namespace) -> int:
    """Examine the start of one server and print it. Raises: StockadeError."""
    found = examined(options.server, options.config, options.state_dir, is_live=options.live)
    if options.json:
        put_json(structure(found))
    else:
        put("\n".join(lines(found, page_here())) + "\n")
    return found.exit_code


def examined(server: str, config: str | None, state_dir: str | None, *, is_live: bool) -> Examined:
    """Examine the start of one server; without a config, that of the daemon that runs, or else the user's own."""
    standing = daemon_here(server, state_dir, os.environ)
    source = config or (standing.source if standing.is_running and os.access(standing.source, os.R_OK) else None)
    patient, first = admitted(server, source, state_dir, dict(os.environ))
    if not standing.sentence and str(patient.place) != standing.place:
        standing = daemon_here(server, str(patient.place), os.environ)
    steps = [_seen_from_outside(first, standing)]
    if first.outcome != "failure":
        steps += dry.looked_at(patient, is_live=is_live)
        if is_live and patient.spec is not None and all(step.outcome != "failure" or _is_guess(step) for step in steps):
            steps = list(_lived(patient, steps, standing))
    was_started = is_live and any(step.stage == "spawn" and step.outcome == "ok" for step in steps)
    return Examined(patient=patient, steps=completed(steps, is_live=was_started), daemon=standing, is_live=is_live)


def looked_at(server: str, config: str, state_dir: str | None, *, asks_engine: bool) -> Examined:
    """Look at the start of one server, and ask no daemon."""
    patient, first = admitted(server, config, state_dir, dict(os.environ), asks_engine=asks_engine)
    steps = [first, *(dry.looked_at(patient, is_live=False) if first.outcome != "failure" else ())]
    return Examined(
        patient=patient, steps=completed(steps, is_live=False), daemon=Standing(place=""), is_live=False
    )  # fmt: skip


def _seen_from_outside(step: Step, standing: Standing) -> Step:
    """A reference that has no value here has one in a daemon in which the server runs: a credential, say."""
    if step.code != Unresolved.__struct_config__.tag or standing.life != "ready":
        return step
    return replace(step, outcome="warning", evidence=f"{step.evidence}; the daemon has it, and the server runs there")


def _is_guess(step: Step) -> bool:
    """Which word of a command line is its script cannot be known for sure: a start tells."""
    return step.cause == "script_missing"


def _lived(patient: Patient, looked: list[Step], standing: Standing) -> Iterator[Step]:
    """Start it once; what was seen then stands in the place of what was only looked at."""
    from supervisor.edges.doctor.live import run_once

    if patient.spec is not None and patient.spec.sharing == "exclusive" and standing.life in BUSY:
        yield from looked
        why = f"not started: it takes one client at a time, and the daemon runs it (`stockade stop {patient.name}`)"
        yield skipped("spawn", why)
        return
    try:
        seen = run_once(patient, *filter(None, (standing.place,)))
    except StockadeError as error:  # of our own, before the server came to anything
        yield from looked
        yield failed("spawn", error.problem)
        return
    known = {step.stage: step for step in looked}
    program, cwd = (known["resolve"].facts.get(name, "") for name in ("program", "cwd"))
    about = scene(patient, program=program, cwd=cwd)
    early = watched.earlier(seen, about)
    if early is not None:
        for stage, step in known.items():
            if stage == early.stage:
                yield early
                return
            yield step
    lived = {step.stage: step for step in watched.steps(seen, about)}
    if any(map(_is_guess, looked)):
        if any(map(_is_guess, lived.values())):
            yield from looked
            return
        known["resolve"] = ok("resolve", f"{patient.spec.command if patient.spec else ''} was started", program=program)
    for stage, step in known.items():
        later = lived.pop(stage, None)
        yield step if later is None or (later.outcome == "ok" and step.outcome == "warning") else later
    yield from lived.values()


# ------------------------------------------------------------------------------------------------------ what is said


def structure(found: Examined) -> dict[str, Any]:
    """Everything as plain data, without secrets; no text in it can steer a terminal."""
    failure, patient = found.failure, found.patient
    plain = {
        "version": __version__,
        "server": patient.name,
        "source": patient.source,
        "mode": patient.spec.mode if patient.spec else "",
        "live": found.is_live,
        "exit_code": found.exit_code,
        "failure": _told(failure) if failure else None,
        "stages": [msgspec.to_builtins(step) for step in found.steps],
        "daemon": msgspec.to_builtins(found.daemon),
    }
    if found.failure is None and found.cause is not None:
        about = found.cause
        code = found.daemon.failure.code if found.daemon.failure else ""
        plain["failure"] = {
            "stage": found.daemon.stage, "code": code, "cause": about.id, "sentence": about.sentence,
            "remedy": about.remedy,
        }  # fmt: skip
    shown: dict[str, Any] = _redacted(found, plain)
    return shown


def _told(step: Step) -> dict[str, str]:
    return {
        "stage": step.stage, "code": step.code, "cause": step.cause, "sentence": step.evidence, "remedy": step.remedy
    }  # fmt: skip


def _redacted(found: Examined, plain: Any) -> Any:
    config = found.patient.config
    redact = Redactor(config.secrets if config else ()).redact

    def shown(value: Any) -> Any:
        match value:
            case str():
                return redact(value)
            case dict():
                return {key: shown(inner) for key, inner in value.items()}
            case list():
                return [shown(inner) for inner in value]
            case _:
                return value

    return plainly(shown(plainly(plain)))


def lines(found: Examined, page: Page) -> Iterator[str]:
    """Everything as lines: a stage a line, what to do under it, and at the end the one sentence and the one fix."""
    plain = structure(found)
    mode = f", mode {plain['mode']}" if plain["mode"] else ""
    yield f"{plain['server']} in {plain['source']}{mode}"
    for step in plain["stages"]:
        yield from _step_lines(step, page)
    yield ""
    yield from _daemon_lines(plain["daemon"], page)
    failure = plain["failure"]
    if failure:
        code = f" [{failure['code']}]" if failure["code"] else ""
        where = "" if found.failure else "in the daemon "
        text = f"{plain['server']} fails {where}at {failure['stage']}: {failure['sentence']}{code}"
        yield from _hanging(text, "", page)
        yield from _hanging(failure["remedy"], "  → ", page)
        return
    was_started = any(step.stage == "spawn" and step.outcome == "ok" for step in found.steps)
    tried = "It was started, and works" if was_started else "Nothing stands in its way that can be seen from outside"
    more = "" if found.is_live else "; `--live` starts it once"
    yield f"{tried}{more}." if not plain["exit_code"] else f"{tried}, with what is said above{more}."


def _step_lines(step: dict[str, Any], page: Page) -> Iterator[str]:
    word = f"{WORDS.get(step['outcome'], step['outcome']):<11}"
    head = f"  {word}  {step['stage']:<11}  "
    took = f" ({step['seconds']:.1f} s)" if step["seconds"] is not None and step["seconds"] >= 0.05 else ""
    evidence = _shown_evidence(step) + took
    first, *rest = wrapped(evidence, page.width - len(head)) or [""]
    shown = head.replace(word, painted(step["outcome"], word), 1) if page.coloured else head
    yield (shown + first).rstrip()
    yield from (" " * len(head) + line for line in rest)
    if step["outcome"] == "warning":
        yield from _hanging(step["remedy"], " " * len(head) + "→ ", page)
    yield from (f"{' ' * len(head)}| {line}" for line in step["facts"].get("stderr_tail", ())[-SHOWN_LINES:])


def _shown_evidence(step: dict[str, Any]) -> str:
    """What failed is said at the end, once."""
    match step["outcome"]:
        case "not_reached":
            return ""
        case "failure":
            return ", ".join(filter(None, (step["code"], step["cause"])))
        case _:
            return str(step["evidence"])


def _daemon_lines(daemon: dict[str, Any], page: Page) -> Iterator[str]:
    if not daemon["sentence"]:
        return
    yield from _hanging(daemon["sentence"], "daemon: ", page)
    yield from _hanging(daemon["remedy"], "  → ", page)
    tail = daemon["failure"]["tail"] if daemon["failure"] else []
    yield from (f"    | {line}" for line in tail[-SHOWN_LINES:])
    yield ""


def _hanging(text: str, head: str, page: Page) -> Iterator[str]:
    blank = " " * len(head)
    for number, line in enumerate(wrapped(text, page.width - len(head))):
        yield (blank if number else head) + line
