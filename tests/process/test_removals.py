"""What the guardian does about workloads whose owner was killed; the "engine" is a script, the workloads processes."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import pytest
import trio
from fakes.process import BOUND_S, PATH, come_true, is_alive, read_line, with_variable
from hypothesis import given
from hypothesis import strategies as st

from supervisor.process.guard import Guard
from supervisor.process.removals import Removals, Ward, pack, unpack
from supervisor.process.wards import Wards
from supervisor.process.words import Removal

from .conftest import Bench
from .test_guard import PACKAGES, ROOT, guardians_of

pytestmark = [
    pytest.mark.real,
    pytest.mark.usefixtures("no_leaks"),
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc"),
]

OWNER = Path(__file__).with_name("killed_carrier.py")
ENGINE = """echo "$*" >>"$LOG"; env >"$LOG.env"; for id; do kill -9 "$(cat "$FOLDER/$id")"; done"""
CARRIER = "echo x; exec sleep 1000"
SLOW_CARRIER = "cat; sleep 0.2; echo {id} >{cidfile}; touch {cidfile}.said; exec sleep 1000"
"""The engine takes its time to make a workload: its id is said long after the owner's death."""


class Local(NamedTuple):
    """A workload: a process, and its id."""

    process: subprocess.Popen[bytes]
    id: str


class Engine:
    """Workloads that only the engine's script ends."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "log"
        self._all: list[Local] = []

    def run(self) -> Local:
        """Start a workload."""
        process = subprocess.Popen(["sleep", "1000"], env={}, start_new_session=True)
        self._all.append(Local(process, secrets.token_hex(32)))
        (self.folder / self._all[-1].id).write_text(str(process.pid))
        return self._all[-1]

    def order(self, one: Local, script: str = ENGINE, *, carrier: str = CARRIER, **more: object) -> dict[str, object]:
        """What the owner is told to start for it."""
        cidfile = self.folder / f"{one.id}.cid"
        text = carrier.format(id=one.id, cidfile=cidfile)
        return {"argv": ["sh", "-c", text], "env": {"PATH": PATH}, "removal": self.removal(one, script), **more}

    def removal(self, one: Local, script: str = ENGINE) -> list[object]:
        env = {"PATH": PATH, "FOLDER": str(self.folder), "LOG": str(self.log), "ODD": "a=b c\nd"}
        return [["/bin/sh", "-c", script, "rm"], env, str(self.folder / f"{one.id}.cid")]

    def say(self, one: Local) -> None:
        """Write the id to where the child would."""
        (self.folder / f"{one.id}.cid").write_text(one.id)

    @property
    def asked(self) -> list[set[str]]:
        """The ids that the script was run with, each time."""
        return [set(line.split()) for line in self.log.read_text().splitlines()] if self.log.exists() else []

    def close(self) -> None:
        for one in self._all:
            one.process.kill()
            one.process.wait()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = Engine(tmp_path)
    yield made
    made.close()


@asynccontextmanager
async def owner_of(*orders: dict[str, object]) -> AsyncIterator[tuple[trio.Process, int]]:
    """An owner that has started these, and its guardian's pid; whatever happens, nothing of it outlives the test."""
    mark = secrets.token_hex(8)
    for order in orders:
        order["env"] = {"PATH": PATH, "TEST_MARK": mark}
    process = await trio.lowlevel.open_process(
        [sys.executable, str(OWNER), json.dumps(orders)],
        stdout=subprocess.PIPE,
        env={"PATH": PATH, "PYTHONPATH": f"{ROOT}:{PACKAGES}"},
        cwd="/",
    )
    assert process.stdout
    try:
        with trio.fail_after(60):
            ready = (await read_line(process.stdout)).split()
        assert ready[0] == b"ready"
        yield process, int(ready[1])
        await come_true(lambda: not with_variable("TEST_MARK", mark))
    finally:
        process.kill()
        with trio.CancelScope(shield=True):
            await process.wait()
            await process.stdout.aclose()
            for pid in with_variable("TEST_MARK", mark):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


