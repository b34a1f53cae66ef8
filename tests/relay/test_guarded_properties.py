"""What holds of a guarded session whatever its two sides do, and whenever a judgement comes."""

from __future__ import annotations

import json
from collections import Counter

from fakes.conversation import DIED, block, notification, request, result
from fakes.guard import Judge
from fakes.guarded import EVIL, GOOD, Talk, call
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from supervisor.mcp.framing import Block
from supervisor.relay.out import Out, Question
from supervisor.relay.sessions import Session


class Guarded(RuleBasedStateMachine):
    """Every call gets one answer, and nothing that is withheld is in any list."""

    def __init__(self) -> None:
        super().__init__()
        self.talk = Talk()
        self.asked: list[int] = []
        self.lists: set[int] = set()
        self.cancelled: set[int] = set()
        self.question: Question | None = None

    def act(self, out: Out) -> None:
        self.talk.take(out)
        self.question = out.question
        session = self.talk.session
        assert set(session.delayed) <= set(session.calls.in_flight)
        assert session.gate is not None
        assert session.gate.watch.asked or not session.delayed

    @property
    def is_open(self) -> bool:
        return self.talk.session.state == "open"

    @rule(is_list=st.booleans(), name=st.sampled_from(["good", "evil"]), is_batch=st.booleans())
    def ask(self, *, is_list: bool, name: str, is_batch: bool) -> None:
        key = len(self.asked)
        self.asked.append(key)
        self.lists |= {key} if is_list else set()
        message = request(key, "tools/list") if is_list else call(key, name)
        self.keep(self.talk.session.from_client(block([message] if is_batch else message)))

    def keep(self, out: Out) -> None:
        """What the client does goes on while a judgement is awaited."""
        question = self.question
        self.act(out)
        self.question = question

    @precondition(lambda self: self.asked and self.is_open and self.question is None)
    @rule(data=st.data(), is_batch=st.booleans())
    def answer(self, data: st.DataObject, *, is_batch: bool) -> None:
        key = data.draw(st.sampled_from(self.asked))  # whether it was heard of or not, once or twice
        messages = [result(key, {"tools": [GOOD, EVIL]}), notification("x")]
        self.act(self.talk.session.from_server(block(messages) if is_batch else block(*messages)))

    @precondition(lambda self: self.question is not None)
    @rule(is_timely=st.booleans())
    def judge(self, *, is_timely: bool) -> None:
        assert self.question is not None
        found = self.talk.judge.judgement("demo", self.question.answer.definitions) if is_timely else None
        self.act(self.talk.session.judged(self.question, found))

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(self.asked))
        self.cancelled |= {key} if key in self.talk.session.calls.in_flight else set()
        self.keep(self.talk.session.from_client(block(notification("notifications/cancelled", requestId=key))))

    @rule()
    def wait_long_enough(self) -> None:
        self.keep(self.talk.session.overdue(tuple(self.talk.session.delayed)))

    @precondition(lambda self: self.is_open and self.question is None)
    @rule()
    def die(self) -> None:
        self.act(self.talk.session.server_lost(DIED))

    @precondition(lambda self: self.talk.session.state == "waiting")
    @rule()
    def come_back(self) -> None:
        self.act(self.talk.session.server_ready())

    def teardown(self) -> None:
        self.act(self.talk.session.end())
        heard = Counter(message["id"] for message in self.talk.to_client if "method" not in message)
        for key in self.asked:
            assert heard[key] <= 1 if key in self.cancelled else heard[key] == 1
        for message in self.talk.to_client:
            if message.get("id") in self.lists and "result" in message:
                assert message["result"] == {"tools": [GOOD]}


TestGuarded = Guarded.TestCase
TestGuarded.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)

LINES = st.sampled_from(
    [
        *(json.dumps(result(key, value)).encode() for key in (1, 2, "a") for value in ({"tools": [GOOD]}, {"x": 1})),
        b'{ "id" :1,"result": {"tools" :[ {"name":"\xff","n":1.0e0} ],"nextCursor":"x"}}\r',
        b'{"result":{"prompts":[{"name":"\\ud800"}]},"id":2}',
        json.dumps([result(1, {"tools": []}), result("a")]).encode(),
        json.dumps(notification("notifications/tools/list_changed")).encode(),
        json.dumps(request(1, "roots/list")).encode(),
        b'{"id":null,"error":{}}',
        b"",
        b"garbage",
    ]
)


@settings(max_examples=100, deadline=None)
@given(st.lists(LINES, max_size=12), st.lists(st.integers(1, 4), max_size=6))
def test_with_nothing_withheld_a_guarded_client_receives_the_same_bytes(lines: list[bytes], sizes: list[int]) -> None:
    heard = []
    for judge in (None, Judge(policy="off")):
        session, left, received = Session("demo", guard=judge), list(lines), b""
        session.server_ready()
        session.from_client(block(request(1, "tools/list"), request(2, "prompts/list"), request("a", "ping")))
        for size in [*sizes, len(lines) + 1]:
            some, left = left[:size], left[size:]
            out = session.from_server(Block(b"".join(line + b"\n" for line in some)))
            received += b"".join(out.to_client)
            while out.question is not None:
                assert judge is not None
                out = session.judged(out.question, judge.judgement("demo", out.question.answer.definitions))
                received += b"".join(out.to_client)
        heard.append((received, session.tally))
    assert heard[0] == heard[1]
