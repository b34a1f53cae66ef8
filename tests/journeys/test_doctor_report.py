"""`stockade doctor --report FILE`: one file for whoever helps, with everything but secrets, whatever is broken."""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from journeys.command import COMMAND, Home, word

pytestmark = pytest.mark.real

SECRETS = {
    "variable": "Vplanted8-of-a-variable",
    "named": "pw7planted",
    "argument": "A9planted-of-an-argument",
    "assignment": "S3planted-of-an-assignment",
    "user": "U5planted-of-a-url",
    "query": "Q2planted-of-a-query",
    "path": "P4plantedsegment",
    "header": "H6planted-of-a-header",
    "file": "F1planted-of-a-file",
    "credential": "C0planted-of-a-credential",
    "default": "D8planted-of-a-default",
    "ours": "O5planted-of-our-own",
    "container": "K7planted-of-a-container",
    "bearer": "b2planted-behind-bearer",
    "sent": "s4planted-of-a-header-in-an-argument",
    "given": "g6planted-of-a-variable-in-an-argument",
}
"""Planted, each in a place of its own."""
HEADER = ("--header", f"Authorization: Bearer {SECRETS['sent']}")
TOLD = "T3planted-told-by-the-server"
"""Only the server knows it, and writes it to stderr behind a name."""
NOISE = (
    "import base64, os, sys\n"
    "value = os.environ['PLAIN']\n"
    "print('debug', value, base64.b64encode(('anna:' + value).encode()).decode(), file=sys.stderr)\n"
    f"print('api_token = {TOLD}', file=sys.stderr)\n"
    "bare = [os.environ['MY_HEADER_AUTH'], *sys.argv[1:]]\n"
    "print('using', *(one.split()[-1].split('=')[-1] for one in bare), file=sys.stderr)\n"
    "sys.exit(3)\n"
)


def servers(folder: Path) -> dict[str, Any]:
    (folder / "secret.txt").write_text(SECRETS["file"] + "\n")
    (folder / "credentials").mkdir()
    (folder / "credentials" / "GH").write_text(SECRETS["credential"])
    return {
        "noisy": {
            "command": sys.executable,
            "args": ["-S", "-c", NOISE, *HEADER, "-e", f"PGCONN={SECRETS['given']}"],
            "env": {
                "PLAIN": SECRETS["variable"],
                "MY_PASSWORD": SECRETS["named"],
                "MY_HEADER_AUTH": f"Bearer {SECRETS['bearer']}",
            },
            "isolation": {"mode": "none"},
        },
        "named": {
            "command": "cat",
            "args": ["--api-key", SECRETS["argument"], f"--token={SECRETS['assignment']}"],
            "env": {"A": f"${{file:{folder}/secret.txt}}", "B": "${cred:GH}", "C": f"${{GONE:-{SECRETS['default']}}}"},
            "isolation": {"mode": "none"},
        },
        "remote": {
            "url": f"https://anna:{SECRETS['user']}@example.org/{SECRETS['path']}/mcp?key={SECRETS['query']}",
            "headers": {"X-Plain": SECRETS["header"]},
        },
        "contained": {
            "command": "python",
            "isolation": {"mode": "docker", "extra_args": ["-e", f"ANY={SECRETS['container']}"]},
        },
        "invalid": {"command": "cat", "env": {"A": "${cred:NOT_THERE}"}},
    }


