"""One client's conversation with a server of its own, across that server's deaths; without I/O.

    waiting --server_ready--> open            nothing to replay (a new session, or the stateless era)
    waiting --server_ready--> replaying       the client's recorded `initialize` was said again
    replaying --same answer--> open           `initialized` said again, the client told that lists may have changed
    replaying --other answer--> ended         SessionChanged
    open, replaying --server_lost--> waiting  calls in flight are answered with a retryable error
    any --end--> ended

Whole lines pass as they came, but for those that a guard withholds something of (gate.py). Only an open session passes
calls; in between each call is answered with what is wrong. Never passed: lines that are not JSON-RPC, answers that
nobody waits for, cancellations of calls that are gone.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from supervisor.errors import MessageTooLarge, NotReady, Problem, SessionChanged
from supervisor.mcp import jsonrpc
from supervisor.mcp.framing import Block
from supervisor.mcp.garbage import Garbage
from supervisor.mcp.jsonrpc import INVALID_REQUEST, PARSE_ERROR, Id, Peek
from supervisor.relay.calls import Calls
from supervisor.relay.gate import Gate
from supervisor.relay.guard import Guard, Watch
from supervisor.relay.opening import Opening
from supervisor.relay.out import Out, Passed, Question, Tally
from supervisor.scan.words import Judgement

State = Literal["waiting", "replaying", "open", "ended"]


class Session:
    """The rules of one session; `server` is its name in the config, for what the client is told."""

    def __init__(
        self,
        server: str,
        tally: Tally | None = None,
        guard: Guard | None = None,
        *,
        withholds: bool = True,
        known_as: str = "",
    ) -> None:
        self.server = server
        self.state: State = "waiting"
        self.problem: Problem | None = None
        """Why it ended, if not because the client left."""
        self.absence = NotReady(server=server, state="starting", retry_after_s=1.0)
        """What a call is told while no instance can take it."""
        self.tally = tally or Tally()
        self.calls = Calls()
        self.garbage = Garbage()
        self.gate: Gate | None = None
        if guard is not None:
            watch = Watch(server, guard, withholds=withholds)
            self.gate = Gate(server, watch, self.calls, self.tally, known_as=known_as or server)
        self._opening = Opening()

    # ------------------------------------------------------------------------------------------ what happens to it

    def server_ready(self) -> Out:
        """A fresh instance is there, and nothing was said to it yet."""
        out = Out()
        self.garbage = Garbage()
        replay = self._opening.replay()
        self.state = "open" if replay is None else "replaying"
        if replay is not None:
            out.to_server.append(replay)
        return out

    def server_lost(self, problem: Problem) -> Out:
        """The instance is gone, or of no use; what it owed the client is answered with `problem`."""
        out = Out()
        self.state = "waiting"
        self.tally.deaths += 1
        self._opening.lost()
        if self.gate is not None:
            self.gate.lost()
        self._answer_lost(problem, out)
        return out

    def end(self, problem: Problem | None = None) -> Out:
        """Nothing will come any more; what is still owed to the client is answered with `problem`."""
        out = Out()
        self.state = "ended"
        self.problem = self.problem or problem
        if self.gate is not None:
            self.gate.lost()
        over = NotReady(server=self.server, state="stopped", retry_after_s=self.absence.retry_after_s)
        self._answer_lost(self.problem or over, out, state="stopped")
        return out

    def _answer_lost(self, problem: Problem, out: Out, *, state: str = "") -> None:
        retryable = not isinstance(problem, MessageTooLarge | SessionChanged) and not state
        after_s = self.absence.retry_after_s if retryable else None
        for key in self.calls.server_died():
            out.to_client.append(
                jsonrpc.problem_line(
                    key, problem, state=state or self.absence.state, retryable=retryable, retry_after_s=after_s
                )
            )

    # --------------------------------------------------------------------------------------------- from the client

    def from_client(self, block: Block) -> Out:
        """Whole lines of the client."""
        out = Out()
        self.tally.client_bytes += len(block)
        if self.state == "open":
            peeks = jsonrpc.peek_block(block)
            if peeks is not None and self._takes_block(block, peeks):
                self.tally.client_messages += len(peeks)
                out.to_server.append(block.view)
                return out
        passed = Passed(block, out.to_server)
        for begin, end in block.spans():
            if self.delayed:
                passed.cut()  # what is let go now comes behind what passed before
            if self._client_line(block.view[begin:end], out):
                self.tally.client_messages += 1
                passed.line(begin, end)
        passed.cut()
        return out

    def _takes_block(self, block: Block, peeks: list[Peek]) -> bool:
        return self.calls.client_block(peeks) if self.gate is None else self.gate.passes_block(block, peeks)

    def _client_line(self, line: memoryview, out: Out) -> bool:
        peek = jsonrpc.peek_line(line)
        if peek is None:
            return self._client_batch(line, out)
        refusal = self._refuse_client(peek, line, out)
        if refusal is not None and refusal:
            self.tally.refused += 1
            out.to_client.append(refusal)
        return refusal is None

    def _refuse_client(self, peek: Peek, line: memoryview, out: Out) -> bytes | None:
        """None if the message is to be passed on, else what the client is told about it (nothing, if empty)."""
        if peek.is_request:
            return self._refuse_call(peek, line, out)
        if peek.is_notification:
            return None if self._passes_notification(peek, line, out) else b""
        if peek.is_response:
            passes = not jsonrpc.is_id(peek.id) or self.calls.client_answers(_id(peek))
            self.tally.strays += not passes
            return None if passes and self.state in {"open", "replaying"} else b""
        return jsonrpc.error_line(None, INVALID_REQUEST, "this is neither a request, a notification nor a response")

    def _refuse_call(self, peek: Peek, line: memoryview, out: Out) -> bytes | None:
        key = _id(peek)
        if self.state != "open":
            away = self.absence
            return jsonrpc.problem_line(key, away, state=away.state, retryable=True, retry_after_s=away.retry_after_s)
        if reason := self.calls.client_calls(key):
            return jsonrpc.error_line(key, INVALID_REQUEST, reason)
        if peek.method == "initialize":
            self._opening.asked(key, bytes(line))
        if self.gate is None or self.gate.passes_call(peek, key, line, out):
            return None
        return b""

    def _passes_notification(self, peek: Peek, line: memoryview, out: Out) -> bool:
        if peek.method == "notifications/initialized":
            self._opening.initialized(bytes(line))
        elif peek.method == "notifications/cancelled":
            key = jsonrpc.cancelled_id(line)
            is_meant = self.calls.client_cancels(key) and self.state == "open"
            return is_meant and (self.gate is None or not self.gate.cancels(key, out))
        return self.state == "open"

    def _client_batch(self, line: memoryview, out: Out) -> bool:
        """A batch passes if all in it would; else each of its calls is answered, and nothing of it passes."""
        if not bytes(line).strip():
            return False
        found = jsonrpc.elements(line)
        peeks = [jsonrpc.peek_line(element) for element in found or ()]
        if not peeks:
            number, reason = (PARSE_ERROR, "not JSON") if found is None else (INVALID_REQUEST, "an empty batch")
            self.tally.refused += 1
            out.to_client.append(jsonrpc.error_line(None, number, reason))
            return False
        fit = [peek for peek in peeks if peek is not None and peek.method != "initialize"]
        if self.state == "open" and len(fit) == len(peeks) and self._passes_batch(fit, found or []):
            return True
        self.tally.refused += 1
        keys = [_id(peek) for peek in peeks if peek is not None and peek.is_request]
        for key in keys or (None,):
            out.to_client.append(jsonrpc.error_line(key, INVALID_REQUEST, "this batch cannot be passed on"))
        return False

    def _passes_batch(self, peeks: list[Peek], lines: list[bytes]) -> bool:
        if self.gate is None:
            return self.calls.client_block(peeks)
        if not self.gate.passes_batch(peeks, lines) or not self.calls.client_block(peeks):
            return False
        self.gate.asked(peeks)
        return True

    # --------------------------------------------------------------------------------------------- from the server

    def from_server(self, block: Block) -> Out:
        """Whole lines of the instance that is there now; all of them, unless one has to be judged first."""
        out = Out()
        self.tally.server_bytes += len(block)
        is_watching = self.gate is not None and self.gate.watch.asked
        if self.state == "open" and self._opening.unanswered is None and not is_watching:
            peeks = jsonrpc.peek_block(block)
            if peeks is not None and self.calls.server_block(peeks):
                self.garbage.message()
                self.tally.server_messages += len(peeks)
                out.to_client.append(block.view)
                return out
        self._server_blocks([block], out)
        return out

    def judged(self, question: Question, judgement: Judgement | None) -> Out:
        """A line that was taken out has been judged (None: it was not, in time): it passes, and what came behind it."""
        assert self.gate is not None  # who else would have asked
        out = Out()
        self.tally.judging -= 1
        line = self.gate.judged(question, judgement, out)
        if line is not None and self._passes_answer(question.key, question.answer.line):
            self.tally.server_messages += 1
            out.to_client.append(line)
        self.gate.release(out)
        self._server_blocks(question.rest, out)
        return out

    @property
    def delayed(self) -> Collection[Id]:
        """Calls that wait for a list."""
        return self.gate.delayed.keys() if self.gate is not None else ()

    def overdue(self, keys: Collection[Id]) -> Out:
        """Calls that have waited for a list for long enough."""
        out = Out()
        if self.gate is not None and self.state == "open":
            self.gate.release(out, keys)
        return out

    def _server_blocks(self, blocks: list[Block], out: Out) -> None:
        """Blocks in order, up to a line that has to be judged first; the rest is kept with the question."""
        left = list(blocks)
        while left and out.question is None and not out.lost and self.state != "ended":
            left[:1] = self._server_block(left[0], out)
        if out.question is not None:
            out.question.rest.extend(left)

    def _server_block(self, block: Block, out: Out) -> list[Block]:
        """Look at the lines one by one; returns what is still to be looked at, a batch as a block of its own."""
        passed = Passed(block, out.to_client)
        for begin, end in block.spans():
            line = block.view[begin:end]
            peek = jsonrpc.peek_line(line)
            if peek is None or not (peek.is_response or peek.is_request or peek.is_notification):
                passed.cut()
                if batch := self._server_oddity(line, out):
                    return [batch, *block.after(end)]
            elif self._server_message(peek, line, out, passed):
                self.tally.server_messages += 1
                passed.line(begin, end)
            if out.question or out.lost or self.state == "ended":
                passed.cut()
                return block.after(end)
        passed.cut()
        return []

    def _server_message(self, peek: Peek, line: memoryview, out: Out, passed: Passed) -> bool:
        """Whether one message passes here; what is said in its place comes behind all that passed before it."""
        self.garbage.message()
        if self.state == "replaying" and peek.is_response and peek.id == self._opening.replay_key:
            passed.cut()
            self._replay_answered(line, out)
            return False
        if self.gate is not None and self.gate.watch.asked:
            passed.cut()
            if self.gate.takes(peek, line, out):
                self._note_opening()
                return False
        if not peek.is_response:
            return peek.is_notification or self._passes_ask(_id(peek), out)
        return peek.id is None or self._passes_answer(_id(peek), line)

    def _note_opening(self) -> None:
        """An opening whose answer was kept from the client agrees on nothing."""
        key = self._opening.unanswered
        if key is not None and key not in self.calls.in_flight:
            self._opening.lost()

    def _passes_ask(self, key: Id, out: Out) -> bool:
        reason = self.calls.server_asks(key)
        if reason:
            out.to_server.append(jsonrpc.error_line(key, INVALID_REQUEST, reason))
        return not reason

    def _passes_answer(self, key: Id, line: bytes | memoryview) -> bool:
        if key == self._opening.unanswered:
            self._opening.answered(bytes(line))
        passes = key not in self.delayed and self.calls.server_answers(key)  # the server has not heard of those
        self.tally.strays += not passes
        return passes

    def _replay_answered(self, line: memoryview, out: Out) -> None:
        if not self._opening.is_same(bytes(line)):
            self.state = "ended"
            self.problem = SessionChanged(server=self.server)
            return
        self.state = "open"
        if completion := self._opening.completion():
            out.to_server.append(completion)
        out.to_client.extend(self._opening.notices())

    def _server_oddity(self, line: memoryview, out: Out) -> Block | None:
        """A blank line, a batch or garbage; of a batch, the messages in it as lines of their own."""
        if not bytes(line[:2]).strip() and not bytes(line).strip():
            return None
        found = jsonrpc.elements(line)
        peeks = [jsonrpc.peek_line(element) for element in found or ()]
        fit = [peek for peek in peeks if peek and (peek.is_response or peek.is_notification or peek.is_request)]
        if not found or len(fit) < len(found):
            self.tally.garbage += 1
            out.lost = self.garbage.line(line)
            return None
        return Block(b"".join(element + b"\n" for element in found))


def _id(peek: Peek) -> Id:
    """The id of a message that is known to have one."""
    assert isinstance(peek.id, int | float | str)
    return peek.id
