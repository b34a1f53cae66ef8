"""The sweep at the start: what earlier owners left behind, because they were killed and their guardian too."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import msgspec
import trio

from supervisor.process import leaves
from supervisor.process.boot import here
from supervisor.process.leaf import Leaf
from supervisor.process.leftovers import Sight, end_all
from supervisor.process.owners import FOLDER, SUFFIX
from supervisor.process.procstat import Process
from supervisor.process.records import Owner, Register, owner_lives, read, reused, to_end
from supervisor.process.scan import Snapshot, read_process, read_tag, scan
from supervisor.process.tag import is_of
from supervisor.process.words import Swept

FILE_BYTES = 64 * 1024 * 1024
"""A larger file is not ours, whatever its name."""


def owner_of(token: str, subtree: str = "") -> Owner:
    """This process as the owner of a table."""
    process = read_process(os.getpid())
    return Owner(os.getpid(), process.started if process else 0, here(), token, subtree)


async def sweep(state_dir: Path) -> Swept:
    """End what dead owners left behind, and remove their files. What cannot be read is reported, not raised."""
    if not here():
        return Swept(troubles=("this system has no /proc: leftovers of earlier runs were not looked for",))
    registers, report = await trio.to_thread.run_sync(_read_all, state_dir / FOLDER)
    dead = await trio.to_thread.run_sync(_dead_ones, registers)
    if not dead:
        return report
    since = min(register.owner.started for register in dead.values() if register.owner)

    async def search() -> Sight:
        snapshot = await trio.to_thread.run_sync(scan, since)
        return Sight(_found(dead.values(), snapshot), snapshot.is_whole)

    quarry = _Dead(list(dead.values()))
    leftovers = await end_all(search, quarry, polite=trio.CancelScope())
    are_gone = [await leaf.dispose() for leaf in quarry.leaves]
    if not leftovers.survivors and all(are_gone):
        await trio.to_thread.run_sync(_remove, list(dead))
    spared = await trio.to_thread.run_sync(_spared, list(dead.values()))
    return msgspec.structs.replace(report, ended=leftovers.ended, survivors=leftovers.survivors, spared=spared)


class _Dead:
    """Dead owners, as what is to be ended of them."""

    def __init__(self, registers: list[Register]) -> None:
        self._tokens = [register.owner.token for register in registers if register.owner]
        self.leaves = [Leaf(path) for register in registers for path in _leaves_of(register)]

    def kill(self) -> None:
        for leaf in self.leaves:
            leaf.kill()

    def owns(self, pid: int) -> bool:
        tag = read_tag(pid)
        return any(is_of(tag, token) for token in self._tokens)


def _read_all(folder: Path) -> tuple[dict[Path, Register], Swept]:
    registers: dict[Path, Register] = {}
    troubles: list[str] = []
    damaged = 0
    with suppress(OSError):
        for path in sorted(folder.iterdir()):
            if path.suffix != SUFFIX:
                continue
            try:
                register = read(_content(path))
            except OSError as error:
                troubles.append(f"{path} cannot be read: {error.strerror}")
                continue
            damaged += register.damaged
            if register.owner is None:
                troubles.append(f"{path} does not say whose it is; put aside")
                with suppress(OSError):
                    path.rename(path.with_suffix(".damaged"))
            else:
                registers[path] = register
    return registers, Swept(damaged=damaged, troubles=tuple(troubles))


def _content(path: Path) -> bytes:
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(fd, "rb") as file:
        if os.fstat(fd).st_uid not in {os.geteuid(), 0}:
            raise PermissionError(1, "it belongs to another user")
        return file.read(FILE_BYTES)


def _dead_ones(registers: dict[Path, Register]) -> dict[Path, Register]:
    """Those of dead owners of this boot and namespace; files of another boot are removed, nothing of them can live."""
    now = here()
    processes = scan_processes()
    dead: dict[Path, Register] = {}
    for path, register in registers.items():
        assert register.owner is not None
        if register.owner.boot == now:
            if not owner_lives(register.owner, processes, now):
                dead[path] = register
        elif register.owner.boot.split(" ")[0] != now.split(" ")[0]:
            _remove([path])
    return dead


def scan_processes() -> dict[int, Process]:
    """All processes, without their markers."""
    return scan(1 << 62).processes


def _found(registers: Iterable[Register], snapshot: Snapshot) -> list[Process]:
    found: dict[int, Process] = {}
    for register in registers:
        in_leaves = {pid for leaf in _leaves_of(register) for pid in leaves.members(leaf)}
        theirs = to_end(register, snapshot.processes, snapshot.markers, tags=snapshot.tags, in_leaves=in_leaves)
        found.update((process.pid, process) for process in theirs)
    found.pop(os.getpid(), None)
    return list(found.values())


def _leaves_of(register: Register) -> list[str]:
    assert register.owner is not None
    return leaves.leaves_of(register.owner.subtree, register.owner.token)


def _spared(registers: list[Register]) -> int:
    processes = scan_processes()
    return sum(reused(register, processes) for register in registers)


def _remove(paths: list[Path]) -> None:
    for path in paths:
        with suppress(OSError):
            path.unlink()
