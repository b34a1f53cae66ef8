"""The stop ladder as a table, and who ended a process."""

from __future__ import annotations

import signal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.config.specs import Grace
from supervisor.launch.messages import EndedBy
from supervisor.process.rungs import (
    LEFTOVERS_S,
    TOTAL_S,
    WORKLOAD_LEAST_S,
    Act,
    ladder,
    who_ended,
    who_ended_workload,
)
from supervisor.process.words import ExitStatus


def test_the_ladder_asks_waits_and_kills_in_this_order() -> None:
    assert [(rung.act, rung.patience_s) for rung in ladder(Grace())] == [
        ("flush", 0.5),
        ("close", 2.0),
        ("term", 5.0),
        ("kill", 2.0),
    ]


def test_the_ladder_of_a_workload_is_the_engines() -> None:
    assert [(rung.act, rung.patience_s, rung.is_polite) for rung in ladder(Grace(), has_workload=True)] == [
        ("flush", 0.5, True),
        ("close", 2.0, True),
        ("stop", 7.0, True),
        ("kill", 2.0, False),
        ("remove", 2.0, False),
        ("reap", 2.0, False),
    ]


@given(st.floats(-10, 1000), st.floats(-10, 1000), st.booleans())
def test_whatever_the_grace_the_whole_stop_stays_within_its_bound(
    stdin_s: float, term_s: float, has_workload: bool
) -> None:
    rungs = ladder(Grace(stdin_s=stdin_s, term_s=term_s), has_workload=has_workload)
    assert sum(rung.patience_s for rung in rungs) + max(LEFTOVERS_S, WORKLOAD_LEAST_S) <= TOTAL_S - 1
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


def ended_inside(number: int) -> ExitStatus:
    """What the docker command leaves when a signal has ended the program in its container."""
    return ExitStatus(code=128 + number)


@pytest.mark.parametrize(
    ("status", "reached", "ended_by"),
    [
        (CODE, None, "itself"),
        (ExitStatus(code=128), None, "itself"),
        (ended_inside(signal.SIGSEGV), None, "itself"),
        (ended_inside(signal.SIGKILL), None, "outside"),
        (ended_inside(signal.SIGTERM), None, "outside"),
        (KILLED, None, "outside"),
        (CODE, "close", "stop"),
        (ended_inside(signal.SIGKILL), "close", "outside"),
        (KILLED, "close", "outside"),
        (CODE, "stop", "stop"),
        (ended_inside(signal.SIGTERM), "stop", "stop"),
        (ended_inside(signal.SIGKILL), "stop", "kill"),
        (KILLED, "stop", "outside"),
        (ended_inside(signal.SIGKILL), "kill", "kill"),
        (ended_inside(signal.SIGTERM), "kill", "stop"),
        (CODE, "kill", "stop"),
        (ended_inside(signal.SIGKILL), "remove", "kill"),
        (KILLED, "reap", "kill"),
        (ExitStatus(), "stop", "stop"),
        (ExitStatus(), "reap", "kill"),
    ],
)
def test_who_ended_a_workload(status: ExitStatus, reached: Act | None, ended_by: EndedBy) -> None:
    assert who_ended_workload(status, reached) == ended_by
