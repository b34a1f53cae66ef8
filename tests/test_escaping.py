"""What strangers wrote is shown, and steers nothing."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from supervisor.escaping import printable, shortened

ANY_TEXT = st.text(st.characters())
"""With lone surrogates."""


@settings(deadline=None)
@given(ANY_TEXT)
def test_an_escaped_text_can_travel_in_any_message_and_stays_on_its_line(text: str) -> None:
    safe = printable(text)
    assert msgspec.json.decode(msgspec.json.encode(safe)) == safe
    assert safe.isprintable()


def test_what_can_be_seen_stays_and_what_cannot_is_spelled_out() -> None:
    assert printable("naïve – 日本 '\"\\") == "naïve – 日本 '\"\\"
    assert printable("a\x1b[0m\n\u202e\u200b\udcffé") == "a\\x1b[0m\\n\\u202e\\u200b\\udcffé"


@settings(deadline=None)
@given(ANY_TEXT, st.integers(2, 50))
def test_a_shortened_text_is_no_longer_than_asked(text: str, limit: int) -> None:
    short = shortened(text, limit)
    assert short.isprintable()
    assert len(short) <= limit
    assert short == printable(text) or short.endswith("…")


def test_what_is_cut_ends_in_an_ellipsis() -> None:
    assert shortened("abcd", 4) == "abcd"
    assert shortened("abcde", 4) == "abc…"
    assert shortened("a\x1b", 4) == "a\\x…", "an escape counts as it is written"
