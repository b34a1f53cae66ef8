"""Evaluates what the wording rule finds in texts of writers from whom it has learned nothing.

Each source of texts is left out once, and each server's texts by groups of servers; the rest is learned from, and the
rule as it would be shipped judges what was left out. Scores of benign texts of all sources give the thresholds: which
share of them may be flagged or blocked is asked for, and not what that makes of the malicious ones.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from scripts.wording.module import limits, weights
from scripts.wording.texts import Labelled, labelled
from scripts.wording.train import Learned, Reader, learned
from supervisor.scan.checks.phrases.wording import tellings
from supervisor.scan.checks.phrases.wording_model import Model, read
from supervisor.scan.text.items import items_of

_PARTS_OF_SERVERS = 4
"""Groups of servers that are left out one after the other."""
_SHARES = (0.1, 0.05, 0.02, 0.01, 0.005)
"""Of benign texts: the shares that may be found."""
_SERVERS = "servers"
_NOTHING = 10_000
"""A score that no sentence has."""


class Judged(NamedTuple):
    """A text that was left out, and its score."""

    text: Labelled
    score: int


def left_out(texts: Sequence[Labelled]) -> Iterator[Judged]:
    """The score of every text by a rule that has learned nothing from its source."""
    reader = Reader()
    sentences = [reader.read(one) for one in texts]
    parts = [_part(one, texts) for one in texts]
    for part in sorted(set(parts)):
        kept = [(some, one.is_malicious) for some, one, its in zip(sentences, texts, parts, strict=True) if its != part]
        rule = rule_of(learned(kept, len(reader.places)), reader)
        yield from (Judged(one, score(one, rule)) for one, its in zip(texts, parts, strict=True) if its == part)


def _part(one: Labelled, texts: Sequence[Labelled]) -> str:
    if one.source != _SERVERS:
        return one.source
    groups = sorted({other.group for other in texts if other.source == _SERVERS})
    return f"{_SERVERS} {groups.index(one.group) % _PARTS_OF_SERVERS}"


def rule_of(found: Learned, reader: Reader) -> Model:
    """The rule as it would be shipped, which tells of all that it looks at closely."""
    return read(weights(found, reader), limits(found)._replace(soft=-_NOTHING, hard=_NOTHING))


def score(one: Labelled, rule: Model) -> int:
    """That of the worst sentence, in hundredths of a nat; very low where there is none to look at."""
    item = items_of("tool", {"texts": list(one.texts)})
    return max((telling.score for telling in tellings(item, rule)), default=-_NOTHING)


def table(judged: Sequence[Judged]) -> str:
    """Shares of each source that lie above thresholds, malicious and benign ones apart."""
    written = [one for one in judged if one.text.source != _SERVERS]
    benign = sorted((one.score for one in written if not one.text.is_malicious), reverse=True)
    bounds = [benign[min(len(benign) - 1, int(len(benign) * share))] for share in _SHARES]
    heads = "".join(f"{bound:>8}" for bound in bounds)
    lines = [f"{'source':<12} {'label':<10} {'texts':>6} {heads}"]
    for source in sorted({one.text.source for one in judged}):
        for is_malicious in (True, False):
            some = [one.score for one in judged if one.text.source == source and one.text.is_malicious == is_malicious]
            lines += [_row(source, "malicious" if is_malicious else "benign", some, bounds)] if some else []
    for is_malicious in (True, False):
        some = [one.score for one in written if one.text.is_malicious == is_malicious]
        lines.append(_row("all written", "malicious" if is_malicious else "benign", some, bounds))
    return "\n".join(lines)


def _row(source: str, label: str, scores: Sequence[int], bounds: Sequence[int]) -> str:
    shares = "".join(f"{100 * sum(one > bound for one in scores) / len(scores):>8.1f}" for bound in bounds)
    return f"{source:<12} {label:<10} {len(scores):>6} {shares}"


def main() -> int:
    """Print the figures."""
    print(table(list(left_out(labelled()))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
