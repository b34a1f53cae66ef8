"""The rules of the stop ladder: which rungs there are, how long each may take, and who ended a process.

ask (close stdin) → SIGTERM → SIGKILL, each for as long as its grace, all of it within 30 s: a grace that asks for more
is shortened, so that the kill always has its time.

A child that only carries the bytes of a workload gets no signal before the last rung, because that would leave the
workload to itself: ask (close stdin) → the engine stops the workload → kills it → removes it → SIGKILL to the child.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from supervisor.config.specs import Grace
from supervisor.launch.messages import EndedBy
from supervisor.process.words import ExitStatus

Act = Literal["flush", "close", "term", "stop", "kill", "remove", "reap"]
"""`kill` is SIGKILL to the child's group, or the engine's to its workload; then `reap` is the former."""

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

ENGINE_S = 2.0
"""For an engine to do what it is asked for at once (0.1 to 0.3 s here on an idle machine), and for the child to hear of
the end of its workload. A stop takes the grace longer."""
WORKLOAD_LEAST_S = 6.0
"""For a workload that may have outlived its child: kept for that in every stop."""
WORKLOAD_S = 10.0
"""The same where there is the time: an engine that removes many at once needs seconds for each."""
CARRIED_POLITE_S = TOTAL_S - FLUSH_S - ENGINE_S * 3 - REAP_S - max(WORKLOAD_LEAST_S, LEFTOVERS_S) - 1.0
"""What is left for both polite rungs of a child with a workload; 1 s is kept for the scans in between."""
REPORT_S = 0.5
"""Before the bound of a stop, a workload is given up."""

SIGKILL = 9
_SELF_INFLICTED = frozenset({3, 4, 5, 6, 7, 8, 10, 11, 13, 14, 24, 25, 31})
"""Signals that a process raises by its own fault: QUIT, ILL, TRAP, ABRT, BUS, FPE, SEGV, PIPE, ALRM, XCPU, XFSZ, SYS
(with the numbers of both Linux and macOS)."""


class Rung(Struct, frozen=True):
    """One step of the ladder: what is done, and how long its effect is waited for."""

    act: Act
    patience_s: float
    is_polite: bool = True
    """Left out for an impatient person."""


def ladder(grace: Grace, *, has_workload: bool = False) -> tuple[Rung, ...]:
    """The whole ladder of a child with this grace, polite rungs first."""
    most_s = CARRIED_POLITE_S if has_workload else POLITE_S
    stdin_s = min(max(grace.stdin_s, 0.0), most_s)
    term_s = min(max(grace.term_s, 0.0), most_s - stdin_s)
    asking = Rung("flush", FLUSH_S), Rung("close", stdin_s)
    if not has_workload:
        return (*asking, Rung("term", term_s), Rung("kill", REAP_S, is_polite=False))
    return (
        *asking,
        Rung("stop", term_s + ENGINE_S),
        Rung("kill", ENGINE_S, is_polite=False),
        Rung("remove", ENGINE_S, is_polite=False),
        Rung("reap", REAP_S, is_polite=False),
    )


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


def who_ended_workload(status: ExitStatus, reached: Act | None) -> EndedBy:
    """The same of a workload, whose child left `status`: the code 128 + N tells of the signal N inside."""
    inside = (status.code or 0) - 128
    if status.code is None or inside <= 0:
        is_ours = reached in {"kill", "remove", "reap"}
        return "kill" if is_ours and status.code is None else who_ended(status, reached)
    told = ExitStatus(signal=inside)
    is_ours = reached in {"stop", "kill", "remove", "reap"}  # the engine's stop ends in its own SIGKILL
    return who_ended(told, "kill" if is_ours and inside == SIGKILL else reached)
