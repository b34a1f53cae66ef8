"""A config that is watched: real files, changed in the ways of editors and config tools."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import pytest
import trio
from fakes.process import come_true

from supervisor.edges import watching
from supervisor.edges.embed import Stockade, open_supervisor
from supervisor.edges.watching import look_at, steps_to
from supervisor.events import AnyEvent, ConfigRejected, ConfigReloaded
from supervisor.kernel.specs import Leaf, Life
from supervisor.kernel.stoppable import until_stop
from supervisor.kernel.subscription import Subscription
from supervisor.running import Leaves

pytestmark = pytest.mark.real
Kind = TypeVar("Kind")
BOUND_S = 30.0


def text(*names: str, watch: bool = True, **more: Any) -> str:
    """A config of servers that are known and not run."""
    entry = {"command": "true", "enabled": False, "isolation": {"mode": "none"}, **more}
    return json.dumps({"mcpServers": dict.fromkeys(names, entry), "stockade": {"watch": watch}})


@asynccontextmanager
async def watched(config: Path, state_dir: Path) -> AsyncIterator[tuple[Stockade, Subscription]]:
    """A running stockade that has begun to watch its config, and what it tells."""
    told: list[Subscription] = []

    def edge(sup: Stockade) -> Leaves:
        told.append(sup.run.bus.subscribe(AnyEvent))
        return Leaves()

    with trio.fail_after(BOUND_S):
        async with open_supervisor(config, state_dir=state_dir / "s", edge=edge) as sup:
            await sup.reload(dry_run=True)  # behind the watcher's own first look
            yield sup, told[0]
            told[0].close()


async def until(told: Subscription, kind: type[Kind]) -> Kind:
    while True:
        for published in await told.take():
            if isinstance(published.body, kind):
                return published.body


def open_files() -> list[str]:
    found = []
    for descriptor in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            found.append(os.readlink(f"/proc/self/fd/{descriptor}"))
    return found


def rename_over(config: Path, content: str) -> None:
    fresh = config.with_name(".mcp.json.swp")
    fresh.write_text(content)
    fresh.replace(config)


def remove_first(config: Path, content: str) -> None:
    config.unlink()
    config.write_text(content)


def with_backup(config: Path, content: str) -> None:
    config.rename(config.with_name("mcp.json~"))
    config.write_text(content)


def by_halves(config: Path, content: str) -> None:
    with config.open("w") as file:
        file.write(content[:10])
        file.flush()
        file.write(content[10:])


WAYS: dict[str, Callable[[Path, str], object]] = {
    "in place": Path.write_text,
    "renamed over": rename_over,
    "removed first": remove_first,
    "with a backup": with_backup,
    "by halves": by_halves,
}


@pytest.mark.parametrize("way", WAYS)
async def test_a_file_that_was_saved_is_read_again(way: str, state_dir: Path) -> None:
    config = state_dir / "mcp.json"
    config.write_text(text("a"))
    async with watched(config, state_dir) as (sup, told):
        for names in (("a", "b"), ("b",)):  # the second time shows that it is watched again
            WAYS[way](config, text(*names))
            await until(told, ConfigReloaded)
            assert [spec.name for spec in sup.config.servers] == list(names)


async def test_a_link_that_a_config_tool_switches_is_followed(state_dir: Path) -> None:
    for number, names in enumerate((("a",), ("a", "b"), ("c",))):
        (state_dir / f"v{number}").mkdir()
        (state_dir / f"v{number}" / "mcp.json").write_text(text(*names))
    (state_dir / "current").symlink_to("v0")
    config = state_dir / "mcp.json"
    config.symlink_to("current/mcp.json")
    async with watched(config, state_dir) as (_, told):
        for number, added in ((1, ["b"]), (2, ["c"])):
            (state_dir / "fresh").symlink_to(f"v{number}")
            (state_dir / "fresh").replace(state_dir / "current")
            assert (await until(told, ConfigReloaded)).added == added
        (state_dir / "v2" / "mcp.json").write_text(text("d"))
        assert (await until(told, ConfigReloaded)).added == ["d"]


async def test_a_folder_that_is_gone_for_a_moment_is_waited_for(state_dir: Path) -> None:
    folder = state_dir / "etc"
    folder.mkdir()
    config = folder / "mcp.json"
    config.write_text(text("a"))
    async with watched(config, state_dir) as (_, told):
        folder.rename(state_dir / "old")
        folder.mkdir()
        config.write_text(text("a", "b"))
        assert (await until(told, ConfigReloaded)).added == ["b"]


async def test_a_bad_file_is_told_of_and_the_good_one_after_it_is_taken(state_dir: Path) -> None:
    config = state_dir / "mcp.json"
    config.write_text(text("a"))
    async with watched(config, state_dir) as (sup, told):
        config.write_text(text("a", "b")[:-5])
        rejected = await until(told, ConfigRejected)
        assert (rejected.server, rejected.problem.code) == ("", "config.not_parseable")
        assert [spec.name for spec in sup.config.servers] == ["a"]
        config.unlink()
        assert (await until(told, ConfigRejected)).problem.code == "config.unreadable"
        config.write_text(text("a", "b"))
        assert (await until(told, ConfigReloaded)).added == ["b"]


async def test_a_file_behind_a_reference_is_watched_also_one_that_is_not_there_yet(state_dir: Path) -> None:
    config, secret = state_dir / "mcp.json", state_dir / "keys" / "word"
    config.write_text(text("a", env={"WORD": f"${{file:{secret}}}"}))
    async with watched(config, state_dir) as (sup, told):
        assert sup.config.servers == ()
        secret.parent.mkdir()
        secret.write_text("sesame-one")
        assert (await until(told, ConfigReloaded)).added == ["a"]
        rename_over(secret, "sesame-two")
        assert (await until(told, ConfigReloaded)).restarted == ["a"]
        assert sup.run.redactor.redact("sesame-one sesame-two") == "*** ***"


async def test_what_could_not_be_done_for_every_server_is_tried_again_without_another_edit(
    state_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "PAUSE_S", 1.0)
    config = state_dir / "mcp.json"
    config.write_text(text("a"))
    async with watched(config, state_dir) as (sup, told):
        await sup.run.tree.add("root/servers", Leaf(name="b", run=until_stop(in_the_way)))
        config.write_text(text("a", "b"))
        assert (await until(told, ConfigRejected)).problem.code == "reload.incomplete"
        await sup.run.tree.remove("root/servers", "b")
        assert (await until(told, ConfigReloaded)).added == ["b"]


async def in_the_way(life: Life) -> None:
    life.ready()
    await trio.sleep_forever()


async def test_watching_begins_and_ends_with_a_reload_that_says_so(state_dir: Path) -> None:
    config = state_dir / "mcp.json"
    config.write_text(text("a", watch=False))
    async with watched(config, state_dir) as (sup, told):
        config.write_text(text("a", watch=True))
        assert [(one.key, one.when) for one in (await sup.reload()).settings] == [("stockade.watch", "now")]
        config.write_text(text("a", "b", watch=True))
        while (await until(told, ConfigReloaded)).added != ["b"]:
            pass
        config.write_text(text("a", watch=False))
        while (await until(told, ConfigReloaded)).removed != ["b"]:
            pass
        await come_true(lambda: "anon_inode:inotify" not in open_files())
        config.write_text(text("a", watch=True))
        await sup.reload()
        await come_true(lambda: "anon_inode:inotify" in open_files())


def test_what_is_on_the_way_to_a_file_is_watched(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "real" / "file").symlink_to("../elsewhere")
    steps = list(steps_to(str(tmp_path / "link" / "file")))
    assert steps[-3:] == [
        (str(tmp_path), "link"), (str(tmp_path / "real"), "file"), (str(tmp_path), "elsewhere"),
    ]  # fmt: skip
    assert list(steps_to(str(tmp_path / "none" / "deep")))[-1] == (str(tmp_path), "none")
    (tmp_path / "round").symlink_to("round")
    assert len(list(steps_to(str(tmp_path / "round")))) <= 60


def test_a_look_says_what_is_there_and_what_is_not(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    look = look_at([str(tmp_path / "a"), str(tmp_path / "b")])
    os.close(look.fd)
    assert look.is_missing
    assert look.names >= {"a", "b"}
