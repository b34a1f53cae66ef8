"""The owners file: what a process table writes down so that its children can be found after it was killed.

Written by a worker thread in batches, because a full or frozen disk must hold up no start and no stop. A record that
comes too late is no loss: a child carries the table's token, which the file's first line names. A write that fails is
reported once, and the whole file is written anew at the next occasion.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import trio

from supervisor.process.records import Began, Gone, Owner, encode

FOLDER = "owners"
SUFFIX = ".jsonl"
SLACK_BYTES = 64 * 1024
"""The file is written anew without the children that are gone when it is this much larger than it needs to be."""
CLOSE_S = 1.0
"""For the last write: a disk that takes longer hangs, and the file is then swept at the next start."""


class Owners:
    """The file of one process table."""

    def __init__(self, state_dir: Path, owner: Owner, *, on_trouble: Callable[[str], None]) -> None:
        self._path = state_dir / FOLDER / f"{owner.token}{SUFFIX}"
        self._owner = owner
        self._on_trouble = on_trouble
        self._live: dict[int, bytes] = {}
        self._pending = bytearray()
        self._size = 0
        self._must_rewrite = True
        self._is_troubled = False
        self._wake = trio.Event()
        self._wake.set()
        self._stopped = trio.Event()
        self._is_closing = False
        self._limiter = trio.CapacityLimiter(2)

    def began(self, pid: int, started: int, instance: str) -> None:
        """A child was started."""
        self._live[pid] = encode(Began(pid, started, instance))
        self._pending += self._live[pid]
        self._wake.set()

    def gone(self, pid: int) -> None:
        """Nothing of the child is left."""
        if self._live.pop(pid, None) is not None:
            self._pending += encode(Gone(pid))
            self._wake.set()

    async def run(self) -> None:
        """Write what comes, until `close`."""
        with trio.CancelScope(shield=True):
            while not self._is_closing:
                await self._wake.wait()
                self._wake = trio.Event()
                if not self._is_closing:
                    await self._write()
            self._stopped.set()

    async def close(self) -> None:
        """Write the last, or remove the file if nothing is left to be remembered."""
        self._is_closing = True
        self._wake.set()
        with trio.move_on_after(CLOSE_S, shield=True):
            await self._stopped.wait()
            if self._live:
                await self._write()
            else:
                await trio.to_thread.run_sync(self._remove, abandon_on_cancel=True, limiter=self._limiter)

    async def _write(self) -> None:
        text = bytes(self._pending)
        self._pending.clear()
        needed = sum(map(len, self._live.values()))
        is_whole = self._must_rewrite or self._size + len(text) > needed + SLACK_BYTES
        if is_whole:
            text = encode(self._owner) + b"".join(self._live.values())
        try:
            write = _replace if is_whole else _append
            await trio.to_thread.run_sync(write, self._path, text, abandon_on_cancel=True, limiter=self._limiter)
        except OSError as error:
            self._must_rewrite = True
            if not self._is_troubled:
                self._on_trouble(f"the owners file {self._path} cannot be written: {error.strerror}")
            self._is_troubled = True
        else:
            self._size = len(text) if is_whole else self._size + len(text)
            self._must_rewrite = self._is_troubled = False

    def _remove(self) -> None:
        with suppress(OSError):
            self._path.unlink()


def _append(path: Path, text: bytes) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
    try:
        _write_all(fd, text)
    finally:
        os.close(fd)


def _replace(path: Path, text: bytes) -> None:
    """Write it beside and rename: a reader finds the old file or the new one, never half of one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        _write_all(fd, text)
    finally:
        os.close(fd)
    beside.rename(path)


def _write_all(fd: int, text: bytes) -> None:
    while text:
        text = text[os.write(fd, text) :]
