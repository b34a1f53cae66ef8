"""The labelled definitions of the corpus, and what the engine makes of them.

One case a line in corpus/*.jsonl: `id`, `family`, `label` (malicious, hard_negative or clean), `expect` (hard, soft or
none: the least that is asked of a malicious one), `lang`, `server`, `tools`, `instructions`, `peers`, `baseline`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

from supervisor.edges.scan_files import answer

FOLDER = Path(__file__).with_name("corpus")
KEYS = {"id", "family", "label", "expect", "lang", "server", "tools", "instructions", "peers", "baseline"}


class Outcome(Struct, frozen=True):
    """What became of one case."""

    case: dict[str, Any]
    is_blocked: bool
    is_flagged: bool
    rules: tuple[str, ...]

    @property
    def label(self) -> str:
        """What the case is."""
        return str(self.case["label"])


def cases() -> Iterator[dict[str, Any]]:
    """All cases of all files."""
    for path in sorted(FOLDER.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            case = json.loads(line)
            assert case.keys() == KEYS, f"{path.name}: {case.get('id')} has other keys"
            yield case


def outcome(case: dict[str, Any]) -> Outcome:
    """Look at one case as `stockade scan --batch` does."""
    request = {key: case[key] for key in ("id", "server", "tools", "instructions", "peers", "baseline")}
    found = answer(json.dumps(request).encode())
    assert found["coverage_ok"] or case["family"] == "padding", f"{case['id']} was not looked at in full"
    tiers = {finding["tier"] for finding in found["findings"]}
    return Outcome(
        case,
        is_blocked="hard" in tiers,
        is_flagged=bool(tiers or found["drift"]),
        rules=tuple(sorted({finding["rule"] for finding in found["findings"]})),
    )


class Share(Struct, frozen=True):
    """How many of some cases."""

    count: int
    total: int

    @property
    def percent(self) -> float:
        """0 to 100; of no cases, 0."""
        return 100.0 * self.count / self.total if self.total else 0.0


def blocked(outcomes: Iterable[Outcome]) -> Share:
    """How many have a hard finding."""
    some = list(outcomes)
    return Share(sum(one.is_blocked for one in some), len(some))


def flagged(outcomes: Iterable[Outcome]) -> Share:
    """How many have any finding, or differ from what was approved."""
    some = list(outcomes)
    return Share(sum(one.is_flagged for one in some), len(some))


def table(outcomes: Iterable[Outcome]) -> str:
    """Figures by family and label, and what went wrong, for whoever has to improve a check."""
    families: dict[tuple[str, str], list[Outcome]] = {}
    for one in outcomes:
        families.setdefault((one.label, one.case["family"]), []).append(one)
    lines = [f"{'label':<14} {'family':<22} {'cases':>5} {'blocked':>8} {'flagged':>8}"]
    for (label, family), some in sorted(families.items()):
        lines.append(f"{label:<14} {family:<22} {len(some):>5} {blocked(some).count:>8} {flagged(some).count:>8}")
    for some in families.values():
        lines += [f"  {one.case['id']}: {_what_is_wrong(one)} {', '.join(one.rules)}" for one in some if is_wrong(one)]
    return "\n".join(lines)


def is_wrong(one: Outcome) -> bool:
    """Whether it came out otherwise than its row expects."""
    if one.label == "malicious":
        return not one.is_flagged or (one.case["expect"] == "hard" and not one.is_blocked)
    return one.is_flagged


def _what_is_wrong(one: Outcome) -> str:
    if one.label != "malicious":
        return "blocked by" if one.is_blocked else "flagged by"
    return "only flagged by" if one.is_flagged else "missed"
