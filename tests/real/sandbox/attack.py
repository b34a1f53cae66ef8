"""Run by the tests, confined and unconfined: tries things out and prints what came of each, as JSON.

    attack.py WORLD GROUP...        WORLD is the file that says what there is to be attacked
    attack.py WORLD lifecycle       leaves processes behind and stays

A group is one of the catalogue's, `works`, `works offline`, `allowed ports` or `facts`.
"""

from __future__ import annotations

import json
import os
import signal
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from real.sandbox.attacks import catalogue, facts, lifecycle, networks, works
from real.sandbox.attacks.trial import outcome
from real.sandbox.attacks.world import World, load


def tried(world: World, group: str) -> dict[str, str]:
    """What came of a group."""
    if group in ("works", "works offline"):
        chosen = works.WORKS if group == "works" else works.OFFLINE
        return {name: outcome(works.WORKS[name]) for name in chosen}
    attacks = networks.ALLOWED if group == "allowed ports" else catalogue.GROUPS[group].for_user(world.uid)
    return {name: outcome(lambda attack=attack: attack(world)) for name, attack in attacks.items()}  # type: ignore[misc]


def main(path: str, groups: list[str]) -> None:
    """Try the groups in order; with `lifecycle`, stay."""
    found: dict[str, object] = {}
    if "facts" in groups:  # first: of what this process is, before it did anything
        found["facts"] = facts.facts()
    world = load(path)
    if "lifecycle" in groups:
        found["lifecycle"] = lifecycle.leave_all(world)
    else:
        found |= {group: tried(world, group) for group in groups if group != "facts"}
    print(json.dumps(found), flush=True)
    while "lifecycle" in groups:
        signal.pause()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
