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
from supervisor.process.scan import read_process

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
        """The records of those who live, as far as they have been written."""
        self._pending: list[tuple[int, str | None]] = []
        """A pid, and the instance that began with it; none if it is gone."""
        self._size = 0
        self._must_rewrite = True
        self._is_troubled = False
        self._wake = trio.Event()
        self._wake.set()
        self._stopped = trio.Event()
        self._is_closing = False
        self._running = trio.CancelScope(shield=True)
        self._limiter = trio.CapacityLimiter(2)

    def began(self, pid: int, instance: str) -> None:
        """A child was started."""
        self._pending.append((pid, instance))
        self._wake.set()

    def gone(self, pid: int) -> None:
        """Nothing of the child is left."""
        self._pending.append((pid, None))
        self._wake.set()

    async def run(self) -> None:
        """Write what comes, until `close`."""
        with self._running:
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
            await self._write()
            if not self._live:
                await trio.to_thread.run_sync(self._remove, abandon_on_cancel=True, limiter=self._limiter)
        self._running.cancel()

    async def _write(self) -> None:
        pending, self._pending = self._pending, []
        try:
            await trio.to_thread.run_sync(self._write_now, pending, abandon_on_cancel=True, limiter=self._limiter)
        except OSError as error:
            self._must_rewrite = True
            if not self._is_troubled:
                self._on_trouble(f"the owners file {self._path} cannot be written: {error.strerror}")
            self._is_troubled = True
        else:
            self._must_rewrite = self._is_troubled = False

    def _write_now(self, pending: list[tuple[int, str | None]]) -> None:
        """On the worker thread: there is one at a time, and only it touches what it uses."""
        text = b"".join(self._take(pid, instance) for pid, instance in pending)
        needed = sum(map(len, self._live.values()))
        if self._must_rewrite or self._size + len(text) > needed + SLACK_BYTES:
            text = encode(self._owner) + b"".join(self._live.values())
            _replace(self._path, text)
            self._size = len(text)
        elif text:
            _append(self._path, text)
            self._size += len(text)

    def _take(self, pid: int, instance: str | None) -> bytes:
        if instance is None:
            return encode(Gone(pid)) if self._live.pop(pid, None) is not None else b""
        process = read_process(pid)
        if process is None or process.parent != self._owner.pid:
            return b""  # gone already, and perhaps somebody else's pid by now
        self._live[pid] = encode(Began(pid, process.started, instance))
        return self._live[pid]

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
