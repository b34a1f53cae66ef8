"""Reloads of a running stockade with real servers: what did not change is not touched, what did follows the file."""

from __future__ import annotations

import json
import os
import shlex
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from journeys.command import (
    BOUND_S,
    COMMAND,
    Home,
    Talk,
    call,
    carriers,
    entry,
    opening,
    told,
    wait_for_end,
    wait_until_gone,
    word,
)

pytestmark = pytest.mark.real


@pytest.fixture
def name() -> str:
    return word()


def write(home: Home, servers: dict[str, Any], **stockade: Any) -> None:
    """Put another config in the place of the first, as an editor does that renames."""
    fresh = home.config.with_suffix(".new")
    fresh.write_text(json.dumps({"mcpServers": servers, "stockade": stockade}))
    fresh.replace(home.config)


def pids(home: Home) -> dict[str, list[int]]:
    return {one["server"]: one["pids"] for one in home.asked("status")["servers"]}


def life(home: Home, server: str) -> str:
    (found,) = [one["life"] for one in home.asked("status")["servers"] if one["server"] == server]
    return str(found)


def ask_and_hold(talk: Talk, number: int) -> int:
    """Call a tool that asks us something first; the call is in flight from here on. Returns what it asked under."""
    talk.say(call(number, "ask"))
    while True:
        message = talk.line()
        if message.get("method") == "roots/list":
            asked: int = message["id"]
            return asked


def let_go(talk: Talk, asked: int) -> None:
    """Answer what the held call has asked."""
    talk.say(json.dumps({"jsonrpc": "2.0", "id": asked, "result": {"roots": []}}) + "\n")


@pytest.fixture
def four(state_dir: Path, name: str) -> Iterator[Home]:
    """A daemon with three servers, all ready."""
    home = Home(state_dir, {f"{name}-{what}": entry() for what in ("same", "changes", "goes")})
    with home.daemon():
        home.settled(3)
        yield home


def test_one_added_one_removed_one_changed_and_a_call_in_flight_at_the_untouched_one_completes(
    four: Home, name: str
) -> None:
    same, changes, goes, comes = (f"{name}-{what}" for what in ("same", "changes", "goes", "comes"))
    with (
        Talk([*COMMAND, "connect", same], four.environ) as talk,
        Talk([*COMMAND, "connect", changes], four.environ) as other,
        Talk([*COMMAND, "connect", goes], four.environ) as lost,
    ):
        for one in (talk, other, lost):
            one.say(opening())
            one.hear(0)
        asked = ask_and_hold(talk, 1)
        before, first, dying = pids(four), other.ask(1, "pid"), carriers(goes)
        ask_and_hold(other, 2)
        ask_and_hold(lost, 1)
        write(four, {same: entry(), changes: entry("--stderr", "1", env={"MY_WORD": "x"}), comes: entry()})
        planned = four.asked("reload", "--dry-run")
        assert planned["is_dry_run"]
        assert pids(four) == before
        done = four.asked("reload")
        assert {**planned, "is_dry_run": False} == done
        assert (done["added"], done["removed"], done["untouched"]) == ([comes], [goes], [same])
        assert done["restarted"] == [{"server": changes, "fields": ["args", "env.MY_WORD"]}]
        for pid in dying:
            wait_for_end(pid, 5)
        let_go(talk, asked)
        assert "result" in talk.hear(1)
        assert "error" in other.hear(2)
        assert other.ask_again(10, "pid") != first
        assert "error" in lost.hear(1)
        assert lost.process.wait(BOUND_S) == 0  # its session has ended
    assert four.verb("wait").returncode == 0
    assert [one["server"] for one in four.asked("status")["servers"]] == [same, changes, comes]
    (told_of,) = four.records("config.reloaded")
    assert (told_of["added"], told_of["removed"], told_of["restarted"]) == ([comes], [goes], [changes])
    assert four.records("session.closed")[0]["server"] == goes
    assert "[reload.session_ended]" not in four.verb("status").stdout


def test_a_bad_file_keeps_what_runs_and_says_where_it_is_wrong(four: Home) -> None:
    before = pids(four)
    four.config.write_text('{"mcpServers": {\n  "a": {"command": }\n}}')
    for words in (["reload"], ["reload", "--dry-run"]):
        done = four.verb(*words)
        assert done.returncode == 2
        assert "mcp.json:2:20" in done.stderr
        assert "[config.not_parseable]" in done.stderr
    assert pids(four) == before
    (rejected,) = four.records("config.rejected")
    assert (rejected["server"], rejected["effect"]) == ("", "the configuration in force stays")


def test_a_server_whose_new_entry_is_invalid_goes_on_as_it_is(four: Home, name: str) -> None:
    before = pids(four)
    broken = {"isolation": {"mode": "none"}}
    servers = {f"{name}-same": entry(), f"{name}-changes": broken, f"{name}-goes": entry()}
    write(four, {**servers, f"{name}-new": broken})
    done = four.verb("reload", "--json")
    assert done.returncode == 1
    plan = json.loads(done.stdout)
    assert [one["server"] for one in plan["kept"]] == [f"{name}-changes"]
    assert [(one["server"], one["code"]) for one in plan["invalid"]] == [(f"{name}-new", "config.command_missing")]
    assert pids(four) == before
    effects = {one["server"]: one["effect"] for one in four.records("config.rejected")}
    assert effects == {f"{name}-changes": "it goes on as it was", f"{name}-new": "not started"}
    lines = four.verb("reload", "--dry-run").stdout
    assert f"keep       {name}-changes: goes on as it is" in lines
    write(four, {**servers, f"{name}-changes": entry()})
    assert four.asked("reload")["untouched"] == [f"{name}-{what}" for what in ("same", "changes", "goes")]


