from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from supervisor.errors import NotReady
from supervisor.mcp import jsonrpc
from supervisor.mcp.framing import Block
from supervisor.mcp.jsonrpc import elements, error_line, peek_block, peek_line, problem_line

DEEP = b'{"id":1,"result":' + b"[" * 100_000 + b"]" * 100_000 + b"}"


def kind(line: bytes) -> str:
    peek = peek_line(line)
    if peek is None:
        return "batch" if elements(line) is not None else "garbage"
    names = ("request", "notification", "response")
    found = [name for name in names if getattr(peek, f"is_{name}")]
    assert len(found) <= 1
    return found[0] if found else "invalid"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b'{"jsonrpc":"2.0","id":1,"method":"ping"}', "request"),
        (b'{"method":"ping","id":"a","params":{}}\r\n', "request"),
        (b'  {"id":1.5,"method":"m"}', "request"),
        (b'{"method":"m"}', "notification"),
        (b'{"id":1,"result":{}}', "response"),
        (b'{"id":1,"result":null}', "response"),
        (b'{"id":null,"error":{"code":-32700,"message":""}}', "response"),
        (b'{"\\u0069d":1,"result":{}}', "response"),
        (b'{"id":1,"result":{"text":"\\ud83d"}}', "response"),
        (b'{"id":1,"result":NaN}', "response"),
        (b'{"id":"\\ud83d","method":"m"}', "request"),
        (b'{"id":null,"method":"m"}', "invalid"),
        (b'{"id":1}', "invalid"),
        (b"{}", "invalid"),
        (b'{"level":"info","msg":"hello"}', "invalid"),
        (b'{"id":"' + b"x" * 1025 + b'","method":"m"}', "invalid"),
        (b'{"id":true,"method":"m"}', "garbage"),
        (b'{"id":[1],"method":"m"}', "garbage"),
        (b'{"id":1e999,"method":"m"}', "garbage"),
        (b'{"id":1,"method":7}', "garbage"),
        (b'{"id":' + b"9" * 5000 + b',"method":"m"}', "garbage"),
        (b'{"id":1,"method":"m"', "garbage"),
        (b'{"id":1,"method":"m"} trailing', "garbage"),
        (b'{"id":1,"method":"m"}{"id":2,"method":"m"}', "garbage"),
        (b'\xef\xbb\xbf{"id":1,"method":"m"}', "garbage"),
        (b"Listening on stdio", "garbage"),
        (b"42", "garbage"),
        (b"", "garbage"),
        (b'{"\xff":', "garbage"),
        (DEEP, "garbage"),
        (b"[]", "batch"),
        (b'[{"id":1,"method":"m"},3]', "batch"),
        ('{"id":1,"method":"m"}'.encode("utf-16"), "garbage"),
    ],
)
def test_a_line_is_what_its_members_say(line: bytes, expected: str) -> None:
    assert kind(line) == expected


@given(st.binary(max_size=60))
def test_no_bytes_make_the_reader_raise(line: bytes) -> None:
    peek_line(line)
    elements(line)
    jsonrpc.cancelled_id(line)
    peek_block(Block(line.replace(b"\n", b"") + b"\n"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "method", "x"]), inner),
    max_leaves=6,
)


@given(st.lists(JSON, min_size=1, max_size=5), st.sampled_from([b"", b"\r", b" "]))
def test_reading_many_lines_at_once_finds_what_reading_each_finds(values: list[object], end: bytes) -> None:
    lines = [json.dumps(value).encode() + end + b"\n" for value in values]
    together = peek_block(Block(b"".join(lines)))
    if together is not None:
        assert together == [peek_line(line) for line in lines]


@pytest.mark.parametrize(
    "stream",
    [
        b'{"id":1}{"id":2}\n{"id":\n3}\n',
        b'{"id":1}{"id":2}\n\n',
        b'{"a":[{}\n,{}]}\n{"id":1}{"id":2}\n',
        b'{"a":[{},\n{}]}\n{"id":1} {"id":2}\n',
        b'{"id":1}\n\n{"id":2}\n',
        b'\n{"id":1}\n',
        b'{"id":1}\nbanner\n',
    ],
)
def test_values_that_share_or_span_lines_are_not_taken_for_messages(stream: bytes) -> None:
    assert peek_block(Block(stream)) is None


def test_a_block_may_lie_anywhere_in_a_buffer() -> None:
    data = bytearray(b'junk\n{"id":1}\n{"id":2}\nrest')
    peeks = peek_block(Block(data, memoryview(data)[5:-4], 5))
    assert peeks is not None
    assert [peek.id for peek in peeks] == [1, 2]


def test_ids_are_compared_as_json_values() -> None:
    ids = [getattr(peek_line(b'{"id":%s,"result":1}' % text), "id", UNSET) for text in (b"1", b"1.0", b"1e0", b'"1"')]
    assert ids[0] == ids[1] == ids[2] != ids[3]


@pytest.mark.parametrize(
    ("line", "key"),
    [
        (b'{"method":"notifications/cancelled","params":{"requestId":"a","reason":"b"}}', "a"),
        (b'{"params":{"requestId":7}}', 7),
        (b'{"params":{}}', None),
        (b"{}", None),
    ],
)
def test_a_cancellation_names_its_call(line: bytes, key: object) -> None:
    assert jsonrpc.cancelled_id(line) == key


def test_an_error_of_ours_says_what_is_wrong_and_when_to_try_again() -> None:
    away = NotReady(server="demo", state="backing_off", retry_after_s=2.0)
    line = problem_line("\ud83d", away, state=away.state, retryable=True, retry_after_s=away.retry_after_s)
    assert line.endswith(b"\n")
    assert json.loads(line) == {
        "jsonrpc": "2.0",
        "id": "\ud83d",
        "error": {
            "code": jsonrpc.UNAVAILABLE,
            "message": "the server 'demo' is backing_off",
            "data": {"code": "server.not_ready", "state": "backing_off", "retryable": True, "retry_after_s": 2.0},
        },
    }
    assert json.loads(error_line(None, -32700, "not JSON"))["id"] is None
