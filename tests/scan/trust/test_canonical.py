"""The canonical text: one for all ways to write an object, and never the same for two that differ."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervisor.scan.text.reader import read
from supervisor.scan.trust.canonical import AS_BYTES, bytes_of, canonical, digest_of, received, said_of_itself
from supervisor.scan.trust.layout import laid_out
from supervisor.scan.words import Definition

TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=12)
NUMBER = st.sampled_from(["0", "-0", "1", "1.0", "1e0", "10", "1E+1", "123456789012345678901234567890", "0.1"])
VALUE = st.recursive(
    st.none() | st.booleans() | TEXT | st.builds(lambda text: ("number", text), NUMBER),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=16,
)


def spelled(value: Any, how: random.Random) -> str:
    """One of the ways to write a value: any order of keys, any blanks, any escapes."""
    blank = how.choice(["", " ", "\n\t"])
    match value:
        case ("number", str(text)):
            return text
        case dict():
            keys = list(value)
            how.shuffle(keys)
            return "{" + ",".join(f"{blank}{_quoted(key, how)}{blank}:{spelled(value[key], how)}" for key in keys) + "}"
        case list():
            return "[" + ",".join(blank + spelled(one, how) + blank for one in value) + "]"
        case str():
            return _quoted(value, how)
        case _:
            return json.dumps(value)


def _quoted(text: str, how: random.Random) -> str:
    whole = json.dumps(text)
    if how.random() < 0.5 or any("\ud800" <= sign <= "\udfff" for sign in text):
        return whole
    return json.dumps(text, ensure_ascii=False).replace("/", "\\/")


def shape(value: Any) -> Any:
    """A value in which everything that differs differs: numbers as written, true is not 1, keys without order."""
    match value:
        case dict():
            return ("object", tuple(sorted((_joined(key), shape(one)) for key, one in value.items())))
        case list():
            return ("array", tuple(shape(one) for one in value))
        case str():
            return ("text", _joined(value))
        case _:
            return (type(value).__name__, str(value))


def _joined(text: str) -> str:
    """JSON cannot tell a pair of surrogates from the sign that they make."""
    return text.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "surrogatepass")


@settings(deadline=None)
@given(VALUE, st.integers(), st.integers())
def test_every_way_to_write_a_value_has_one_text(value: Any, one: int, other: int) -> None:
    first = canonical(spelled(value, random.Random(one)).encode())
    assert first == canonical(spelled(value, random.Random(other)).encode())
    assert canonical(first.encode()) == first, "it is its own canonical text"


@settings(deadline=None)
@given(VALUE, VALUE)
def test_two_values_that_differ_never_have_one_text(one: Any, other: Any) -> None:
    first, second = (canonical(spelled(value, random.Random(0)).encode()) for value in (one, other))
    assert (first == second) == (repr(shape(one)) == repr(shape(other)))


@settings(deadline=None)
@given(VALUE)
def test_the_layout_for_people_says_the_same_and_shows_all(value: Any) -> None:
    text = canonical(spelled(value, random.Random(0)).encode())
    laid = laid_out(read(text.encode()).value)
    assert canonical(laid.encode()) == text
    assert all(line.isprintable() for line in laid.split("\n"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b'{"a": 1}', b'{"a": 1.0}'),
        (b'{"a": 1}', b'{"a": true}'),
        (b'{"a": 1}', b'{"a": "1"}'),
        (b'{"a": null}', b"{}"),
        (b'{"a": "\\ud800"}', b'{"a": "\\ud801"}'),
        (b'{"a": "\\ud800"}', b'{"a": "\\\\ud800"}'),
        (b'{"a": "\\ud800"}', b'{"a": "\xef\xbf\xbd"}'),
        (b'{"a": 1, "a": 2}', b'{"a": 2}'),
        (b'{"a": 1, "a": 2}', b'{"a": 2, "a": 1}'),
        (b'{"a": "\xff"}', b'{"a": "\xfe"}'),
        (b'{"a": "\xff"}', b'{"a": "\xef\xbf\xbd"}'),
        (b'{"a": "\xed\xa0\x80"}', b'{"a": "\\ud800"}'),
        (b"{", b"["),
        (b"{", b"null"),
        (b"[" * 100 + b"1" + b"]" * 100, b"[" * 100 + b"2" + b"]" * 100),
        ('{"a": "é"}'.encode(), '{"a": "e\u0301"}'.encode()),
        (b'["' + AS_BYTES.encode() + b'"]', b'{"a": 1, "a": 2}'),
    ],
)
def test_what_differs_is_never_the_same(one: bytes, other: bytes) -> None:
    assert canonical(one) != canonical(other)
    assert digest_of(canonical(one)) != digest_of(canonical(other))


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_have_a_text_and_it_is_a_json_text_or_their_own(data: bytes) -> None:
    text = canonical(data)
    text.encode()
    if text.startswith(AS_BYTES):
        assert bytes_of(text) == data
    else:
        assert canonical(text.encode()) == text


def test_damaged_bytes_are_none() -> None:
    assert bytes_of(AS_BYTES + "%%%") is None


def test_the_pin_is_what_everybody_can_reckon() -> None:
    """Sorted, without blanks, UTF-8: `jq -cS . | tr -d '\\n' | sha256sum` says the same of plain texts."""
    assert canonical('{"b": [1.50, "é\\u0041"], "a": {}}'.encode()) == '{"a":{},"b":[1.50,"éA"]}'
    assert digest_of("{}") == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


def test_what_a_server_says_of_itself_has_no_version_and_nothing_of_one_client() -> None:
    one = b'{"protocolVersion": "1", "serverInfo": {"version": "1", "name": "n"}, "instructions": "i"}'
    other = b'{"instructions": "i", "serverInfo": {"name": "n", "version": "2"}, "protocolVersion": "2"}'
    assert said_of_itself(one) == said_of_itself(other) == '{"instructions":"i","serverInfo":{"name":"n"}}'
    assert said_of_itself(b"[]") == "{}"
    assert said_of_itself(b'{"serverInfo": 7}') == '{"serverInfo":7}'
    assert said_of_itself(b"{") == AS_BYTES + "ew=="


def test_a_definition_is_read_once_and_knows_whether_it_could_be() -> None:
    good = received(Definition(kind="tool", name="a", raw=b'{"name": "a"}'))
    assert (good.text, good.digest, good.is_readable) == ('{"name":"a"}', digest_of('{"name":"a"}'), True)
    assert not received(Definition(kind="tool", name="a", raw=b'{"name": "a", "name": "b"}')).is_readable
    said = received(Definition(kind="server", name="", raw=b'{"serverInfo": {"name": "a", "version": "1"}}'))
    assert said.text == '{"serverInfo":{"name":"a"}}'
