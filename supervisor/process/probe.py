"""Looking a command up in a worker thread.

In a thread because a file on a dead network mount hangs whoever looks at it: then this start hangs (and its stage's
clock ends it), not the daemon. The exec itself cannot be kept out of the way so: CPython holds its lock over vfork.
But a mount that has just answered a stat and a read of the file's head answers the exec too.
"""

from __future__ import annotations

import trio

from supervisor.process.locate import locate_now
from supervisor.process.words import Command


async def locate(command: Command, limiter: trio.CapacityLimiter | None = None) -> Command:
    """As `locate_now`, without holding up the event loop. Raises: LaunchError."""
    return await trio.to_thread.run_sync(locate_now, command, abandon_on_cancel=True, limiter=limiter)
