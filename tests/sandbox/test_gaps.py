"""Gaps are said, and said less as the ABI grows."""

from __future__ import annotations

import pytest

from supervisor.sandbox.gaps import gaps


@pytest.mark.parametrize(
    ("word", "closed_by"), [("moves and links", 2), ("truncate", 3), ("ioctl", 5), ("signals and abstract", 6)]
)
def test_a_gap_is_named_until_its_abi(word: str, closed_by: int) -> None:
    for number in range(1, 10):
        assert any(gap.startswith(word) or word in gap for gap in gaps(number, [], is_root=False)) is (
            number < closed_by
        )


def test_reachable_sockets_are_named_until_landlock_can_refuse_them() -> None:
    assert any("/run/docker.sock" in gap for gap in gaps(7, ["/run/docker.sock"], is_root=False))
    assert not any("socket" in gap for gap in gaps(9, ["/run/docker.sock"], is_root=False))


def test_running_as_root_is_said() -> None:
    assert any("uid 0" in gap for gap in gaps(7, [], is_root=True))
    assert not any("uid 0" in gap for gap in gaps(7, [], is_root=False))
