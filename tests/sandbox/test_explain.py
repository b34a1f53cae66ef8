"""A plan as people and programs read it."""

from __future__ import annotations

import json

from fakes.sandbox_plans import PLAN

from supervisor.sandbox.explain import lines, structure


def test_the_structure_can_be_written_as_json() -> None:
    plain = json.loads(json.dumps(structure(PLAN)))
    assert plain["level"] == "S2"
    assert plain["granted"] == [{"path": "/w\\udcff", "access": "write", "why": "test"}]
    assert plain["landlock_abi"] == 7


def test_the_lines_name_every_part_of_the_plan() -> None:
    text = "\n".join(lines(PLAN))
    for part in ("Landlock ABI 7", "/w\\udcff", "/etc (read, 3 entries)", "/no: it is not there", "core 0", "HOME=/h"):
        assert part in text
