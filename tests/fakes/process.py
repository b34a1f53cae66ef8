"""What tests of processes share: commands, and waiting for what happens outside of this process."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import trio

from supervisor.process.scan import read_process
from supervisor.process.words import Command

PATH = os.defpath
BOUND_S = 20.0
"""For a real process to do what is waited for: far more than it takes, on any machine."""


def shell(script: str, *, cwd: str = "/", **env: str) -> Command:
    """A command that runs this text in a shell."""
    return Command(argv=("sh", "-c", script), env={"PATH": PATH, **env}, cwd=cwd)


def program(*argv: str, cwd: str = "/", **env: str) -> Command:
    """A command that runs this program."""
    return Command(argv=argv, env={"PATH": PATH, **env}, cwd=cwd)


def is_alive(pid: int) -> bool:
    """It is there and no zombie."""
    process = read_process(pid)
    return process is not None and not process.is_dead


def with_variable(name: str, value: str) -> set[int]:
    """All live processes that have this in their environment."""
    wanted = f"{name}={value}".encode()
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and is_alive(int(entry.name)):
            try:
                variables = (entry / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            if wanted in variables:
                found.add(int(entry.name))
    return found


async def come_true(claim: Callable[[], object], bound_s: float = BOUND_S) -> None:
    """Wait for something that no event tells of, by looking again and again; bounded."""
    with trio.fail_after(bound_s):
        while not claim():
            await trio.sleep(0.01)


async def read_line(stream: trio.abc.ReceiveStream) -> bytes:
    """Read up to and without the next newline; what follows it must not have been written yet."""
    data = bytearray()
    while not data.endswith(b"\n"):
        piece = await stream.receive_some()
        if not piece:
            break
        data += piece
    return bytes(data).removesuffix(b"\n")


async def read_all(stream: trio.abc.ReceiveStream) -> bytes:
    """Read to the end."""
    data = bytearray()
    while piece := await stream.receive_some():
        data += piece
    return bytes(data)
