"""The stop ladder as an effect: one function for every child.

flush → close stdin → wait for the *process* (not for the end of its stdout: a grandchild may hold that) → SIGTERM to
the group → wait → SIGKILL to the group → wait. What is left of the group afterwards is the child's own concern
(`leftovers`), because it is the same after a voluntary exit. The second interrupt of an impatient person cancels
`polite`, which leads straight to the kill. For a child with a workload there are other rungs (`rungs`), and what is
left of the workload is the child's own concern too (`workload`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import trio

from supervisor.process.rungs import Act, Rung


class Target(Protocol):
    """What the ladder needs of a child."""

    def reach(self, act: Act) -> None:
        """Note the rung and do what of its act takes no time."""
        ...

    async def carry_out(self, rung: Rung) -> None:
        """Do what of its act takes time: flush, or have an engine do something."""
        ...

    async def exited(self) -> object:
        """Return when its first process is dead."""
        ...


async def climb(target: Target, rungs: Sequence[Rung], *, polite: trio.CancelScope) -> bool:
    """Climb as far as needed; True if the process is dead, False if even SIGKILL did not end it in time."""
    if not polite.cancel_called:
        with polite:
            for rung in rungs:
                if rung.is_polite and await _take(target, rung):
                    return True
    for rung in rungs:
        if not rung.is_polite and await _take(target, rung):
            return True
    return False


async def _take(target: Target, rung: Rung) -> bool:
    """Take one rung; True if the process is dead."""
    target.reach(rung.act)
    with trio.move_on_after(rung.patience_s):
        if rung.act == "flush":
            await target.carry_out(rung)
            return False
        async with trio.open_nursery() as nursery:
            nursery.start_soon(target.carry_out, rung)
            await target.exited()
            nursery.cancel_scope.cancel()  # an engine may be stuck in the midst of what has had its effect
        return True
    return False
