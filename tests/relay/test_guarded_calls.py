"""What a session makes of judgements: which calls go no further, and which have to wait."""

from __future__ import annotations

import pytest
from fakes.conversation import DIED, block, notification, request, result
from fakes.guard import Judge
from fakes.guarded import EVIL, GOOD, Talk, call, names

from supervisor.mcp.spans import MAX_ELEMENTS
from supervisor.relay.gate import MAX_DELAYED_BYTES

# --------------------------------------------------------------------------------------------------------------- calls


def test_a_call_of_what_was_never_listed_passes_unless_it_is_withheld_of_the_server() -> None:
    talk = Talk()
    assert talk.calls("unlisted") is None
    talk.judge.rejects("tool", "unlisted")
    refusal = talk.calls("unlisted")
    assert refusal["data"]["reason"] == "rejected"
    assert "list it again" not in refusal["message"]
    assert talk.calls("unlisted", method="prompts/get") is None
    talk.judge.everywhere.clear()
    assert talk.calls("unlisted") is None


def test_a_block_of_calls_stays_one_piece_while_nothing_is_withheld() -> None:
    talk = Talk()
    talk.lists(GOOD)
    calls = block(call(1, "good"), call(2, "other"))
    assert talk.session.from_client(calls).to_server == [calls.view]
    answers = block(result(1), result(2))
    assert talk.session.from_server(answers).to_client == [answers.view]


def test_of_a_block_of_calls_the_refused_are_answered_and_the_others_pass() -> None:
    talk = Talk()
    talk.lists(GOOD, EVIL)
    talk.to_client.clear()
    talk.client(call(1, "good"), call(2, "evil"), call(3, "good"))
    assert [message["id"] for message in talk.to_server[-2:]] == [1, 3]
    assert [message["id"] for message in talk.to_client] == [2]


def test_what_was_approved_is_refused_until_it_was_listed_again() -> None:
    talk = Talk()
    talk.lists(GOOD, EVIL)
    (one,) = [one for one in talk.judge.seen if one.name == "evil"]
    talk.judge.approves(one)
    assert "list it again" in talk.calls("evil")["message"]
    assert names(talk.lists(GOOD, EVIL, key=2)) == ["good", "evil"]
    assert talk.calls("evil") is None


def test_what_one_sessions_server_showed_does_not_free_anothers() -> None:
    judge = Judge()
    one, other = Talk(judge), Talk(judge)
    one.lists({"name": "a", "description": "POISON"})
    assert names(other.lists({"name": "a"})) == ["a"]
    assert other.calls("a") is None
    assert one.calls("a")["data"]["reason"] == "dangerous"


def test_what_a_session_was_shown_may_be_called_whatever_the_server_shows_elsewhere_unless_it_was_rejected() -> None:
    talk = Talk()
    talk.lists(GOOD)
    talk.judge.rejects("tool", "good", "changed")
    assert talk.calls("good") is None
    talk.judge.rejects("tool", "good", "rejected")
    assert talk.calls("good")["data"]["reason"] == "rejected"


def test_where_nothing_may_be_withheld_only_somebodys_no_counts() -> None:
    judge = Judge()
    judge.is_quarantining = True
    talk = Talk(judge, withholds=False)
    judge.rejects("tool", "bad")
    assert names(talk.lists(GOOD, EVIL, {"name": "bad"})) == ["good", "evil"]
    assert talk.calls("evil") is None
    assert talk.calls("bad")["data"]["reason"] == "rejected"


@pytest.mark.parametrize("odd", ["evil\u200b", "ev\u00adil", "\uff45vil"])
def test_a_withheld_name_in_odd_signs_is_withheld_unless_it_was_shown(odd: str) -> None:
    talk = Talk()
    talk.lists(GOOD, EVIL)
    assert talk.calls(odd)["data"]["name"] == "evil"
    assert names(talk.lists(GOOD, EVIL, {"name": odd}, key=2)) == ["good", odd]
    assert talk.calls(odd) is None
    assert talk.calls("evil") is not None


def test_a_resource_of_a_withheld_template_is_withheld_unless_it_was_shown() -> None:
    talk = Talk()
    talk.lists({"uriTemplate": "f:/{x}", "description": "POISON"}, method="resources/templates/list")
    talk.lists({"uri": "f:/shown"}, method="resources/list", key=2)
    assert talk.calls("f:/hidden", method="resources/read")["data"]["kind"] == "template"
    assert talk.calls("f:/hidden", method="resources/subscribe")["data"]["reason"] == "dangerous"
    assert talk.calls("f:/shown", method="resources/read") is None
    assert talk.calls("g:/other", method="resources/read") is None


def test_of_a_server_that_is_quarantined_nothing_is_shown_and_nothing_can_be_called() -> None:
    judge = Judge()
    judge.is_quarantining = True
    talk = Talk(judge)
    assert names(talk.lists(GOOD, EVIL)) == []
    assert talk.calls("never listed")["data"]["command"] == "stockade approve demo"
    assert names(talk.lists(GOOD, key=2, method="prompts/list"), "prompts") == ["good"]
    assert talk.calls("good", method="prompts/get")["data"]["reason"] == "quarantined"
    assert names(talk.lists(GOOD, key=3)) == ["good"]
    assert talk.calls("good") is None


def test_a_refusal_shows_no_terminal_or_model_what_a_name_may_hide() -> None:
    talk = Talk()
    name = "e\x1b[31m\u202evil" + "x" * 200
    talk.lists({"name": name, "description": "POISON"})
    refusal = talk.calls(name)
    assert refusal["data"]["name"].startswith(r"e\x1b[31m\u202evilxxx")
    assert len(refusal["data"]["name"]) < 150
    assert refusal["data"]["command"] == "stockade approve demo"


