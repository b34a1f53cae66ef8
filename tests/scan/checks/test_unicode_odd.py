"""unicode.odd: what shows nothing or nothing known, and may be an accident."""

import pytest
from fakes.checked import told

from supervisor.scan.checks.unicode_odd import CHECK


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("some\u00adtext", "soft_hyphen"),
        ("a.\u200bb", "zero_width"),
        ("10\u2060%", "zero_width"),
        ("x\u206ay", "ignorable"),
        ("x\ufff9y", "ignorable"),
        ("x\ufe00", "selector"),
        ("A\u2800", "filler"),
        ("left " + "\u200e" + "to right", "mark"),
        ("\u202aAPI", "bidi"),
        ("left over\u202c", "bidi"),
        ("se\ue001nd", "private"),
        ("\ue001\ue002\ue003\ue004", "private"),
        ("bell\x07", "control"),
        ("nul\x00", "control"),
        ("del\x7f", "control"),
        ("next\x85x\x81", "control"),
        ("z\u0300\u0301\u0302\u0303\u0304\u0305algo", "pile"),
        ("half \ud800", "broken"),
        ("no character \ufdd0", "broken"),
        ("one \U000e0041 tag", "tag"),
    ],
)
def test_what_is_odd_is_told_softly(text: str, rule: str) -> None:
    assert ("soft", rule) in told(CHECK, text)


@pytest.mark.parametrize(
    "text",
    [
        "Adds two numbers.",
        "Tabs\tand\nlines\r\n",
        "\ue0a0 main \uf015 Home \uf8ff",  # icon glyphs
        "\U000f0001 Save",
        "â\x80\x9cquoted\xe2\u20ac\x9d",  # UTF-8 read as another code
        "How \u200bto, and at the end\u200b",
        "\ufeffA",
        "Tiếng Việt, Ελληνικά, русский, 日本語, 한국어, ไทย",
        "e\u0301\u0323",
        "\U0001f468\u200d\U0001f469",
        "\u0645\u06cc\u200c\u062e",
        "\u06cc\u0627 \u202a(?\u202c \u06cc\u0627 \u202a(?-",  # Persian that a tool forgot to close
    ],
)
def test_what_is_usual_is_not(text: str) -> None:
    assert told(CHECK, text) == []


def test_a_pattern_may_name_what_it_matches() -> None:
    assert told(CHECK, "x", inputSchema={"properties": {"a": {"pattern": "^[^\x00-\x1f\x7f]*$"}}}) == []


def test_what_is_hidden_on_purpose_is_the_other_checks_business() -> None:
    assert told(CHECK, "ig\u200bnore \u3164") == []
