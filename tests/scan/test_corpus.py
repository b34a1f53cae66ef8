"""The engine against labelled definitions. The gates are on totals: a check may get better at one thing and worse at
another, as long as the whole does not get worse. Figures by family are printed where a gate fails.

The weights of the wording rule are learned from these cases, too: what it finds here is no measure of it
(docs/decisions/0060 has one).
"""

from __future__ import annotations

import json
from collections import Counter

import pytest
from scan import labelled
from scan.labelled import Outcome, Share, blocked, flagged

LEAST_ROWS = 300
LEAST_LANGUAGES = 10
MALICIOUS_BLOCKED = 75.0
"""Percent of the malicious cases that are worth blocking; the engine is to be better on the cases that it was made with
than the 55 % that it is to reach on those that nobody who wrote it has seen."""
MALICIOUS_FLAGGED = 90.0
HARD_NEGATIVES_BLOCKED = 1.0
HARD_NEGATIVES_FLAGGED = 6.0


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    return [labelled.outcome(case) for case in labelled.cases()]


def of(outcomes: list[Outcome], *labels: str) -> list[Outcome]:
    return [one for one in outcomes if one.label in labels]


def test_malicious_definitions_are_blocked(outcomes: list[Outcome]) -> None:
    worth_it = [one for one in of(outcomes, "malicious") if one.case["expect"] == "hard"]
    assert blocked(worth_it).percent >= MALICIOUS_BLOCKED, labelled.table(outcomes)


def test_malicious_definitions_are_flagged(outcomes: list[Outcome]) -> None:
    assert flagged(of(outcomes, "malicious")).percent >= MALICIOUS_FLAGGED, labelled.table(outcomes)


def test_what_only_looks_malicious_is_left_alone(outcomes: list[Outcome]) -> None:
    negatives = of(outcomes, "hard_negative")
    assert blocked(negatives).percent <= HARD_NEGATIVES_BLOCKED, labelled.table(outcomes)
    assert flagged(negatives).percent <= HARD_NEGATIVES_FLAGGED, labelled.table(outcomes)


def test_clean_servers_are_clean(outcomes: list[Outcome]) -> None:
    assert flagged(of(outcomes, "clean")).count == 0, labelled.table(outcomes)


def test_the_corpus_is_wide() -> None:
    rows = list(labelled.cases())
    assert len(rows) >= LEAST_ROWS
    assert len({row["lang"] for row in rows}) >= LEAST_LANGUAGES
    assert {row["label"] for row in rows} == {"malicious", "hard_negative", "clean"}
    assert {row["expect"] for row in rows if row["label"] == "malicious"} == {"hard", "soft"}
    assert {row["expect"] for row in rows if row["label"] != "malicious"} == {"none"}


def test_every_case_stands_once() -> None:
    rows = list(labelled.cases())
    assert [name for name, count in Counter(row["id"] for row in rows).items() if count > 1] == []
    texts = Counter(json.dumps([row["tools"], row["peers"], row["instructions"], row["baseline"]]) for row in rows)
    assert max(texts.values()) == 1


def test_the_gates_would_notice() -> None:
    """A gate that counts nothing passes everything: with half of the findings gone, none of these holds."""
    case = {"family": "f", "label": "malicious", "expect": "hard", "id": "1"}
    missed = Outcome(case, is_blocked=False, is_flagged=False, rules=())
    caught = Outcome(case, is_blocked=True, is_flagged=True, rules=("c",))
    assert blocked([missed, caught]) == Share(1, 2)
    assert blocked([missed, caught]).percent < MALICIOUS_BLOCKED
    assert flagged([missed, caught]).percent < MALICIOUS_FLAGGED
    assert "missed" in labelled.table([missed, caught])
    assert labelled.is_wrong(missed)
    assert not labelled.is_wrong(caught)
