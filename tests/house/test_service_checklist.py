"""The checklist of the service names tests that are there, and each row has one or says why not."""

from __future__ import annotations

from pathlib import Path

from house.checklist import rows, untrue

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "reference" / "service-checklist.md"


def test_every_test_that_the_checklist_names_is_there() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert len(list(rows(page))) > 60, "the table was not read"
    assert untrue(page, TESTS) == []


def test_what_only_the_real_manager_can_tell_is_proved_by_it() -> None:
    page = PAGE.read_text(encoding="utf-8")
    files = {file for row in rows(page) for file, _ in row.tests}
    present = {path.relative_to(TESTS).as_posix() for path in (TESTS / "real" / "systemd").glob("test_*.py")}
    assert present - files == {"real/systemd/test_box.py"}, "each of them has a row"
