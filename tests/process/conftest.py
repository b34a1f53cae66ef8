"""What tests of real processes share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import trio
from fakes.process import program, shell

from supervisor.config.specs import Grace
from supervisor.process.child import Child
from supervisor.process.spawn import spawn_plain
from supervisor.process.table import ProcessTable, open_processes
from supervisor.process.words import Command, Heard

SHORT = Grace(stdin_s=0.2, term_s=0.2)
"""A test that climbs the ladder waits for these."""


class Bench:
    """An open process table, with what it has said so far."""

    def __init__(self) -> None:
        self.table: ProcessTable
        self.heard: dict[str, list[Heard]] = {}
        self.troubles: list[str] = []
        self._number = 0

    def hear(self, instance: str, heard: object) -> None:
        assert isinstance(heard, list)
        self.heard.setdefault(instance, []).extend(heard)

    async def start(self, command: Command | str, *, grace: Grace = SHORT) -> Child:
        """Start a command, or a text for the shell, as an instance `test-N`."""
        self._number += 1
        prepared = self.table.prepare(shell(command) if isinstance(command, str) else command)
        return await self.table.start(f"test-{self._number}", prepared, spawn_plain, grace=grace)

    async def start_program(self, *argv: str, grace: Grace = SHORT) -> Child:
        return await self.start(program(*argv), grace=grace)


@pytest.fixture
async def bench(no_leaks: None) -> AsyncIterator[Bench]:
    """An open process table, without a state directory."""
    made = Bench()
    with trio.fail_after(60):
        async with open_processes(on_stderr=made.hear, on_trouble=made.troubles.append) as made.table:
            yield made
    assert made.troubles == []
