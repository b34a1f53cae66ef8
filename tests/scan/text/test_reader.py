"""The reader: nothing is lost, nothing raises, and its two ways read alike."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from supervisor.scan.text import reader as reader_module
from supervisor.scan.text import reader_walk
from supervisor.scan.text.reader import DEPTH_LIMIT, read
from supervisor.scan.text.reader_words import Number

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters())
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
)
PIECES = st.sampled_from(
    ["{", "}", "[", "]", ",", ":", '"a"', '"a":', '"', "\\", "\\u", "d800", "1", "-", ".5", "e9", "true", "null", " ",
     "\n", "NaN", "-Infinity", "01", "é", "\x00", '"\\ud83d\\ude00"', '"\\x"', "\ufeff"]
)  # fmt: skip


def walk(text: str) -> reader_walk.Walked:
    return reader_walk.walk(text, depth_limit=DEPTH_LIMIT, value_limit=reader_module.VALUE_LIMIT)


def plain(value: object) -> object:
    """The value with numbers as their text, to compare with what json gives."""
    if isinstance(value, Number):
        return ("number", value.text)
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value


def by_json(text: str) -> object:
    keep = lambda number: ("number", number)  # noqa: E731
    return json.loads(text, parse_int=keep, parse_float=keep, parse_constant=keep, strict=False)


@settings(deadline=None)
@given(VALUES)
def test_what_is_json_is_read_as_it_was_written(value: object) -> None:
    text = json.dumps(value)
    found = read(text.encode())
    assert found.losses == ()
    assert plain(found.value) == by_json(text)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join))
@example('"\\ud800"')
@example("[1,]")
@example('{"a":1,"a":2}')
@example("[" * 2000)
def test_both_ways_read_alike(text: str) -> None:
    slow = walk(text)
    quick = reader_module._quick(text, DEPTH_LIMIT)
    if quick is None:  # it leaves to the walk what it is not sure of
        try:
            value = by_json(text)
        except (ValueError, RecursionError):
            assert slow.losses or text.startswith("\ufeff")
        else:
            assert slow.duplicates or slow.losses or plain(slow.value) == value
    else:
        assert (quick.value, quick.duplicates, quick.losses) == (slow.value, slow.duplicates, slow.losses)


@settings(deadline=None)
@given(VALUES)
def test_both_ways_read_whole_values_alike(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False)
    quick = reader_module._quick(text, DEPTH_LIMIT)
    assert quick is not None
    assert quick.value == walk(text).value
    assert walk(text).losses == ()


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_told_of(data: bytes) -> None:
    found = read(data)
    assert (
        found.value is not None or found.losses or found.duplicates or data.strip().lstrip(b"\xef\xbb\xbf") == b"null"
    )


def test_numbers_stay_as_they_were_written() -> None:
    found = read(b"[1.0, 1e0, 1, -0, 123456789012345678901234567890, NaN]").value
    assert [number.text for number in found] == ["1.0", "1e0", "1", "-0", "123456789012345678901234567890", "NaN"]


def test_every_key_that_stands_twice_is_told_by_its_pointer() -> None:
    found = read(b'{"a/b": 1, "a/b": 2, "c": [{"d": 1, "d": {"e": 1, "e": 2}}], "a/b": 3}')
    assert found.duplicates == ("/a~1b", "/c/0/d", "/c/0/d/e")
    assert found.value["a/b"] == Number("3")
    assert found.losses == ()


def test_keys_that_differ_only_by_an_escape_are_the_same() -> None:
    assert read(b'{"a": 1, "\\u0061": 2}').duplicates == ("/a",)


def test_lone_surrogates_are_kept() -> None:
    assert read(b'{"a": "\\ud800"}').value == {"a": "\ud800"}
    found = read('{"a": "\ud800"}'.encode("utf-8", "surrogatepass"))
    assert found.value == {"a": "\ud800"}
    assert found.losses == ("not_utf8",)


def test_pairs_of_surrogates_are_one_sign() -> None:
    assert read(b'"\\ud83d\\ude00"').value == "\U0001f600"


def test_bytes_that_are_not_utf8_cost_coverage_and_are_read_on() -> None:
    found = read(b'{"a": "x\xff\xfe y"}')
    assert found.value == {"a": "x\ufffd\ufffd y"}
    assert found.losses == ("not_utf8",)


@pytest.mark.parametrize("data", [b"", b"{", b"[1,", b"{'a': 1}", b'{"a" 1}', b"nul", b"1 2", b"01", b'"\\x"', b"\x00"])
def test_what_is_no_json_has_no_value(data: bytes) -> None:
    found = read(data)
    assert found.value is None
    assert found.losses == ("not_json",)


def nested(depth: int) -> bytes:
    return b'{"a":' * (depth - 1) + b'{"deepest":1}' + b"}" * (depth - 1)


def test_the_depth_limit_is_where_it_is_said_to_be() -> None:
    assert read(nested(DEPTH_LIMIT)).losses == ()
    found = read(nested(DEPTH_LIMIT + 1))
    assert found.losses == ("too_deep",)
    assert found.value["a"]["a"] is not None


@pytest.mark.parametrize("text", [b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000, nested(100_000)])
def test_deep_nesting_ends_in_words(text: bytes) -> None:
    found = read(text)
    assert found.losses in {("too_deep",), ("not_json",)}


def test_what_lies_beside_a_place_too_deep_is_read() -> None:
    found = read(b'{"deep":' + nested(100) + b',"beside":"x]}","more":[1]}')
    assert found.value["beside"] == "x]}"
    assert found.value["more"] == [Number("1")]
    assert found.losses == ("too_deep",)


def test_a_text_past_the_size_limit_is_not_read() -> None:
    found = read(b'"' + b"a" * reader_module.SIZE_LIMIT + b'"')
    assert found.losses == ("too_large",)


def test_too_many_values_are_cut_off() -> None:
    text = "[" + "[1]," * 300 + "[1]]"
    walked = reader_walk.walk(text, depth_limit=DEPTH_LIMIT, value_limit=100)
    assert walked.losses == ("too_large",)
    assert walked.value[:2] == [[Number("1")], [Number("1")]]
    assert walked.value[-1] is None


def test_50_megabytes_are_read() -> None:
    found = read(b'{"tools":[{"name":"a","description":"' + b"a" * 50_000_000 + b'"}]}')
    assert found.losses == ()
    assert len(found.value["tools"][0]["description"]) == 50_000_000
