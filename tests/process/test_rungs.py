"""The stop ladder as a table, and who ended a process."""

from __future__ import annotations

import signal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.config.schema import Grace
from supervisor.launch.messages import EndedBy
from supervisor.process.rungs import (
    LEFTOVERS_S,
    TOTAL_S,
    Act,
    ladder,
    who_ended,
)
from supervisor.process.words import ExitStatus


def test_the_ladder_asks_waits_and_kills_in_this_order() -> None:
    assert [(rung.act, rung.patience_s) for rung in ladder(Grace())] == [
        ("flush", 0.5),
        ("close", 2.0),
        ("term", 5.0),
        ("kill", 2.0),
    ]


@given(st.floats(-10, 1000), st.floats(-10, 1000))
def test_whatever_the_grace_the_whole_stop_stays_within_its_bound(stdin_s: float, term_s: float) -> None:
    rungs = ladder(Grace(stdin_s=stdin_s, term_s=term_s))
    assert sum(rung.patience_s for rung in rungs) + LEFTOVERS_S <= TOTAL_S - 1
    assert all(rung.patience_s >= 0 for rung in rungs)


CODE = ExitStatus(code=1)
KILLED = ExitStatus(signal=signal.SIGKILL)
TERMINATED = ExitStatus(signal=signal.SIGTERM)
CRASHED = ExitStatus(signal=signal.SIGSEGV)


@pytest.mark.parametrize(
    ("status", "reached", "ended_by"),
    [
        (CODE, None, "itself"),
        (CODE, "flush", "itself"),
        (CRASHED, None, "itself"),
        (KILLED, None, "outside"),
        (TERMINATED, None, "outside"),
        (TERMINATED, "flush", "outside"),
        (CODE, "close", "stop"),
        (CRASHED, "close", "stop"),
        (KILLED, "close", "outside"),
        (TERMINATED, "term", "stop"),
        (CODE, "term", "stop"),
        (KILLED, "term", "outside"),
        (KILLED, "kill", "kill"),
        (CODE, "kill", "stop"),
        (ExitStatus(), None, "outside"),
        (ExitStatus(), "term", "stop"),
        (ExitStatus(), "kill", "kill"),
    ],
)
def test_who_ended_it(status: ExitStatus, reached: Act | None, ended_by: EndedBy) -> None:
    assert who_ended(status, reached) == ended_by
