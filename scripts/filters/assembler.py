"""From the rules to a program: the number of a call is looked for by halves, then its arguments are asked about.

Every number belongs to a range of numbers that have the same answer, or the same questions. The ranges are halved until
one is left: seven comparisons instead of a hundred, in fewer instructions than one for each call.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from scripts.filters import bpf
from scripts.filters.numbers import NEWEST
from scripts.filters.rules import JUDGED, MACHINES, VARIANTS
from scripts.filters.words import ALLOW, ENOSYS, KILL_PROCESS, Machine, Rule, Test

SKIPPED = 0xFFFFFFFF
"""-1: the number by which a tracer from outside skips a call. The kernel does nothing for it; the answer is its own."""

Cases = tuple[tuple[tuple[Test, ...], int], ...]
"""Tests and the answer if they hold, in order; none of them: allowed."""


class Range(NamedTuple):
    """From this number on, up to the next range."""

    first: int
    cases: Cases


def programs() -> dict[str, dict[str, bytes]]:
    """Every program by machine and variant."""
    return {machine.name: {variant: assemble(machine, variant) for variant in VARIANTS} for machine in MACHINES}


def assemble(machine: Machine, variant: str) -> bytes:
    """One variant for one machine."""
    return program(machine, VARIANTS[variant], judged=variant in JUDGED)


def program(machine: Machine, rules: Sequence[Rule], *, judged: bool) -> bytes:
    """The program of these rules; `judged`: what is newer than the tables is refused. Raises KeyError: no such call."""
    found = ranges(machine, rules, judged=judged)
    writer = bpf.Backwards()
    killed = writer.answer(KILL_PROCESS)
    places = {cases: _write_cases(writer, cases) for cases in dict.fromkeys(range_.cases for range_ in found)}
    root = Search(writer, found, places).write(0, len(found))
    number = writer.load(bpf.NUMBER, root)
    own = writer.jump(bpf.EQUAL, machine.architecture, yes=number, no=killed)
    writer.load(bpf.ARCHITECTURE, own)
    return writer.encoded()


def ranges(machine: Machine, rules: Sequence[Rule], *, judged: bool) -> list[Range]:
    """All numbers there are, without a gap; two neighbours always differ."""
    cases = _cases_by_number(machine, rules)
    found = dict(cases)
    for number in cases:
        found.setdefault(number + 1, ())
    found.setdefault(0, ())
    if judged:
        found[NEWEST + 1] = (((), ENOSYS),)
    if machine.second_table is not None:
        found[machine.second_table] = (((), KILL_PROCESS),)
    found[SKIPPED] = ()
    return list(_without_repeats(Range(*item) for item in sorted(found.items())))


def _cases_by_number(machine: Machine, rules: Sequence[Rule]) -> dict[int, Cases]:
    known = {name for other in MACHINES for name in other.numbers}
    cases: dict[int, Cases] = {}
    for rule in rules:
        for name in rule.calls.split():
            if name not in known:
                raise KeyError(name)
            if (number := machine.numbers.get(name)) is not None:
                cases[number] = (*cases.get(number, ()), (rule.when, rule.answer))
    return cases


def _without_repeats(ranges_: Iterator[Range]) -> Iterator[Range]:
    before: Range | None = None
    for range_ in ranges_:
        if before is None or range_.cases != before.cases:
            yield range_
        before = range_


def _write_cases(writer: bpf.Backwards, cases: Cases) -> bpf.Place:
    """The questions of one call, to be gone through until one case holds."""
    place = writer.answer(ALLOW)
    for tests, answer in reversed(cases):
        otherwise, place = place, writer.answer(answer)
        for test in reversed(tests):
            place = writer.test(test, yes=place, no=otherwise)
    return place


class Search:
    """Writes the search for a number among the ranges."""

    def __init__(self, writer: bpf.Backwards, found: Sequence[Range], places: Mapping[Cases, bpf.Place]) -> None:
        self._writer = writer
        self._found = found
        self._places = places

    def write(self, low: int, high: int) -> bpf.Place:
        """The search among these ranges, of which there is at least one; as deep as it has to be."""
        if high - low == 1:
            return self._places[self._found[low].cases]
        if self._is_one_number(low, high):
            others, one, _ = self._found[low:high]
            yes, no = self._places[one.cases], self._places[others.cases]
            return self._writer.jump(bpf.EQUAL, one.first, yes=yes, no=no)
        half = (low + high) // 2
        right = self.write(half, high)
        left = self.write(low, half)
        return self._writer.jump(bpf.AT_LEAST, self._found[half].first, yes=right, no=left)

    def _is_one_number(self, low: int, high: int) -> bool:
        """One number stands out from what is around it."""
        if high - low != 3:
            return False
        before, one, after = self._found[low:high]
        return before.cases == after.cases and after.first == one.first + 1
