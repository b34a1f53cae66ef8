"""The wait for a socket that is there anew: real folders, the real inotify, and nothing that looks again and again."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
import trio
import trio.testing

from supervisor.engine.effects import changed, mark_of

pytestmark = pytest.mark.real


def listen(path: Path) -> None:
    """What an engine does at its start."""
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


def replace(path: Path) -> None:
    listen(path.with_name("new"))
    path.with_name("new").rename(path)


@pytest.mark.parametrize(
    ("prepare", "act"),
    [
        (lambda path: None, listen),
        (listen, listen),  # a killed engine leaves its socket, a new one makes it anew
        (listen, lambda path: path.chmod(0o600)),  # who was forbidden may be allowed now
        (listen, replace),
        (lambda path: None, replace),
    ],
)
async def test_whatever_makes_a_socket_usable_wakes(
    tmp_path: Path, prepare: Callable[[Path], None], act: Callable[[Path], None]
) -> None:
    path = tmp_path / "docker.sock"
    prepare(path)
    await _woken_by(path, lambda: act(path))


async def test_a_folder_that_is_not_there_yet_is_waited_for_too(tmp_path: Path) -> None:
    path = tmp_path / "user" / "1000" / "docker.sock"

    def start() -> None:
        path.parent.mkdir(parents=True)
        listen(path)

    await _woken_by(path, start)


async def test_a_folder_that_is_made_step_by_step(tmp_path: Path) -> None:
    path = tmp_path / "user" / "docker.sock"
    with trio.fail_after(5):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(changed, str(path), None)
            await trio.testing.wait_all_tasks_blocked()
            path.parent.mkdir()
            await trio.testing.wait_all_tasks_blocked()
            path.parent.rmdir()
            await trio.testing.wait_all_tasks_blocked()
            path.parent.mkdir()
            await trio.testing.wait_all_tasks_blocked()
            listen(path)


async def test_a_link_to_the_socket_is_followed(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    link = tmp_path / "docker.sock"
    link.symlink_to(real / "docker.sock")
    await _woken_by(link, lambda: listen(real / "docker.sock"))


async def test_what_changed_before_the_wait_began_is_not_missed(tmp_path: Path) -> None:
    path = tmp_path / "docker.sock"
    listen(path)
    before = mark_of(str(path))
    path.unlink()
    listen(path)
    os.utime(path, (1, 1))
    with trio.fail_after(5):
        await changed(str(path), before)


async def test_a_socket_that_goes_away_is_no_reason_to_wake_and_its_return_is(tmp_path: Path) -> None:
    path = tmp_path / "docker.sock"
    listen(path)
    woken = trio.Event()

    async def wait() -> None:
        await changed(str(path), mark_of(str(path)))
        woken.set()

    with trio.fail_after(5):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(wait)
            await trio.testing.wait_all_tasks_blocked()
            path.unlink()
            (tmp_path / "neighbour").touch()
            await trio.testing.wait_all_tasks_blocked()
            assert not woken.is_set()
            listen(path)


async def _woken_by(path: Path, act: Callable[[], None]) -> None:
    with trio.fail_after(5):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(changed, str(path), mark_of(str(path)))
            await trio.testing.wait_all_tasks_blocked()
            act()
