"""What a service manager puts into the environment of the program that it starts: taken out of it, once, at the start.

None of it is meant for what we start in our turn: a server that could speak to the manager would speak in our name, and
one that is told of our descriptors would look for them among its own.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import NamedTuple

from supervisor.environment.rules import OF_SERVICE_MANAGER
from supervisor.errors import ServiceVariableInvalid, StockadeError


class Given(NamedTuple):
    """The variables as they stood; empty where there was none."""

    notify_socket: str = ""
    watchdog_usec: str = ""
    watchdog_pid: str = ""
    listen_fds: str = ""
    listen_pid: str = ""
    listen_names: str = ""


def take(environ: MutableMapping[str, str]) -> Given:
    """Take them out of the environment."""
    found = {name: environ.pop(name, "") for name in OF_SERVICE_MANAGER}
    return Given(
        notify_socket=found["NOTIFY_SOCKET"],
        watchdog_usec=found["WATCHDOG_USEC"],
        watchdog_pid=found["WATCHDOG_PID"],
        listen_fds=found["LISTEN_FDS"],
        listen_pid=found["LISTEN_PID"],
        listen_names=found["LISTEN_FDNAMES"],
    )


def number_of(variable: str, text: str) -> int:
    """Read a variable that holds a natural number. Raises: StockadeError(ServiceVariableInvalid)."""
    if text.isascii() and text.isdecimal() and len(text) < 19:
        return int(text)
    raise StockadeError(ServiceVariableInvalid(variable=variable, value=text[:100], reason="it is no natural number"))
