"""The checklist of the scanner names tests that are there, and each row has one or says why not."""

from __future__ import annotations

from pathlib import Path

from house.checklist import rows, untrue

from supervisor.scan.checks import CHECKS

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "reference" / "scanner-checklist.md"


def test_every_test_that_the_checklist_names_is_there() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert len(list(rows(page))) > 90, "the table was not read"
    assert untrue(page, TESTS) == []


def test_every_check_has_a_row() -> None:
    page = PAGE.read_text(encoding="utf-8")
    named = {row.behaviour.partition(":")[0] for row in rows(page)}
    assert {one.id for one in CHECKS} - named - {"json.duplicate_key"} == set()
