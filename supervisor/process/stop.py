"""The stop ladder as an effect: one function for every child.

flush → close stdin → wait for the *process* (not for the end of its stdout: a grandchild may hold that) → SIGTERM to
the group → wait → SIGKILL to the group → wait. What is left of the group afterwards is the child's own concern
(`leftovers`), because it is the same after a voluntary exit. The second interrupt of an impatient person cancels
`polite`, which leads straight to the kill.
"""

from __future__ import annotations

from typing import Protocol

import trio

from supervisor.config.schema import Grace
from supervisor.process.rungs import Act, Rung, ladder


class Target(Protocol):
    """What the ladder needs of a child."""

    async def flush(self) -> None:
        """Wait until what has been handed over for its stdin is in the pipe."""
        ...

    def reach(self, act: Act) -> None:
        """Note the rung and do its act."""
        ...

    async def exited(self) -> object:
        """Return when its first process is dead."""
        ...


async def climb(target: Target, grace: Grace, *, polite: trio.CancelScope) -> bool:
    """Climb as far as needed; True if the process is dead, False if even SIGKILL did not end it in time."""
    *asking, kill = ladder(grace)
    if not polite.cancel_called:
        with polite:
            for rung in asking:
                if await _take(target, rung):
                    return True
    return await _take(target, kill)


async def _take(target: Target, rung: Rung) -> bool:
    target.reach(rung.act)
    with trio.move_on_after(rung.patience_s):
        if rung.act == "flush":
            await target.flush()
            return False
        await target.exited()
        return True
    return False
