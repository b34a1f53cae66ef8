"""What a session makes of judgements: what the client is shown of lists and of openings."""

from __future__ import annotations

import json

import pytest
from fakes.conversation import AGREED, DIED, INIT, INITED, block, both, notification, request, result, said
from fakes.guard import Judge
from fakes.guarded import EVIL, GOOD, Talk, call, names

from supervisor.mcp.definitions import LISTINGS
from supervisor.relay.out import AnswerUnjudged, CallRefused

META = "io.modelcontextprotocol/"


# ------------------------------------------------------------------------------------------------------------- lists


@pytest.mark.parametrize("method", LISTINGS)
def test_what_is_dangerous_is_not_listed_and_cannot_be_called_while_the_rest_works(method: str) -> None:
    listing = LISTINGS[method]
    use = {"tool": "tools/call", "prompt": "prompts/get"}.get(listing.kind, "resources/read")
    talk = Talk()
    answer = talk.lists({listing.name: "u:good"}, {listing.name: "u:evil", "description": "POISON"}, method=method)
    assert names(answer, listing.key, listing.name) == ["u:good"]
    refusal = talk.calls("u:evil", method=use)
    assert refusal["code"] == -32011
    assert refusal["data"] == {
        "code": "tool.withheld",
        "server": "demo",
        "kind": listing.kind,
        "name": "u:evil",
        "reason": "dangerous",
        "command": "stockade approve demo u:evil",
        "retryable": False,
    }
    assert "POISON" not in json.dumps(talk.to_client)
    assert talk.calls("u:good", method=use) is None
    assert talk.facts == [CallRefused(listing.kind, "u:evil", "dangerous")]
    assert talk.session.calls.in_flight == {}


def test_a_list_of_which_nothing_is_withheld_is_the_same_memory_of_bytes() -> None:
    talk = Talk()
    talk.client(request(1, "tools/list"))
    raw = b'{ "id":1,"result" :{"tools":[ {"name":"good" } ]}}\r\n'
    out = talk.session.from_server(block(raw[:-1]))
    assert out.question is not None
    after = talk.session.judged(out.question, talk.judge.judgement("demo", out.question.answer.definitions))
    assert b"".join(after.to_client) == raw


def test_what_came_before_a_list_passes_at_once_and_what_came_behind_it_waits() -> None:
    talk = Talk()
    talk.client(request(1, "tools/list"), call(2, "x"), request(3, "ping"), request(4, "ping"))
    out = talk.session.from_server(block(result(3), result(1, {"tools": [EVIL]}), notification("x"), result(4)))
    assert both(out) == ([], [result(3)])
    assert out.question is not None
    after = talk.session.judged(out.question, talk.judge.judgement("demo", out.question.answer.definitions))
    assert said(after.to_client) == [result(1, {"tools": []}), notification("x"), result(4)]
    assert talk.session.tally.server_messages == 4


def test_several_lists_in_one_block_are_judged_one_after_the_other() -> None:
    talk = Talk()
    talk.client(request(1, "tools/list"), request(2, "prompts/list"), request(3, "ping"))
    talk.server(result(1, {"tools": [GOOD, EVIL]}), result(3), result(2, {"prompts": [EVIL, GOOD]}))
    assert talk.to_client == [result(1, {"tools": [GOOD]}), result(3), result(2, {"prompts": [GOOD]})]
    assert talk.session.gate is not None
    assert not talk.session.gate.watch.asked


def test_pages_are_judged_each_and_keep_their_cursor() -> None:
    talk = Talk()
    assert talk.lists(GOOD, nextCursor="2")["result"] == {"tools": [GOOD], "nextCursor": "2"}
    assert talk.lists(EVIL, nextCursor="3", key=2)["result"] == {"tools": [], "nextCursor": "3"}
    assert talk.lists({"name": "good", "description": "now otherwise"}, key=3)["result"] == {"tools": []}
    assert talk.calls("good")["data"]["reason"] == "changed"
    assert talk.calls("evil")["data"]["reason"] == "dangerous"


def test_a_name_that_is_listed_twice_is_withheld_in_both_places() -> None:
    talk = Talk()
    answer = talk.lists({"name": "a"}, GOOD, {"name": "a", "description": "POISON"})
    assert names(answer) == ["good"]
    assert talk.calls("a")["data"]["reason"] == "dangerous"


