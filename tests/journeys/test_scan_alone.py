"""Scans and decisions without a daemon: in a pipeline, before a server is ever enabled, and by an embedding program."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import trio
from journeys.command import Home, call, carriers, opening, request, word
from journeys.listings import ADD, EVIL, UPPER, Listing

import supervisor
from supervisor.errors import ControlError, StockadeError

pytestmark = pytest.mark.real


def home_of(folder: Path, servers: dict[str, Listing], **stockade: Any) -> Home:
    folder.chmod(0o755)
    return Home(folder, {name: one.entry for name, one in servers.items()}, stockade)


@pytest.mark.parametrize("mode", ["none", "sandbox"])
def test_a_config_is_scanned_without_serving_anything(state_dir: Path, mode: str) -> None:
    good, bad = word(), word()
    servers = {good: Listing(state_dir, good, ADD, mode=mode), bad: Listing(state_dir, bad, EVIL, mode=mode)}
    home = home_of(state_dir, servers)
    done = home.verb("scan", "--all", "--config", str(home.config), "--json")
    assert done.returncode == 4, done.stderr
    answer = json.loads(done.stdout)
    assert [(one["server"], one["report"]["verdict"], one["exit_code"]) for one in answer["scans"]] == [
        (good, "clean", 0),
        (bad, "dangerous", 4),
    ]
    assert answer["exit_code"] == 4
    alone = home.verb("scan", good, "--config", str(home.config), "--json")
    assert alone.returncode == 0
    assert {key: type(value) for key, value in json.loads(alone.stdout).items()} == {"scans": list, "exit_code": int}
    assert (carriers(good), carriers(bad)) == ([], [])


def test_a_server_that_is_disabled_can_be_looked_at_before_it_is_enabled(state_dir: Path) -> None:
    name = word()
    server = Listing(state_dir, name, EVIL)
    server.entry["enabled"] = False
    home = home_of(state_dir, {name: server})
    assert home.verb("scan", name, "--config", str(home.config)).returncode == 4
    with home.daemon():
        assert home.verb("scan", name).returncode == 4
        assert home.asked("status")["servers"][0]["life"] == "quarantined"


def test_why_a_plugin_cannot_run_is_told_of_a_server_that_is_never_served(state_dir: Path) -> None:
    name = word()
    home = home_of(state_dir, {name: Listing(state_dir, name, EVIL, scan={"plugins": ["trivy"]})})
    done = home.verb("scan", name, "--config", str(home.config), "--json")
    report = json.loads(done.stdout)["scans"][0]["report"]
    assert (report["verdict"], report["coverage"]) == ("dangerous", "partial")
    assert [(one["scanner"], one["reason"]) for one in report["scanners"]] == [
        ("engine", None),
        ("trivy", "docker_unusable"),
    ]


def test_a_disabled_server_that_is_clean_is_disabled_again_after_its_scan(state_dir: Path) -> None:
    name = word()
    server = Listing(state_dir, name, ADD)
    server.entry["enabled"] = False
    home = home_of(state_dir, {name: server})
    with home.daemon():
        assert home.verb("scan", name).returncode == 0
        assert home.asked("status")["servers"][0]["life"] == "disabled"
        assert carriers(name) == []


@pytest.mark.parametrize("is_served", [False, True])
def test_a_server_that_cannot_be_started_is_unknown(state_dir: Path, *, is_served: bool) -> None:
    name = word()
    home = Home(state_dir, {name: {"command": "/nonexistent", "isolation": {"mode": "none"}}})
    with home.daemon() if is_served else nullcontext():
        for words in ((name,), ("--all",)):
            done = home.verb("scan", *words, "--json", *(() if is_served else ("--config", str(home.config))))
            assert done.returncode == 4
            answer = json.loads(done.stdout)
            (scan,) = answer["scans"]
            assert (answer["exit_code"], scan["exit_code"], scan["server"], scan["mode"]) == (4, 4, name, "none")
            assert scan["error"]["code"] == "process.command_not_found"
        unknown = home.verb("scan", "nosuch", "--json", *(() if is_served else ("--config", str(home.config))))
        assert (unknown.returncode, set(json.loads(unknown.stdout))) == (2, {"error"})


@pytest.mark.parametrize("is_served", [False, True])
def test_what_waits_of_all_servers_is_shown_with_the_name_of_each(state_dir: Path, *, is_served: bool) -> None:
    count: dict[str, Any] = {"name": "count", "description": "Tells how many words there are in a text of any length."}
    bad_ones = {word(): UPPER, word(): count}  # no two have a tool of one name
    good = word()
    servers = {name: Listing(state_dir, name, tool) for name, tool in {good: ADD, **bad_ones}.items()}
    home = home_of(state_dir, servers)
    config = () if is_served else ("--config", str(home.config))
    with home.daemon() if is_served else nullcontext():
        assert home.verb("scan", "--all", *config).returncode == 0
        nothing = home.verb("diff", *config)
        assert (nothing.returncode, nothing.stdout) == (0, "nothing waits for a decision\n")
        for name, tool in bad_ones.items():
            servers[name].says(tool | {"description": EVIL["description"]})
        assert home.verb("scan", "--all", *config).returncode == 4
        shown = home.verb("diff", *config)
        assert shown.returncode == 1
        heads = [line.partition(" (")[0] for line in shown.stdout.splitlines() if "digest" in line]
        waiting = [(name, tool["name"]) for name, tool in bad_ones.items()]
        assert heads == [f"{name}: tool {tool}" for name, tool in waiting]
        told = home.verb("diff", "--json", *config)
        assert [(one["server"], one["name"]) for one in json.loads(told.stdout)] == waiting
        of_one = json.loads(home.verb("diff", waiting[0][0], "--json", *config).stdout)
        assert of_one == json.loads(told.stdout)[:1]
        assert home.verb("diff", good, *config).returncode == 0
        assert home.verb("diff", "nosuch", *config).returncode == 2


@pytest.mark.parametrize("is_served", [False, True])
def test_what_a_server_said_before_it_could_be_scanned_is_shown(state_dir: Path, *, is_served: bool) -> None:
    name = word()
    entry = {"command": "sh", "args": ["-c", "echo it is the weather >&2; exit 2"], "isolation": {"mode": "none"}}
    home = Home(state_dir, {name: entry})
    if not is_served:
        done = home.verb("scan", "--all", "--config", str(home.config))
    else:
        with home.daemon():
            home.verb("wait", name, "--for", "outcome")
            done = home.verb("scan", "--all")
    assert done.returncode == 4, done.stderr
    assert "    | it is the weather\n" in done.stdout
    assert done.stdout.splitlines()[1].split()[:3] == [name, "none", "unknown"]


def test_a_pipeline_approves_with_the_lock_file_and_the_next_scan_holds_to_it(state_dir: Path) -> None:
    name = word()
    server = Listing(state_dir, name, ADD, EVIL)
    lock = state_dir / "stockade.lock"
    home = home_of(state_dir, {name: server}, lock_file=str(lock))
    config = ("--config", str(home.config))
    assert home.verb("scan", name, *config).returncode == 4
    shown = home.verb("diff", name, *config)
    assert (shown.returncode, "id_rsa" in shown.stdout) == (1, True)
    approved = home.verb("approve", name, *config)
    assert (approved.returncode, str(lock) in approved.stdout) == (0, True), approved.stderr
    assert "id_rsa" in lock.read_text()
    rows = json.loads(home.verb("pins", *config, "--json").stdout)[0]["rows"]
    assert {row["state"] for row in rows} == {"trusted"}
    with home.daemon():
        assert home.verb("wait", name).returncode == 0
    assert home.verb("reject", name, "upper", *config).returncode == 0
    done = home.verb("scan", name, *config, "--json")
    (scan,) = json.loads(done.stdout)["scans"]
    assert [(one["name"], one["reason"]) for one in scan["withheld"]] == [("upper", "rejected")]
    assert home.verb("approve", name, "nosuch", *config).returncode == 2
    assert home.verb("approve", "nosuch", *config).returncode == 2


def test_what_a_short_program_said_is_judged_and_shown_though_it_has_ended_by_then(state_dir: Path) -> None:
    """The first answer waits for the engine to be loaded, and the program is over long before."""
    server = Listing(state_dir, "notes", ADD)
    home = home_of(state_dir, {"notes": server})
    words = ["run", "--mode", "none", "--", server.entry["command"], *server.entry["args"]]
    done = home.verb(*words, text=opening() + request(1, "tools/list") + call(2, "add"))
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [0, 1, 2], done.stderr
    assert done.returncode == 0


def test_a_damaged_lock_file_counts_as_no_approval(state_dir: Path) -> None:
    name = word()
    lock = state_dir / "stockade.lock"
    home = home_of(state_dir, {name: Listing(state_dir, name, ADD)}, lock_file=str(lock))
    assert home.verb("scan", name, "--config", str(home.config)).returncode == 0
    lock.write_text(lock.read_text()[:-20])
    done = home.verb("pins", "--config", str(home.config))
    assert done.returncode == 4
    assert "pins.lock_file_damaged" in done.stderr
    with home.daemon():
        assert home.verb("wait", name).returncode == 0
        (scan,) = json.loads(home.verb("scan", name, "--json").stdout)["scans"]
        assert [one["reason"] for one in scan["withheld"]] == [
            "not_approved", "not_approved",
        ]  # fmt: skip
        assert home.records("scan.failed")[0]["problem"]["code"] == "pins.lock_file_damaged"


def test_check_and_explain_say_what_becomes_of_a_servers_definitions(state_dir: Path) -> None:
    name = word()
    server = Listing(state_dir, name, ADD, scan={"policy": "warn", "plugins": ["trivy"]})
    home = home_of(state_dir, {name: server})
    explained = json.loads(home.verb("explain", name, "--config", str(home.config), "--json").stdout)
    assert explained["settings"]["scan"] == {
        "policy": "warn", "trust": "first-use", "plugins": ["trivy"], "network": "declared",
    }  # fmt: skip
    checked = home.verb("check", str(home.config))
    assert checked.returncode == 1
    assert "scan.plugin_unusable" in checked.stdout
    assert "engine.snap_apparmor" in checked.stdout
    with home.daemon():
        assert home.verb("wait", name).returncode == 0
        assert home.verb("scan", name).returncode == 3
        assert "degraded (partial)" in home.verb("status").stdout
    foreseen = [one for one in home.records("scan.degraded") if not one["depth"]]
    assert len(foreseen) == 1
    assert "docker_unusable" in foreseen[0]["reasons"][0]


async def test_an_embedding_program_scans_and_decides(state_dir: Path) -> None:
    server = Listing(state_dir, "notes", ADD, EVIL)
    config = {"mcpServers": {"notes": server.entry}}
    with trio.fail_after(60):
        async with supervisor.open_supervisor(config, state_dir=state_dir / "s") as sup:
            (described,) = await sup.wait_for("outcome")
            assert described.life == "quarantined"
            with pytest.raises(ControlError) as refused:
                await sup.wait_for("ready", "notes")
            assert refused.value.problem.code == "server.quarantined"
            report = await sup.trust.scan("notes")
            assert report.verdict == "dangerous"
            assert [one.name for one in await sup.trust.differences("notes", "upper")] == ["upper"]
            await sup.trust.approve("notes", who="ann")
            await sup.wait_for("ready", "notes")
            assert {pin.who for pin in (await sup.trust.pins("notes")).pins} == {"ann"}
            server.says(ADD, UPPER)
            report = await sup.trust.scan("notes")
            assert [one.reason for one in sup.trust.withheld("notes")] == ["changed"]
            with pytest.raises(StockadeError) as nothing:
                await sup.trust.approve("notes", "nosuch")
            assert nothing.value.problem.code == "scan.nothing_listed"