def test_more_names_than_can_be_remembered_make_the_server_unfit() -> None:
    talk = Talk()
    for page in range(3):
        talk.lists(*({"name": f"t{page}-{number}"} for number in range(MAX_ELEMENTS)), key=page)
    assert talk.calls("t0-0")["data"]["reason"] == "quarantined"


# ------------------------------------------------------------------------------------------ calls right behind a list


def test_a_call_right_behind_a_list_does_not_overtake_the_judgement() -> None:
    talk = Talk()
    talk.client(
        request(1, "tools/list"), call(2, "evil"), call(3, "good"), request(4, "ping"), call(5, "p", "prompts/get")
    )
    assert [message["id"] for message in talk.to_server] == [1, 4, 5]
    talk.server(result(1, {"tools": [GOOD, EVIL]}))
    assert [message["id"] for message in talk.to_server] == [1, 4, 5, 3]
    assert [message["id"] for message in talk.to_client] == [1, 2]
    assert talk.session.tally.client_messages == 4


def test_a_call_waits_for_every_list_of_its_kind_that_is_on_its_way() -> None:
    talk = Talk()
    talk.client(request(1, "tools/list"), request(2, "tools/list"), call(3, "good"))
    talk.server(result(1, {"tools": [GOOD]}))
    assert list(talk.session.delayed) == [3]
    talk.server({"id": 2, "error": {"code": 1, "message": "no"}})
    assert list(talk.session.delayed) == []
    assert talk.to_server[-1]["id"] == 3


def test_a_call_that_waited_long_enough_goes_on_without_the_list() -> None:
    talk = Talk()
    talk.judge.rejects("tool", "never")
    talk.client(request(1, "tools/list"), call(2, "good"), call(3, "late"))
    talk.judge.rejects("tool", "late")
    talk.take(talk.session.overdue([2, 3]))
    assert talk.to_server[-1]["id"] == 2
    assert talk.last()["error"]["data"]["name"] == "late"


def test_a_delayed_call_can_be_called_off_and_the_server_never_hears_of_it() -> None:
    talk = Talk()
    talk.client(request(1, "tools/list"), call(2, "good"), notification("notifications/cancelled", requestId=2))
    talk.server(result(1, {"tools": [GOOD]}))
    assert [message["id"] for message in talk.to_server] == [1]
    assert [message["id"] for message in talk.to_client] == [1]
    assert talk.session.calls.in_flight == {}
    assert talk.session.calls.cancelled == {}


def test_a_list_that_was_called_off_frees_who_waits_and_its_late_answer_is_for_nobody() -> None:
    talk = Talk()
    cancel = notification("notifications/cancelled", requestId=1)
    talk.client(request(1, "tools/list"), call(2, "good"), cancel)
    assert talk.to_server == [request(1, "tools/list"), call(2, "good"), cancel]
    talk.server(result(1, {"tools": [EVIL]}))
    assert talk.to_client == []


def test_a_list_that_is_called_off_while_it_is_judged_is_not_shown() -> None:
    talk = Talk()
    talk.client(request(1, "tools/list"))
    out = talk.session.from_server(block(result(1, {"tools": [EVIL]}), notification("x")))
    assert out.question is not None
    talk.client(notification("notifications/cancelled", requestId=1))
    talk.take(talk.session.judged(out.question, talk.judge.judgement("demo", out.question.answer.definitions)))
    assert talk.to_client == [notification("x")]


def test_a_delayed_call_gets_its_one_answer_when_the_server_dies() -> None:
    talk = Talk()
    talk.client(request(1, "tools/list"), call(2, "good"))
    talk.take(talk.session.server_lost(DIED))
    assert [message["id"] for message in talk.to_client] == [1, 2]
    assert list(talk.session.delayed) == []
    talk.take(talk.session.server_ready())
    assert talk.calls("good") is None


def test_an_answer_to_a_call_that_the_server_has_not_heard_of_goes_nowhere() -> None:
    talk = Talk()
    talk.client(request(1, "tools/list"), call(2, "evil"), call(3, "good"))
    talk.server(result(2, "guessed"), result(3, "guessed"), result(1, {"tools": [GOOD, EVIL]}))
    assert [message["id"] for message in talk.to_client] == [1, 2]
    assert talk.to_client[1]["error"]["data"]["reason"] == "dangerous"
    talk.server(result(3))
    assert talk.last() == result(3)
    assert talk.session.tally.strays == 2


@pytest.mark.parametrize("length", [1024, 1025, 100_000])
def test_a_name_of_any_length_is_remembered(length: int) -> None:
    talk = Talk()
    long = "x" * length
    talk.lists({"name": long, "description": "POISON"}, {"name": long + "y"})
    assert talk.calls(long)["data"]["reason"] == "dangerous"
    assert talk.calls(long + "y") is None


def test_calls_that_wait_may_not_fill_the_memory() -> None:
    talk = Talk()
    large = [call(key, "good" + "x" * (MAX_DELAYED_BYTES // 3)) for key in range(2, 6)]
    talk.client(request(1, "tools/list"), *large)
    assert len(talk.session.delayed) == 2
    assert [message["error"]["data"]["state"] for message in talk.to_client] == ["listing"] * 2
    talk.server(result(1, {"tools": [GOOD]}))
    assert [message["id"] for message in talk.to_server] == [1, 2, 3]
