"""Whether there is a terminal to show life on; loads the means only then."""

from __future__ import annotations

import os

from supervisor.kernel.bus import Bus
from supervisor.kernel.specs import Leaf
from supervisor.kernel.stoppable import until_stop


def live_leaves(bus: Bus, stderr: int) -> tuple[Leaf, ...]:
    """Return the leaf of the living line if stderr is a terminal, nothing otherwise."""
    if not os.isatty(stderr):
        return ()
    from supervisor.edges.live import Live

    return (Leaf(name="live", run=until_stop(Live(bus).run)),)
