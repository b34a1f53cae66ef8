"""What an attack knows of the world around it: told by whoever started it (rounds.py), for a real attacker could look.

Runs inside the sandbox, under any Python 3.11: the standard library is all there is.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple


class RefusedError(Exception):
    """What was tried had no effect, and no error number says so."""


class NotHereError(Exception):
    """This kernel or machine has nothing here that could be attacked."""


class World(NamedTuple):
    """Paths, processes and sockets of one round."""

    ground: str
    own: str
    """The server's own folder."""
    outside: str
    """A folder of this round that nobody granted."""
    secret: str
    """A word that stands in every file and variable that is to be kept."""
    uid: int
    gid: int
    stockade: int
    """The process that started this one."""
    fork_server: int
    guardian: int
    daemon: int
    """A daemon with the same state directory."""
    neighbour: int
    """Another process of the same user, with the secret in its command line; it is only looked at and bothered."""
    neighbour_address: int
    """Where its memory can be written to."""
    neighbour_bytes: str
    """The 16 bytes that are there, in hexadecimal digits."""
    victim: int
    """One that is to be killed."""
    open_file: int
    """A descriptor of stockade's that is open for writing, of a file in `outside`."""
    abstract: str
    """Name of an abstract socket outside."""
    shared_memory: str
    """Name of a file in /dev/shm that holds the secret."""
    sysv_memory: int
    """Id of a System V segment that holds the secret."""
    sysv_spare: int
    """Id of one that nobody minds to lose."""
    sysv_queue: int
    """Id of a System V message queue with the secret in it."""
    queue: str
    """Name of a POSIX message queue with the secret in it."""
    network: str
    """Which network namespace stockade is in."""
    tcp: int
    """Port of a listener on the loopback, IPv4 and IPv6."""
    udp: int
    """Port of somebody who sends every datagram back, by UDP and UDP-Lite."""
    allowed: int
    """TCP port of a listener that the server may connect to where it may connect to one at all."""
    bindable: int
    """A port that it may listen on likewise."""
    free: int
    """A port that nobody listens on."""
    disk: str
    """A block device, that of the root file system if it can be opened at all; empty if there is none."""
    disk_number: int
    control_groups: str
    """Where control groups are mounted; empty if they are not."""

    @property
    def home(self) -> Path:
        """The user's home folder."""
        return Path(self.ground, "home")

    @property
    def key(self) -> Path:
        """The user's ssh key."""
        return self.home / ".ssh" / "id_rsa"

    @property
    def state(self) -> Path:
        """Stockade's state directory."""
        return Path(self.ground, "state")

    @property
    def out(self) -> Path:
        """The folder that nobody granted."""
        return Path(self.outside)

    def own_file(self, name: str, text: str = "mine") -> Path:
        """A fresh file in the own folder."""
        path = Path(self.own, name)
        path.write_text(text)
        return path

    def expect_secret(self, found: str | bytes) -> None:
        """Raise RefusedError if the secret is not in it."""
        text = found.decode("utf-8", "replace") if isinstance(found, bytes) else found
        if self.secret not in text:
            raise RefusedError("the secret is not in it")


Attack = Callable[[World], object]
"""Returns if it did what its name says; raises OSError, RefusedError or NotHereError."""


def load(path: str) -> World:
    """The world that was written down in a file; the own folder is where a server is started."""
    return World(own=os.getcwd(), **json.loads(Path(path).read_text()))
