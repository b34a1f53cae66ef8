"""Paths as text, and text from outside made fit for messages."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.config.paths import Path, fits_kernel, is_encodable, written

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


@pytest.mark.parametrize(
    ("text", "in_messages", "in_arguments"),
    [("plain", True, True), ("日本\ue000", True, True), ("nul\0", False, False), ("\ud800", False, False)],
)
def test_what_messages_and_the_kernel_can_take_is_told_apart(text: str, in_messages: bool, in_arguments: bool) -> None:
    assert (is_encodable(text), fits_kernel(text)) == (in_messages, in_arguments)


@given(ANY_TEXT)
def test_what_fits_the_kernel_is_what_python_can_encode_for_it(text: str) -> None:
    try:
        fits = b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        fits = False
    assert fits_kernel(text) is fits


@given(st.binary())
def test_any_bytes_but_nul_fit_as_python_gives_them(raw: bytes) -> None:
    assert fits_kernel(os.fsdecode(raw)) is (b"\0" not in raw)
