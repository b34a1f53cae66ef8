"""The verbs that read what the daemon remembers, against daemons that are none."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest
from edges.events import recorded, said
from edges.test_client import daemon

from supervisor.edges import reading
from supervisor.errors import DaemonNotRunning, StockadeError, UsageWrong
from supervisor.events import SinkLost

RECORD = recorded(said("hello")).line + b"\n"


def kept(*, gone: int, since: str) -> bytes:
    return json.dumps({"kept": {"events": 7, "gone": gone, "since": since}}).encode() + b"\n"


def options(state_dir: Path, verb: str = "events", **fields: Any) -> Namespace:
    given = {"verb": verb, "state_dir": str(state_dir), "follow": False, "server": "", "type": "", "since": None}
    return Namespace(**given | {"json": True} | fields)


@pytest.mark.parametrize(
    ("answer", "since", "is_told"),
    [
        (kept(gone=3, since="2999-01-01T00:00:00.000000Z"), "1h", True),
        (kept(gone=0, since="2999-01-01T00:00:00.000000Z"), "1h", False),  # that is when it was started
        (kept(gone=3, since="2001-01-01T00:00:00.000000Z"), "1h", False),
        (kept(gone=3, since="2999-01-01T00:00:00.000000Z"), None, False),
    ],
)
def test_a_time_further_back_than_the_daemon_remembers_is_told(
    state_dir: Path, capfd: pytest.CaptureFixture[str], answer: bytes, since: str | None, is_told: bool
) -> None:
    with daemon(state_dir, answer + RECORD):
        assert reading.events(options(state_dir, since=since)) == 0
    shown = capfd.readouterr()
    assert json.loads(shown.out)["line"] == "hello"
    assert ("remembers its last 7 events only" in shown.err) is is_told


def test_who_reads_lines_too_slowly_is_told_what_is_missing(state_dir: Path, capfd: pytest.CaptureFixture[str]) -> None:
    lost = recorded(SinkLost(sink="this follower", lost=5)).line + b"\n"
    with daemon(state_dir, lost + RECORD):
        assert reading.logs(options(state_dir, "logs", server="a", json=False)) == 0
    shown = capfd.readouterr()
    assert shown.out == "hello\n"
    assert "5 events were lost here" in shown.err


def test_the_end_of_what_was_to_be_followed_is_an_error(state_dir: Path) -> None:
    with daemon(state_dir, RECORD), pytest.raises(StockadeError) as caught:
        reading.events(options(state_dir, follow=True))
    assert isinstance(caught.value.problem, DaemonNotRunning)
    assert caught.value.problem.exit_code == 75


def test_a_duration_that_is_none_is_refused(state_dir: Path) -> None:
    with pytest.raises(StockadeError) as caught:
        reading.logs(options(state_dir, "logs", since="soon"))
    assert isinstance(caught.value.problem, UsageWrong)
