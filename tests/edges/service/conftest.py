"""A service manager's socket for notifications, as a path and as an abstract name."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from supervisor.edges.service.notify import Notifier


class Manager(NamedTuple):
    """The manager's end, and who speaks to it."""

    channel: socket.socket
    address: str
    notifier: Notifier

    def heard(self) -> list[bytes]:
        """All messages that wait, oldest first."""
        messages = []
        self.channel.setblocking(False)
        try:
            while True:
                messages.append(self.channel.recv(4096))
        except BlockingIOError:
            return messages


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, state_dir: Path) -> Iterator[Manager]:
    """A manager that reads when the test does."""
    name = str(state_dir / "notify") if request.param == "path" else f"@{secrets.token_hex(8)}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(name.replace("@", "\0"))
        channel.settimeout(5)
        yield Manager(channel, name, Notifier(name))