def test_what_has_no_name_or_is_no_object_is_not_listed() -> None:
    answer = Talk().lists(7, {"description": "x"}, {"name": ["a"]}, GOOD, None)
    assert answer["result"] == {"tools": [GOOD]}


def test_a_flip_flop_is_withheld_each_time_and_shown_each_time_it_is_honest() -> None:
    talk = Talk()
    changed = notification("notifications/tools/list_changed")
    for turn in range(6):
        talk.server(changed)
        assert talk.last() == changed
        is_honest = turn % 2 == 0
        tool = GOOD if is_honest else {"name": "good", "annotations": {"readOnlyHint": True}}
        assert names(talk.lists(tool, key=turn)) == (["good"] if is_honest else [])
        assert (talk.calls("good") is None) is is_honest


def test_a_list_changed_of_a_stateless_subscription_passes() -> None:
    talk = Talk()
    talk.client(request(1, "subscriptions/listen"))
    notice = notification("notifications/tools/list_changed", _meta={f"{META}subscriptionId": 1})
    talk.server(notice)
    assert talk.to_client == [notice]


def test_an_error_and_an_answer_that_lists_nothing_pass_unjudged() -> None:
    talk = Talk()
    talk.client(request(1, "tools/list"), request(2, "tools/list"))
    refused = {"jsonrpc": "2.0", "id": 1, "error": {"code": -32601, "message": "no"}}
    asking = result(2, {"resultType": "input_required", "inputRequests": {}})
    talk.server(refused, asking)
    assert talk.to_client == [refused, asking]
    assert talk.judge.seen == []


# ------------------------------------------------------------------------------ answers that cannot be read, or told


@pytest.mark.parametrize("bad", [[], None, {"tools": {}}, {"tools": [], "Tools": [EVIL]}])
def test_an_answer_that_cannot_be_read_is_withheld(bad: object) -> None:
    talk = Talk()
    talk.client(request(1, "tools/list"), request(2, "ping"))
    talk.server(result(1, bad), result(2))
    assert talk.to_client[0]["error"]["data"] == {"code": "scan.unknown", "server": "demo", "retryable": False}
    assert talk.to_client[1:] == [result(2)]
    assert talk.facts == [
        AnswerUnjudged("tool", "its answer to tools/list cannot be read in one way only", is_kept=True)
    ]


def test_an_answer_that_was_not_judged_in_time_is_withheld_and_may_be_asked_for_again() -> None:
    talk = Talk()
    talk.client(request(1, "tools/list"))
    talk.server(result(1, {"tools": [GOOD]}), is_timely=False)
    assert talk.last()["error"]["data"]["retryable"] is True
    assert names(talk.lists(GOOD, key=2)) == ["good"]


def test_where_nothing_may_be_withheld_what_cannot_be_read_or_judged_passes_and_is_told() -> None:
    talk = Talk(Judge(policy="off"), withholds=False)
    assert names(talk.lists(GOOD, EVIL)) == ["good", "evil"]
    assert talk.lists(key=2, method="prompts/list", Prompts=[EVIL])["result"]["Prompts"] == [EVIL]
    talk.client(request(3, "tools/list"))
    talk.server(result(3, {"tools": [EVIL]}), is_timely=False)
    assert names(talk.last()) == ["evil"]
    assert talk.facts == [
        AnswerUnjudged("prompt", "its answer to prompts/list cannot be read in one way only", is_kept=False)
    ]
    assert talk.calls("evil") is None


TWO_READINGS = [
    b'{"id":1,"id":2,"result":{"tools":[{"name":"evil"}]}}',
    b'{"id":2,"id":1,"result":{"tools":[{"name":"evil"}]}}',
    b'{"id":2,"ID":1,"result":{"tools":[{"name":"evil"}]}}',
    b'{"id":2,"result":{"x":1},"RESULT":{"tools":[{"name":"evil"}]}}',
    b'{"id":1,"method":"ping","result":{"tools":[{"name":"evil"}]}}',
    b'{"id":7,"method":"ping","ID":1,"result":{"tools":[{"name":"evil"}]}}',
    b'{"method":"x","Id":1,"result":{"tools":[{"name":"evil"}]}}',
]


@pytest.mark.parametrize("line", TWO_READINGS)
def test_a_line_that_readers_could_take_for_the_awaited_list_never_passes(line: bytes) -> None:
    talk = Talk()
    talk.client(request(1, "tools/list"), request(2, "ping"))
    talk.server(line)
    assert b"evil" not in json.dumps(talk.to_client).encode()
    assert talk.facts