async def died(one: Local) -> None:
    await come_true(lambda: one.process.poll() is not None)


async def test_kill_nine_of_the_owner_removes_all_workloads_by_one_command(engine: Engine) -> None:
    told, read = engine.run(), engine.run()
    engine.say(told)
    engine.say(read)
    async with owner_of(engine.order(told, id=True), engine.order(read)) as (owner, guardian):
        assert not (engine.folder / f"{told.id}.cid").exists(), "this one only the guardian knows"
        owner.kill()
        await died(told)
        await died(read)
        await come_true(lambda: not is_alive(guardian))
    assert engine.asked == [{told.id, read.id}]
    seen = (engine.folder / "log.env").read_text()
    given_env = engine.removal(told)[1]
    assert isinstance(given_env, dict)
    assert set(seen.removesuffix("\n").split("\n")) - {f"PWD={os.sep}", "_=/usr/bin/env", "SHLVL=1"} == {
        line for name, value in given_env.items() for line in f"{name}={value}".split("\n")
    }, "nothing but what was given"


async def test_without_the_guardian_they_would_stay(engine: Engine) -> None:
    """The guard broken on purpose: it is what removes them, and not something else."""
    one = engine.run()
    engine.say(one)
    async with owner_of(engine.order(one)) as (owner, guardian):
        os.kill(guardian, signal.SIGSTOP)
        owner.kill()
        await owner.wait()
        assert one.process.poll() is None
        os.kill(guardian, signal.SIGCONT)
        await died(one)


async def test_each_way_to_remove_has_its_own_command(engine: Engine) -> None:
    one, other = engine.run(), engine.run()
    engine.say(one)
    engine.say(other)
    async with owner_of(engine.order(one), engine.order(other, f"{ENGINE} # another engine")) as (owner, _):
        owner.kill()
        await died(one)
        await died(other)
    assert sorted(map(len, engine.asked)) == [1, 1]


async def test_a_child_that_has_yet_to_say_the_id_is_left_alone_until_it_has(engine: Engine) -> None:
    one = engine.run()
    async with owner_of(engine.order(one, carrier=SLOW_CARRIER, silent=True)) as (owner, _):
        owner.kill()
        await died(one)
    assert (engine.folder / f"{one.id}.cid.said").exists()


async def test_a_child_that_never_says_the_id_is_ended_all_the_same(engine: Engine) -> None:
    one = engine.run()
    async with owner_of(engine.order(one)) as (owner, guardian):
        owner.kill()
        await come_true(lambda: not is_alive(guardian))
    assert engine.asked == []


async def test_a_command_that_fails_is_run_again(engine: Engine) -> None:
    one = engine.run()
    engine.say(one)
    async with owner_of(engine.order(one, f"mkdir $FOLDER/tried && exit 1; {ENGINE}")) as (owner, _):
        owner.kill()
        await died(one)


async def test_a_command_that_hangs_is_given_up_and_holds_up_no_other(engine: Engine) -> None:
    stuck, other = engine.run(), engine.run()
    engine.say(stuck)
    engine.say(other)
    hangs = "echo $$ >$FOLDER/stuck; trap '' TERM; while :; do sleep 1000; done"
    async with owner_of(engine.order(stuck, hangs), engine.order(other)) as (owner, guardian):
        owner.kill()
        await died(other)
        await come_true(lambda: not is_alive(guardian))
    assert not is_alive(int((engine.folder / "stuck").read_text()))


async def test_a_command_that_is_not_there_holds_up_no_other(engine: Engine) -> None:
    one, other = engine.run(), engine.run()
    engine.say(one)
    engine.say(other)
    order = engine.order(one)
    order["removal"] = [["/no/such/command"], {}, str(engine.folder / f"{one.id}.cid")]
    async with owner_of(order, engine.order(other)) as (owner, _):
        owner.kill()
        await died(other)


