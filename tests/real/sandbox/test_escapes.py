"""What a confined server tries in vain, each first shown to work for the same user without a sandbox.

The attacks are in `attacks/`; rounds.py lets them loose. What a level leaves open is in known_open.py, with the reason,
and these tests hold it to the letter: what is open and not listed fails, and what is listed and not open fails too.
"""

from __future__ import annotations

import pytest
from real.sandbox import escapes
from real.sandbox.accounts import root_account
from real.sandbox.conftest import Fought
from real.sandbox.known_open import MAY_BE_ABSENT, UNCERTAIN, differences

from scripts import escapes as print_escapes

pytestmark = pytest.mark.real

FEWEST = 80
"""So many attacks have to count for each user on any machine; a usual one has three times as many."""


@pytest.mark.parametrize("group", escapes.ALL_GROUPS)
def test_every_attack_works_without_a_sandbox(fought: Fought, group: str) -> None:
    failed = {row.attack: row.bare for row in fought.rows if row.group == group and not row.counts}
    assert {attack: said for attack, said in failed.items() if attack not in MAY_BE_ABSENT} == {}


@pytest.mark.parametrize("group", escapes.ALL_GROUPS)
def test_what_a_level_leaves_open_is_what_is_known(fought: Fought, level: str, group: str) -> None:
    rows = [row for row in fought.rows if row.group == group]
    assert differences(rows, fought.ground.user.name, level) == []


@pytest.mark.parametrize("group", escapes.ALL_GROUPS)
def test_what_is_refused_is_refused_plainly(fought: Fought, level: str, group: str) -> None:
    """An attack that fails by its own fault proves nothing."""
    outcomes = {row.attack: row.levels[level] for row in fought.rows if row.group == group and row.counts}
    odd = {attack: said for attack, said in outcomes.items() if said != "done" and not escapes.is_refusal(said)}
    assert odd == {}


@pytest.mark.parametrize("level", escapes.LEVELS[1:])
@pytest.mark.parametrize("group", escapes.OPEN_GROUPS)
def test_a_server_that_becomes_another_user_can_do_no_more_than_is_known(
    all_fought: dict[str, Fought], level: str, group: str
) -> None:
    """Only root's can: where a plain user runs the tests there are no such rows."""
    rows = [row for fought in all_fought.values() for row in fought.as_another if row.group == group]
    assert differences(rows, "another", level) == []


def test_the_suite_is_large(fought: Fought) -> None:
    assert sum(row.counts for row in fought.rows) >= FEWEST


def test_nothing_is_started_with_a_network_that_cannot_be_held(fought: Fought) -> None:
    assert fought.found["S1-ports"]["problem"]["code"] == "sandbox.setting_unavailable"


@pytest.mark.parametrize(
    ("outcome", "listed", "expected"),
    [
        ("done", False, ["open and not listed: x"]),
        ("done", True, []),
        ("EPERM", False, []),
        ("EPERM", True, ["listed and not open: x (EPERM)"]),
    ],
)
def test_the_table_is_held_to_the_letter(outcome: str, listed: bool, expected: list[str]) -> None:
    """The guard, with a table and outcomes made up."""
    row = escapes.Row("files", "x", "done", {"S2": outcome})
    assert differences([row], "root", "S2", table={("files", "x"): "why"} if listed else {}) == expected


def test_the_printed_table_counts_what_is_stopped_of_what_works_without_a_sandbox() -> None:
    made_up = [
        escapes.Row("files", "read the ssh key", "done", {"S1": "done", "S2": "EACCES", "S3": "ENOENT"}),
        escapes.Row("files", "run a program from memory (memfd)", "done", dict.fromkeys(escapes.LEVELS, "done")),
        escapes.Row("files", "read the kernel's memory (/proc/kcore)", "ENOENT", dict.fromkeys(escapes.LEVELS, "done")),
    ]
    tried = [print_escapes.Tried(root_account(), made_up)]
    text = print_escapes.table(tried).get_csv_string()
    assert "files,0 / 2,1 / 2,1 / 2" in text
    assert list(print_escapes.remaining(tried, "S2")) == [
        "what runs from memory is confined like its caller:",
        "- files: run a program from memory (memfd)",
    ]
    assert len(list(print_escapes.absent(tried))) == 1


def test_what_cannot_be_foretold_is_still_an_attack() -> None:
    assert {group for group, _ in UNCERTAIN} <= set(escapes.LIFE)
