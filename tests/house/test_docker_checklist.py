"""The checklist of docker mode names tests that are there, and each row has one or says why not."""

from __future__ import annotations

from pathlib import Path

import pytest
from house.checklist import rows, untrue

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "reference" / "docker-checklist.md"


def test_every_test_that_the_checklist_names_is_there() -> None:
    page = PAGE.read_text()
    assert len(list(rows(page))) > 50, "the table was not read"
    assert untrue(page, TESTS) == []


GOOD = "| It checks itself. | `house/test_docker_checklist.py::test_a_checklist_that_says_what_is_not_so_is_caught` |\n"


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        ("| A test that was renamed. | `house/test_docker_checklist.py::test_nothing` |", "there is no house/"),
        ("| A file that is gone. | `house/test_gone.py::test_nothing` |", "there is no house/test_gone.py"),
        ("| One of two. | " + GOOD.split("|")[2].strip() + ", `house/checklist.py::rows` |", "there is no house/check"),
        ("| Somebody believes it. | see the code |", "neither a test nor a reason"),
    ],
)
def test_a_checklist_that_says_what_is_not_so_is_caught(row: str, wrong: str) -> None:
    table = "| behaviour | proved by |\n| --- | --- |\n" + GOOD
    assert untrue(table, TESTS) == []
    (found,) = untrue(table + row + "\n", TESTS)
    assert wrong in found


def test_what_is_open_says_why() -> None:
    (row,) = rows("| behaviour | proved by |\n| --- | --- |\n| Windows. | Not done: nobody has asked for it. |\n")
    assert (row.tests, row.open) == ((), "Not done: nobody has asked for it.")
    assert untrue("| Windows. | Not done: nobody has asked for it. |", TESTS) == []