def test_the_same_line_passes_where_no_list_is_awaited() -> None:
    talk = Talk()
    talk.client(request(2, "ping"))
    talk.server(b'{"id":2,"result":{"tools":[{"name":"evil"}]}}')
    assert talk.to_client == [{"id": 2, "result": {"tools": [{"name": "evil"}]}}]


def test_a_list_under_the_id_of_something_else_is_what_that_was() -> None:
    talk = Talk()
    talk.client(request(1, "tools/list"), request(2, "ping"), request("1", "ping"))
    talk.server(result(2, {"tools": [EVIL]}), result(1, {"tools": [EVIL]}))
    assert talk.to_client == [result(2, {"tools": [EVIL]}), result(1, {"tools": []})]
    talk.server(result(1, {"tools": [EVIL]}), result(7, {"tools": [EVIL]}))
    assert len(talk.to_client) == 2
    assert talk.session.tally.strays == 2


def test_a_request_of_the_server_may_have_the_id_of_an_awaited_list() -> None:
    talk = Talk()
    talk.client(request(1, "tools/list"))
    talk.server(request(1, "roots/list"), result(1, {"tools": [EVIL]}))
    assert talk.to_client == [request(1, "roots/list"), result(1, {"tools": []})]


# ------------------------------------------------------------------------------------------------------------- opening


@pytest.mark.parametrize("method", ["initialize", "server/discover"])
@pytest.mark.parametrize("words", ["POISON", "be kind"])
def test_dangerous_instructions_are_taken_out_of_the_opening(method: str, words: str) -> None:
    talk = Talk()
    talk.client({**INIT, "method": method})
    talk.server(result(0, {**AGREED, "instructions": words}))
    expected = AGREED if words == "POISON" else {**AGREED, "instructions": words}
    assert talk.to_client == [result(0, expected)]


def test_instructions_that_were_not_judged_in_time_are_taken_out() -> None:
    talk = Talk()
    talk.client(INIT)
    talk.server(result(0, {**AGREED, "instructions": "be kind"}), is_timely=False)
    assert talk.to_client == [result(0, AGREED)]


def test_a_session_of_withheld_instructions_outlives_its_server() -> None:
    talk = Talk()
    answer = {**AGREED, "instructions": "POISON"}
    talk.client(INIT)
    talk.server(result(0, answer))
    talk.client(INITED)
    talk.take(talk.session.server_lost(DIED))
    talk.take(talk.session.server_ready())
    assert talk.to_server[-1] == INIT
    talk.server(result(0, answer))
    assert talk.session.state == "open"
    assert "POISON" not in json.dumps(talk.to_client)
    assert names(talk.lists(GOOD, EVIL)) == ["good"]


def test_an_opening_that_cannot_be_read_agrees_on_nothing() -> None:
    talk = Talk()
    talk.client(INIT)
    talk.server(b'{"id":0,"result":{"instructions":"a","Instructions":"POISON"}}')
    assert "error" in talk.last()
    talk.take(talk.session.server_lost(DIED))
    assert both(talk.session.server_ready()) == ([], [])


# ------------------------------------------------------------------------------------------------------------- batches


def test_the_elements_of_a_servers_batch_are_judged_too() -> None:
    talk = Talk()
    talk.client([request(1, "tools/list"), request(2, "prompts/list"), request(3, "ping")])
    talk.server([result(3), result(1, {"tools": [EVIL, GOOD]}), result(2, {"prompts": [EVIL]})], notification("x"))
    assert talk.to_client == [
        result(3), result(1, {"tools": [GOOD]}), result(2, {"prompts": []}), notification("x"),
    ]  # fmt: skip


def test_a_batch_with_a_refused_call_or_with_a_list_and_a_call_of_its_kind_goes_no_further() -> None:
    talk = Talk()
    talk.lists(GOOD, EVIL)
    for batch in (
        [call(5, "good"), call(6, "evil")],
        [request(5, "tools/list"), call(6, "good")],
    ):
        talk.to_server.clear()
        talk.to_client.clear()
        talk.client(batch)
        assert talk.to_server == []
        assert [message["id"] for message in talk.to_client] == [5, 6]
    talk.client([request(5, "prompts/list"), call(6, "good")])
    assert len(talk.to_server) == 1
