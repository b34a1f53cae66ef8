"""The rules of the stop ladder: which rungs there are, how long each may take, and who ended a process.

ask (close stdin) → SIGTERM → SIGKILL, each for as long as its grace, all of it within 30 s: a grace that asks for more
is shortened, so that the kill always has its time.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from supervisor.config.schema import Grace
from supervisor.launch.messages import EndedBy
from supervisor.process.words import ExitStatus

Act = Literal["flush", "close", "term", "kill"]

FLUSH_S = 0.5
"""For bytes that a session has already handed over: a pipe takes them at once or the child does not read."""
REAP_S = 2.0
"""Between SIGKILL and death: only a process stuck in the kernel takes longer."""
LEFTOVERS_TERM_S = 1.0
"""For what outlived its leader: it has seen the whole polite part of the ladder already, or nobody waits for it."""
LEFTOVERS_KILL_S = 1.0
LEFTOVERS_ROUNDS = 5
"""One SIGTERM round and four of SIGKILL: processes that fork while they are killed are found by the next scan."""
CHASE_S = 0.5
"""For a chase, once a whole round of SIGKILL was outrun."""
CHASED_ROUNDS = LEFTOVERS_ROUNDS - 2
"""Those after the first one of SIGKILL."""
TOTAL_S = 30.0
"""The bound of a whole stop."""
LEFTOVERS_S = LEFTOVERS_TERM_S + LEFTOVERS_KILL_S * (LEFTOVERS_ROUNDS - 1) + CHASE_S * CHASED_ROUNDS
POLITE_S = TOTAL_S - FLUSH_S - REAP_S - LEFTOVERS_S - 1.5
"""What is left for both polite rungs together; 1.5 s are kept for the scans in between."""

SIGKILL = 9
_SELF_INFLICTED = frozenset({3, 4, 5, 6, 7, 8, 10, 11, 13, 14, 24, 25, 31})
"""Signals that a process raises by its own fault: QUIT, ILL, TRAP, ABRT, BUS, FPE, SEGV, PIPE, ALRM, XCPU, XFSZ, SYS
(with the numbers of both Linux and macOS)."""


class Rung(Struct, frozen=True):
    """One step of the ladder: what is done, and how long its effect is waited for."""

    act: Act
    patience_s: float


def ladder(grace: Grace) -> tuple[Rung, ...]:
    """The whole ladder of a child with this grace, polite rungs first."""
    stdin_s = min(max(grace.stdin_s, 0.0), POLITE_S)
    term_s = min(max(grace.term_s, 0.0), POLITE_S - stdin_s)
    return (Rung("flush", FLUSH_S), Rung("close", stdin_s), Rung("term", term_s), Rung("kill", REAP_S))


def who_ended(status: ExitStatus, reached: Act | None) -> EndedBy:
    """Who ended a process that left `status` after the ladder had `reached` a rung (None: nobody asked it to stop)."""
    if reached is None or reached == "flush":
        by_itself = status.code is not None or status.signal in _SELF_INFLICTED
        return "itself" if by_itself else "outside"
    if status.signal == SIGKILL:
        return "kill" if reached == "kill" else "outside"
    if status == ExitStatus():
        return "kill" if reached == "kill" else "stop"
    return "stop"
