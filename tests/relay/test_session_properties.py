"""What holds of a session whatever its two sides do."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from fakes.conversation import DIED, INIT, INITED, agreed, block, notification, opened, request, result, said
from hypothesis import given, settings
from hypothesis import strategies as st

from supervisor.mcp.framing import LineBuffer
from supervisor.relay.out import Out


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_every_call_gets_exactly_one_answer_whatever_the_server_does_and_whenever_it_dies(data: st.DataObject) -> None:
    session, heard, asked, reached = opened(), Counter[object](), Counter[object](), list[object]()

    def client_hears(out: Out) -> None:
        reached.extend(message["id"] for message in said(out.to_server) if "method" in message and "id" in message)
        heard.update(message["id"] for message in said(out.to_client) if "method" not in message)

    fresh = iter(range(1000))
    for _ in range(data.draw(st.integers(1, 25))):
        match data.draw(
            st.sampled_from(["call", "call", "batch", "answer", "answer", "twice", "stray", "die", "ready"])
        ):
            case "call":
                keys = [next(fresh) for _ in range(data.draw(st.integers(1, 3)))]
                asked.update(keys)
                client_hears(session.from_client(block(*(request(key) for key in keys))))
            case "batch":
                keys = [next(fresh), next(fresh)]
                asked.update(keys)
                out = session.from_client(block([request(key) for key in keys]))
                reached.extend(keys if out.to_server else [])
                heard.update(message["id"] for message in said(out.to_client))
            case "answer" if reached and session.state == "open":
                client_hears(session.from_server(block(result(reached.pop(0)))))
            case "twice" if reached and session.state == "open":
                key = reached.pop()
                client_hears(session.from_server(block(result(key), b"noise", result(key))))
            case "stray" if session.state == "open":
                client_hears(session.from_server(block(result(5000))))
            case "die" if session.state == "open":
                reached.clear()
                client_hears(session.server_lost(DIED))
            case "ready" if session.state == "waiting":
                client_hears(session.server_ready())
    client_hears(session.end())
    assert heard == asked


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=12),
            st.sampled_from([request(1), request("a"), result(1), result("a"), notification("x"), INIT, INITED]).map(
                lambda message: json.dumps(message).encode()
            ),
            st.sampled_from([b"[" + json.dumps(request(3)).encode() + b"]", b"[]", b'{"id":{}}', b"\xff"]),
        ),
        max_size=12,
    ),
    st.lists(st.integers(1, 50), max_size=10),
    st.booleans(),
)
def test_no_bytes_of_either_side_raise_and_chunks_change_nothing(
    lines: list[bytes], sizes: list[int], is_server: bool
) -> None:
    stream = b"".join(line + b"\n" for line in lines)
    outputs = []
    for cuts in ([len(stream)], sizes):
        session, buffer, sent = agreed(opened()), LineBuffer(), (list[Any](), list[Any]())
        session.from_client(block(request(1), request("a")))
        position = 0
        for size in [*cuts, len(stream)]:
            chunk = stream[position : position + size]
            position += size
            found = buffer.feed(chunk)
            take = session.from_server if is_server else session.from_client
            out = take(block(*found))
            sent[0].append(b"".join(out.to_server))
            sent[1].append(b"".join(out.to_client))
        outputs.append((b"".join(sent[0]), b"".join(sent[1]), session.tally))
    assert outputs[0] == outputs[1]
