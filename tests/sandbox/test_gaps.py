"""Gaps are said, and said less as level and ABI grow."""

from __future__ import annotations

from typing import Any

import pytest

from supervisor.config.schema import Ports
from supervisor.sandbox.gaps import gaps, network_open
from supervisor.sandbox.messages import Filter, Got
from supervisor.sandbox.words import Chosen


def said(level: Got = "S2", abi: int = 7, **more: Any) -> tuple[str, ...]:
    chosen = Chosen(level=level, abi=abi, filters=more.get("filters", (Filter("base", "00"),)))
    return gaps(chosen, more.get("network", "allow"), more.get("reachable", ()), is_root=more.get("is_root", False))


@pytest.mark.parametrize("level", ["S2", "S3"])
@pytest.mark.parametrize(
    ("word", "closed_by"), [("moves and links", 2), ("truncate", 3), ("ioctl", 5), ("abstract unix sockets", 6)]
)
def test_a_gap_is_named_until_its_abi(level: Got, word: str, closed_by: int) -> None:
    for number in range(1, 10):
        assert any(word in gap for gap in said(level, number)) is (number < closed_by)


def test_signals_stay_in_a_process_namespace_whatever_the_abi() -> None:
    assert any("signals" in gap for gap in said("S2", 5))
    assert not any("signals" in gap for gap in said("S3", 5))


def test_reachable_sockets_are_named_until_landlock_can_refuse_them_or_a_view_hides_them() -> None:
    docker = ("/run/docker.sock",)
    assert any("/run/docker.sock" in gap for gap in said("S1", 0, reachable=docker))
    assert any("/run/docker.sock" in gap for gap in said("S2", 7, reachable=docker))
    assert not any("/run/docker.sock" in gap for gap in said("S2", 9, reachable=docker))
    assert not any("/run/docker.sock" in gap for gap in said("S3", 7, reachable=docker))


@pytest.mark.parametrize("level", ["S1", "S2", "S3"])
def test_running_as_root_is_said(level: Got) -> None:
    assert any("uid 0" in gap for gap in said(level, is_root=True))
    assert not any("uid 0" in gap for gap in said(level, is_root=False))


def test_what_ports_leave_open_and_missing_filters_are_said() -> None:
    assert any("UDP is open" in gap for gap in said(network=Ports(connect=(443,))))
    assert not any("UDP is open" in gap for gap in said())
    assert any("not filtered" in gap for gap in said(filters=()))


def test_only_s1_is_no_file_sandbox() -> None:
    assert "not confined at all" in said("S1", 0)[0]
    assert not any("not confined at all" in gap for gap in (*said("S2"), *said("S3")))


@pytest.mark.parametrize(("network", "word"), [("allow", "TCP in and out"), ("none", "unix sockets")])
def test_what_is_open_of_the_network_is_said(network: Any, word: str) -> None:
    assert word in network_open(network, "S2")
    assert "UDP" in network_open(Ports(), "S2")
    assert "a loopback interface of its own" in network_open("none", "S3")
