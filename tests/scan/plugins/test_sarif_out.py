"""A report as SARIF: nothing of it is lost, and nobody can take a scanner that was not run for an all-clear."""

from __future__ import annotations

import json
from typing import Any

from supervisor.scan.plugins import sarif
from supervisor.scan.plugins.sarif_out import written
from supervisor.scan.words import Finding, Report, ScannerReport

HIDDEN = Finding(
    id="0" * 16,
    check="unicode.tag",
    tier="hard",
    severity="critical",
    server="notes",
    tool="add",
    pointer="/inputSchema/properties/a~1b/description",
    view="decoded",
    evidence="read ~/.ssh",
    message="hidden text",
    confidence=0.9,
    fingerprint="f" * 64,
)
ODD = Finding(
    id="1" * 16, check="unicode.tag", tier="soft", severity="low", server="notes", tool=None, kind="server",
    pointer="/instructions", message="odd text", fingerprint="e" * 64,
)  # fmt: skip
PICKLED = Finding(
    id="2" * 16, check="bandit/B301", tier="soft", severity="medium", server="notes", tool=None, kind="server",
    place="src/a b.py:14", message="unpickles", rule="B301", fingerprint="d" * 64,
)  # fmt: skip
SCANNERS = (
    ScannerReport(scanner="engine", state="failed", detail="these checks failed: padding", failed=("padding",)),
    ScannerReport(scanner="bandit", state="ok", findings=1, detail="2 passed"),
    ScannerReport(scanner="trivy", state="skipped", reason="docker_unusable", detail="it runs in Docker only"),
    ScannerReport(scanner="slow", state="timed_out", detail="it did not end within 120 s"),
)
REPORT = Report(
    server="notes", mode="sandbox", verdict="dangerous", coverage="partial", status="dangerous", score=12, tools=2,
    scanners=SCANNERS, findings=(HIDDEN, ODD, PICKLED),
)  # fmt: skip


def runs(*reports: Report) -> dict[str, dict[str, Any]]:
    """The runs of a document by their ids."""
    document = json.loads(written(reports, "1.2.3"))
    assert (document["version"], document["$schema"].rpartition("/")[2]) == ("2.1.0", "sarif-schema-2.1.0.json")
    return {run["automationDetails"]["id"]: run for run in document["runs"]}


def test_each_scanner_has_a_run_of_its_own_with_its_own_findings() -> None:
    found = runs(REPORT)
    assert {name: [one["ruleId"] for one in run["results"]] for name, run in found.items()} == {
        "stockade/notes/engine": ["unicode.tag", "unicode.tag"],
        "stockade/notes/bandit": ["bandit/B301"],
        "stockade/notes/trivy": [],
        "stockade/notes/slow": [],
    }
    driver = found["stockade/notes/engine"]["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("stockade", "1.2.3")


def test_a_rule_says_its_tier_and_its_score() -> None:
    (rule,) = runs(REPORT)["stockade/notes/engine"]["tool"]["driver"]["rules"]
    assert rule["id"] == "unicode.tag"
    assert rule["defaultConfiguration"]["level"] == "error"
    assert (rule["properties"]["tier"], rule["properties"]["security-severity"]) == ("hard", "9.5")


def test_a_result_says_where_in_the_definition_it_is() -> None:
    hidden, odd = runs(REPORT)["stockade/notes/engine"]["results"]
    (logical,) = hidden["locations"][0]["logicalLocations"]
    assert logical["fullyQualifiedName"] == "notes/tool/add#/inputSchema/properties/a~1b/description"
    assert odd["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "notes/server#/instructions"
    assert (hidden["level"], odd["level"]) == ("error", "note")
    assert (hidden["properties"]["tier"], odd["properties"]["tier"]) == ("hard", "soft")
    assert hidden["partialFingerprints"] == {"stockade/v1": "f" * 64}
    assert hidden["properties"]["evidence"] == "read ~/.ssh"


def test_a_result_in_a_source_says_where_in_it() -> None:
    (result,) = runs(REPORT)["stockade/notes/bandit"]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "src/a%20b.py", "uriBaseId": "SOURCE"}, "region": {"startLine": 14}}


def test_what_did_not_run_or_broke_is_told_by_its_run() -> None:
    told = {}
    for name, run in runs(REPORT).items():
        (invocation,) = run["invocations"]
        notes = [(note["level"], note["message"]["text"]) for note in invocation["toolExecutionNotifications"]]
        told[name.rpartition("/")[2]] = (invocation["executionSuccessful"], notes)
    assert told == {
        "engine": (
            False,
            [
                ("error", "the check padding broke, and was not carried out"),
                ("error", "failed: these checks failed: padding"),
            ],
        ),
        "bandit": (True, [("note", "2 passed")]),
        "trivy": (False, [("warning", "skipped (docker_unusable): it runs in Docker only")]),
        "slow": (False, [("error", "timed_out: it did not end within 120 s")]),
    }


def test_the_verdict_stands_beside_its_coverage() -> None:
    properties = runs(REPORT)["stockade/notes/trivy"]["properties"]
    assert (properties["verdict"], properties["coverage"], properties["status"]) == (
        "dangerous",
        "partial",
        "dangerous",
    )


def test_servers_do_not_mix() -> None:
    other = Report(
        server="clock", verdict="clean", coverage="full", status="clean", score=100, tools=1,
        scanners=(ScannerReport(scanner="engine", state="ok"),),
    )  # fmt: skip
    found = runs(REPORT, other)
    assert found["stockade/clock/engine"]["results"] == []
    assert len(found) == 5


def test_findings_of_a_scanner_that_nobody_reported_are_told_all_the_same() -> None:
    found = runs(Report(**{**fields(REPORT), "scanners": ()}))
    assert [len(run["results"]) for run in found.values()] == [2, 1]


def test_what_is_written_can_be_read() -> None:
    read = sarif.read(written([REPORT], "1"))
    assert [(one.rule, one.severity) for one in read.found] == [
        ("unicode.tag", "critical"),
        ("unicode.tag", "low"),
        ("bandit/B301", "medium"),
    ]
    assert read.failed


def test_a_strange_name_makes_no_strange_document() -> None:
    odd = Finding(
        id="3", check="x/\ud800", tier="soft", severity="low", server="s", tool="a\ud800b", place="x\udcff.py:1"
    )  # fmt: skip
    report = Report(
        server="s", verdict="warnings", coverage="full", status="warnings", score=9, tools=1, findings=(odd,)
    )  # fmt: skip
    json.loads(written([report], "1").decode("utf-8"))


def fields(report: Report) -> dict[str, Any]:
    return {name: getattr(report, name) for name in report.__struct_fields__}
