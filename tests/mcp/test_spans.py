"""Where members and elements stand, and what is left when some are cut out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervisor.mcp.spans import MAX_ELEMENTS, MAX_MEMBERS, elements, members, without

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
"""With NaN, infinities and halves of surrogate pairs: real peers write them."""
STYLES = st.sampled_from([(",", ":"), (" ,\t", " :  "), (",\r", ": ")])


def written(value: object, style: tuple[str, str]) -> bytes:
    return f" {json.dumps(value, separators=style)}\r\n".encode()


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.text(max_size=4), VALUES, max_size=5), STYLES)
def test_each_member_stands_where_it_is_said_to(value: dict[str, Any], style: tuple[str, str]) -> None:
    text = written(value, style)
    found = members(text)
    assert found is not None
    assert [member.key for member in found] == list(value)
    for member in found:
        assert json.dumps(json.loads(text[member.value : member.end])) == json.dumps(value[member.key])
        assert json.loads(b"{" + text[member.begin : member.end] + b"}").keys() == {member.key}


@settings(max_examples=200, deadline=None)
@given(st.lists(VALUES, max_size=6), st.sets(st.integers(0, 5)), STYLES)
def test_what_is_left_of_an_array_is_what_was_not_cut_out(
    value: list[Any], gone: set[int], style: tuple[str, str]
) -> None:
    text = written(value, style)
    spans = elements(text)
    assert spans is not None
    gone = {index for index in gone if index < len(value)}
    left = without(text, spans, gone)
    kept = [item for index, item in enumerate(value) if index not in gone]
    assert json.dumps(json.loads(left)) == json.dumps(kept)
    for index in set(range(len(value))) - gone:
        begin, end = spans[index]
        assert text[begin:end] in left
    if not gone:
        assert left == text


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":1,"a":1}',
        b'{"a":12,"a":1}',
        b'{"a":1,"a":12}',
        b'{"a":1,"b":2,"a":1}',
        b'{"\\u0061":1,"a":1}',
        b'{"a":"\\ud800","a":"\\ud800"}',
        b"[1]",
        b"1",
        b"",
        b"{",
        b'{"a":1}{',
        b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        json.dumps(dict.fromkeys(map(str, range(MAX_MEMBERS + 1)))).encode(),
    ],
)
def test_what_is_no_object_or_doubles_a_key_has_no_members(text: bytes) -> None:
    assert members(text) is None


@pytest.mark.parametrize("text", [b"{}", b"", b"[1", b"[1,]", b"[" + b"1," * MAX_ELEMENTS + b"1]", b"[" * 100_000])
def test_what_is_no_array_or_too_long_has_no_elements(text: bytes) -> None:
    assert elements(text) is None


def test_bytes_that_are_not_utf_8_are_passed_over() -> None:
    text = b'{"a":"\xff","b":["\xfe"]}'
    assert [(member.key, text[member.value : member.end]) for member in members(text) or ()] == [
        ("a", b'"\xff"'),
        ("b", b'["\xfe"]'),
    ]
