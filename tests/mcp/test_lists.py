"""What a server lists besides its tools: all pages, verbatim, and never a reason to call it unusable."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fakes.handshake import INIT, REFUSAL, Play
from hypothesis import given
from hypothesis import strategies as st

from supervisor.mcp import lists
from supervisor.mcp.handshake import Ready, Step


def opened(**capabilities: Any) -> Play:
    """A server that has listed its tools, and declares what is given."""
    play = Play(discover=False)
    play.answer("initialize", result={**INIT, "capabilities": {"tools": {}, **capabilities}})
    play.answer("tools/list", result={"tools": [{"name": "a"}]})
    return play


def ready(step: Step) -> Ready:
    assert isinstance(step.outcome, Ready)
    return step.outcome


def test_what_a_server_declares_is_asked_for_and_nothing_else() -> None:
    assert ready(opened().step).gaps == ()
    assert opened(prompts={}).methods[-1] == "prompts/list"
    assert opened(resources={}).methods[-1] == "resources/list"


def test_all_lists_are_learnt_in_order_and_kept_as_they_were_written() -> None:
    play = opened(prompts={}, resources={})
    play.answer("prompts/list", result={"prompts": [{"name": "p", "n": 1.50}], "nextCursor": "2"})
    play.answer("prompts/list", result={"prompts": [{"name": "q"}]})
    play.answer("resources/list", result={"resources": [{"uri": "file:///a"}]})
    found = ready(play.answer("resources/templates/list", result={"resourceTemplates": [{"uriTemplate": "x{y}"}]}))
    assert found.prompts == (b'{"name": "p", "n": 1.5}', b'{"name": "q"}')
    assert found.resources == (b'{"uri": "file:///a"}',)
    assert found.templates == (b'{"uriTemplate": "x{y}"}',)
    assert (found.tools, found.gaps) == ((b'{"name": "a"}',), ())
    assert play.methods[-4:] == ["prompts/list", "prompts/list", "resources/list", "resources/templates/list"]


@pytest.mark.parametrize(
    ("answer", "gap"),
    [
        ({"error": REFUSAL}, "prompts/list: it answered: Method not found"),
        ({"result": {"prompts": 7}}, "prompts/list: `prompts` is not a list"),
        ({"result": {"prompts": "no"}}, "prompts/list: `prompts` is not a list"),
    ],
)
def test_a_list_that_was_not_learnt_is_a_gap_and_the_server_is_ready(answer: dict[str, Any], gap: str) -> None:
    assert ready(opened(prompts={}).answer("prompts/list", **answer)).gaps == (gap,)


def test_a_server_of_resources_need_not_know_of_templates() -> None:
    play = opened(resources={})
    play.answer("resources/list", result={"resources": []})
    assert ready(play.answer("resources/templates/list", error=REFUSAL)).gaps == ()


@pytest.mark.parametrize("event", ["silence", "death"])
def test_silence_and_death_after_the_tools_cost_the_rest_of_the_lists_only(event: str) -> None:
    play = opened(prompts={}, resources={})
    play.answer("prompts/list", result={"prompts": [{"name": "p"}]})
    step = play.machine.silence(5) if event == "silence" else play.machine.died("exit status 1")
    found = ready(play.take(step))
    assert found.prompts == (b'{"name": "p"}',)
    assert [gap.partition(":")[0] for gap in found.gaps] == ["resources/list", "resources/templates/list"]


def test_a_list_whose_pages_do_not_end_is_given_up() -> None:
    play = opened(prompts={})
    play.answer("prompts/list", result={"prompts": [], "nextCursor": "a"})
    assert "do not end" in ready(play.answer("prompts/list", result={"prompts": [], "nextCursor": "a"})).gaps[0]
    play = opened(prompts={})
    step = play.step
    for page in range(lists.MAX_PAGES):
        assert step.outcome is None
        step = play.answer("prompts/list", result={"prompts": [], "nextCursor": str(page)})
    assert "do not end" in ready(step).gaps[0]


@pytest.mark.parametrize("era", ["handshake", "stateless"])
def test_the_servers_own_words_are_brought_to_one_form_in_either_era(era: str) -> None:
    play = Play(discover=era == "stateless")
    info = {"name": "s", "version": "1"}
    if era == "handshake":
        play.answer("initialize", result={**INIT, "serverInfo": info, "instructions": "be kind"})
    else:
        found = {"supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}}, "instructions": "be kind"}
        play.answer(
            "server/discover", result={**found, "_meta": {"io.modelcontextprotocol/serverInfo": info, "other": 1}}
        )
    said = json.loads(ready(play.answer("tools/list", result={"tools": []})).itself)
    assert said == {"instructions": "be kind", "serverInfo": info}


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["prompts", "resources", "resourceTemplates", "nextCursor"]),
            st.none() | st.integers() | st.text(max_size=3) | st.lists(st.integers() | st.text(max_size=3), max_size=3),
        ),
        max_size=6,
    )
)
def test_no_answers_keep_a_server_from_being_ready(answers: list[dict[str, Any]]) -> None:
    play = opened(prompts={}, resources={})
    for result in answers:
        if play.step.outcome is None:
            play.answer(play.methods[-1], result=result)
    if play.step.outcome is None:
        play.take(play.machine.died("exit status 0"))
    assert ready(play.step).tools == (b'{"name": "a"}',)
