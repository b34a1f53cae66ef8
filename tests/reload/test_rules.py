"""What a changed configuration asks for, field by field."""

from __future__ import annotations

from typing import Any

import pytest
from config.worlds import World, resolved
from msgspec.structs import replace

from supervisor.config.specs import Config, ServerSpec
from supervisor.reload.report import lines, summary
from supervisor.reload.rules import effect_of, fields_of, in_force, plan
from supervisor.reload.words import Change, Setting

BEFORE: dict[str, Any] = {"command": "run", "isolation": {"mode": "docker", "image": "a"}, "env": {"A": "1"}}


def config(world: World | None = None, /, **servers: Any) -> Config:
    return resolved({"mcpServers": servers}, world=world)


def spec(**more: Any) -> ServerSpec:
    (found,) = config(one={**BEFORE, **more}).servers
    return found


RESTARTS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "enabled": ({"enabled": False}, ("enabled",)),
    "command": ({"command": "walk"}, ("command",)),
    "args": ({"args": ["x"]}, ("args",)),
    "cwd": ({"cwd": "/x"}, ("cwd",)),
    "another value": ({"env": {"A": "2"}}, ("env.A",)),
    "more and less": ({"env": {"B": "2"}}, ("env.A", "env.B")),
    "taken away": ({"env": {"A": "1", "C": None}}, ("env.C",)),
    "allow": ({"stockade": {"environment": {"allow": ["X"]}}}, ("stockade.environment.allow",)),
    "proxies": ({"stockade": {"environment": {"proxies": True}}}, ("stockade.environment.proxies",)),
    "mode": ({"isolation": {"mode": "none"}}, ("isolation.mode", "isolation.image", "stockade.startup.handshake")),
    "image": ({"isolation": {"mode": "docker", "image": "b"}}, ("isolation.image",)),
    "limits": (
        {"isolation": {"mode": "docker", "image": "a", "memory_limit": "1g", "pids_limit": 7}},
        ("isolation.memory_limit", "isolation.pids_limit"),
    ),
    "sharing": ({"stockade": {"sharing": "exclusive"}}, ("stockade.sharing",)),
    "capabilities": ({"stockade": {"client_capabilities": {"roots": {}}}}, ("stockade.client_capabilities",)),
    "scan": ({"stockade": {"scan": {"policy": "warn", "plugins": ["bandit"]}}}, (
        "stockade.scan.policy", "stockade.scan.plugins",
    )),
}  # fmt: skip

IN_PLACE: dict[str, tuple[dict[str, Any], str]] = {
    "restart": ({"restart": "never"}, "stockade.restart"),
    "grace": ({"grace": {"term": "1s"}}, "stockade.grace.term"),
    "startup": ({"startup": {"handshake": "9s"}}, "stockade.startup.handshake"),
    "max_message": ({"max_message": "1m"}, "stockade.max_message"),
    "call_timeout": ({"call_timeout": "9s"}, "stockade.call_timeout"),
    "call_wait": ({"call_wait": "9s"}, "stockade.call_wait"),
    "idle_stop": ({"idle_stop": "9s"}, "stockade.idle_stop"),
    "ping": ({"ping": "9s"}, "stockade.ping"),
    "lazy": ({"lazy": True}, "stockade.lazy"),
    "spares": ({"spares": 3}, "stockade.spares"),
}


@pytest.mark.parametrize("what", RESTARTS)
def test_what_a_process_was_started_with_restarts_its_server(what: str) -> None:
    more, fields = RESTARTS[what]
    assert (effect_of(spec(), spec(**more)), fields_of(spec(), spec(**more))) == ("restart", fields)


@pytest.mark.parametrize("what", IN_PLACE)
def test_bounds_and_policies_change_in_place(what: str) -> None:
    block, key = IN_PLACE[what]
    changed = spec(stockade=block)
    assert (effect_of(spec(), changed), fields_of(spec(), changed)) == ("in_place", (key,))


def test_what_depends_on_another_server_changes_in_place() -> None:
    old, new = config(a=BEFORE, b=BEFORE), config(a=BEFORE, b={**BEFORE, "stockade": {"depends_on": ["a"]}})
    assert plan(old, new).in_place == (Change(server="b", fields=("stockade.depends_on",)),)


def test_a_change_of_both_kinds_restarts_and_names_both() -> None:
    changed = spec(args=["x"], stockade={"spares": 2})
    assert (effect_of(spec(), changed), fields_of(spec(), changed)) == ("restart", ("args", "stockade.spares"))


def test_the_place_in_the_file_is_no_change() -> None:
    moved = replace(spec(), place="mcp.json:99:1", why=replace(spec().why, place="elsewhere"))
    assert (effect_of(spec(), moved), fields_of(spec(), moved)) == (None, ())


@pytest.mark.parametrize(("mode", "other"), [("none", "sandbox"), ("none", "docker"), ("docker", "sandbox")])
def test_a_block_of_a_mode_that_is_not_in_force_is_no_change(mode: str, other: str) -> None:
    blocks: dict[str, dict[str, Any]] = {"sandbox": {"sandbox": {"deny": ["/x"]}}, "docker": {"image": "b"}}
    block = blocks[other]
    old, new = spec(isolation={"mode": mode}), spec(isolation={"mode": mode, **block})
    assert effect_of(old, new) is None


