"""What was seen of one start, and what that says of each stage from the spawn on. It reads events, and does nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from supervisor.config.specs import ServerSpec
from supervisor.diagnostics.causes import cause_of
from supervisor.diagnostics.words import STAGES, Denied, Failing, Scene, Stage, Step
from supervisor.edges.doctor.steps import exit_of, failed, ok, skipped, warned
from supervisor.errors import (
    ExitCode,
    ExitedBeforeHandshake,
    HandshakeRefused,
    HandshakeTimeout,
    InstallFailed,
    Problem,
    SpawnFailed,
    ToolListEndless,
)
from supervisor.events import (
    ContainerExited,
    ContainerStarted,
    SandboxDenied,
    SandboxLaunched,
    ServerFailed,
    ServerQuarantined,
    ServerReady,
    ServerStarting,
    ToolWithheld,
)
from supervisor.process.words import OVER_MEMORY
from supervisor.server.messages import Described

_STAGE_OF_CODE: dict[str, Stage] = {
    "process": "resolve", "docker_path": "resolve", "engine": "resolve", "image": "image", "sandbox": "confinement",
    "container": "spawn",
}  # fmt: skip
"""Where an error belongs that a launch ends with, by the subject of its code; any other one is the spawn's."""
_IN_LISTS = ("tools", "lists", "tools/list")
NAMED = 3
"""Tools that are named in a sentence."""


class Watched(NamedTuple):
    """What was seen of one start."""

    spec: ServerSpec
    events: Sequence[tuple[float, Any]]
    """When, and what."""
    stands: Described | None
    """How the server stood at the end."""

    def of(self, kind: type[Any]) -> list[Any]:
        """The events of a kind, in order."""
        return [body for _, body in self.events if isinstance(body, kind)]


def steps(seen: Watched, scene: Scene) -> Iterator[Step]:
    """Say of each stage what became of it, up to the first that failed."""
    failure = _failure(seen, scene)
    for stage in STAGES[STAGES.index("confinement") :]:
        if failure is not None and failure.stage == stage:
            yield replace(failure, seconds=_seconds(seen, stage))
            return
        step = _well(seen, stage)
        if step is not None:
            yield replace(step, seconds=_seconds(seen, stage))


def earlier(seen: Watched, scene: Scene) -> Step | None:
    """What failed at a stage that had looked well before the start."""
    failure = _failure(seen, scene)
    return failure if failure is not None and failure.stage in ("resolve", "image") else None


# ------------------------------------------------------------------------------------------------------ what failed


def _failure(seen: Watched, scene: Scene) -> Step | None:
    quarantined = seen.of(ServerQuarantined)
    if quarantined:
        return failed("scan", quarantined[-1].problem)
    told = seen.of(ServerFailed)
    stands = seen.stands
    if told:
        event: ServerFailed = told[-1]
        return _explained(event.problem, _stage_of(event), _failing(event, seen), scene)
    if stands is not None and stands.life == "ready":
        return None
    problem = stands.problem if stands is not None else None
    if problem is None:  # it hangs in the stage that it has last come to
        problem = HandshakeTimeout(limit_s=seen.spec.startup.handshake_s)
    return _explained(problem, _last_stage(seen), _plain(problem), scene)


def _stage_of(event: ServerFailed) -> Stage:
    subject = event.problem.code.partition(".")[0]
    match event.problem:
        case SpawnFailed():
            return "spawn"
        case _ if event.stage == "create":
            return _STAGE_OF_CODE.get(subject, "spawn")
        case ToolListEndless():
            return "list"
        case ExitedBeforeHandshake(stage=where) | HandshakeRefused(method=where) if where in _IN_LISTS:
            return "list"
        case _:
            return _STAGE_OF_CODE.get(subject, "handshake")


def _last_stage(seen: Watched) -> Stage:
    told = [event.stage for event in seen.of(ServerStarting)]
    names: dict[str, Stage] = {"create": "spawn", "handshake": "handshake", "scan": "scan"}
    return names.get(told[-1], "spawn") if told else "spawn"


def _plain(problem: Problem) -> Failing:
    return Failing(code=problem.code, text=problem.text, remedy=problem.remedy)