def guises(secret: str) -> Iterator[bytes]:
    """As it is, in a URL, in hex and in base64, of which the first and the last signs depend on what is around it."""
    data = secret.encode()
    yield data
    yield quote(secret, safe="").encode()
    yield data.hex().encode()
    for before in range(3):
        begin, end = -(-8 * before // 6), 8 * (before + len(data)) // 6
        yield base64.b64encode(bytes(before) + data)[begin:end]


def environ(folder: Path, **more: str) -> dict[str, str]:
    ours = {"STOCKADE_STATE_DIR": str(folder / "s"), "CREDENTIALS_DIRECTORY": str(folder / "credentials")}
    return {**os.environ, **ours, "DOCKER_HOST": "unix:///nowhere/docker.sock", "OUR_TOKEN": SECRETS["ours"], **more}


def written(folder: Path, *words: str, **more: str) -> tuple[dict[str, Any], bytes]:
    """The report as data and as bytes, once it was written."""
    file = folder / f"{word()}.json"
    argv = [*COMMAND, "doctor", "--report", str(file), *words]
    done = subprocess.run(argv, env=environ(folder, **more), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "Look through it before you send it" in done.stdout
    assert file.stat().st_mode & 0o777 == 0o600
    data = file.read_bytes()
    return json.loads(data), data


class Service(Home):
    """A daemon with the planted secrets."""

    @property
    def environ(self) -> dict[str, str]:
        return environ(self.config.parent)


def test_no_planted_secret_is_in_it_in_any_guise(state_dir: Path) -> None:
    home = Service(state_dir, servers(state_dir))
    with home.daemon():
        next(home.follow("--server", "noisy", "--type", "server.failed"))
        told, data = written(state_dir)
    assert told["daemon"]["is_running"]
    assert told["daemon"]["source"] == str(home.config)
    events = told["events"]["last"]
    assert {"server.failed", "stderr.line", "config.rejected"} <= {one["type"] for one in events}
    noise = [one["line"] for one in events if one["type"] == "stderr.line"]
    assert any(line.startswith("debug ***") for line in noise), noise
    assert any(line.startswith("api_token = ***") for line in noise), noise
    for name, secret in [*SECRETS.items(), ("told", TOLD)]:
        assert not [guise for guise in guises(secret) if guise in data], name


def test_the_search_would_find_what_was_not_masked(state_dir: Path) -> None:
    """The guard of the test above: the daemon's own files do hold the secrets that the report does not."""
    servers(state_dir)
    whole = (state_dir / "secret.txt").read_bytes()
    assert any(guise in whole for guise in guises(SECRETS["file"]))
    text = base64.b64encode(b"anna:" + SECRETS["variable"].encode())
    assert any(guise in text for guise in guises(SECRETS["variable"]))


def test_it_says_what_somebody_who_helps_wants_to_know(state_dir: Path) -> None:
    home = Home(state_dir, servers(state_dir))
    told, _ = written(state_dir, "--config", str(home.config))
    assert list(told) == [
        "format", "written_at", "stockade", "machine", "doctor", "config", "servers", "daemon", "status", "events",
        "state_directory",
    ]  # fmt: skip
    assert {"kernel", "python", "systemd", "cgroup", "security_modules", "max_user_namespaces"} <= set(told["machine"])
    checks = {one["id"]: one["verdict"] for one in told["doctor"]["checks"]}
    assert {"sandbox.landlock", "sandbox.user_namespaces", "processes.cgroup", "docker.command"} <= set(checks)
    names = told["config"]["written"]["mcpServers"]
    assert set(names) == set(servers_of(home))
    assert names["noisy"]["env"] == {"PLAIN": "***", "MY_PASSWORD": "***", "MY_HEADER_AUTH": "***"}
    assert names["invalid"]["env"] == {"A": "${cred:***}"}
    assert told["config"]["invalid"]["invalid"][0]["code"] == "config.unresolved"
    assert [one["outcome"] for one in told["servers"]["noisy"]][:2] == ["ok", "ok"]
    assert told["servers"]["contained"] == {"reason": "it needs the engine: see the check `docker.engine`"}
    assert told["daemon"]["is_running"] is False


def servers_of(home: Home) -> list[str]:
    return list(json.loads(home.config.read_text())["mcpServers"])


@pytest.mark.parametrize("text", ['{"mcpServers": {"a": {"env": {"X": "B0planted-secret', "", "\x00\xff", None])
def test_a_broken_config_is_told_and_nothing_of_it_is_shown(state_dir: Path, text: str | None) -> None:
    file = state_dir / "mcp.json"
    if text is not None:
        file.write_text(text, encoding="latin-1")
    told, data = written(state_dir, "--config", str(file))
    assert told["config"]["problem"]["code"].startswith("config.")
    assert "written" not in told["config"]
    assert b"B0planted" not in data
    assert told["doctor"]["checks"]


def test_an_engine_that_hangs_costs_its_bounds_and_nothing_else(state_dir: Path) -> None:
    path = state_dir / "engine.sock"
    home = Home(state_dir, servers(state_dir))
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen(64)
        told, _ = written(state_dir, "--config", str(home.config), DOCKER_HOST=f"unix://{path}")
    checks = {one["id"]: one for one in told["doctor"]["checks"]}
    assert checks.get("docker.engine", checks["docker.command"])["verdict"] != "ok"
    assert "see the check" in told["servers"]["contained"]["reason"]


def test_the_state_directory_is_listed_by_names_and_sizes(state_dir: Path) -> None:
    place = state_dir / "s"
    (place / "servers" / "files").mkdir(parents=True, mode=0o700)
    place.chmod(0o700)
    (place / "control.token").write_text("K3planted-token-of-the-daemon")
    (place / "servers" / "files" / "data").write_text("x")
    told, data = written(state_dir)
    files = {one["name"]: one for one in told["state_directory"]["files"]}
    assert set(files) == {"control.token", "servers", "servers/files"}  # what servers keep is theirs
    assert files["control.token"]["bytes"] == 29
    assert b"K3planted" not in data


@pytest.mark.parametrize("way", ["there", "link", "folder", "stdout"])
def test_it_is_written_into_a_new_file_and_nowhere_else(state_dir: Path, way: str) -> None:
    file = state_dir / "r.json"
    target = state_dir / "target"
    if way == "there":
        file.write_text("mine")
    elif way == "link":
        file.symlink_to(target)
    name = {"folder": str(state_dir / "gone" / "r.json"), "stdout": "-"}.get(way, str(file))
    argv = [*COMMAND, "doctor", "--report", name]
    done = subprocess.run(argv, env=environ(state_dir), capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "[report.not_written]" in done.stderr
    assert done.stdout == ""
    assert not target.exists()
    assert not (state_dir / "-").exists()
    if way == "there":
        assert file.read_text() == "mine"


def test_a_full_disk_leaves_no_half_of_it(state_dir: Path, root: None) -> None:
    del root
    room = state_dir / "room"
    room.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k,nr_inodes=8", "none", str(room)], check=True)
    try:
        argv = [*COMMAND, "doctor", "--report", str(room / "r.json")]
        done = subprocess.run(argv, env=environ(state_dir), capture_output=True, text=True, timeout=60)
        assert done.returncode == 1
        assert "[report.not_written]" in done.stderr
        assert os.listdir(room) == []
    finally:
        subprocess.run(["umount", str(room)], check=True)
