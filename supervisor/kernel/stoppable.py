"""A leaf that has nothing to take leave of: it works until it is asked to stop, and is cancelled then."""

from __future__ import annotations

import trio

from supervisor.kernel.specs import Life, Run


def until_stop(work: Run) -> Run:
    """Return a `run` that does the work and returns as soon as the branch asks this child to end."""

    async def run(life: Life) -> None:
        async with trio.open_nursery() as nursery:

            async def watch() -> None:
                await life.wait_for_stop()
                nursery.cancel_scope.cancel()

            nursery.start_soon(watch)
            await work(life)
            nursery.cancel_scope.cancel()

    return run
