"""All attacks, by group; what needs root is counted for root alone, what root has anyway for the plain user alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from real.sandbox.attacks import (
    calls,
    control,
    descriptors,
    environment,
    files,
    lifecycle,
    limits,
    namespaces,
    networks,
    processes,
    set_id,
    sockets,
    writes,
)
from real.sandbox.attacks.world import Attack


class Group(NamedTuple):
    """Attacks of one kind, tried in one process."""

    attacks: Mapping[str, Attack]
    of_root: Mapping[str, Attack] = {}
    of_plain: Mapping[str, Attack] = {}
    network: str = "allow"
    """How far the network is open: `allow`, `none` or `ports`."""

    def for_user(self, uid: int) -> dict[str, Attack]:
        """Those that this user can try."""
        return {**self.attacks, **(self.of_root if uid == 0 else self.of_plain)}


GROUPS: dict[str, Group] = {
    "files": Group({**files.ATTACKS, **writes.ATTACKS}, {**files.ATTACKS_OF_ROOT, **writes.ATTACKS_OF_ROOT}),
    "processes": Group(processes.ATTACKS, processes.ATTACKS_OF_ROOT),
    "sockets": Group(sockets.ATTACKS, sockets.ATTACKS_OF_ROOT),
    "no network": Group(networks.NONE, networks.NONE_OF_ROOT, network="none"),
    "ports": Group(networks.PORTS, networks.PORTS_OF_ROOT, network="ports"),
    "system calls": Group(
        {**calls.ATTACKS, **namespaces.ATTACKS, **set_id.ATTACKS},
        {**calls.ATTACKS_OF_ROOT, **namespaces.ATTACKS_OF_ROOT},
        set_id.ATTACKS_OF_PLAIN,
    ),
    "descriptors": Group(descriptors.ATTACKS, descriptors.ATTACKS_OF_ROOT),
    "environment": Group(environment.ATTACKS),
    "limits": Group(limits.ATTACKS, limits.ATTACKS_OF_ROOT),
    "control plane": Group(control.ATTACKS),
}
LIFECYCLE = (*lifecycle.ATTACKS, lifecycle.IGNORES, lifecycle.DEAD)
"""Tried by `lifecycle.leave_all`; judged from outside."""
