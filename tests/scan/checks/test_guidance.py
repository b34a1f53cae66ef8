"""Guidance that reads like an order against the user, and its mirrors: of each pair the honest one is left alone, and
the other is found.

What is learned of wordings is not counted: it follows from these cases, and a case more may move it.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from scan import labelled

from supervisor.edges.scan_files import answer

FAMILY = "guidance"
WORDED = "It is worded like"


def cases(*labels: str) -> list[Any]:
    found = [case for case in labelled.cases() if case["family"] == FAMILY and case["label"] in labels]
    return [pytest.param(case, id=f"{case['id']}-{case['tools'][0]['name']}") for case in found]


def findings(case: dict[str, Any]) -> list[dict[str, Any]]:
    keys = ("id", "server", "tools", "instructions", "peers", "baseline")
    found: list[dict[str, Any]] = answer(json.dumps({key: case[key] for key in keys}).encode())["findings"]
    return found


@pytest.mark.parametrize("case", cases("hard_negative"))
def test_guidance_is_left_alone(case: dict[str, Any]) -> None:
    assert [found for found in findings(case) if not found["message"].startswith(WORDED)] == []


@pytest.mark.parametrize("case", cases("malicious"))
def test_what_mirrors_it_is_found(case: dict[str, Any]) -> None:
    tiers = {found["tier"] for found in findings(case)}
    assert ("hard" in tiers) if case["expect"] == "hard" else tiers


def test_every_mirror_has_something_to_mirror() -> None:
    assert len(cases("hard_negative")) >= len(cases("malicious")) >= 15
