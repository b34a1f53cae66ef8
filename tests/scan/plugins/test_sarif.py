"""SARIF as a stranger writes it: what counts as found, how bad it is, where it is, and what is no SARIF at all."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.scan.plugins import sarif
from supervisor.scan.plugins.results import LARGEST_OUTPUT_BYTES, OutputError, Result, Results


def document(*found: dict[str, Any], rules: list[dict[str, Any]] | None = None, **run: Any) -> bytes:
    """A document of one run."""
    driver = {"name": "lint", "rules": rules or []}
    whole = {"tool": {"driver": driver}, "results": list(found), **run}
    return json.dumps({"version": "2.1.0", "runs": [whole]}).encode()


def result(**fields: Any) -> dict[str, Any]:
    return {"message": {"text": "it is bad"}, "ruleId": "R1", **fields}


def only(data: bytes) -> Result:
    (found,) = sarif.read(data).found
    return found


def rule(**fields: Any) -> dict[str, Any]:
    return {"id": "R1", **fields}


@pytest.mark.parametrize(
    ("level", "rules", "severity"),
    [
        ({"level": "error"}, [], "high"),
        ({"level": "warning"}, [], "medium"),
        ({"level": "note"}, [], "low"),
        ({}, [], "medium"),
        ({}, [rule(defaultConfiguration={"level": "error"})], "high"),
        ({"level": "note"}, [rule(defaultConfiguration={"level": "error"})], "low"),
        ({}, [rule(defaultConfiguration={})], "medium"),
        ({"level": "note"}, [rule(properties={"security-severity": "9.1"})], "critical"),
        ({"level": "error"}, [rule(properties={"security-severity": "7.0"})], "high"),
        ({"level": "error"}, [rule(properties={"security-severity": 4})], "medium"),
        ({"level": "error"}, [rule(properties={"security-severity": "0.1"})], "low"),
        ({"level": "error"}, [rule(properties={"security-severity": "very"})], "high"),
        ({"level": "error"}, [rule(properties={"security-severity": "nan"})], "high"),
        ({"level": "error"}, [rule(properties={"security-severity": "11"})], "high"),
        ({"properties": {"security-severity": "9.5"}}, [rule(properties={"security-severity": "1"})], "critical"),
        ({"ruleId": "", "ruleIndex": 0}, [rule(defaultConfiguration={"level": "error"})], "high"),
        ({"ruleId": "R1/sub"}, [rule(defaultConfiguration={"level": "error"})], "high"),
        ({"ruleId": "R1x"}, [rule(defaultConfiguration={"level": "error"})], "medium"),
        ({"ruleIndex": 99}, [rule(defaultConfiguration={"level": "error"})], "high"),
    ],
)
def test_the_severity_is_the_score_else_the_level_of_the_result_else_of_its_rule(
    level: dict[str, Any], rules: list[dict[str, Any]], severity: str
) -> None:
    assert only(document(result(**level), rules=rules)).severity == severity


def test_a_rule_of_an_extension_is_found_by_the_reference_to_it() -> None:
    extension = {"name": "more", "rules": [{"id": "X", "defaultConfiguration": {"level": "error"}}]}
    tool = {"driver": {"name": "lint"}, "extensions": [extension]}
    reference = {"index": 0, "toolComponent": {"index": 0}}
    run = {"tool": tool, "results": [{"message": {}, "rule": reference}]}
    found = only(json.dumps({"version": "2.1.0", "runs": [run]}).encode())
    assert (found.rule, found.severity) == ("X", "high")


@pytest.mark.parametrize(
    "fields",
    [{"kind": "pass"}, {"kind": "notApplicable"}, {"kind": "informational"}, {"level": "none"}],
)
def test_what_is_in_order_is_counted_and_no_finding(fields: dict[str, Any]) -> None:
    assert sarif.read(document(result(**fields))) == Results(passed=1)


@pytest.mark.parametrize("kind", ["fail", "open", "review"])
def test_what_is_not_settled_is_a_finding(kind: str) -> None:
    assert only(document(result(kind=kind))).rule == "R1"


@pytest.mark.parametrize(
    ("suppressions", "is_suppressed"),
    [
        ([{"kind": "inSource"}], True),
        ([{"kind": "external", "status": "accepted"}], True),
        ([{"kind": "external", "status": "underReview"}], False),
        ([{"kind": "inSource"}, {"kind": "external", "status": "rejected"}], False),
        ([], False),
        (None, False),
    ],
)
def test_a_result_is_suppressed_by_what_was_accepted(suppressions: Any, is_suppressed: bool) -> None:
    read = sarif.read(document(result(suppressions=suppressions)))
    assert (read.suppressed, len(read.found)) == ((1, 0) if is_suppressed else (0, 1))


@pytest.mark.parametrize(
    ("suppressions", "found"),
    [
        ([{"kind": "inSource"}], 1),
        ([{"kind": "external"}], 0),
        ([{"kind": "inSource"}, {"kind": "external"}], 0),
        ([{"kind": "inSource"}, {"kind": "external", "status": "rejected"}], 1),
    ],
)
def test_what_the_source_itself_suppresses_can_be_a_finding_all_the_same(suppressions: Any, found: int) -> None:
    assert len(sarif.read(document(result(suppressions=suppressions)), obeys_source=False).found) == found


@pytest.mark.parametrize(
    ("place", "bases", "uri"),
    [
        ({"uri": "a.py"}, {}, "a.py"),
        ({"uri": "a.py", "uriBaseId": "ROOT"}, {"ROOT": {"uri": "file:///scan/source/"}}, "file:///scan/source/a.py"),
        ({"uri": "a.py", "uriBaseId": "ROOT"}, {"ROOT": {"uri": "file:///scan/source"}}, "file:///scan/source/a.py"),
        (
            {"uri": "a.py", "uriBaseId": "B"},
            {"B": {"uri": "src/", "uriBaseId": "A"}, "A": {"uri": "file:///x/"}},
            "file:///x/src/a.py",
        ),
        ({"uri": "file:///etc/passwd", "uriBaseId": "A"}, {"A": {"uri": "file:///x/"}}, "file:///etc/passwd"),
        ({"uri": "a.py", "uriBaseId": "A"}, {"A": {"uri": "a/", "uriBaseId": "A"}}, "a/" * 8 + "a.py"),
        ({"index": 0}, {}, "listed.py"),
        ({"index": 7}, {}, ""),
    ],
)
def test_a_uri_is_put_together_from_its_bases(place: Any, bases: Any, uri: str) -> None:
    location = {"physicalLocation": {"artifactLocation": place, "region": {"startLine": 3}}}
    artifacts = [{"location": {"uri": "listed.py"}}]
    data = document(result(locations=[location]), originalUriBaseIds=bases, artifacts=artifacts)
    assert (only(data).uri, only(data).line) == (uri, 3)


@pytest.mark.parametrize(
    ("run", "why"),
    [
        ({"invocations": [{"executionSuccessful": False}]}, "it says itself that it failed"),
        (
            {
                "invocations": [
                    {"executionSuccessful": True},
                    {"executionSuccessful": False, "exitCodeDescription": "oom"},
                ]
            },
            "it says itself that it failed oom",
        ),
        ({"results": None}, "it says itself that it came to no results"),
        ({"invocations": [{"executionSuccessful": True}]}, ""),
    ],
)
def test_a_run_that_says_that_it_failed_has_failed(run: dict[str, Any], why: str) -> None:
    assert sarif.read(document(**run)).failed == why


def test_what_a_failed_run_has_found_is_found() -> None:
    read = sarif.read(document(result(), invocations=[{"executionSuccessful": False}]))
    assert len(read.found) == 1
    assert read.failed


def test_a_message_can_stand_in_the_rule() -> None:
    strings = {"default": {"text": "of the rule"}}
    data = document(result(message={"id": "default"}), rules=[rule(messageStrings=strings)])
    assert only(data).message == "of the rule"


WHOLE = document(result(), rules=[rule()])


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no SARIF"),
        (b"all is well", "no SARIF"),
        (b"[]", "no SARIF"),
        (b"{}", "no SARIF"),
        (WHOLE[: len(WHOLE) // 2], "no SARIF"),
        (b"\xff\xfe{}", "no SARIF"),
        (WHOLE.replace(b"it is bad", b"\xff"), "no SARIF"),
        (WHOLE.replace(b"2.1.0", b"2.0.0"), "version '2.0.0'"),
        (WHOLE.replace(b'"2.1.0"', b"2.1"), "no SARIF"),
        (b'{"version": "2.1.0", "runs": []}', "no run"),
        (b'{"version": "2.1.0", "runs": {}}', "no SARIF"),
        (b'{"version": "2.1.0", "runs": [{"results": []}]}', "no SARIF"),
        (WHOLE.replace(b'"R1"', b"1"), "no SARIF"),
        (document(result(level="fatal")), "no SARIF"),
        (document(result(kind="maybe")), "no SARIF"),
        (document(result(message="text")), "no SARIF"),
        (document(result(suppressions=[{"kind": "mine"}])), "no SARIF"),
        (b"[" * 200_000, "no SARIF"),
        (b'{"version":"2.1.0","runs":[],"x":' + b"[" * 200_000 + b"]" * 200_000 + b"}", "nested too deeply"),
        (b" " * (LARGEST_OUTPUT_BYTES + 1), "more than 20 MiB"),
    ],
    ids=lambda value: value[:40] if isinstance(value, bytes) else None,
)
def test_what_is_no_sarif_is_refused_with_the_reason(data: bytes, why: str) -> None:
    with pytest.raises(OutputError, match=why):
        sarif.read(data)


def test_the_mark_of_utf_8_at_the_beginning_is_taken_away() -> None:
    assert len(sarif.read(b"\xef\xbb\xbf" + WHOLE).found) == 1


def test_what_is_not_read_is_not_checked() -> None:
    """A scanner may add what it likes; what its documents are refused for is what would be misread."""
    data = document(result(codeFlows="odd", hostedViewerUri=3), newlineSequences=7)
    assert len(sarif.read(data).found) == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_reading_never_raises_anything_else(data: bytes) -> None:
    with suppress(OutputError):
        assert isinstance(sarif.read(data), Results)


@given(JSON, st.sampled_from(["tool", "results", "invocations", "originalUriBaseIds", "artifacts"]))
def test_no_value_at_a_place_that_is_read_raises_anything_else(value: Any, key: str) -> None:
    with suppress(OutputError):
        assert isinstance(sarif.read(document(**{key: value})), Results)
