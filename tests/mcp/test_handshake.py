from __future__ import annotations

import json
from typing import Any

import pytest
from fakes.handshake import FOUND, INIT, REFUSAL, Play
from hypothesis import given
from hypothesis import strategies as st

from supervisor.errors import (
    ExitedBeforeHandshake,
    HandshakeRefused,
    HandshakeTimeout,
    StdoutNotJsonrpc,
    ToolListEndless,
)
from supervisor.mcp import handshake
from supervisor.mcp.eras import META, STATELESS_VERSION
from supervisor.mcp.handshake import Elsewhere, Failed, Handshake, Ready, Step


def test_a_stateless_server_is_ready_after_discover_and_its_tools() -> None:
    play = Play()
    meta = {f"{META}serverInfo": {"name": "new", "version": "1.2"}}
    play.answer("server/discover", result={**FOUND, "_meta": meta})
    step = play.answer("tools/list", result={"tools": [{"name": "a", "x": 1.50}], "resultType": "complete"})
    assert step.outcome == Ready(
        era="stateless",
        version=STATELESS_VERSION,
        name="new",
        release="1.2",
        capabilities={"tools": {}},
        tools=(b'{"name": "a", "x": 1.5}',),
        itself=b'{"instructions":"be kind","serverInfo":{"name": "new", "version": "1.2"}}',
    )
    assert play.methods == ["server/discover", "tools/list"]
    for message in play.sent:
        assert message["params"]["_meta"] == {
            f"{META}protocolVersion": STATELESS_VERSION,
            f"{META}clientInfo": {"name": "stockade", "version": "9.9"},
            f"{META}clientCapabilities": {},
        }


@pytest.mark.parametrize("number", [-32601, -32602, -32603, -32000, 0])
def test_a_server_of_the_handshake_era_is_asked_on_the_same_instance(number: int) -> None:
    play = Play()
    play.answer("server/discover", error={"code": number, "message": "what?"})
    play.answer("initialize", result=INIT)
    step = play.answer("tools/list", result={"tools": []})
    assert play.methods == ["server/discover", "initialize", "notifications/initialized", "tools/list"]
    assert isinstance(step.outcome, Ready)
    assert (step.outcome.era, step.outcome.version, step.outcome.name) == ("handshake", "2025-06-18", "old")
    assert "_meta" not in play.sent[-1]["params"]


@pytest.mark.parametrize(
    "found",
    [{"supportedVersions": ["2025-11-25"]}, {"supportedVersions": "2026-07-28"}, {}, {"supportedVersions": [7]}],
)
def test_an_answer_to_discover_that_offers_no_stateless_version_means_the_handshake_era(found: dict[str, Any]) -> None:
    play = Play()
    play.answer("server/discover", result=found)
    assert play.methods[-1] == "initialize"


def test_all_pages_of_tools_are_fetched_in_order() -> None:
    play = Play(discover=False)
    play.answer("initialize", result=INIT)
    play.answer("tools/list", result={"tools": [{"n": 1}], "nextCursor": "p2"})
    play.answer("tools/list", result={"tools": [{"n": 2}], "nextCursor": "p3"})
    step = play.answer("tools/list", result={"tools": [{"n": 3}]})
    assert isinstance(step.outcome, Ready)
    assert step.outcome.tools == (b'{"n": 1}', b'{"n": 2}', b'{"n": 3}')
    assert [message["params"].get("cursor") for message in play.sent[2:]] == [None, "p2", "p3"]


def test_a_list_whose_cursor_comes_again_does_not_end() -> None:
    play = Play(discover=False)
    play.answer("initialize", result=INIT)
    play.answer("tools/list", result={"tools": [], "nextCursor": "a"})
    play.answer("tools/list", result={"tools": [], "nextCursor": "b"})
    step = play.answer("tools/list", result={"tools": [], "nextCursor": "a"})
    assert step.outcome == Failed(ToolListEndless(reason="the same cursor came twice, 'a'"))


def test_a_list_of_ever_new_pages_does_not_end() -> None:
    play = Play(discover=False)
    step = play.answer("initialize", result=INIT)
    for page in range(handshake.MAX_PAGES):
        assert step.outcome is None
        step = play.answer("tools/list", result={"tools": [], "nextCursor": str(page)})
    assert step.outcome == Failed(ToolListEndless(reason="there are more than 100 pages"))


def test_a_slow_server_of_the_new_era_that_answers_discover_late_is_taken_at_its_word() -> None:
    play = Play()
    play.take(play.machine.silence(5))
    assert play.methods == ["server/discover", "initialize"]
    play.answer("server/discover", result=FOUND)
    assert play.answer("initialize", error={"code": -32022, "message": "stateless"}) == Step()
    step = play.answer("tools/list", result={"tools": []})
    assert isinstance(step.outcome, Ready)
    assert step.outcome.era == "stateless"


def test_a_slow_server_of_the_old_era_may_refuse_discover_late() -> None:
    play = Play()
    play.take(play.machine.silence(5))
    assert play.answer("server/discover", error=REFUSAL) == Step()
    play.answer("initialize", result=INIT)
    assert play.machine.stage == "tools"


def test_a_refusal_of_initialize_waits_for_the_discover_that_is_still_out() -> None:
    play = Play()
    play.take(play.machine.silence(5))
    assert play.answer("initialize", error={"code": -32022, "message": "stateless"}) == Step()
    play.answer("server/discover", result=FOUND)
    assert play.methods[-1] == "tools/list"


