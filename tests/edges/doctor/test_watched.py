"""What the events of one start say of its stages."""

from __future__ import annotations

from typing import Any

import pytest
from config.worlds import resolved
from diagnostics.test_texts import SCENE
from msgspec.structs import replace

from supervisor.diagnostics.words import Step
from supervisor.edges.doctor.watched import Watched, earlier, steps
from supervisor.errors import (
    AnyProblem,
    ContainerCommandNotFound,
    EngineLost,
    ExitedBeforeHandshake,
    HandshakeRefused,
    ImagePullFailed,
    InstallFailed,
    LandlockUnavailable,
    NotReady,
    Quarantined,
    SpawnFailed,
    ToolListEndless,
)
from supervisor.events import (
    ContainerExited,
    SandboxDenied,
    ServerFailed,
    ServerQuarantined,
    ServerReady,
    ServerStarting,
    ToolWithheld,
)
from supervisor.process.words import OVER_MEMORY
from supervisor.scan.messages import Summary
from supervisor.scan.words import ScannerReport
from supervisor.server.messages import Described

(SPEC,) = resolved({"mcpServers": {"a": {"command": "x", "isolation": {"mode": "none"}}}}).servers
CLEAN = Summary(verdict="clean", coverage="full", status="clean", score=100, tools=2, findings=0)
ENDED = ExitedBeforeHandshake(stage="initialize", status="exit status 1")


def described(life: Any = "ready", problem: AnyProblem | None = None, **more: Any) -> Described:
    return Described(
        server="a", life=life, mode="none", era=None, spares=0, sessions=0, restarts=0, pids=[], since_s=0.0,
        retry_in_s=None, last_exit=None, problem=problem, **{"tools": None, "confinement": "none", **more},
    )  # fmt: skip


def starting(*stages: str) -> list[tuple[float, Any]]:
    return [(float(at), ServerStarting(server="a", stage=stage, mode="none")) for at, stage in enumerate(stages)]


def failing(problem: AnyProblem, stage: str = "handshake", **more: Any) -> ServerFailed:
    fields = {"status": "exit status 1", "stderr_tail": [], **more}
    return ServerFailed(server="a", stage=stage, problem=problem, remedy=problem.remedy, **fields)


def found(*events: Any, stands: Described | None = None) -> dict[str, Step]:
    told = [*starting("create", "handshake"), *((9.0, event) for event in events)]
    return {step.stage: step for step in steps(Watched(SPEC, told, stands), SCENE)}


def test_a_start_that_went_well_says_so_of_every_stage_and_how_long_each_took() -> None:
    ready = ServerReady(
        server="a", mode="none", confinement="none", era="handshake", protocol="2025-06-18", name="files",
        version="1.0", tools=2,
    )  # fmt: skip
    told = [*starting("create", "handshake", "scan"), (2.5, ready)]
    made = {one.stage: one for one in steps(Watched(SPEC, told, described(tools=2, scan=CLEAN)), SCENE)}
    assert {stage: step.outcome for stage, step in made.items()} == dict.fromkeys(
        ("confinement", "spawn", "handshake", "list", "scan"), "ok"
    )
    seconds = {stage: step.seconds for stage, step in made.items()}
    assert seconds == {"confinement": None, "spawn": 1.0, "handshake": 1.0, "list": None, "scan": 0.5}
    assert made["handshake"].evidence == "files 1.0 speaks 2025-06-18"


@pytest.mark.parametrize(
    ("event", "stage"),
    [
        (failing(ENDED), "handshake"),
        (failing(ExitedBeforeHandshake(stage="tools", status="exit status 1")), "list"),
        (failing(HandshakeRefused(method="tools/list", number=-1, reason="no")), "list"),
        (failing(HandshakeRefused(method="initialize", number=-1, reason="no")), "handshake"),
        (failing(ToolListEndless(reason="r")), "list"),
        (failing(SpawnFailed(step="fork", reason="r"), "create"), "spawn"),
        (failing(LandlockUnavailable(reason="r"), "create"), "confinement"),
        (failing(ContainerCommandNotFound(image="i", command="c")), "spawn"),
        (ServerQuarantined(server="a", problem=Quarantined(server="a", reason="r"), verdict="d", findings=1), "scan"),
    ],
)
def test_each_failure_belongs_to_a_stage_and_what_is_behind_it_is_not_told(event: Any, stage: str) -> None:
    made = list(found(event, stands=described("failed", tools=3)).values())
    assert (made[-1].stage, made[-1].outcome) == (stage, "failure")
    assert [step.outcome for step in made[:-1]] == ["ok"] * (len(made) - 1)


