"""Who waits for whom: the client's calls in flight, and the requests of the server that the client has yet to answer.

Nothing is kept of a call but its id. Every call that was taken gets exactly one answer: the server's, or ours when the
server dies. An answer that nobody waits for (a second one, an unknown id) goes nowhere.
"""

from __future__ import annotations

from typing import Final

from msgspec import UNSET

from supervisor.mcp.jsonrpc import Id, Peek

MAX_IN_FLIGHT: Final = 4096
"""Calls of one client at a time; a server that reads and never answers must not make us remember without bound."""
MAX_ASKED: Final = 1024
"""Requests of one server at a time, for the same reason."""
MAX_CANCELLED: Final = 1024
"""Cancelled calls whose late answer is still recognised; the oldest are forgotten."""
SPECIAL: Final = frozenset({"initialize", "notifications/initialized", "notifications/cancelled"})
"""What a client says that a session has to remember: such lines are read one by one."""


class Calls:
    """The ids of one session that are waiting for an answer, in both directions."""

    __slots__ = ("asked", "cancelled", "in_flight", "orphaned")

    def __init__(self) -> None:
        self.in_flight: dict[Id, None] = {}
        """Calls of the client that the server has yet to answer, oldest first."""
        self.cancelled: dict[Id, None] = {}
        """Calls that the client no longer waits for; an answer may still come and does no harm."""
        self.asked: dict[Id, None] = {}
        """Requests of the server that the client has yet to answer."""
        self.orphaned: dict[Id, None] = {}
        """Requests of a dead instance: the client's answer to them is for nobody."""

    # The two ways of a block that holds nothing but ordinary messages: one pass, all or nothing.

    def client_block(self, peeks: list[Peek], special: frozenset[str] = SPECIAL) -> bool:
        """Take a client's messages if all are plain calls and notifications; False, and nothing taken, if not.

        Plain is what is not of a `special` method.
        """
        in_flight = self.in_flight
        if len(in_flight) + len(peeks) > MAX_IN_FLIGHT:
            return False
        taken: list[Id] = []
        for peek in peeks:
            key, method = peek.id, peek.method
            if method is UNSET or method in special or key is None or key in in_flight:
                break
            if key is not UNSET:
                if key.__class__ is str and len(key) > 64:
                    break
                in_flight[key] = None
                taken.append(key)
        else:
            return True
        for key in taken:
            del in_flight[key]
        return False

    def server_block(self, peeks: list[Peek]) -> bool:
        """Take a server's messages if all answer calls in flight or are notifications; False, nothing taken, if not."""
        in_flight = self.in_flight
        taken: list[Id] = []
        for peek in peeks:
            key = peek.id
            if peek.method is not UNSET:
                if key is not UNSET:
                    break
            elif key in in_flight and (peek.result is not UNSET or peek.error is not UNSET):
                del in_flight[key]
                taken.append(key)
            else:
                break
        else:
            return True
        in_flight.update(dict.fromkeys(taken))
        return False

    # One message at a time.

    def client_calls(self, key: Id) -> str:
        """Take a call; the reason if it is refused."""
        if key in self.in_flight:
            return "a request with this id is already in flight"
        if len(self.in_flight) >= MAX_IN_FLIGHT:
            return f"{MAX_IN_FLIGHT} requests are in flight already"
        self.cancelled.pop(key, None)
        self.in_flight[key] = None
        return ""

    def client_cancels(self, key: Id | None) -> bool:
        """Whether the cancellation means a call in flight; it is then no longer waited for."""
        if key is None or key not in self.in_flight:
            return False
        del self.in_flight[key]
        self.cancelled[key] = None
        if len(self.cancelled) > MAX_CANCELLED:
            del self.cancelled[next(iter(self.cancelled))]
        return True

    def client_answers(self, key: Id) -> bool:
        """Whether the server that is there now waits for this answer."""
        if key in self.asked:
            del self.asked[key]
            return True
        self.orphaned.pop(key, None)
        return False

    def server_answers(self, key: Id) -> bool:
        """Whether the client waits for this answer, or cancelled the call and expects that it may come."""
        for waiting in (self.in_flight, self.cancelled):
            if key in waiting:
                del waiting[key]
                return True
        return False

    def server_asks(self, key: Id) -> str:
        """Take a request of the server; the reason if it is refused.

        A fresh instance counts its ids from the start again. While the client still owes an answer to the dead one's
        request of that id, its next answer could be meant for either: rather than guess, the fresh one is refused.
        """
        if key in self.orphaned or key in self.asked:
            return "a request with this id is still unanswered"
        if len(self.asked) >= MAX_ASKED:
            return f"{MAX_ASKED} requests are unanswered already"
        self.asked[key] = None
        return ""

    def server_died(self) -> list[Id]:
        """The calls that its death leaves unanswered, oldest first; nothing is in flight after this."""
        lost = list(self.in_flight)
        self.in_flight.clear()
        self.cancelled.clear()
        self.orphaned.update(self.asked)
        self.asked.clear()
        while len(self.orphaned) > MAX_ASKED:
            del self.orphaned[next(iter(self.orphaned))]
        return lost
