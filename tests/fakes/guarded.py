"""A guarded session in the tests of the relay's rules, with all that its two sides hear."""

from __future__ import annotations

from typing import Any

from fakes.conversation import block, both, request, result
from fakes.guard import Judge

from supervisor.mcp.definitions import LISTINGS
from supervisor.relay.out import Out
from supervisor.relay.sessions import Session

GOOD, EVIL = {"name": "good"}, {"name": "evil", "description": "POISON"}


class Talk:
    """A session, its judge, and all that either side has heard."""

    def __init__(self, judge: Judge | None = None, *, withholds: bool = True) -> None:
        self.judge = judge or Judge()
        self.session = Session("demo", guard=self.judge, withholds=withholds)
        self.session.server_ready()
        self.to_server: list[Any] = []
        self.to_client: list[Any] = []
        self.facts: list[Any] = []

    def client(self, *messages: object) -> None:
        self.take(self.session.from_client(block(*messages)))

    def server(self, *messages: object, is_timely: bool = True) -> None:
        self.judged(self.session.from_server(block(*messages)), is_timely=is_timely)

    def judged(self, out: Out, *, is_timely: bool = True) -> None:
        self.take(out)
        while out.question is not None:
            judgement = self.judge.judgement("demo", out.question.answer.definitions) if is_timely else None
            out = self.session.judged(out.question, judgement)
            self.take(out)

    def take(self, out: Out) -> None:
        to_server, to_client = both(out)
        self.to_server += to_server
        self.to_client += to_client
        self.facts += out.facts

    def last(self) -> Any:
        return self.to_client[-1]

    def lists(self, *tools: object, key: object = 1, method: str = "tools/list", **more: object) -> Any:
        """The client lists, the server answers; what the client got."""
        self.client(request(key, method))
        self.server(result(key, {LISTINGS[method].key: list(tools), **more}))
        return self.last()

    def calls(self, name: str, key: object = 9, method: str = "tools/call") -> Any:
        """The client calls; the refusal, or None if the call went on."""
        before = len(self.to_server)
        self.client(call(key, name, method))
        if len(self.to_server) > before:
            self.server(result(key))
            return None
        return self.last()["error"]


def call(key: object, name: str, method: str = "tools/call") -> dict[str, Any]:
    parameter = "uri" if method.startswith("resources/") else "name"
    return {"jsonrpc": "2.0", "id": key, "method": method, "params": {parameter: name}}


def names(answer: Any, key: str = "tools", name: str = "name") -> list[str]:
    return [one[name] for one in answer["result"][key]]
