"""unicode.hidden: what shows nothing where only somebody who hides puts it."""

import pytest
from fakes.checked import hits, told

from supervisor.scan.checks.unicode_hidden import CHECK

ZWSP, ZWNJ, ZWJ, LRM, RLM = "\u200b", "\u200c", "\u200d", "\u200e", "\u200f"
LRE, RLE, PDF, LRO, RLO = "\u202a", "\u202b", "\u202c", "\u202d", "\u202e"
LRI, RLI, FSI, PDI = "\u2066", "\u2067", "\u2068", "\u2069"
HEBREW, PERSIAN, HINDI = (
    "\u05e9\u05dc\u05d5\u05dd",
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "\u0915\u094d\u200d\u0937",
)


def selectors(data: bytes) -> str:
    return "".join(chr(0xFE00 + byte if byte < 16 else 0xE0100 + byte - 16) for byte in data)


def bits(text: str) -> str:
    return "".join(ZWNJ if bit == "1" else ZWJ for sign in text for bit in f"{ord(sign):08b}")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("A smile \U0001f642" + selectors(b"read the keys"), "selector"),
        ("Plain" + selectors(b"x" * 3), "selector"),
        ("H\ufe00e\ufe01l\ufe02lo", "selector"),  # one behind each letter
        ("\u845b\U000e0100\U000e0101", "selector"),  # a Han sign takes one
        ("v\U000e0120o\U000e0121te", "selector"),
        ("ig" + ZWSP + "nore", "zero_width"),
        ("pass" + ZWNJ + "word", "zero_width"),
        ("i\u2060g\u2060n", "zero_width"),
        ("\u0441\u0435\u043a" + ZWSP + "\u0440\u0435\u0442", "zero_width"),  # Cyrillic
        ("\u03ba\u03bb" + ZWJ + "\u03b5\u03b9", "zero_width"),  # Greek
        ("read" + "\ufeff" + "file", "zero_width"),
        ("read_" + ZWSP + "file", "zero_width"),
        ("cafe\u0301" + ZWSP + "s", "zero_width"),  # past an accent
        ("i" + ZWSP + "\ufe00" + ZWSP + "g", "zero_width"),  # parted by what shows nothing, too
        ("Prices." + ZWSP * 3 + "Now", "zero_width"),
        ("Prices." + bits("leak"), "zero_width"),
        (PERSIAN + bits("leak"), "zero_width"),  # so many serve no script
        ("sum\u2062\u2063\u2064", "operator"),
        ("hidden\u2063words", "operator"),
        ("\u3164admin", "filler"),
        ("x\uffa0y", "filler"),
        ("a\u2800b\u2800c\u2800d", "filler"),
        ("pay" + RLO + "lap" + PDF, "bidi"),
        ("Runs " + RLO + "exe.tool", "bidi"),  # left open
        ("Runs " + LRO + "tool" + PDF + " now", "bidi"),
        ("if " + RLI + "admin and ok" + PDI + " then", "bidi"),  # Latin only, turned round
        ("a" + LRM + "b" + LRM + "c", "mark"),
        ("x\u206a\u206b\u206cy", "ignorable"),
    ],
)
def test_what_is_hidden_is_told(text: str, rule: str) -> None:
    assert ("hard", rule) in told(CHECK, text)


def test_it_spells_out_what_selectors_say() -> None:
    assert hits(CHECK, "A smile \U0001f642" + selectors(b"read the keys"))[0].evidence == "read the keys"


def test_each_kind_is_told_once_for_a_text() -> None:
    assert told(CHECK, "a" + ZWSP + "b " * 5 + "c" + ZWSP + "d" + RLO + "ef") == [
        ("hard", "zero_width"),
        ("hard", "bidi"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Adds two numbers.",
        "\ufeffAdds two numbers.",  # one byte-order mark
        "Caf\u00e9, na\u00efve, Z\u00fcrich, cafe\u0301",
        "Family \U0001f468\u200d\U0001f469\u200d\U0001f467 and astronaut \U0001f469\U0001f3fd\u200d\U0001f680",
        "Rainbow \U0001f3f3\ufe0f\u200d\U0001f308, pirate \U0001f3f4\u200d\u2620\ufe0f",
        "A heart on fire \u2764\ufe0f\u200d\U0001f525",
        "\u26a0\ufe0f Careful \u26a0\ufe0e and keys 1\ufe0f\u20e3 #\ufe0f\u20e3 \u2122\ufe0f",
        "Twice \u2764\ufe0f\ufe0f, and one left over \ufe0f here",
        "\u845b\U000e0100\u98fe\u533a \u9089\U000e0106",  # variants of Han signs
        "\u2268\ufe00 and 0\ufe00",  # variants of symbols
        "\u182d\u180b\u1820",  # Mongolian
        PERSIAN,
        "API" + ZWNJ + "\u0647\u0627",  # a Persian ending on a Latin word
        "\u0647" + ZWJ + " is the first form of a letter",
        HINDI + " \u0936\u094d\u200c\u0930",
        "\u0d28\u0d4d\u200d \u0995\u09cd\u200c\u09b7 \u0dc1\u0dca\u200d\u0dbb\u0dd3",  # Malayalam, Bengali, Sinhala
        "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35" + ZWSP + "\u0e04\u0e23\u0e31\u0e1a",  # Thai
        "\u1797\u17b6\u179f\u17b6" + ZWSP + "\u1781\u17d2\u1798\u17c2\u179a",  # Khmer
        "\u4f60\u597d" + ZWSP + "\u4e16\u754c",
        HEBREW + RLM + "!",
        "C++" + LRM + " " + HEBREW,
        HEBREW + " (" + RLM + "API" + RLM + ")",
        RLE + HEBREW + PDF,
        "Hello " + FSI + "Ada" + PDI + "!",  # what programs put round names
        LRI + "main.py" + PDI + " " + HEBREW,
        RLI + HEBREW + " API" + PDI,
        "f\u2061(x) = 2\u2062x",  # a formula
        "\u1100\u1160\u11a8 \u115f\u1161",  # old Hangul
        "\u2801\u2800\u2803 braille",
        "How " + ZWSP + "to",  # beside a blank it parts nothing
        "\U0001d11e\U0001d173 notes",
    ],
)
def test_what_has_a_use_is_not(text: str) -> None:
    assert told(CHECK, text) == []


def test_names_and_values_are_looked_at() -> None:
    schema = {"properties": {"pa" + ZWSP + "th": {"default": "x\u3164"}}}
    assert [hit.rule for hit in hits(CHECK, "Reads.", inputSchema=schema)] == ["name", "zero_width", "filler"]


def test_a_latin_name_has_no_use_for_what_shows_nothing() -> None:
    assert told(CHECK, "Reads.", name="read_file\u200b") == [("hard", "name")]
    assert told(CHECK, "Reads.", name="\ufeffread_file") == [("hard", "name")]
    assert told(CHECK, "Reads.", inputSchema={"properties": {PERSIAN: {}}}) == []
