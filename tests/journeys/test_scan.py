"""Scans, approvals and what follows from them, as a user meets them: a real daemon, real servers, real clients."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from journeys.command import COMMAND, Home, Talk, call, opening, request, word
from journeys.listings import ADD, EVIL, UPPER, Listing, listed

pytestmark = pytest.mark.real
MODES = ["none", "sandbox"]


class Town:
    """A home with servers that list what a test wants."""

    def __init__(self, folder: Path, servers: dict[str, Listing], **stockade: Any) -> None:
        folder.chmod(0o755)
        self.servers = servers
        self.home = Home(folder, {name: one.entry for name, one in servers.items()}, stockade)

    def lives(self) -> dict[str, str]:
        return {one["server"]: one["life"] for one in self.home.asked("status")["servers"]}

    def settle(self) -> None:
        assert self.home.verb("wait", "--for", "outcome", "--timeout", "60s").returncode == 0

    def talk(self, name: str) -> Talk:
        talk = Talk([*COMMAND, "connect", name], self.home.environ)
        talk.say(opening())
        talk.hear(0)
        return talk

    def shown(self, name: str) -> list[str]:
        """What a client that connects now is shown."""
        with self.talk(name) as talk:
            talk.say(request(1, "tools/list"))
            return listed(talk.hear(1))

    def waiting(self, name: str) -> dict[str, str]:
        """What waits for a decision: name and reason."""
        done = self.home.verb("diff", name, "--json")
        return {one["name"] or one["kind"]: one["reason"] for one in json.loads(done.stdout)}


@pytest.mark.parametrize("mode", MODES)
def test_a_poisoned_server_is_quarantined_until_somebody_approves_it(state_dir: Path, mode: str) -> None:
    name = word()
    town = Town(state_dir, {name: Listing(state_dir, name, ADD, EVIL, mode=mode)})
    with town.home.daemon():
        town.settle()
        assert town.lives() == {name: "quarantined"}
        refused = town.home.verb("connect", name)
        assert refused.returncode == 4
        assert "server.quarantined" in refused.stderr
        assert town.home.verb("wait", name).returncode == 4
        scanned = town.home.verb("scan", name, "--json")
        assert scanned.returncode == 4
        report = json.loads(scanned.stdout)["scans"][0]["report"]
        assert (report["verdict"], report["coverage"], report["mode"]) == ("dangerous", "full", mode)
        assert town.lives() == {name: "quarantined"}
        approved = town.home.verb("approve", name)
        assert approved.returncode == 0, approved.stderr
        assert town.home.verb("wait", name).returncode == 0
        assert town.shown(name) == ["add", "upper"]
        types = [one["type"] for one in town.home.records()]
    assert types.count("server.quarantined") == 2
    assert {"scan.started", "scan.completed", "tool.withheld", "tool.approved"} <= set(types)


def test_an_honest_server_is_served_and_a_poisoned_one_beside_it_is_not(state_dir: Path) -> None:
    good, bad = word(), word()
    servers = {good: Listing(state_dir, good, ADD), bad: Listing(state_dir, bad, EVIL)}
    town = Town(state_dir, servers)
    with town.home.daemon():
        town.settle()
        assert town.lives() == {good: "ready", bad: "quarantined"}
        table = town.home.verb("scan", "--all")
        assert table.returncode == 4
        assert "phrase.injection" in table.stdout
        assert town.home.verb("scan", good).returncode == 0
        status = town.home.verb("status").stdout
        assert "clean (full)" in status
        assert "dangerous (full)" in status
        sarif = json.loads(town.home.verb("scan", bad, "--sarif").stdout)
        assert sarif["version"] == "2.1.0"
        assert town.shown(good) == ["add"]


@pytest.mark.parametrize("mode", MODES)
def test_a_rug_pull_across_a_restart_is_held_and_can_be_approved_by_its_digest(state_dir: Path, mode: str) -> None:
    name = word()
    server = Listing(state_dir, name, ADD, UPPER, mode=mode)
    town = Town(state_dir, {name: server})
    with town.home.daemon():
        assert town.home.verb("wait", name).returncode == 0
        assert town.shown(name) == ["add", "upper"]
        assert town.home.verb("shutdown").returncode == 0
    server.says(ADD, EVIL)
    with town.home.daemon():
        assert town.home.verb("wait", name).returncode == 0
        assert town.shown(name) == ["add"]
        with town.talk(name) as talk:
            talk.say(call(2, "upper"))
            assert "approve" in json.dumps(talk.hear(2)["error"])
            assert talk.ask(3, "add") == "called add"
        assert town.waiting(name) == {"upper": "dangerous"}
        (difference,) = json.loads(town.home.verb("diff", name, "upper", "--json").stdout)
        assert any("id_rsa" in line for line in difference["lines"])
        assert town.home.verb("approve", name, "upper", "--digest", "0" * 12).returncode == 2
        assert town.home.verb("approve", name, "upper", "--digest", difference["after"][:12]).returncode == 0
        assert town.shown(name) == ["add", "upper"]
        assert town.home.verb("diff", name).stdout == "nothing waits for a decision\n"


def test_what_is_rejected_is_withheld_and_stays_so(state_dir: Path) -> None:
    name = word()
    town = Town(state_dir, {name: Listing(state_dir, name, ADD, UPPER)})
    with town.home.daemon():
        assert town.home.verb("wait", name).returncode == 0
        assert town.home.verb("reject", name, "upper").returncode == 0
        assert town.shown(name) == ["add"]
        assert "1 withheld" in town.home.verb("status").stdout
        assert town.home.verb("restart", name).returncode == 0
        assert town.home.verb("wait", name).returncode == 0
        assert town.shown(name) == ["add"]
        (answer,) = town.home.asked("pins", name)
        assert {row["name"]: row["state"] for row in answer["rows"] if row["kind"] == "tool"} == {
            "add": "trusted",
            "upper": "rejected",
        }
        assert town.home.verb("approve", name, "upper").returncode == 0
        assert town.shown(name) == ["add", "upper"]


@pytest.mark.parametrize("policy", ["warn", "off"])
def test_a_policy_that_withholds_nothing_serves_a_dangerous_server_and_says_so(state_dir: Path, policy: str) -> None:
    name = word()
    town = Town(state_dir, {name: Listing(state_dir, name, EVIL, scan={"policy": policy})})
    with town.home.daemon():
        assert town.home.verb("wait", name).returncode == 0
        assert town.shown(name) == ["upper"]
        assert town.home.verb("scan", name).returncode == 4
        assert "tool.tolerated" in {one["type"] for one in town.home.records()}


def test_with_manual_trust_nothing_is_served_that_nobody_approved(state_dir: Path) -> None:
    name = word()
    town = Town(state_dir, {name: Listing(state_dir, name, ADD, UPPER, scan={"trust": "manual"})})
    with town.home.daemon():
        assert town.home.verb("wait", name).returncode == 0
        assert town.shown(name) == []
        assert town.home.verb("approve", name, "add").returncode == 0
        assert town.shown(name) == ["add"]


def test_two_daemons_share_one_lock_file(state_dir: Path) -> None:
    name = word()
    server = Listing(state_dir, name, ADD, EVIL)
    lock = state_dir / "stockade.lock"
    one = Town(state_dir, {name: server}, lock_file=str(lock))
    other_folder = state_dir / "other"
    other_folder.mkdir(mode=0o755)
    other = Town(other_folder, {name: server}, lock_file=str(lock))
    with one.home.daemon(), other.home.daemon():
        one.settle()
        other.settle()
        assert (one.lives(), other.lives()) == ({name: "quarantined"}, {name: "quarantined"})
        assert one.home.verb("approve", name).returncode == 0
        assert one.home.verb("wait", name).returncode == 0
        assert other.home.verb("start", name).returncode == 0
        assert other.home.verb("wait", name).returncode == 0
        assert other.shown(name) == ["add", "upper"]
    text = lock.read_text()
    assert "id_rsa" in text
    assert name in text


def test_a_daemon_that_is_killed_in_the_middle_leaves_pins_that_hold(state_dir: Path) -> None:
    name = word()
    server = Listing(state_dir, name, ADD)
    town = Town(state_dir, {name: server})
    for _ in range(3):
        with town.home.starting() as (process, _):
            process.kill()  # at whatever it was
    with town.home.daemon() as daemon:
        assert town.home.verb("wait", name).returncode == 0
        daemon.kill()
    server.says(EVIL, ADD)
    with town.home.daemon():
        assert town.home.verb("wait", name).returncode == 0
        assert town.shown(name) == ["add"]


def test_a_scan_lists_anew_and_finds_what_has_changed(state_dir: Path) -> None:
    name = word()
    server = Listing(state_dir, name, ADD)
    town = Town(state_dir, {name: server})
    with town.home.daemon():
        assert town.home.verb("wait", name).returncode == 0
        assert town.home.verb("scan", name).returncode == 0
        server.says(ADD, EVIL)
        done = town.home.verb("scan", name, "--json")
        assert done.returncode == 4
        assert [one["name"] for one in json.loads(done.stdout)["scans"][0]["withheld"]] == ["upper"]
        assert town.lives() == {name: "ready"}
        assert town.home.verb("scan", "nosuch").returncode == 2
        assert town.home.verb("scan").returncode == 2


def test_prompts_resources_and_the_servers_own_words_are_scanned_too(state_dir: Path) -> None:
    name = word()
    server = Listing(state_dir, name, ADD)
    server.says(
        ADD,
        prompts=[{"name": "greet", "description": EVIL["description"]}],
        resources=[{"uri": "file:///a", "name": "a"}],
        resourceTemplates=[{"uriTemplate": "file:///{x}", "name": "t"}],
        instructions="Use add for sums.",
    )
    town = Town(state_dir, {name: server})
    with town.home.daemon():
        town.settle()
        assert town.lives() == {name: "quarantined"}
        report = json.loads(town.home.verb("scan", name, "--json").stdout)["scans"][0]["report"]
        assert {(one["kind"], one["tool"]) for one in report["findings"]} == {("prompt", "greet")}
        kinds = {row["kind"] for row in town.home.asked("pins", name)[0]["rows"]}
    assert kinds >= {"tool", "prompt", "template", "server"}


def test_hostile_names_and_texts_are_shown_without_harm_and_decided_on_by_digest(state_dir: Path) -> None:
    name = word()
    server = Listing(state_dir, name)
    odd = '{"tools": [{"name": "half \\ud83d", "description": "x"}, {"name": "\\u001b[31mred", "description": "y"}, '
    odd += '{"name": "a", "name": "b", "description": "z"}, {"name": "%s", "description": "w"}, 7]}' % ("n" * 5000)
    server.file.write_text(odd)
    town = Town(state_dir, {name: server})
    with town.home.daemon():
        town.settle()
        for words in (("scan", name), ("scan", name, "--sarif"), ("pins", name), ("diff", name), ("status",)):
            done = town.home.verb(*words)
            assert done.returncode in (0, 1, 3, 4), done.stderr
            assert "\x1b" not in done.stdout
            assert "stockade.defect" not in done.stderr
        waiting = json.loads(town.home.verb("diff", name, "--json").stdout)
        red = next(one for one in waiting if "red" in one["name"])
        assert town.home.verb("approve", name, "--digest", red["after"]).returncode == 0
        rows = town.home.asked("pins", name)[0]["rows"]
        assert {row["state"] for row in rows if row["digest"] == red["after"]} == {"trusted"}
    assert "actor.crashed" not in {one["type"] for one in town.home.records()}
