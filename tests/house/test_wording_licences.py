"""The texts that others wrote may be passed on: each has a licence, and its notices are in the tree."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from scripts.wording.texts import TEXTS

LICENCES = {"Apache-2.0", "BSD-3-Clause", "MIT"}
OWN = "CC0-1.0"
OWN_NAMES = re.compile(r"w\d+\.jsonl")
QUOTED = "servers.jsonl"
NOTICE = re.compile(r"\| (\w+ \S+) \| (\S+) \| (\S+) \| (\S.*) \|")

Row = dict[str, str]


def rows(name: str) -> list[Row]:
    return [json.loads(line) for line in (TEXTS / name).read_text(encoding="utf-8").splitlines()]


def notices(page: str) -> dict[str, str]:
    """The licence of each package that has a notice, by what a row calls the package."""
    found = filter(None, map(NOTICE.fullmatch, page.splitlines()))
    return {f"{one[1]} {one[2]}": one[3] for one in found}


def unlicensed(some: Iterable[Row], noticed: dict[str, str], worded: set[str]) -> list[str]:
    """What forbids to pass the rows on: sources without a notice of the same licence, licences without their text."""
    found = set()
    for row in some:
        source, licence = row.get("source", "nobody"), row.get("license", "none")
        if licence not in LICENCES:
            found.add(f"{source}: licence {licence}")
        if noticed.get(source) != licence:
            found.add(f"{source}: no notice of {licence}")
        if licence not in worded:
            found.add(f"{licence}: no text")
    return sorted(found)


def worded(folder: Path) -> set[str]:
    """The licences whose text is in a folder, and is more than a title."""
    return {path.stem for path in folder.glob("*.txt") if len(path.read_text(encoding="utf-8")) > 1000}


def test_every_quoted_text_has_a_licence_a_notice_and_the_text_of_its_licence() -> None:
    noticed = notices((TEXTS / "NOTICES.md").read_text(encoding="utf-8"))
    assert unlicensed(rows(QUOTED), noticed, worded(TEXTS / "licences")) == []
    assert worded(TEXTS / "licences") == LICENCES == set(noticed.values())


GOOD = {"source": "npm one 1.0.0", "license": "MIT"}
PAGE = (
    "| package | version | licence | copyright |\n|---|---|---|---|\n| npm one | 1.0.0 | MIT | `Copyright (c) One` |\n"
)


@pytest.mark.parametrize(
    ("change", "page", "texts", "said"),
    [
        ({}, PAGE, {"MIT"}, []),
        ({"license": "MIT License"}, PAGE.replace("MIT", "MIT License"), {"MIT License"}, ["licence MIT License"]),
        ({"source": "npm one 1.0.1"}, PAGE, {"MIT"}, ["npm one 1.0.1: no notice of MIT"]),
        ({"license": "Apache-2.0"}, PAGE, LICENCES, ["npm one 1.0.0: no notice of Apache-2.0"]),
        ({}, PAGE.replace("`Copyright (c) One`", " "), {"MIT"}, ["npm one 1.0.0: no notice of MIT"]),
        ({}, PAGE, {"BSD-3-Clause"}, ["MIT: no text"]),
    ],
)
def test_a_text_that_may_not_be_passed_on_is_named(change: Row, page: str, texts: set[str], said: list[str]) -> None:
    found = "; ".join(unlicensed([GOOD | change], notices(page), texts))
    assert bool(found) == bool(said)
    assert all(one in found for one in said)


def test_what_was_not_quoted_is_the_projects_own() -> None:
    page = (TEXTS / "LICENCE.md").read_text(encoding="utf-8")
    own, quoted = (line for line in page.splitlines() if line.startswith("| `"))
    assert OWN in own
    assert QUOTED in quoted
    assert "NOTICES.md" in quoted
    for path in sorted(TEXTS.glob("*.jsonl")):
        if path.name != QUOTED:
            assert OWN_NAMES.fullmatch(path.name), f"{path.name} is not in LICENCE.md"
            assert all("source" not in row and row.get("license", OWN) == OWN for row in rows(path.name)), path.name
