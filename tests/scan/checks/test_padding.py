"""padding: what stands behind nothing, or behind too much."""

import pytest
from fakes.checked import hits, told

from supervisor.scan.checks.padding import CHECK


@pytest.mark.parametrize(
    "text",
    [
        "Adds." + " " * 200 + "Then more.",
        "Adds." + "\n" * 200 + "Then more.",
        "Adds." + "\u00a0\u2003 " * 80 + "Then more.",
        "Adds." + "\u200b \u2800" * 80 + "Then more.",
        "Adds." + " \n" * 40 + "Then more.",
        "Adds numbers." + " " * 40 + "Then more.",
        "Adds numbers." + "\t" * 40 + "Then more.",
        "Adds numbers" + " " * 100 + "Then more.",
        "Adds numbers." + "&nbsp;" * 30 + "Then more.",
        "Adds numbers." + "<br>" * 30 + "Then more.",
        "Adds numbers." + "\n." * 40 + "\nThen more.",
    ],
)
def test_text_after_blanks_is_told(text: str) -> None:
    (hit,) = hits(CHECK, text)
    assert (hit.tier, hit.rule, hit.evidence) == ("soft", "blanks", "Then more.")


@pytest.mark.parametrize(
    "text",
    [
        "Adds numbers.",
        "Adds numbers." + " " * 300,
        " \n" * 20 + "Adds numbers.",
        "name" + " " * 40 + "what it is for\nother" + " " * 39 + "what else",  # a table
        "Joined lines." + " " * 40 + "More.\nAnd so on." + " " * 40 + "More.",
        "Joined lines." + " " * 29 + "More.",
        ">>> f(1,\n..." + " " * 40 + "2)",
        "Code:\n" + " " * 60 + "deep",
        "One.\n\n\n\n\nTwo.",
    ],
)
def test_tables_and_joined_lines_are_not(text: str) -> None:
    assert told(CHECK, text) == []


def test_a_description_longer_than_anybody_reads_is_told() -> None:
    assert told(CHECK, "Adds. " * 3300) == []
    assert told(CHECK, "Adds. " * 3500) == [("soft", "length")]


def test_a_long_text_that_is_no_description_is_not() -> None:
    assert told(CHECK, "x", _meta={"text": "data " * 5000}) == []
    assert told(CHECK, "x", _meta={"text": "data " * 50000}) == [("soft", "length")]
