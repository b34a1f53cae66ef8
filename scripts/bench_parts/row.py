"""One line of the benchmark table: a figure of ours beside the figure it is judged against.

A part is a file in this folder with `def rows() -> list[Row]`. Measure both sides alternately in the same run, CPU time
first, and hand in medians. Smaller is better in every row: turn a rate into a cost per operation.
"""

from __future__ import annotations

from msgspec import Struct


class Row(Struct, frozen=True, kw_only=True):
    """One measurement; `ratio` and `ok` follow from its fields."""

    name: str
    """What was measured, as in the table of targets: `relay, 64 in flight, 100 B`."""
    measured: float
    """Our figure, in `unit`; smaller is better."""
    unit: str
    """`µs`, `ms`, `KiB`, `1/s` … of both `measured` and `against`."""
    peer: str
    """What it is measured against, in words: `direct pipe`, `posix_spawn`, `python -c pass`, `zero`."""
    against: float | None = None
    """The peer's figure from the same run; None where the goal is an absolute figure in `unit`."""
    goal: float | None = None
    """Where we want to be: a ratio when there is a peer's figure, else a figure in `unit`. None: only told."""
    stretch: float | None = None
    """What a prototype showed to be possible, in the same terms as `goal`."""
    wrong: int = 0
    """Lost, doubled or mixed-up replies seen while measuring; anything but 0 fails the row."""
    details: str = ""
    """What a reader has to know: sizes, number of rounds, spread."""

    @property
    def ratio(self) -> float | None:
        """Our figure divided by the peer's; None without a peer's figure."""
        return self.measured / self.against if self.against else None

    @property
    def judged(self) -> float:
        """The number that the goal is about."""
        return self.measured if self.ratio is None else self.ratio

    @property
    def ok(self) -> bool:
        """Whether nothing was wrong and the goal, if there is one, is met."""
        return self.wrong == 0 and (self.goal is None or self.judged <= self.goal)
