"""Paths as text, and text from outside made fit for messages."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.config.paths import Path, escaped, is_encodable, written

ANY_TEXT = st.text(st.characters(codec=None))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), ""),
        (("a",), "a"),
        (("mcpServers", 0, "env", "TOKEN"), "mcpServers[0].env.TOKEN"),
        (("servers", "my server"), 'servers["my server"]'),
        (("servers", 'q"'), 'servers["q\\""]'),
        (("@scope-x", "$schema"), "@scope-x.$schema"),
        (("servers", "\ud800"), 'servers["\\ud800"]'),
        (("", "a"), '[""].a'),
    ],
)
def test_paths_are_written_as_people_write_them(path: Path, text: str) -> None:
    assert written(path) == text


@given(ANY_TEXT)
def test_escaped_text_can_travel_in_any_message_and_stays_on_its_line(text: str) -> None:
    safe = escaped(text)
    assert msgspec.json.decode(msgspec.json.encode(safe)) == safe
    assert safe.isprintable()


def test_printable_text_is_not_touched_by_escaping() -> None:
    assert escaped("naïve – 日本 '\"\\") == "naïve – 日本 '\"\\"
    assert escaped("a\x1b[0m\n\ud800") == "a\\x1b[0m\\n\\ud800"


@pytest.mark.parametrize(("text", "can"), [("plain", True), ("日本", True), ("nul\0", False), ("\ud800", False)])
def test_what_the_kernel_can_take_is_told_apart(text: str, can: bool) -> None:
    assert is_encodable(text) is can