async def test_a_guardian_that_died_is_replaced_and_told_of_all_workloads_again(engine: Engine) -> None:
    told, read = engine.run(), engine.run()
    engine.say(told)
    engine.say(read)
    async with owner_of(engine.order(told, id=True), engine.order(read)) as (owner, guardian):
        os.kill(guardian, signal.SIGKILL)
        assert owner.stdout
        with trio.fail_after(BOUND_S):
            line = await read_line(owner.stdout)
        assert line.split() == [b"ready", b"%d" % min(guardians_of(owner.pid))]
        owner.kill()
        await died(told)
        await died(read)
    assert engine.asked == [{told.id, read.id}]


async def test_one_that_is_left_when_the_guard_closes_is_removed_and_one_that_is_gone_is_not(
    engine: Engine, bench: Bench
) -> None:
    left, gone = engine.run(), engine.run()
    guard = Guard("feedfeedfeedfeed", on_trouble=bench.troubles.append)
    guard.start()
    for one in (left, gone):
        argv, env, cidfile = engine.removal(one)
        assert isinstance(argv, list)
        assert isinstance(env, dict)
        number = guard.watch_workload(Removal(argv=tuple(argv), env=env, cidfile=str(cidfile)))
        guard.describe_workload(number, identity=one.id)
        if one is gone:
            guard.forget_workload(number)
    await guard.close()
    assert engine.asked == [{left.id}]


# -------------------------------------------------------------------------------------------------- what is told


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"c",
        b"c 1",
        b"c 1 2 3",
        b"c x 1 1 00 ",
        b"c 1 1 1 0g ",
        b"c 1 1 1 \xff ",
        b"w 1 00",
        b"w x 00 00",
        b"x y",
        b"x",
        b"x 7",
        b"? 1",
    ],
)
def test_a_line_that_makes_no_sense_is_passed_over(line: bytes) -> None:
    removals = Removals()
    removals.note(line)
    assert removals.is_done


TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)


@given(st.lists(TEXTS))
def test_a_list_of_texts_is_one_field_of_a_line(texts: list[str]) -> None:
    field = pack(texts)
    assert not {*field} & {*b" \n"}
    assert [os.fsdecode(text) for text in unpack(field)] == texts


def test_what_a_new_guardian_is_told_is_all_that_is_left() -> None:
    wards = Wards()
    removal = Removal(argv=("/no/such/command", "rm"), env={"A": "1"}, cidfile="/run/cid")
    first, _ = wards.add(removal)
    second, text = wards.add(removal)
    assert text.startswith(b"c "), "the way is known already"
    wards.describe(second, child=77)
    wards.describe(second, identity="ab")
    wards.drop(first)
    removals = Removals()
    for line in wards.everything().splitlines():
        removals.note(line)
    assert len(removals) == 1
    assert removals.advance(9) == set(), "with an id there is nothing to wait for"
    assert (wards.describe(first, child=1), wards.drop(first)) == (b"", b"")


def test_a_dead_child_and_a_silent_one_are_not_waited_for() -> None:
    def noted() -> Removals:
        removals = Removals()
        removals.note(b"c 1 1 55 00 ")
        removals.note(b"c 2 1 0 00 ")
        return removals

    assert noted().advance(0) == {55, 0}
    assert noted().advance(0, {55}) == {55, 0}
    assert noted().advance(0, {7}) == {0}, "the other may have been started and not told"
    assert noted().advance(9, {55}) == set()


@pytest.mark.parametrize("text", ["", "abc", "g" * 64, "A" * 64, "a" * 63, "a" * 65, "-f" + "a" * 62])
def test_only_an_id_is_taken_from_a_cidfile(tmp_path: Path, text: str) -> None:
    path = tmp_path / "cid"
    path.write_text(text)
    assert Ward(1, 0, os.fsencode(path), b"").identify() == b""
    path.write_text("a1" * 32 + "\n")
    assert Ward(1, 0, os.fsencode(path), b"").identify() == b"a1" * 32


def test_a_removal_shows_no_value() -> None:
    assert "value" not in repr(Removal(argv=("/bin/docker", "rm"), env={"A": "value"}, cidfile=""))
