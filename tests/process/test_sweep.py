"""The owners file and the sweep at the start."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
import trio
from fakes.process import come_true, is_alive, program

from supervisor.process.boot import here
from supervisor.process.owners import FOLDER, SLACK_BYTES, Owners
from supervisor.process.records import Began, Owner, encode, read
from supervisor.process.scan import read_marker, read_process
from supervisor.process.spawn import spawn_plain
from supervisor.process.sweep import owner_of, sweep
from supervisor.process.table import open_processes
from supervisor.process.words import Swept

from .conftest import Bench
from .test_guard import DAEMON, DEAF, TREE
from .test_guard import owner_of as killed_owner_of

pytestmark = [
    pytest.mark.real,
    pytest.mark.usefixtures("no_leaks"),
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc"),
]


def files(state_dir: Path) -> list[Path]:
    return sorted((state_dir / FOLDER).iterdir())


def plant(state_dir: Path, text: bytes, name: str = "dead.jsonl") -> Path:
    path = state_dir / FOLDER / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text)
    return path


def dead_owner(token: str = "deadbeefdeadbeef", boot: str | None = None) -> Owner:
    """An owner with a pid that nobody has."""
    return Owner(1 << 22, 1, here() if boot is None else boot, token)


async def test_killed_with_its_guardian_an_owner_is_swept_up_after_at_the_next_start(state_dir: Path) -> None:
    async with killed_owner_of([DEAF, TREE, DAEMON], state_dir=str(state_dir)) as owner:
        await come_true(lambda: files(state_dir) and len(read(files(state_dir)[0].read_bytes()).live) == 3)
        os.kill(owner.guardian, signal.SIGKILL)
        os.kill(owner.process.pid, signal.SIGKILL)
        await owner.process.wait()
        assert len(owner.children()) >= 5
        async with open_processes(str(state_dir)) as table:
            assert table.swept.ended >= 5
            assert table.swept == Swept(ended=table.swept.ended)
            assert owner.children() == set()
    assert files(state_dir) == []


async def test_an_owner_that_lives_is_left_alone(state_dir: Path) -> None:
    async with killed_owner_of([TREE], state_dir=str(state_dir)) as owner:
        await come_true(lambda: files(state_dir))
        before = owner.children()
        assert await sweep(state_dir) == Swept()
        assert before <= owner.children()


async def test_the_file_says_what_runs_and_is_gone_after_a_proper_end(state_dir: Path) -> None:
    async with open_processes(str(state_dir)) as table:
        command = table.prepare(program("cat"))
        first = await table.start("first", command, spawn_plain)
        second = await table.start("second", command, spawn_plain)
        await second.stop()
        await come_true(lambda: files(state_dir) and list(register_of(state_dir)) == [first.pid])
        path = files(state_dir)[0]
        assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
        assert read(path.read_bytes()).owner == owner_of(path.stem)
    assert files(state_dir) == []


def register_of(state_dir: Path) -> dict[int, Began]:
    """Who stands in the file; nobody while there is none, or only what becomes it."""
    found = list((state_dir / FOLDER).glob("*.jsonl"))
    return read(found[0].read_bytes()).live if found else {}


@asynccontextmanager
async def at_work(owners: Owners) -> AsyncIterator[None]:
    """Have them write what comes; closed in any case, because nothing else ends them."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(owners.run)
        try:
            yield
        finally:
            await owners.close()


async def test_a_stranger_with_a_recorded_pid_is_spared(bench: Bench, state_dir: Path) -> None:
    stranger = await bench.start_program("sleep", "1000")
    process = read_process(stranger.pid)
    assert process
    plant(state_dir, encode(dead_owner()) + encode(Began(stranger.pid, process.started - 1, "x")))
    assert await sweep(state_dir) == Swept(spared=1)
    assert is_alive(stranger.pid)
    assert files(state_dir) == []


async def test_the_same_record_with_the_right_start_time_ends_it(bench: Bench, state_dir: Path) -> None:
    """The guard above broken on purpose: it is the start time that spares the stranger."""
    child = await bench.start_program("sleep", "1000")
    process = read_process(child.pid)
    assert process
    plant(state_dir, encode(dead_owner()) + encode(Began(child.pid, process.started, "x")))
    assert await sweep(state_dir) == Swept(ended=1)
    assert (await child.wait()).ended_by == "outside"


async def test_a_record_of_another_boot_means_nothing_and_is_removed(bench: Bench, state_dir: Path) -> None:
    stranger = await bench.start_program("sleep", "1000")
    process = read_process(stranger.pid)
    await come_true(lambda: read_marker(stranger.pid))
    assert process
    other = dead_owner(str(read_marker(stranger.pid)).split("/")[0], boot="another-boot pid:[1]")
    plant(state_dir, encode(other) + encode(Began(stranger.pid, process.started, "x")))
    assert await sweep(state_dir) == Swept()
    assert is_alive(stranger.pid)
    assert files(state_dir) == []


async def test_a_record_of_another_pid_namespace_is_left_to_whom_it_means_something(state_dir: Path) -> None:
    plant(state_dir, encode(dead_owner(boot=here().split(" ")[0] + " pid:[1]")))
    assert await sweep(state_dir) == Swept()
    assert len(files(state_dir)) == 1