def _failing(event: ServerFailed, seen: Watched) -> Failing:
    said = _said(event.problem)
    denied = [
        Denied(action=one.action, object=one.object, reason=one.reason, remedy=one.remedy)
        for one in seen.of(SandboxDenied)
    ]
    return replace(
        _plain(event.problem),
        status=event.status,
        tail=(*event.stderr_tail, *said),
        denied=tuple(denied),
        is_over_memory=OVER_MEMORY in event.diagnosis or any(one.oom_killed for one in seen.of(ContainerExited)),
    )


def _said(problem: Problem) -> list[str]:
    """What was said on behalf of the server, besides its stderr."""
    match problem:
        case HandshakeRefused():
            return [problem.reason]
        case InstallFailed():
            return problem.said.removeprefix(": ").split("; ")
        case _:
            return []


def _explained(problem: Problem, stage: Stage, failing: Failing, scene: Scene) -> Step:
    step = failed(stage, problem, cause_of(failing, scene))
    facts = {**step.facts, "status": failing.status, "stderr_tail": list(failing.tail)}
    return replace(step, exit_code=exit_of(problem), facts=facts)


# ---------------------------------------------------------------------------------------------------- what went well


def _well(seen: Watched, stage: Stage) -> Step | None:
    stands, ready = seen.stands, seen.of(ServerReady)
    match stage:
        case "confinement":
            return _held(seen)
        case "spawn":
            started = [event.stage for event in seen.of(ServerStarting)]
            return ok("spawn", "its process runs") if "handshake" in started else None
        case "handshake" if ready:
            one: ServerReady = ready[-1]
            return ok("handshake", f"{one.name} {one.version}".strip() + f" speaks {one.protocol}", era=one.era)
        case "list" if stands is not None and stands.tools is not None:
            return ok("list", f"{stands.tools} tools, counted in the time of the handshake", tools=stands.tools)
        case "handshake" if stands is not None and stands.tools is not None:
            return ok("handshake", "it answered")
        case "scan":
            return _scanned(seen)
        case _:
            return None


def _held(seen: Watched) -> Step | None:
    """What really holds it, as it was found out after the start."""
    held = seen.stands.confinement if seen.stands is not None else ""
    if not held:
        return None
    launched = seen.of(SandboxLaunched)
    report = {"report": launched[-1].report} if launched else {}
    started = seen.of(ContainerStarted)
    image = {"digest": started[-1].digest} if started else {}
    return ok("confinement", f"{held}, as it was seen on the running process", held=held, **report, **image)


def _scanned(seen: Watched) -> Step | None:
    found = seen.stands.scan if seen.stands is not None else None
    if found is None:
        return skipped("scan", "its policy is `off`") if seen.spec.scan.policy == "off" else None
    said = f"{found.verdict}, coverage {found.coverage}, {found.findings} findings"
    withheld = seen.of(ToolWithheld)
    if withheld:
        names = ", ".join(repr(one.tool) for one in withheld[:NAMED])
        text = f"{said}; clients do not see {names}: {withheld[0].reason}"
        server = seen.spec.name
        remedy = f"`stockade diff {server}` shows it; `stockade approve {server} {withheld[0].tool}` lets it through."
        return warned("scan", text, remedy, code="tool.withheld", exit_code=ExitCode.REFUSED)
    if found.coverage != "full":
        why = "; ".join(one.detail for one in found.scanners if one.detail) or "a scanner did not look"
        remedy = f"`stockade scan {seen.spec.name}` says more."
        return warned("scan", f"{said}: {why}", remedy, exit_code=ExitCode.DEGRADED)
    return ok("scan", said, verdict=found.verdict, findings=found.findings)


def _seconds(seen: Watched, stage: Stage) -> float | None:
    """How long a stage took: from where it was told to begin to where the next one was, or to the end."""
    begun = {event.stage: at for at, event in reversed(seen.events) if isinstance(event, ServerStarting)}
    over = dict(_ends(seen))
    spans = {"spawn": ("create", "handshake"), "handshake": ("handshake", "scan"), "scan": ("scan", "")}
    if stage not in spans:
        return None
    first, then = spans[stage]
    start, end = begun.get(first), begun.get(then, over.get("end"))
    return round(end - start, 3) if start is not None and end is not None and end >= start else None


def _ends(seen: Watched) -> Iterator[tuple[str, float]]:
    for at, event in seen.events:
        if isinstance(event, ServerReady | ServerFailed | ServerQuarantined):
            yield "end", at
