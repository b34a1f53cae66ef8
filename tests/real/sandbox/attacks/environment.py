"""Attacks on the environment: secrets in variables, and places that variables lead to."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from real.sandbox.attacks.world import Attack, RefusedError, World


def own_variables(world: World) -> None:
    world.expect_secret("\n".join(os.environ.values()))


def variables_at_start(world: World) -> None:
    """What the kernel keeps of the environment that this program was started with."""
    world.expect_secret(Path("/proc/self/environ").read_bytes())


def variables_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


def everybody(name: str) -> Iterator[bytes]:
    """A file of every process in /proc that can be read, but of the attacker's own."""
    for entry in os.listdir("/proc"):
        if entry.isdecimal() and int(entry) not in (os.getpid(), os.getppid()):
            with contextlib.suppress(OSError):
                yield Path("/proc", entry, name).read_bytes()


def variables_of_anybody(world: World) -> None:
    world.expect_secret(b"\n".join(everybody("environ")))


def variables_of_threads(world: World) -> None:
    world.expect_secret(Path(f"/proc/{world.stockade}/task/{world.stockade}/environ").read_bytes())


def words_of_anybody(world: World) -> None:
    world.expect_secret(b"\n".join(everybody("cmdline")))


def connects(variable: str, kind: int) -> Attack:
    """The attack that uses the socket named by a variable."""

    def attack(world: World) -> None:
        path = os.environ.get(variable)
        if path is None:
            raise RefusedError(f"there is no {variable}")
        with socket.socket(socket.AF_UNIX, kind) as client:
            client.connect(path.removeprefix("unix:path="))

    return attack


def preload(world: World) -> None:
    """A library that everything started from here on is made to load by an inherited variable."""
    if "LD_LIBRARY_PATH" not in os.environ:
        raise RefusedError("the variable was not inherited")


def home_folder(world: World) -> None:
    if not any(str(world.home) in value for value in os.environ.values()):
        raise RefusedError("no variable leads to the home folder")


ATTACKS: dict[str, Attack] = {
    "find the secret among one's own variables": own_variables,
    "find the secret in one's own start environment": variables_at_start,
    "read the environment of stockade": lambda w: w.expect_secret(variables_of(w.stockade)),
    "read the environment of a thread of stockade": variables_of_threads,
    "read the environment of the daemon": lambda w: w.expect_secret(variables_of(w.daemon)),
    "read the environment of a process outside": lambda w: w.expect_secret(variables_of(w.neighbour)),
    "find the secret in the environment of any process": variables_of_anybody,
    "find the secret on the command line of any process": words_of_anybody,
    "use the ssh agent that a variable names": connects("SSH_AUTH_SOCK", socket.SOCK_STREAM),
    "use the message bus that a variable names": connects("DBUS_SESSION_BUS_ADDRESS", socket.SOCK_STREAM),
    "speak to the service manager by NOTIFY_SOCKET": connects("NOTIFY_SOCKET", socket.SOCK_DGRAM),
    "inherit where libraries are looked for": preload,
    "find the way to the home folder in a variable": home_folder,
}
