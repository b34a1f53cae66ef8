"""The shipped units under the real systemd: servers of every kind survive their hardening, and members may talk."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from real.systemd.box import TREE, Box, until
from real.systemd.installation import SERVICE, SOCKET, Installation, entry, install, node_server, python_server

if TYPE_CHECKING:
    from conftest import PlainPython

pytestmark = pytest.mark.real

LAYOUT = TREE / "docs" / "reference" / "layout.md"
RECORDED = re.compile(r"exposure level of `(?P<unit>[a-z.]+)` is (?P<level>[0-9.]+)")
MEMBER = "stockade-member"


@pytest.fixture(scope="module")
def once_installed(box: Box, plain_python: PlainPython) -> Installation:
    cache = os.environ.get("STOCKADE_TEST_NPM_CACHE")
    if not cache:
        pytest.skip("STOCKADE_TEST_NPM_CACHE is not set: scripts/test prepares it")
    return install(box, plain_python, Path(cache))


@pytest.fixture
def installed(once_installed: Installation) -> Iterator[Installation]:
    """The installation; both units are down before and after."""
    yield once_installed
    once_installed.end()


class User(NamedTuple):
    """A user of the box alone."""

    name: str
    uid: int

    @property
    def home(self) -> str:
        return f"/home/{self.name}"


@pytest.fixture
def outsider(installed: Installation) -> User:
    """A user of the box who is in no group."""
    name = "stockade-outsider"
    installed.sh(f"id {name} >/dev/null 2>&1 || useradd --create-home --shell /bin/sh {name}")
    return User(name, int(installed.sh(f"id -u {name}").stdout))


@pytest.fixture
def member(installed: Installation) -> str:
    """A user of the box who is in the group."""
    installed.sh(f"id {MEMBER} >/dev/null 2>&1 || useradd --groups stockade {MEMBER}")
    return MEMBER


def test_systemd_finds_nothing_to_say_against_the_units(installed: Installation) -> None:
    done = installed.sh(f"systemd-analyze verify /etc/systemd/system/{SERVICE} /etc/systemd/system/{SOCKET}")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    installed.sh("stockade install-unit --user --program /usr/bin/stockade")
    done = installed.sh(
        f"cd ~/.config/systemd/user; XDG_RUNTIME_DIR=/run systemd-analyze --user verify ./{SERVICE} ./{SOCKET}"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_unit_with_a_mistake_is_found_out(installed: Installation) -> None:
    """The guard broken on purpose."""
    broken = "sed s/WatchdogSec=30/WatchdogSec=often/ /etc/systemd/system/stockade.service > /run/broken.service"
    done = installed.sh(f"{broken}; systemd-analyze verify /run/broken.service", check=False)
    assert "Failed to parse sec value, ignoring: often" in done.stderr


def test_the_service_is_exposed_no_more_than_the_docs_say(installed: Installation) -> None:
    said = installed.sh(f"systemd-analyze security --offline=yes /etc/systemd/system/{SERVICE}").stdout
    now = re.search(rf"exposure level for {SERVICE}: (?P<level>[0-9.]+)", said)
    recorded = RECORDED.search(LAYOUT.read_text())
    assert now is not None
    assert recorded is not None
    assert recorded["unit"] == SERVICE
    assert float(now["level"]) <= float(recorded["level"])


def test_servers_of_every_kind_run_under_the_hardening_they_inherit(installed: Installation) -> None:
    installed.configure(
        {
            "plain": python_server(),
            "python-s2": python_server(mode="sandbox", level="S2"),
            "python-s3": python_server(mode="sandbox", level="S3"),
            "node": node_server(),
            "node-s2": node_server(mode="sandbox", level="S2"),
            "node-s3": node_server(mode="sandbox", level="S3"),
        }
    )
    installed.box.systemctl("start", SOCKET, SERVICE)
    installed.sh("stockade wait --for outcome --timeout 60s")
    found = installed.status()
    assert {name: server["life"] for name, server in found.items()} == dict.fromkeys(found, "ready")
    assert {name: server["confinement"].split()[0] for name, server in found.items()} == {
        "plain": "none", "python-s2": "S2", "python-s3": "S3", "node": "none", "node-s2": "S2", "node-s3": "S3",
    }  # fmt: skip
    shown = installed.box.show(SERVICE)
    user = installed.sh("id -u stockade").stdout.strip()
    for name, server in found.items():
        # one of them may have been there for the probe alone, and be gone
        statuses = [installed.sh(f"cat /proc/{pid}/status /proc/{pid}/cgroup", check=False) for pid in server["pids"]]
        (status, *_) = [done.stdout for done in statuses if done.returncode == 0] or [f"{name} has no process"]
        assert re.search(rf"^Uid:\s{user}\s", status, re.MULTILINE), status
        assert re.search(r"^CapEff:\s0+$", status, re.MULTILINE)
        assert re.search(r"^NoNewPrivs:\s1$", status, re.MULTILINE)
        assert f":{shown['ControlGroup']}/" in status


def test_a_reload_returns_when_it_is_done(installed: Installation) -> None:
    installed.configure({"one": python_server()})
    installed.box.systemctl("start", SOCKET, SERVICE)
    installed.configure({"one": python_server(), "two": python_server()})
    installed.box.systemctl("reload", SERVICE)
    assert installed.status().keys() == {"one", "two"}


def test_a_configuration_that_cannot_be_used_is_not_tried_again_and_again(installed: Installation) -> None:
    installed.sh("echo '{' > /etc/stockade/config.json")
    assert installed.box.systemctl("start", SERVICE, check=False).returncode != 0
    shown = installed.box.show(SERVICE)
    assert (shown["ExecMainStatus"], shown["NRestarts"], shown["ActiveState"]) == ("2", "0", "failed")


def test_members_of_the_group_talk_to_the_service_without_a_flag_and_nobody_else_does(
    installed: Installation, member: str, outsider: User
) -> None:
    installed.configure({"one": python_server()})
    installed.box.systemctl("start", SOCKET, SERVICE)
    assert installed.sh("stat -c '%a %U:%G %n' /run/stockade /run/stockade/*").stdout.splitlines() == [
        "750 stockade:stockade /run/stockade",
        "660 stockade:stockade /run/stockade/control.sock",
        "640 stockade:stockade /run/stockade/control.token",
        "600 stockade:stockade /run/stockade/daemon.lock",
    ]
    assert "one" in installed.sh("stockade status", user=member).stdout
    assert installed.sh("stockade restart one", user=member).returncode == 0
    refused = installed.sh("stockade status", user=outsider.name, check=False)
    assert refused.returncode == 75
    assert "the machine's own service in /run/stockade is not open to this user" in refused.stderr
    by_name = installed.sh("stockade status --state-dir /run/stockade", user=outsider.name, check=False)
    assert (by_name.returncode, "cannot be read: Permission denied" in by_name.stderr) == (4, True)
    assert "one" in installed.sh("stockade status --state-dir /var/lib/stockade").stdout, "for root, by its state"


def test_a_question_does_not_start_the_service_and_an_order_does(installed: Installation, member: str) -> None:
    installed.configure({"one": python_server()})
    installed.box.systemctl("start", SOCKET)
    for verb in ("status", "events", "logs one", "shutdown"):
        done = installed.sh(f"stockade {verb}", user=member, check=False)
        assert (done.returncode, installed.box.show(SERVICE)["ActiveState"]) == (75, "inactive"), done.stderr
    assert installed.sh("stockade wait", user=member).stdout == "one: ready\n"
    assert installed.box.show(SERVICE)["ActiveState"] == "active"
    installed.box.systemctl("stop", SERVICE)
    assert installed.sh("ls /run/stockade").stdout.split() == ["control.sock", "daemon.lock"], "the socket outlives it"


def test_nobody_who_comes_while_the_service_stops_starts_it_again(installed: Installation, member: str) -> None:
    stubborn = python_server("--ignore-term", "--ignore-eof") | {"stockade": {"grace": {"stdin": "4s", "term": "4s"}}}
    installed.configure({"one": stubborn})
    installed.box.systemctl("start", SOCKET, SERVICE)
    installed.sh("stockade wait", user=member)
    installed.box.systemctl("stop", "--no-block", SERVICE)
    until(lambda: installed.box.show(SERVICE)["ActiveState"] == "deactivating", "it stops")
    for verb in ("status", "logs one", "shutdown"):
        done = installed.sh(f"stockade {verb}", user=member, check=False)
        assert (done.returncode, "it is not running" in done.stderr) == (75, True), done.stderr
    assert installed.box.show(SERVICE)["ActiveState"] == "deactivating", "they were told so at once"
    ordered = installed.sh("stockade start one", user=member, check=False)  # which starts a service that is down
    assert (ordered.returncode, "it was stopping, or could not start" in ordered.stderr) == (75, True), ordered.stderr
    until(lambda: installed.box.show(SERVICE)["ActiveState"] != "deactivating", "it has stopped")
    assert installed.sh("stockade status", user=member, check=False).returncode == 75
    assert {unit: installed.box.show(unit)["ActiveState"] for unit in (SERVICE, SOCKET)} == {
        SERVICE: "inactive", SOCKET: "active",
    }  # fmt: skip
    assert installed.sh("stockade wait", user=member).stdout == "one: ready\n"


def test_who_waits_for_a_service_that_cannot_start_is_told_and_the_socket_stays(
    installed: Installation, member: str
) -> None:
    installed.configure({"one": python_server()}, ready="nonsense")
    installed.box.systemctl("start", SOCKET)
    refused = installed.sh("stockade wait", user=member, check=False)
    assert (refused.returncode, "journalctl -u stockade" in refused.stderr) == (75, True), refused.stderr
    assert "No entries" not in installed.sh(f"journalctl -u {SERVICE} --no-pager -g nonsense").stdout
    shown = installed.box.show(SERVICE)
    assert (shown["ActiveState"], shown["NRestarts"], shown["ExecMainStatus"]) == ("failed", "0", "2")
    assert installed.box.show(SOCKET)["ActiveState"] == "active"
    installed.configure({"one": python_server()})
    assert installed.sh("stockade wait", user=member).stdout == "one: ready\n", "to correct it is enough"


def test_no_sandbox_of_a_member_s_own_reaches_the_service(installed: Installation, member: str) -> None:
    """The group gives its members the token; what they run confined is none of them."""
    installed.configure({"one": python_server()})
    installed.box.systemctl("start", SOCKET, SERVICE)
    token = installed.sh("cat /run/stockade/control.token", user=member).stdout
    assert len(token) >= 43, "the guard broken on purpose: unconfined it is there to be taken"
    installed.sh("touch /run/stockade-neighbour; chmod 644 /run/stockade-neighbour")
    look = "ls /run/stockade-neighbour; cat /run/stockade/control.token /var/run/stockade/control.token"
    for user, level in ((user, level) for user in (member, "root") for level in ("S2", "S3")):
        # a /proc of its own, as a session of a machine has it and the box does not, is what level S3 needs
        unit = f"systemd-run --quiet --wait --pipe --uid={user} -p ProtectProc=invisible -p PrivateMounts=yes"
        words = f"stockade run --exec --level {level} --state-dir /tmp/sandbox-of-{user} --read-only /run --cwd / --"
        done = installed.sh(f'{unit} {words} sh -c "{look}"', check=False)
        assert done.stdout == "/run/stockade-neighbour\n", (user, level, done)
        assert "control.token" in done.stderr, (user, level, done)


def test_a_group_of_the_config_takes_the_place_of_the_unit_s(installed: Installation, outsider: User) -> None:
    installed.sh("getent group mcp-people >/dev/null || groupadd mcp-people")
    installed.sh(f"gpasswd --add {outsider.name} mcp-people")
    installed.sh("mkdir -p /etc/systemd/system/stockade.service.d")
    drop_in = "[Service]\\nSupplementaryGroups=mcp-people\\n"
    installed.sh(f"printf '{drop_in}' > /etc/systemd/system/stockade.service.d/group.conf; systemctl daemon-reload")
    installed.configure({"one": python_server()}, control={"group": "mcp-people"})
    for _start in range(2):  # systemd sets the owner of its runtime directory again at each start
        installed.box.systemctl("start", SOCKET, SERVICE)
        assert "one" in installed.sh("stockade status", user=outsider.name).stdout
        installed.box.systemctl("stop", SERVICE)
    installed.sh(f"gpasswd --delete {outsider.name} mcp-people")
    installed.configure({"one": python_server()}, control={"allow_uids": [outsider.uid]})
    installed.box.systemctl("start", SERVICE)
    assert "one" in installed.sh("stockade status", user=outsider.name).stdout, "one user, by number"
    installed.box.systemctl("stop", SERVICE)
    installed.configure({"one": python_server()}, control={"group": "no-such-group"})
    assert installed.box.systemctl("start", SERVICE, check=False).returncode != 0
    assert installed.box.show(SERVICE)["ExecMainStatus"] == "2"
    assert "no-such-group" in installed.sh(f"journalctl -u {SERVICE} --no-pager | tail -20").stdout


def test_docker_is_reached_where_its_group_is_given_and_else_is_not(installed: Installation, docker_host: str) -> None:
    volume = f"{installed.box.shared}/mcp_server.py:/servers/mcp_server.py:ro"
    boxed = entry("python", "-S", "/servers/mcp_server.py")
    boxed["isolation"] = {
        "mode": "docker",
        "image": "python:3.11",
        "network_mode": "none",
        "extra_args": ["-v", volume],
    }
    installed.configure({"boxed": boxed})
    path = docker_host.removeprefix("unix://")
    group = installed.sh(f"stat -c %G {path}").stdout.strip()
    folder = "/etc/systemd/system/stockade.service.d"
    for supplementary, life in (("", "engine_down"), (group, "ready")):
        text = f"[Service]\\nEnvironment=DOCKER_HOST={docker_host}\\nSupplementaryGroups={supplementary}\\n"
        installed.sh(f"mkdir -p {folder}; printf '{text}' > {folder}/docker.conf; systemctl daemon-reload")
        installed.box.systemctl("start", SOCKET, SERVICE)
        installed.sh("stockade wait --for outcome --timeout 60s", check=False)
        found = installed.status()["boxed"]
        assert found["life"] == life or (not supplementary and found["problem"]["code"] == "engine.permission_denied")
        installed.box.systemctl("stop", SERVICE)


def test_a_user_has_a_service_of_their_own(installed: Installation, outsider: User) -> None:
    box, runtime = installed.box, f"/run/user/{outsider.uid}"
    installed.sh(f"install -d -m 700 -o {outsider.uid} {runtime}; systemctl start user@{outsider.uid}.service")

    def own(line: str) -> str:
        return installed.sh(f"export XDG_RUNTIME_DIR={runtime}; {line}", user=outsider.name).stdout

    config = json.dumps({"mcpServers": {"mine": python_server(mode="sandbox", level="S2")}})
    try:
        assert "wrote" in own("stockade install-unit --user")
        own(f"mkdir -p -m 700 ~/.config/stockade; echo '{config}' > ~/.config/stockade/config.json")
        own("systemctl --user daemon-reload; systemctl --user start stockade.socket")
        assert "75" in own("stockade status || echo $?")
        assert own("stockade wait") == "mine: ready\n"
        shown = own("systemctl --user show stockade.service")
        assert "ActiveState=active\n" in shown
        assert "StatusText=1 ready\n" in shown
        own("systemctl --user reload stockade.service; systemctl --user stop stockade.socket stockade.service")
        until(lambda: not box.pids("stockade", "serve"), "it is gone")
    finally:
        box.systemctl("stop", f"user@{outsider.uid}.service", check=False)
        installed.sh(f"rm -rf {outsider.home}/.config/stockade {outsider.home}/.config/systemd")
