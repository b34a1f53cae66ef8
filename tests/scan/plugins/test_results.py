"""What a plugin says is a stranger's word: places, texts and grants."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.scan.plugins.manifests import Plugin
from supervisor.scan.plugins.results import (
    LONGEST_TEXT,
    MOST_FINDINGS,
    Result,
    Results,
    findings_of,
    place_in,
    printable,
)

ROOT = "/scan/source"
LINT = Plugin(id="lint", inputs=("source",), hard=("backdoor",))


def found(**fields: Any) -> Result:
    return Result(**{"rule": "R1", "severity": "medium", "message": "it is bad", **fields})


@pytest.mark.parametrize(
    ("uri", "place"),
    [
        ("", ""),
        ("a.py", "a.py"),
        ("./src/a.py", "src/a.py"),
        ("src/../a.py", "a.py"),
        ("a%20b.py", "a b.py"),
        ("/scan/source/a.py", "a.py"),
        ("/scan/source", "."),
        ("file:///scan/source/a%20b.py", "a b.py"),
        ("file://localhost/scan/source/a.py", "a.py"),
        ("file:/scan/source/a.py", "a.py"),
    ],
)
def test_a_place_in_the_source_is_told_relative_to_it(uri: str, place: str) -> None:
    assert place_in(ROOT, uri) == place


@pytest.mark.parametrize(
    "uri",
    [
        "../a.py",
        "src/../../a.py",
        "%2e%2e/a.py",
        "%2E%2E%2Fetc/passwd",
        "/etc/passwd",
        "/scan/sourcery/a.py",
        "/scan/source/../../etc/passwd",
        "//host/scan/source/a.py",
        "file:///etc/passwd",
        "file://host/scan/source/a.py",
        "file:///scan/source/../secrets",
        "https://example.com/a.py",
        "https://example.com/scan/source/a.py",
        "C:\\Windows\\a.py",
        "C:/Windows/a.py",
        "\\\\host\\share",
        "src\\..\\..\\a.py",
        "a.py\0",
        "a%00.py",
    ],
)
def test_a_place_outside_of_the_source_is_refused(uri: str) -> None:
    assert place_in(ROOT, uri) is None


@given(st.text())
def test_no_text_is_a_place_outside(uri: str) -> None:
    place = place_in(ROOT, uri)
    assert place is None or (not place.startswith("/") and ".." not in place.split("/"))


def test_a_finding_at_a_refused_place_is_a_finding_without_a_place() -> None:
    findings, detail = findings_of(LINT, Results(found=(found(uri="../a.py", line=3),)), server="s", root=ROOT)
    assert [one.place for one in findings] == [""]
    assert detail == "1 places outside of what it was given were refused"


def test_a_rule_blocks_only_where_the_manifest_was_granted_it() -> None:
    results = Results(found=(found(rule="backdoor"), found(rule="backdoor2", severity="critical")))
    findings, _ = findings_of(LINT, results, server="s", root=ROOT)
    assert [(one.check, one.tier) for one in findings] == [("lint/backdoor", "hard"), ("lint/backdoor2", "soft")]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b31mred", "red"),
        ("\x1b", "\\x1b"),
        ("a\nb\r\tc", "a b c"),
        ("hid\u202eden", "hid\\u202eden"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("\ud800", "\\ud800"),
        ("a\x00b\x08", "a\\x00b\\x08"),
        ("schön", "schön"),
    ],
)
def test_a_text_is_shown_without_what_a_terminal_obeys(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text(alphabet=st.characters(), max_size=600))
def test_a_shown_text_is_short_and_can_be_printed(text: str) -> None:
    shown = printable(text)
    assert len(shown) <= LONGEST_TEXT
    assert all(character.isprintable() for character in shown)


def test_a_long_sequence_of_escapes_takes_no_time_worth_telling() -> None:
    assert printable("\x1b[" * 1_000_000) is not None
    assert printable("\x1b]" + "x" * 20_000_000) is not None


def test_what_a_finding_is_known_by_does_not_change_when_it_moves_within_its_file() -> None:
    def fingerprint(**fields: Any) -> str:
        (one,), _ = findings_of(LINT, Results(found=(found(uri="a.py", **fields),)), server="s", root=ROOT)
        assert one.id == one.fingerprint[:16]
        return one.fingerprint

    assert fingerprint(line=3) == fingerprint(line=30)
    assert fingerprint(line=3) != fingerprint(line=3, evidence="exec(")
    assert fingerprint(line=3) != fingerprint(line=3, rule="R2")


def test_a_flood_is_cut_and_counted() -> None:
    results = Results(found=(found(),) * (MOST_FINDINGS + 5), passed=2, suppressed=1)
    findings, detail = findings_of(LINT, results, server="s", root=ROOT)
    assert len(findings) == MOST_FINDINGS
    assert detail == "5 further findings were left out; 1 were suppressed; 2 passed"


def test_a_finding_in_a_definition_names_it() -> None:
    (one,), _ = findings_of(LINT, Results(found=(found(tool="add"),)), server="s", root=ROOT)
    assert (one.kind, one.tool) == ("tool", "add")


@pytest.mark.parametrize(
    ("uri", "line", "place"), [("a.py", 3, "a.py:3"), ("a.py", 0, "a.py"), ("a.py", -1, "a.py"), ("", 3, "")]
)
def test_a_place_has_its_line_if_there_is_one(uri: str, line: int, place: str) -> None:
    (one,), _ = findings_of(LINT, Results(found=(found(uri=uri, line=line),)), server="s", root=ROOT)
    assert one.place == place
