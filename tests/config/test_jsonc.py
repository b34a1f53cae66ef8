"""JSON with comments and trailing commas, and where everything in it stands."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.config.jsonc import DEPTH_LIMIT, MalformedError, index, value_of, without_comments

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def read(text: str) -> Any:
    return value_of(without_comments(text))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1, // note\n "b": 2}', {"a": 1, "b": 2}),
        ('{"a": /* one\ntwo */ 1}', {"a": 1}),
        ('{"a": [1, 2,\n],}', {"a": [1, 2]}),
        ('{"a": [1, /* last */ ], // end\n}', {"a": [1]}),
        ('{"a": "// no /* comment */ ,]"}', {"a": "// no /* comment */ ,]"}),
        (r'{"a": "quote \" // still text"}', {"a": 'quote " // still text'}),
        ('{"a": "\\\\" /* after a backslash */}', {"a": "\\"}),
        ("{} // the end", {}),
        ("{/**/}", {}),
    ],
)
def test_comments_and_trailing_commas_are_tolerated(text: str, value: object) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ('{"a": 1 "b": 2}', (1, 9)),
        ('{\n  // comment\n  "a": tru\n}', (3, 8)),
        ('{"a": /* never\nclosed }', (1, 7)),
        ('{"a": /*/ }', (1, 7)),
        ('{"a": "open\n}', (1, 12)),
        ('{"a": 1,, "b": 2}', (1, 9)),
        ('{"a": 1} trailing', (1, 10)),
        ('{"a": NaN}', (1, 7)),
        ('{"a": [1,\n -Infinity]}', (2, 2)),
        ('{"a": ' + "9" * 5000 + "}", (1, 7)),
        ('{"a":' + "[" * DEPTH_LIMIT + "]" * DEPTH_LIMIT + "}", (1, 5 + DEPTH_LIMIT)),
    ],
)
def test_what_is_no_json_is_refused_at_its_line_and_column(text: str, position: tuple[int, int]) -> None:
    with pytest.raises(MalformedError) as caught:
        read(text)
    assert caught.value.position == position


def test_brackets_in_texts_do_not_count_as_nesting() -> None:
    assert read('{"a": "' + "[" * 500 + '"}') == {"a": "[" * 500}


def test_every_key_and_list_element_has_its_place() -> None:
    text = '{\n  "a": {"b": [10, {"c": 1}]},\n  "d\\u0065": "x"\n}'
    positions, duplicates = index(text)
    assert positions == {
        ("a",): (2, 3),
        ("a", "b"): (2, 9),
        ("a", "b", 0): (2, 15),
        ("a", "b", 1): (2, 19),
        ("a", "b", 1, "c"): (2, 20),
        ("de",): (3, 3),
    }
    assert duplicates == []


def test_a_key_that_stands_twice_is_found_with_both_places() -> None:
    _, duplicates = index('{"a": {"x": 1,\n "y": 2,\n "x": 3}, "b": {"x": 1}}')
    assert [tuple(duplicate) for duplicate in duplicates] == [(("a", "x"), (1, 8), (3, 2))]


def test_what_is_below_a_key_that_stands_twice_is_not_counted_again() -> None:
    _, duplicates = index('{"a": {"x": 1}, "a": {"x": {"y": 1, "y": 2}}}')
    assert [duplicate.path for duplicate in duplicates] == [("a",)]


def paths(value: Any, path: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    """Every path into a tree, by another way than the walk over its text."""
    steps: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        steps = list(value.items())
    elif isinstance(value, list):
        steps = list(enumerate(value))
    return {(*path, step) for step, _ in steps}.union(*(paths(part, (*path, step)) for step, part in steps))


@given(st.dictionaries(st.text(), JSON, max_size=4), st.sampled_from([None, 2]))
def test_whatever_json_can_say_is_read_and_placed(tree: dict[str, Any], indent: int | None) -> None:
    text = json.dumps(tree, indent=indent)
    assert read(text) == tree
    positions, duplicates = index(text)
    assert set(positions) == paths(tree)
    assert duplicates == []


@given(st.text(alphabet=st.sampled_from('{}[]",:/*\\\n 1a'), max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read(text)
    except MalformedError as malformed:
        position = malformed.position
    else:
        position = (1, 1)
        index(without_comments(text))
    assert position


@given(st.text(alphabet=st.sampled_from('{}",/*\n 1'), max_size=40))
def test_blanking_keeps_every_offset(text: str) -> None:
    bare = without_comments(text)
    assert len(bare) == len(text)
    assert bare.count("\n") == text.count("\n")