async def test_a_half_written_file_is_used_as_far_as_it_goes(bench: Bench, state_dir: Path) -> None:
    child = await bench.start_program("sleep", "1000")
    process = read_process(child.pid)
    assert process
    record = encode(Began(child.pid, process.started, "x"))
    plant(state_dir, encode(dead_owner()) + b"\0\0\0garbage\n" + record + record[:20])
    assert await sweep(state_dir) == Swept(ended=1, damaged=2)
    await child.wait()


async def test_a_file_that_does_not_say_whose_it_is_is_put_aside_and_reported(state_dir: Path) -> None:
    plant(state_dir, b"\xff\xfe\n", "odd.jsonl")
    plant(state_dir, b"", "empty.jsonl")
    report = await sweep(state_dir)
    assert (report.damaged, len(report.troubles)) == (1, 2)
    assert [path.name for path in files(state_dir)] == ["empty.damaged", "odd.damaged"]
    assert await sweep(state_dir) == Swept()


async def test_a_file_that_cannot_be_read_is_reported_and_not_followed(state_dir: Path) -> None:
    target = plant(state_dir, encode(dead_owner()), "target.other")
    (state_dir / FOLDER / "link.jsonl").symlink_to(target)
    os.mkfifo(state_dir / FOLDER / "fifo.jsonl")
    with trio.fail_after(5):
        report = await sweep(state_dir)
    assert len(report.troubles) == 2
    assert target.exists()


async def test_a_file_of_another_user_is_not_believed(root: None, bench: Bench, state_dir: Path) -> None:
    stranger = await bench.start_program("sleep", "1000")
    process = read_process(stranger.pid)
    assert process
    path = plant(state_dir, encode(dead_owner()) + encode(Began(stranger.pid, process.started, "x")))
    os.chown(path, 65534, 65534)
    report = await sweep(state_dir)
    assert "another user" in report.troubles[0]
    assert is_alive(stranger.pid)


async def test_no_state_directory_yet_is_nothing_to_sweep(state_dir: Path) -> None:
    assert await sweep(state_dir / "absent") == Swept()


async def test_what_cannot_be_written_is_told_once_and_stops_nobody(state_dir: Path) -> None:
    (state_dir / FOLDER).write_text("a file where the folder should be")
    told: list[str] = []
    with trio.fail_after(20):
        async with open_processes(str(state_dir), on_trouble=told.append) as table:
            for number in range(3):
                child = await table.start(f"c{number}", table.prepare(program("cat")), spawn_plain)
                await child.stop()
    assert len([text for text in told if "owners file" in text]) == 1


async def test_a_disk_that_hangs_holds_up_neither_a_start_nor_the_end(state_dir: Path) -> None:
    with trio.fail_after(20):
        async with open_processes(str(state_dir)) as table:
            await come_true(lambda: (state_dir / FOLDER).exists() and files(state_dir))
            path = files(state_dir)[0]
            path.unlink()
            os.mkfifo(path)  # whoever opens it to write waits for a reader
            child = await table.start("c", table.prepare(program("cat")), spawn_plain)
            assert (await child.stop()).code == 0
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # lets the thread that hangs go
    os.close(reader)


async def test_after_a_write_that_failed_the_whole_file_is_written_anew(bench: Bench, state_dir: Path) -> None:
    told: list[str] = []
    owners = Owners(state_dir, owner_of("cafe"), on_trouble=told.append)
    first, second = await bench.start_program("cat"), await bench.start_program("cat")
    blocker = state_dir / FOLDER
    blocker.write_text("")
    async with at_work(owners):
        owners.began(first.pid, "a")
        await come_true(lambda: told)
        blocker.unlink()
        owners.began(second.pid, "b")
        await come_true(lambda: blocker.is_dir() and list(register_of(state_dir)) == [first.pid, second.pid])
    assert len(told) == 1


async def test_the_file_does_not_grow_with_the_number_of_children_there_ever_were(
    bench: Bench, state_dir: Path
) -> None:
    stays, goes = await bench.start_program("cat"), await bench.start_program("cat")
    owners = Owners(state_dir, owner_of("cafe"), on_trouble=pytest.fail)
    async with at_work(owners):
        owners.began(stays.pid, "stays")
        for _ in range(3000):
            owners.began(goes.pid, "goes")
            owners.gone(goes.pid)
        owners.began(goes.pid, "last")
        await come_true(lambda: goes.pid in register_of(state_dir))
        size = files(state_dir)[0].stat().st_size
    assert size < 2 * SLACK_BYTES
    assert list(register_of(state_dir)) == [stays.pid, goes.pid]


async def test_what_is_no_child_of_ours_any_more_is_not_recorded(state_dir: Path) -> None:
    owners = Owners(state_dir, owner_of("cafe"), on_trouble=pytest.fail)
    async with at_work(owners):
        owners.began(1, "somebody else's")
        await come_true(lambda: (state_dir / FOLDER).exists() and files(state_dir))
        assert register_of(state_dir) == {}
    assert files(state_dir) == []


def test_an_instance_id_with_any_characters_is_one_line() -> None:
    record = Began(1, 2, 'a"\n\\u0000b')
    assert encode(record).count(b"\n") == 1
    assert msgspec.json.decode(encode(record), type=Began) == record
