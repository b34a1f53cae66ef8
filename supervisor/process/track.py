"""What every instance is known by, made before it is started: a marker, a tag, a leaf.

None of the three is enough. The marker is in the environment, which a program can replace. The tag can be lowered by
whoever may call setrlimit. A leaf needs a cgroup that was handed to us. Session and descent come for nothing, and a
daemon leaves both. A process is an instance's if any of the five says so.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Callable

import trio
from msgspec import Struct

from supervisor.config.specs import Limits
from supervisor.process.cgroup import Delegation, unheld
from supervisor.process.leaf import Leaf
from supervisor.process.scan import Snapshot, read_marker, read_process, read_tag
from supervisor.process.subtree import Subtree
from supervisor.process.tag import number_after, tag_of
from supervisor.process.words import Tracking

NO_LEAF = "no leaf could be made for this instance"


class Track(Struct, kw_only=True):
    """What one instance is known by."""

    marker: str
    number: int
    tag: int = 0
    leaf: Leaf | None = None
    tracking: Tracking = Tracking()
    """What the spawner gets of it."""

    def seen_in(self, snapshot: Snapshot) -> set[int]:
        """The pids that marker, tag or leaf say are this instance's."""
        found = self.leaf.members() if self.leaf else set()
        found.update(pid for pid, marker in snapshot.markers.items() if marker == self.marker)
        if self.tag:
            found.update(pid for pid, tag in snapshot.tags.items() if tag == self.tag)
        return found

    def owns(self, pid: int) -> bool:
        """Whether its tag, or without one its marker, says that this process is the instance's."""
        return read_tag(pid) == self.tag if self.tag else read_marker(pid) == self.marker

    def kill(self) -> None:
        """SIGKILL to all in the leaf; without one, to nobody."""
        if self.leaf:
            self.leaf.kill()

    def holds(self, pid: int) -> bool:
        """Whether this process is in the leaf, or has ended; True where there is no leaf."""
        if self.leaf is None or pid in self.leaf.members():
            return True
        process = read_process(pid)
        return process is None or process.is_dead

    async def dispose(self) -> tuple[int, bool]:
        """End and remove the leaf: how many of it were killed for its memory, and whether nothing is left of it."""
        if self.leaf is None:
            return 0, True
        kills = self.leaf.oom_kills()
        return kills, await self.leaf.dispose()

    def close(self) -> None:
        """Close what the spawner was given."""
        if self.tracking.procs >= 0:
            os.close(self.tracking.procs)


class Tracks:
    """Makes the tracks of one process table."""

    def __init__(
        self, token: str, subtree: Subtree | None, delegation: Delegation, *, on_trouble: Callable[[str], None]
    ) -> None:
        self.token = token
        self.delegation = delegation
        """Where the leaves are, or why there are none."""
        self.untagged = why_untagged()
        """Why no instance gets a tag; empty if they do."""
        self._subtree = subtree
        self._on_trouble = on_trouble
        self._last = 0
        self._live: set[int] = set()

    async def begin(self, instance: str, limits: Limits | None) -> Track:
        """Make a new one; without a leaf, if none can be made, which is reported."""
        number = self._last = number_after(self._last, self._live)
        self._live.add(number)
        tag = 0 if self.untagged else tag_of(self.token, number)
        leaf, procs = await self._make_leaf(instance, number, limits)
        tracking = Tracking(
            tag=tag,
            untagged=self.untagged,
            procs=procs,
            held=leaf.held if leaf else (),
            missing=leaf.missing if leaf else unheld(self.delegation.reason or NO_LEAF),
        )
        return Track(marker=f"{self.token}/{instance}", number=number, tag=tag, leaf=leaf, tracking=tracking)

    def check(self, instance: str, pid: int, track: Track) -> None:
        """Report it if the spawner has not put the child where it belongs; other means hold it then."""
        if not track.holds(pid):
            self._on_trouble(f"{instance} could not be put into its cgroup {track.leaf and track.leaf.path}")

    def end(self, track: Track) -> None:
        """Nothing of the instance is left: its number can be another's."""
        self._live.discard(track.number)

    async def _make_leaf(self, instance: str, number: int, limits: Limits | None) -> tuple[Leaf | None, int]:
        """In a worker thread: a leaf waits for whatever else the kernel does to the hierarchy at this moment."""
        if self._subtree is None:
            return None, -1
        try:
            leaf = await trio.to_thread.run_sync(self._subtree.make_leaf, self.token, number, limits)
            return leaf, leaf.open_procs()
        except OSError as error:
            self._on_trouble(f"{instance} is started without a cgroup of its own: {error.strerror}")
            return None, -1


def why_untagged() -> str:
    """Why no tag can be given here; empty if it can.

    A limit that somebody has set is left as it is, also if a tag would be lower: perhaps it is the tag by which another
    stockade, that has started this one, finds us and ours.
    """
    if not hasattr(resource, "RLIMIT_RTTIME"):
        return "this system has no limit that could carry a tag"
    if resource.getrlimit(resource.RLIMIT_RTTIME)[1] != resource.RLIM_INFINITY:
        return "a limit on realtime processor time is set already, and it would have to carry the tag"
    return ""
