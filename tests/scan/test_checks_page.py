"""The page that explains the checks keeps up with them."""

import re
from pathlib import Path

from supervisor.scan.checks import CHECKS

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "checks.md"


def test_every_check_has_its_section_in_the_order_of_the_checks() -> None:
    assert re.findall(r"^### (\S+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE) == [one.id for one in CHECKS]


def test_every_section_says_what_stays_silent_or_why_nothing_has_to() -> None:
    sections = re.split(r"^### ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert all(re.match(r"\S+\n\n\*(?:Hard|Soft)", section) for section in sections)
