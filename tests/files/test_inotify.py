"""What the kernel tells of folders."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import trio
import trio.testing

from supervisor.files import inotify

pytestmark = pytest.mark.real


async def test_only_what_is_asked_for_wakes_and_the_folder_itself(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
    fd = inotify.watch((str(one), str(other)), inotify.CREATE | inotify.DELETE_SELF)
    woken: list[str] = []

    async def wait() -> None:
        await inotify.something_happens(fd, ("wanted",))
        woken.append("woken")

    try:
        with trio.fail_after(5):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(wait)
                (one / "something").touch()
                await trio.testing.wait_all_tasks_blocked()
                assert woken == []
                (other / "wanted").touch()
            async with trio.open_nursery() as nursery:
                nursery.start_soon(wait)
                (other / "wanted").unlink()
                other.rmdir()
        assert woken == ["woken", "woken"]
    finally:
        os.close(fd)


def test_what_cannot_be_watched_leaves_nothing_open(tmp_path: Path) -> None:
    before = os.listdir("/proc/self/fd")
    assert inotify.watch((str(tmp_path), str(tmp_path / "none")), inotify.CREATE) == -1
    assert os.listdir("/proc/self/fd") == before