def test_a_secret_behind_a_reference_is_compared_and_never_named_by_its_value() -> None:
    entry = {**BEFORE, "env": {"A": "${file:/key}", "B": "${cred:word}"}}
    old = config(World(files={"/key": "sesame-one"}, credentials={"word": "hush-hush"}), one=entry)
    new = config(World(files={"/key": "sesame-two"}, credentials={"word": "hush-hush"}), one=entry)
    found = plan(old, new)
    assert found.restarted == (Change(server="one", fields=("env.A",)),)
    assert not any("sesame" in line for line in (*lines(found), summary(found)))
    assert plan(old, old).untouched == ("one",)


def test_what_counts_as_a_secret_may_change_alone() -> None:
    old, new = spec(env={"A": "sesame-one"}), replace(spec(env={"A": "sesame-one"}), secrets=("sesame-one",))
    assert (effect_of(old, new), fields_of(old, new)) == ("in_place", ("secrets",))


def test_every_server_is_in_exactly_one_list() -> None:
    old = config(same=BEFORE, goes=BEFORE, changes=BEFORE, spares=BEFORE, breaks=BEFORE, remote=BEFORE)
    new = config(
        same=BEFORE,
        changes={**BEFORE, "args": ["x"]},
        spares={**BEFORE, "stockade": {"spares": 2}},
        breaks={},
        remote={"url": "https://x.example"},
        comes=BEFORE,
        bad={},
    )
    found = plan(old, new)
    assert found.added == ("comes",)
    assert set(found.removed) == {"goes", "remote"}
    assert [change.server for change in found.restarted] == ["changes"]
    assert [change.server for change in found.in_place] == ["spares"]
    assert found.untouched == ("same",)
    assert [one.server for one in found.kept] == ["breaks"]
    assert [one.server for one in found.invalid] == ["bad"]
    assert [one.server for one in found.refused] == ["breaks", "bad"]
    assert not found.is_empty


def test_an_entry_that_is_not_to_be_started_may_be_wrong() -> None:
    assert plan(config(a=BEFORE), config(a=BEFORE, bad={"enabled": False})).refused == ()


def test_what_is_in_force_afterwards_holds_what_is_kept_as_it_was() -> None:
    old = config(a=BEFORE, b=BEFORE)
    new = config(b={}, a={**BEFORE, "args": ["x"]}, c={})
    after = in_force(old, new)
    assert [one.name for one in after.servers] == ["b", "a"]
    assert after.servers[0] == old.servers[1]
    assert after.servers[1].args == ("x",)
    assert [one.name for one in after.invalid] == ["c"]
    assert plan(after, new).kept[0].server == "b"
    assert plan(after, config(b=BEFORE, a={**BEFORE, "args": ["x"]})).is_empty


SETTINGS: dict[str, tuple[dict[str, Any], str, str]] = {
    "group": ({"control": {"group": "g", "mode": "0600"}}, "stockade.control.group", "next_start"),
    "mode": ({"control": {"mode": "0660"}}, "stockade.control.mode", "next_start"),
    "uids": ({"control": {"allow_uids": [1000]}}, "stockade.control.allow_uids", "next_start"),
    "state_dir": ({"state_dir": "/x"}, "stockade.state_dir", "next_start"),
    "lock_file": ({"lock_file": "/x"}, "stockade.lock_file", "next_start"),
    "ready": ({"ready": "all"}, "stockade.ready", "next_start"),
    "sinks": ({"sinks": ["json"]}, "stockade.sinks", "next_start"),
    "plugins": ({"plugins": {"p": {"command": ["x"]}}}, "stockade.plugins", "now"),
    "watch": ({"watch": True}, "stockade.watch", "now"),
}


@pytest.mark.parametrize("what", SETTINGS)
def test_a_setting_is_told_with_when_it_comes_into_force(what: str) -> None:
    block, key, when = SETTINGS[what]
    old, new = resolved({"mcpServers": {}}), resolved({"mcpServers": {}, "stockade": block})
    (found,) = plan(old, new).settings
    assert (found.key, found.when) == (key, when)
    after = in_force(old, new)
    later = [Setting(key=key, when="next_start")] if when == "next_start" else []
    assert list(plan(after, new).settings) == later  # it is told again as long as it is not in force
    assert f"setting    {key}: " in "\n".join(lines(plan(old, new)))


def test_a_plan_is_a_line_and_a_few_lines_for_people() -> None:
    found = plan(config(a=BEFORE, b=BEFORE, d=BEFORE), config(a={**BEFORE, "args": ["x"]}, c=BEFORE, b={}))
    assert summary(found) == "added c; removed d; restarted a; kept b; 0 untouched"
    assert list(lines(found))[:3] == ["add        c", "remove     d", "restart    a: args"]
    assert "keep       b: goes on as it is" in list(lines(found))[3]
