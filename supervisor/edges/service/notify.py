"""Telling the service manager how we stand (sd_notify(3)); where there is none, nothing is told.

    starting ──READY=1──> running ──RELOADING=1──> reloading ──READY=1──> running ──STOPPING=1──> stopping

Once it stops nothing else is said: neither a status, which would hide why it stops, nor a READY that is still being
tried. A STOPPING=1 that was not taken is said before whatever follows. Extensions of its time to stop and signs of life
go on. What is told here can be read by every user of the machine: no line has the value of a secret in it.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable

import trio

TRIES = 20
RETRY_S = 0.25
"""Twenty tries in five seconds: a manager reads its queue within milliseconds, unless it is being replaced."""
STATUS_CHARS = 300
"""A status is one line that people read."""


class Notifier:
    """The one voice in which all parts of the daemon speak to the manager at an address ($NOTIFY_SOCKET)."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._status = ""
        self._trouble = ""
        self._said = ""
        self._is_stopping = False
        self._unsaid: tuple[str, ...] = ()
        self.redacted: Callable[[str], str] = str
        """Takes the values of secrets out of a text; there are none to be known before a configuration is read."""

    @property
    def is_listened_to(self) -> bool:
        """There is a manager."""
        return self._address.startswith(("/", "@"))

    def say(self, *lines: str) -> bool:
        """Send state lines in one message, and say whether there is a manager that took them.

        A manager that does not read keeps nobody waiting: then they are not taken.
        """
        if self._unsaid and self._send(self._unsaid):
            self._unsaid = ()
        return not self._unsaid and self._send(lines)

    def _send(self, lines: tuple[str, ...]) -> bool:
        if not self.is_listened_to:
            return False
        # an abstract socket's name begins with a NUL byte
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
            channel.setblocking(False)
            try:
                channel.connect(os.fsencode(address))
                channel.send("\n".join(lines).encode(errors="backslashreplace"))
            except (OSError, ValueError):
                return False
        return True

    async def announce(self, *lines: str) -> bool:
        """Send state lines that must not be lost, and say whether they were taken.

        A manager whose queue is full gets some more tries, until a stop begins: then they are not true any more.
        """
        for _try in range(TRIES):
            if not self.is_listened_to or self._is_stopping:
                break
            if self.say(*lines):
                return True
            await trio.sleep(RETRY_S)
        return False

    # ---------------------------------------------------------------------------------------------- states

    async def ready(self, status: str) -> None:
        """Say that the start, or a reload, is over; not while it stops."""
        self._status = status
        line = self._line()
        if await self.announce("READY=1", f"STATUS={line}"):
            self._said = line
        self._tell_status()  # what has become of it meanwhile

    async def reloading(self) -> None:
        """Say that a reload has begun; `ready` says that it is over, whatever came of it."""
        now_usec = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        if await self.announce("RELOADING=1", f"MONOTONIC_USEC={now_usec}", "STATUS=reloading"):
            self._said = "reloading"

    def stopping(self, why: str = "") -> None:
        """Say that it stops; from here on the status stays what it is."""
        if not self._is_stopping:
            self._is_stopping = True
            lines = ("STOPPING=1", f"STATUS={self._one_line(f'stopping: {why}' if why else 'stopping')}")
            if not self._send(lines):
                self._unsaid = lines

    def failed(self, why: str) -> None:
        """Say why it ends before it was ready; the line stays to be read when the process is gone."""
        if not self._is_stopping:
            self.say(f"STATUS={self._one_line(why)}")

    def status(self, text: str) -> None:
        """Say how it stands, if that is news; not while it stops."""
        self._status = text
        self._tell_status()

    def trouble(self, text: str) -> None:
        """Have this stand behind whatever the status is, until it is called with nothing."""
        self._trouble = text
        self._tell_status()

    def extend(self, seconds: float) -> None:
        """Ask for so much more time for the start or the stop that is under way."""
        self.say(f"EXTEND_TIMEOUT_USEC={int(seconds * 1_000_000)}")

    def _tell_status(self) -> None:
        line = self._line()
        if line != self._said and not self._is_stopping and self.say(f"STATUS={line}"):
            self._said = line

    def _line(self) -> str:
        return self._one_line("; ".join(part for part in (self._status, self._trouble) if part))

    def _one_line(self, text: str) -> str:
        """A text as one line of bounded length: a line end within would be the next assignment."""
        return " ".join(self.redacted(text).split())[:STATUS_CHARS]