@pytest.mark.parametrize("event", ["death", "silence", "refusal"])
def test_an_instance_that_discover_may_have_upset_is_left_for_a_fresh_one(event: str) -> None:
    play = Play()
    if event == "death":
        step = play.take(play.machine.died("exit code 1"))
        assert step.outcome == Elsewhere(ExitedBeforeHandshake(stage="discover", status="exit code 1"))
    elif event == "silence":
        play.take(play.machine.silence(15))
        step = play.take(play.machine.silence(30))
        assert step.outcome == Elsewhere(HandshakeTimeout(limit_s=30))
    else:
        play.answer("server/discover", error=REFUSAL)
        step = play.answer("initialize", error={"code": -32600, "message": "locked"})
        assert step.outcome == Elsewhere(HandshakeRefused(method="initialize", number=-32600, reason="locked"))


@pytest.mark.parametrize("event", ["death", "silence"])
def test_on_the_fresh_instance_there_is_no_further_try(event: str) -> None:
    play = Play(discover=False)
    step = play.machine.died("signal 9") if event == "death" else play.machine.silence(30)
    assert isinstance(step.outcome, Failed)


def test_a_server_that_knows_only_discover_is_found_out_from_initialize() -> None:
    play = Play(discover=False)
    play.answer("initialize", error={"code": -32022, "message": "no"})
    assert play.methods == ["initialize", "server/discover"]
    play.answer("server/discover", result=FOUND)
    assert isinstance(play.answer("tools/list", result={"tools": []}).outcome, Ready)


def test_a_server_that_refuses_both_openings_is_refused_with_its_own_words() -> None:
    play = Play(discover=False)
    play.answer("initialize", error={"code": -32603, "message": "no API key"})
    step = play.answer("server/discover", error=REFUSAL)
    assert step.outcome == Failed(HandshakeRefused(method="initialize", number=-32603, reason="no API key"))


def test_a_server_of_versions_that_we_do_not_know_is_refused() -> None:
    play = Play()
    data = {"supported": ["2031-01-01"], "requested": STATELESS_VERSION}
    step = play.answer("server/discover", error={"code": -32022, "message": "newer", "data": data})
    assert step.outcome == Failed(HandshakeRefused(method="server/discover", number=-32022, reason="newer"))


@pytest.mark.parametrize(
    ("capabilities", "ready"), [({}, True), ({"prompts": {}}, True), ({"tools": {}}, False), ("odd", True)]
)
def test_no_list_is_no_failure_of_a_server_that_declares_no_tools(capabilities: object, ready: bool) -> None:
    play = Play(discover=False)
    play.answer("initialize", result={**INIT, "capabilities": capabilities})
    step = play.answer("tools/list", error=REFUSAL)
    if capabilities == {"prompts": {}}:
        step = play.answer("prompts/list", error=REFUSAL)
    assert isinstance(step.outcome, Ready if ready else Failed)


def test_the_servers_own_requests_are_answered_and_its_notifications_let_be() -> None:
    machine = Handshake("9.9")
    machine.start()
    ping = machine.line(b'{"jsonrpc":"2.0","id":5,"method":"ping"}')
    roots = machine.line(b'{"jsonrpc":"2.0","id":"r","method":"roots/list"}')
    assert json.loads(ping.send[0]) == {"jsonrpc": "2.0", "id": 5, "result": {}}
    assert json.loads(roots.send[0])["error"]["code"] == -32601
    assert machine.line(b'{"jsonrpc":"2.0","method":"notifications/message"}') == Step()


def test_a_banner_is_tolerated_and_a_stream_of_text_is_not() -> None:
    machine = Handshake("9.9")
    machine.start()
    steps = [machine.line(b"Welcome to line %d" % number) for number in range(101)]
    assert steps[:100] == [Step()] * 100
    outcome = steps[100].outcome
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.problem, StdoutNotJsonrpc)
    assert machine.line(b"\n") == Step()


def test_halves_of_an_emoji_in_what_a_server_says_are_no_obstacle_and_definitions_stay_as_they_were_written() -> None:
    play = Play(discover=False)
    play.answer("initialize", result={**INIT, "instructions": "cut \ud83d"})
    step = play.answer("tools/list", result={"tools": [{"description": "\udc00 \U0001f600"}]})
    assert isinstance(step.outcome, Ready)
    assert rb'"instructions":"cut \ud83d"' in step.outcome.itself
    assert step.outcome.tools == (rb'{"description": "\udc00 \ud83d\ude00"}',)


@pytest.mark.parametrize("odd", [{"result": 7}, {"result": []}, {"error": "no"}, {"result": {}}])
def test_answers_of_an_odd_shape_are_refusals(odd: dict[str, object]) -> None:
    play = Play(discover=False)
    play.answer("initialize", **odd)
    assert isinstance(play.answer("server/discover", **odd).outcome, Failed)


WORDS = st.recursive(
    st.none() | st.integers(-(10**20), 10**20) | st.text(max_size=4) | st.just(STATELESS_VERSION),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["tools", "nextCursor", "supportedVersions", "code", "capabilities"]), inner)
    ),
    max_leaves=5,
)


@given(
    st.booleans(),
    st.lists(
        st.tuples(
            st.sampled_from(["stockade-1", "stockade-2", "stockade-3", 1]), st.sampled_from(["result", "error"]), WORDS
        ),
        max_size=8,
    ),
)
def test_no_answers_make_it_raise(discover: bool, answers: list[tuple[object, str, object]]) -> None:
    machine = Handshake("9.9", discover=discover)
    machine.start()
    for key, member, value in answers:
        machine.line(json.dumps({"id": key, member: value}).encode())
    machine.silence(1)
    machine.died("exit code 0")
