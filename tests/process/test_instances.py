"""What is said about an end beyond its exit status."""

from __future__ import annotations

import pytest

from supervisor.process.instances import diagnosis_of
from supervisor.process.words import Ended, ExitStatus


@pytest.mark.parametrize(
    ("oom_kills", "survivors", "says"),
    [
        (0, 0, []),
        (2, 0, ["over its memory limit", "killed 2"]),
        (0, 3, ["3 of its"]),
        (1, 1, ["memory limit", "; 1 of"]),
    ],
)
def test_the_diagnosis_names_the_memory_limit_and_what_could_not_be_ended(
    oom_kills: int, survivors: int, says: list[str]
) -> None:
    ended = Ended(status=ExitStatus(signal=9), ended_by="outside", oom_kills=oom_kills, survivors=survivors)
    text = diagnosis_of(ended)
    assert bool(text) is bool(says)
    assert all(part in text for part in says)
