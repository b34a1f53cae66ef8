"""Text becomes a document: which notation it is, what is refused, and how places are written."""

from __future__ import annotations

import pytest
from config.worlds import document
from hypothesis import given
from hypothesis import strategies as st

from supervisor.config.documents import Document, located, parse
from supervisor.errors import NotParseable


def test_a_byte_order_mark_and_leading_comments_do_not_hide_json() -> None:
    assert document('\ufeff// mine\n/* and yours */ {"a": 1}').tree == {"a": 1}


def test_what_does_not_begin_like_json_is_toml() -> None:
    found = document('# servers\n[mcpServers.a]\ncommand = "x"\n', "mcp.toml")
    assert found.tree == {"mcpServers": {"a": {"command": "x"}}}
    assert found.place(("mcpServers", "a")) == "mcp.toml mcpServers.a"


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("", "f:1:1", "the file is empty"),
        (" \n // nothing\n", "f:1:1", "the file is empty"),
        ('{"a": }', "f:1:7", "expecting value"),
        ("a = \n", "f:1:5", "neither a JSON object nor TOML: Invalid value"),
        ("a = 1\na = 2\n", "f:2:6", "neither a JSON object nor TOML: Cannot overwrite a value"),
        ("a =", "f", "neither a JSON object nor TOML: Invalid value (at end of document)"),
        ("a = " + "[" * 100_000, "f", "it is nested too deeply"),
        ("a = " + "1" * 5000, "f", "neither a JSON object nor TOML"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(text: str, place: str, reason: str) -> None:
    found = parse(text, "f", "/")
    assert isinstance(found, NotParseable)
    assert found.place == place
    assert found.reason.startswith(reason)


@given(st.text(max_size=60) | st.text(alphabet='[]{}"=.,\n#a1\\', max_size=60))
def test_any_text_is_a_document_or_a_problem(text: str) -> None:
    found = parse(text, "f", "/")
    if isinstance(found, NotParseable):
        assert found.text
    else:
        assert isinstance(found.tree, dict)


def test_a_place_falls_back_to_the_nearest_thing_around() -> None:
    found = document('{\n "a": {"b": 1}}')
    assert found.place(("a", "b")) == "mcp.json:2:8 a.b"
    assert found.place(("a", "c", 0)) == "mcp.json:2:2 a.c[0]"
    assert found.place(("z",)) == "mcp.json z"
    assert found.place(()) == "mcp.json"


def test_a_place_in_memory_has_no_file() -> None:
    assert Document(tree={}).place(("a",)) == "a"
    assert located("", None) == "the config"
