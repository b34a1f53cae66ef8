"""Where the lines of a session meet its guard: lists are taken out to be judged, calls of what is withheld refused.

Of a client's requests those are remembered whose answers define something. Such an answer leaves the stream as a
`Question`; the session goes on behind it when it has been judged. A call of a kind that is being listed is delayed
until then. It does not wait for ever: a server that does not answer its list is called without, since what it has not
listed nobody was shown.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection
from typing import Final

from supervisor.errors import NotReady, ScanUnknown
from supervisor.errors import Withheld as WithheldProblem
from supervisor.mcp import jsonrpc
from supervisor.mcp.definitions import LISTINGS
from supervisor.mcp.framing import Block
from supervisor.mcp.jsonrpc import UNAVAILABLE, WITHHELD, Id, Peek
from supervisor.relay import answers
from supervisor.relay.calls import Calls
from supervisor.relay.guard import ASKING, LISTENING, WAITING, Watch
from supervisor.relay.names import CALLS, called, called_by, shown
from supervisor.relay.out import AnswerUnjudged, CallRefused, Out, Question, Tally
from supervisor.scan.words import Judgement, Kind, Withheld, WithholdReason

MAX_DELAYED_BYTES: Final = 16 * 1024 * 1024
"""Of all calls that wait for a list; the largest message has room."""
WHY: Final[dict[WithholdReason, str]] = {
    "dangerous": "the scan found it dangerous",
    "changed": "it has changed since it was approved",
    "new": "it is new since the server was approved",
    "rejected": "it was rejected",
    "not_approved": "nobody has approved it yet",
    "quarantined": "the whole server is quarantined",
    "unreadable": "it cannot be read in one way only",
}


class Gate:
    """The guard of one session."""

    def __init__(self, server: str, watch: Watch, calls: Calls, tally: Tally, *, known_as: str) -> None:
        self.watch = watch
        self.delayed: dict[Id, tuple[Kind, bytes]] = {}
        """Calls that wait for a list of their kind."""
        self._server = server
        self._known_as = known_as
        self._calls = calls
        self._tally = tally

    def lost(self) -> None:
        """The server is gone: nothing of it is awaited any more. Who waits is answered as all calls in flight are."""
        self.watch.lost()
        self.delayed.clear()

    # --------------------------------------------------------------------------------------------- from the client

    def passes_block(self, block: Block, peeks: list[Peek]) -> bool:
        """Whether a block of a client goes on as one piece, if it has but plain messages; then they are taken."""
        if self.watch.asked:
            return self._calls.client_block(peeks, WAITING)
        if self.watch.withholds_something():
            calls = called_by(block.view, [peek.method for peek in peeks])
            if calls is None or any(self.watch.refusal(kind, name) for kind, name in calls):
                return False
        return self._calls.client_block(peeks, LISTENING)

    def passes_call(self, peek: Peek, key: Id, line: memoryview, out: Out) -> bool:
        """Whether a request that was taken as a call goes on now; if not, it was answered or waits here."""
        method = str(peek.method)
        if method in ASKING:
            self.watch.asked[key] = method
        elif method in CALLS:
            kind, name = called(line, method)
            if refusal := self.watch.refusal(kind, name):
                self._refuse(key, refusal, out)
                return False
            if self.watch.is_awaited(kind):
                self._delay(key, kind, bytes(line), out)
                return False
        return True

    def passes_batch(self, peeks: list[Peek], lines: list[bytes]) -> bool:
        """Whether all calls in a batch could go on now; a batch waits for nothing."""
        methods = {str(peek.method) for peek in peeks}
        listed = {LISTINGS[method].kind for method in methods & LISTINGS.keys()}
        for peek, line in zip(peeks, lines, strict=True):
            if peek.method in CALLS:
                kind, name = called(line, str(peek.method))
                if kind in listed or self.watch.is_awaited(kind) or self.watch.refusal(kind, name):
                    return False
        return True

    def asked(self, peeks: list[Peek]) -> None:
        """Remember what was asked for in a batch that went on."""
        for peek in peeks:
            if peek.method in ASKING and isinstance(peek.id, int | float | str):
                self.watch.asked[peek.id] = str(peek.method)

    def cancels(self, key: Id | None, out: Out) -> bool:
        """A call was called off; whether the server never heard of it. A list's late answer is for nobody."""
        if key in self.delayed:
            del self.delayed[key]
            self._calls.cancelled.pop(key, None)
            return True
        if key in self.watch.asked:
            del self.watch.asked[key]
            self._calls.cancelled.pop(key, None)
            self.release(out)
        return False

    def _delay(self, key: Id, kind: Kind, line: bytes, out: Out) -> None:
        if sum(len(waiting) for _, waiting in self.delayed.values()) + len(line) > MAX_DELAYED_BYTES:
            del self._calls.in_flight[key]
            self._tally.refused += 1
            busy = NotReady(server=self._server, state="listing", retry_after_s=1.0)
            out.to_client.append(
                jsonrpc.problem_line(key, busy, state=busy.state, retryable=True, retry_after_s=busy.retry_after_s)
            )
            return
        self.delayed[key] = (kind, line)

    def release(self, out: Out, overdue: Collection[Id] = ()) -> None:
        """Let go on, or refuse, what waits for no list any more, or has waited long enough."""
        for key, (kind, line) in list(self.delayed.items()):
            if self.watch.is_awaited(kind) and key not in overdue:
                continue
            del self.delayed[key]
            method = jsonrpc.peek_line(line)
            assert method is not None  # it was read before
            refusal = self.watch.refusal(*called(line, str(method.method)))
            if refusal is not None:
                self._refuse(key, refusal, out)
                continue
            self._tally.client_messages += 1
            out.to_server.append(line)

    def _refuse(self, key: Id, one: Withheld, out: Out) -> None:
        del self._calls.in_flight[key]
        self._tally.refused += 1
        out.facts.append(CallRefused(one.kind, one.name, one.reason))
        out.to_client.append(self._refusal_line(key, one))

    def _refusal_line(self, key: Id, one: Withheld) -> bytes:
        name = shown(one.name)
        why = WHY[one.reason]
        if self.watch.was_listed(one):
            why += "; once it is approved, list it again"
        problem = WithheldProblem(server=self._server, kind=one.kind, name=name, reason=why)
        data: dict[str, object] = {
            "code": problem.code,
            "server": self._server,
            "kind": one.kind,
            "name": name,
            "reason": one.reason,
            "command": approval(self._known_as, one),
            "retryable": False,
        }
        return jsonrpc.error_line(key, WITHHELD, problem.text, data)

    # --------------------------------------------------------------------------------------------- from the server

    def takes(self, peek: Peek, line: memoryview, out: Out) -> bool:
        """Whether a line of the server is dealt with here, or was put as a question; otherwise it passes as any other.

        Called while an answer is awaited that defines something.
        """
        key = peek.id
        method = self.watch.asked.get(key) if isinstance(key, int | float | str) else None
        text = bytes(line)
        if method is None or not isinstance(key, int | float | str):
            return answers.is_ambiguous(text) and self._drop(peek, out)
        if not peek.is_response:  # a request of the server's own, whose ids are not the client's
            return answers.is_ambiguous(text) and self._unread(key, method, out)
        answer = answers.take(text, method)
        if answer is None:
            return self._unread(key, method, out)
        if not answer.definitions:
            self._settle(key, out)
            return False
        self._tally.judging += 1
        out.question = Question(key, method, answer, [])
        return True

    def judged(self, question: Question, judgement: Judgement | None, out: Out) -> bytes | None:
        """The line that the client gets, or None if it got an error instead, or does not wait any more.

        What waited for it is to be released behind it.
        """
        key, method = question.key, question.method
        if key not in self.watch.asked:
            return None
        if judgement is None and self.watch.withholds and method in LISTINGS:
            self._unread(key, method, out, why="was not judged in time", retryable=True)
            return None
        line = question.answer.line
        if judgement is not None or self.watch.withholds:
            line = self.watch.judged(method, question.answer, judgement)
        del self.watch.asked[key]
        return line

    def _settle(self, key: Id, out: Out) -> None:
        del self.watch.asked[key]
        self.release(out)

    def _unread(
        self, key: Id, method: str, out: Out, *, why: str = "cannot be read in one way only", retryable: bool = False
    ) -> bool:
        kind: Kind = LISTINGS[method].kind if method in LISTINGS else "server"
        detail = f"its answer to {method} {why}"
        out.facts.append(AnswerUnjudged(kind, detail, self.watch.withholds))
        if self.watch.withholds:
            self._calls.server_answers(key)
            self._fail(key, detail, out, retryable=retryable)
        self._settle(key, out)
        return self.watch.withholds

    def _drop(self, peek: Peek, out: Out) -> bool:
        """A line that some readers might take for the answer that is awaited, and others for something else."""
        if not self.watch.withholds:
            return False
        kinds = {LISTINGS[method].kind for method in self.watch.asked.values() if method in LISTINGS}
        detail = "a message cannot be read in one way only"
        out.facts.append(AnswerUnjudged(next(iter(sorted(kinds)), "server"), detail, is_kept=True))
        key = peek.id
        if peek.is_response and isinstance(key, int | float | str) and self._calls.server_answers(key):
            self._fail(key, detail, out, retryable=False)
        return True

    def _fail(self, key: Id, detail: str, out: Out, *, retryable: bool) -> None:
        problem = ScanUnknown(server=self._server, reason=detail)
        data: dict[str, object] = {"code": problem.code, "server": self._server, "retryable": retryable}
        out.to_client.append(jsonrpc.error_line(key, UNAVAILABLE if retryable else WITHHELD, problem.text, data))


def approval(server: str, one: Withheld) -> str:
    """The command that lets it through, once somebody has looked at it."""
    words = ["stockade", "approve", server]
    if one.kind != "server" and one.reason != "quarantined" and shown(one.name) == one.name:
        words.append(one.name)
    return shlex.join(words)