@pytest.mark.parametrize(
    ("problem", "stage"),
    [(ImagePullFailed(image="i", reason="r"), "image"), (EngineLost(host="h", reason="r"), "resolve")],
)
def test_what_had_looked_well_can_fail_in_the_start(problem: AnyProblem, stage: str) -> None:
    step = earlier(Watched(SPEC, [(0.0, failing(problem, "create"))], described("failed")), SCENE)
    assert step is not None
    assert (step.stage, step.outcome) == (stage, "failure")
    assert earlier(Watched(SPEC, [(0.0, failing(ENDED))], described("failed")), SCENE) is None


def test_what_hangs_is_told_at_the_stage_that_it_came_to() -> None:
    made = {step.stage: step for step in steps(Watched(SPEC, starting("create"), described("starting")), SCENE)}
    assert made["spawn"].outcome == "failure"
    busy = NotReady(server="a", state="starting", retry_after_s=1.0)
    assert found(stands=described("starting", busy))["handshake"].code == "server.not_ready"


def test_the_cause_is_found_in_what_was_seen_besides_the_error() -> None:
    exited = ContainerExited(server="a", instance_id="i", container="c", code=137, oom_killed=True)
    assert found(exited, failing(ENDED))["handshake"].cause == "over_memory"
    assert found(failing(ENDED, diagnosis=f"{OVER_MEMORY}: 1"))["handshake"].cause == "over_memory"
    assert found(failing(ENDED, stderr_tail=["No module named 'x'"]))["handshake"].cause == "module_missing"
    denied = SandboxDenied(
        server="a", instance_id="i", action="read", object="/etc/shadow", rule="denied", reason="r", remedy="m"
    )
    assert found(denied, failing(ENDED))["handshake"].cause == "sandbox_denied"
    refused = HandshakeRefused(method="initialize", number=-1, reason="GITHUB_TOKEN is not set")
    assert found(failing(refused))["handshake"].cause == "variable_missing"
    install = InstallFailed(runner="npx", status="exit status 1", said=": npm error code E404; MemoryError")
    told = Watched(SPEC, [(0.0, failing(install, "create"))], described("failed", confinement=""))
    (step,) = steps(told, SCENE)
    assert (step.stage, step.cause) == ("confinement", "out_of_memory")


def test_a_tool_that_clients_do_not_see_is_a_warning_with_the_policys_exit_code() -> None:
    withheld = ToolWithheld(server="a", kind="tool", tool="upper", reason="changed", detail="d", source="probe")
    step = found(withheld, stands=described(scan=replace(CLEAN, withheld=1), tools=2))["scan"]
    assert (step.outcome, step.exit_code, step.code) == ("warning", 4, "tool.withheld")
    assert "'upper'" in step.evidence
    assert "`stockade approve a upper`" in step.remedy


def test_half_a_look_is_degraded() -> None:
    late = ScannerReport(scanner="engine", state="timed_out", detail="no answer")
    scan = replace(CLEAN, verdict="unknown", coverage="none", scanners=(late,))
    step = found(stands=described(scan=scan, tools=2))["scan"]
    assert (step.outcome, step.exit_code) == ("warning", 3)
    assert "no answer" in step.evidence


def test_where_nothing_is_scanned_that_is_said() -> None:
    spec = replace(SPEC, scan=replace(SPEC.scan, policy="off"))
    made = {step.stage: step for step in steps(Watched(spec, [], described(tools=1)), SCENE)}
    assert made["scan"].outcome == "skipped"