def test_a_secret_of_a_file_that_changes_is_a_change_and_neither_value_is_ever_shown(
    state_dir: Path, name: str
) -> None:
    old, new = "sesame-open-sesame", "abracadabra-abracadabra"
    secret = state_dir / "secret"
    secret.write_text(old)
    script = 'echo "my word is $WORD" >&2; echo "sesame-open-sesame too" >&2; sleep 1000'
    leaky = {"command": "/bin/sh", "args": ["-c", script], "env": {"WORD": f"${{file:{secret}}}"}}
    home = Home(state_dir, {name: {**leaky, "isolation": {"mode": "none"}}})
    with home.daemon():
        assert next(home.follow("--type", "stderr.line"))["line"] == "my word is ***"
        secret.write_text(new)
        done = home.asked("reload")
        assert done["restarted"] == [{"server": name, "fields": ["env.WORD"]}]
        lines = [record["line"] for record in home.records("stderr.line")]
        follower = home.follow("--type", "stderr.line")
        while len(lines := [*lines, next(follower)["line"]]) < 4:
            pass
        home.verb("shutdown")
    everything = home.log.read_text()
    assert old not in everything
    assert new not in everything


def test_sighup_reloads_and_tells_the_manager_so_and_a_bad_file_too(state_dir: Path, name: str) -> None:
    home = Home(state_dir, {name: entry()})
    with home.starting() as (process, said):
        told(said, "READY=1", process)
        write(home, {name: entry(), f"{name}-2": entry()})
        process.send_signal(signal.SIGHUP)
        lines = said.recv(4096).decode().splitlines()
        while "RELOADING=1" not in lines:
            lines = said.recv(4096).decode().splitlines()
        assert any(line.startswith("MONOTONIC_USEC=") for line in lines)
        told(said, "READY=1", process)
        assert [one["server"] for one in home.asked("status")["servers"]] == [name, f"{name}-2"]
        home.config.write_text("{")
        process.send_signal(signal.SIGHUP)
        told(said, "RELOADING=1", process)
        while "READY=1" not in (lines := said.recv(4096).decode().splitlines()):
            pass
        (status,) = [line for line in lines if line.startswith("STATUS=")]
        assert "the reload failed" in status
        assert home.verb("status").returncode == 0


def test_a_hangup_during_the_start_is_remembered_until_it_is_over(state_dir: Path, name: str) -> None:
    held = state_dir / "held"
    os.mkfifo(held)
    own = entry()
    start = f"test -p {held} && cat {held}; exec {shlex.join([own['command'], *own['args']])}"
    slow = {**own, "command": "sh", "args": ["-c", start]}
    home = Home(state_dir, {name: slow}, {"ready": "all"})
    first = home.config.read_text()
    home.config.unlink()
    os.mkfifo(home.config)
    with home.starting() as (process, said):
        with home.config.open("w") as config:  # it has come to reading it, and reads on when we have written
            assert is_held_back(process.pid)
            process.send_signal(signal.SIGHUP)  # before there is anybody to hear it
            config.write(first)
        with held.open("wb"):  # the server has been started, and waits for us
            process.send_signal(signal.SIGHUP)
            write(home, {name: slow, f"{name}-2": entry()}, ready="all")
            held.unlink()
        lines: list[str] = []
        while lines.count("READY=1") < 2:
            lines += said.recv(4096).decode().splitlines()
        order = [line for line in lines if line in ("READY=1", "RELOADING=1")]
        assert order == ["READY=1", "RELOADING=1", "READY=1"]
        assert [one["server"] for one in home.asked("status")["servers"]] == [name, f"{name}-2"]
        assert not any(is_held_back(pid) for pid in carriers(name))  # no server has inherited it


def is_held_back(pid: int) -> bool:
    """Whether a process has SIGHUP wait, and not every signal, as it is for a moment when a thread is made."""
    (line,) = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("SigBlk:")]
    mask = int(line.split()[1], 16)
    return bool(mask >> (signal.SIGHUP - 1) & 1) and not mask >> (signal.SIGTERM - 1) & 1


def test_a_kill_in_the_middle_of_a_reload_leaves_nothing_doubled(state_dir: Path, name: str) -> None:
    stubborn = {"grace": {"term": "6s"}}
    servers = {f"{name}-{n}": entry("--ignore-term", "--ignore-eof", stockade=stubborn) for n in range(3)}
    home = Home(state_dir, servers)
    with home.daemon() as daemon:
        home.settled(3)
        flags = ("--ignore-term", "--ignore-eof", "--stderr", "1")
        write(home, {one: entry(*flags, stockade=stubborn) for one in servers} | {f"{name}-new": entry()})
        daemon.send_signal(signal.SIGHUP)
        events = home.follow("--type", "server.ready")
        assert any(event["server"] == f"{name}-new" for event in events)
        assert {life(home, one) for one in servers} == {"stopping"}
        daemon.kill()
        wait_until_gone(name, BOUND_S)
    with home.daemon() as daemon:
        home.settled(4)
        leaders = [pid for pid in carriers(name) if os.getsid(pid) == pid]
        assert len(leaders) == 4
        assert sorted(leaders) == sorted(pid for held in pids(home).values() for pid in held)
        daemon.kill()
        wait_until_gone(name, BOUND_S)
