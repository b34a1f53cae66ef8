"""Planted faults: `doctor NAME --live` says of each in one sentence what is wrong, and what to do, as the page has it.

The page's table is the expectation: its sentences and remedies are held against what the command says, `…` for
whatever depends on the machine.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from journeys.command import BOUND_S, COMMAND, carriers, entry, heard, wait_until_gone, word
from journeys.listings import EVIL, Listing

pytestmark = pytest.mark.real
PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "doctor.md"
TITLE = "## What it says of common faults"


class Row(NamedTuple):
    """A row of the page: the fault, and what is said about it."""

    fault: str
    sentence: str
    remedy: str


def rows() -> dict[str, Row]:
    """The page's table by its first column; a dollar and a bar of the text are as they are."""
    part = PAGE.read_text().partition(TITLE)[2].partition("\n## ")[0]
    cells = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("| ")][2:]
    return {one[0]: Row(*one) for one in cells}


def matches(written: str, said: str) -> bool:
    """Whether it is said as it is written, `…` standing for anything."""
    return re.fullmatch(".*".join(map(re.escape, written.split("…"))), said) is not None


class Ward:
    """A folder with a config of one server, and a doctor for it."""

    def __init__(self, folder: Path, server: dict[str, Any], name: str = "") -> None:
        self.name = name or word()
        self.folder = folder
        self.config = folder / "mcp.json"
        self.config.write_text(json.dumps({"mcpServers": {self.name: server}}))

    def words(self, *words: str) -> list[str]:
        return [*COMMAND, "doctor", self.name, "--config", str(self.config), *words]

    def doctor(self, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        given = {**os.environ, "STOCKADE_STATE_DIR": str(self.folder / "s"), **environ}
        return subprocess.run(self.words(*words), env=given, capture_output=True, text=True, timeout=60)

    def told(self, *words: str, **environ: str) -> dict[str, Any]:
        """What is said to programs."""
        done = self.doctor("--json", *words, **environ)
        told: dict[str, Any] = json.loads(done.stdout)
        assert told["exit_code"] == done.returncode, done.stderr
        return told


def python(*arguments: str, mode: str = "none", **keys: Any) -> dict[str, Any]:
    return {"command": sys.executable, "args": ["-S", *arguments], "isolation": {"mode": mode}, **keys}


def quick(seconds: str) -> dict[str, Any]:
    return {"startup": {"handshake": seconds}}


PORT = "import socket; a = socket.create_server(('127.0.0.1', 0)); socket.create_server(a.getsockname())"
GARBAGE = "import sys\nwhile True: print('Welcome to the file server!', flush=True)"


def evil(folder: Path) -> dict[str, Any]:
    return Listing(folder, "evil", EVIL).entry


FAULTS: dict[str, tuple[Callable[[Path], dict[str, Any]], str, str, str, int]] = {
    "The command is nowhere": (
        lambda _: {"command": "acme-mcp", "isolation": {"mode": "none"}},
        "resolve", "process.command_not_found", "command_missing", 1,
    ),
    "The script is not where the server runs": (
        lambda _: python("server.py"), "resolve", "process.command_not_found", "script_missing", 1,
    ),
    "A Python module is missing": (
        lambda _: python("-m", "mcp_server_acme"), "handshake", "server.exited_before_handshake", "module_missing", 1,
    ),
    "It writes other things to stdout": (
        lambda _: python("-c", GARBAGE), "handshake", "server.stdout_not_jsonrpc", "", 1,
    ),
    "It never answers": (
        lambda _: {"command": "sleep", "args": ["60"], "isolation": {"mode": "none"}, "stockade": quick("1s")},
        "handshake", "server.handshake_timeout", "silent", 1,
    ),
    "The sandbox denies it a file": (
        lambda _: {"command": "cat", "args": ["/etc/shadow"], "isolation": {"mode": "sandbox"}},
        "handshake", "server.exited_before_handshake", "sandbox_denied", 1,
    ),
    "No Docker engine runs": (
        lambda _: {"command": "python", "isolation": {"mode": "docker"}}, "resolve", "engine.not_running", "", 5,
    ),
    "A credential is missing": (
        lambda _: {"command": "cat", "env": {"A": "${cred:GITHUB}"}, "isolation": {"mode": "none"}},
        "config", "config.unresolved", "credential_missing", 2,
    ),
    "The scan finds a tool that means harm": (evil, "scan", "server.quarantined", "", 4),
    "A variable is missing": (
        lambda _: python("-c", "import os; os.environ['GITHUB_TOKEN']"),
        "handshake", "server.exited_before_handshake", "variable_missing", 1,
    ),
    "Its port is taken": (
        lambda _: python("-c", PORT), "handshake", "server.exited_before_handshake", "port_in_use", 1,
    ),
    "It ends at once": (
        lambda _: {"command": "true", "isolation": {"mode": "none"}},
        "handshake", "server.exited_before_handshake", "ended_at_once", 1,
    ),
}  # fmt: skip
"""The config of each; the stage, the code, the cause, and the exit code."""


@pytest.fixture
def ward(state_dir: Path) -> Callable[[str], Ward]:
    def planted(fault: str) -> Ward:
        state_dir.chmod(0o755)
        return Ward(state_dir, FAULTS[fault][0](state_dir))

    return planted


def test_the_page_has_every_planted_fault_and_no_other() -> None:
    assert list(rows()) == list(FAULTS)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_told_in_one_sentence_with_one_fix(fault: str, ward: Callable[[str], Ward]) -> None:
    _, stage, code, cause, exit_code = FAULTS[fault]
    if stage == "resolve" and code.startswith("engine") and shutil.which("docker") is None:
        pytest.skip("there is no docker command")
    patient = ward(fault)
    told = patient.told("--live", DOCKER_HOST="unix:///nowhere/docker.sock")
    failure = told["failure"]
    assert (failure["stage"], failure["code"], failure["cause"]) == (stage, code, cause), failure
    assert told["exit_code"] == exit_code
    row = rows()[fault]
    assert matches(row.sentence, failure["sentence"]), failure["sentence"]
    assert matches(row.remedy, failure["remedy"]), failure["remedy"]
    outcomes = {one["stage"]: one["outcome"] for one in told["stages"]}
    assert outcomes[stage] == "failure"
    behind = list(outcomes)[list(outcomes).index(stage) + 1 :]
    assert {outcomes[one] for one in behind} <= {"not_reached"}
    assert not carriers(patient.name)


def test_people_read_the_sentence_and_the_fix_last(ward: Callable[[str], Ward]) -> None:
    patient = ward("A Python module is missing")
    done = patient.doctor("--live")
    assert done.returncode == 1
    sentence, fix = done.stdout.splitlines()[-2:]
    assert sentence.startswith(
        f"{patient.name} fails at handshake: the Python module 'mcp_server_acme' is not installed"
    )
    assert sentence.endswith("[server.exited_before_handshake]")
    assert fix.startswith("  → `")
    assert "| " + sys.executable in done.stdout  # its own last line, as evidence
    assert "not reached  scan" in done.stdout


@pytest.mark.parametrize("mode", ["none", "sandbox"])
def test_a_server_that_works_is_gone_through_to_the_end(state_dir: Path, mode: str) -> None:
    patient = Ward(state_dir, entry(mode=mode))
    told = patient.told("--live")
    assert (told["exit_code"], told["failure"], told["live"]) == (0, None, True)
    outcomes = {one["stage"]: one["outcome"] for one in told["stages"]}
    assert outcomes.pop("image") == "skipped"
    assert set(outcomes.values()) == {"ok"}, told
    seconds = {one["stage"]: one["seconds"] for one in told["stages"]}
    assert all(seconds[stage] is not None for stage in ("resolve", "spawn", "handshake", "scan"))
    assert not carriers(patient.name)
    assert sorted(os.listdir(state_dir)) == ["mcp.json"]  # no state directory was made


@pytest.mark.parametrize("mode", ["none", "sandbox"])
def test_a_word_that_only_looks_like_a_missing_script_keeps_nothing_from_working(state_dir: Path, mode: str) -> None:
    server = entry(mode=mode)
    server["args"] = ["-X", "gone.py", *server["args"]]
    patient = Ward(state_dir, server)
    assert patient.told()["failure"]["cause"] == "script_missing"
    told = patient.told("--live")
    assert (told["exit_code"], told["failure"]) == (0, None), told
    assert {one["outcome"] for one in told["stages"]} == {"ok", "skipped"}


def test_looking_runs_nothing_of_the_server(state_dir: Path) -> None:
    mark = state_dir / "ran"
    patient = Ward(state_dir, {"command": "touch", "args": [str(mark)], "isolation": {"mode": "none"}})
    told = patient.told()
    assert told["exit_code"] == 0
    outcomes = [one["outcome"] for one in told["stages"]]
    assert outcomes == ["ok", "ok", "skipped", "ok", *["skipped"] * 4]
    assert not mark.exists()
    assert patient.told("--live")["exit_code"] == 1  # the same with the server run, to be sure of the mark
    assert mark.exists()


def test_no_secret_is_in_what_is_said(state_dir: Path) -> None:
    secret = "planted-secret-of-a-server"
    program = "import os, sys; print('it is', os.environ['TOKEN'], sys.argv, file=sys.stderr); sys.exit(1)"
    server = python("-c", program, "--key", secret, env={"TOKEN": secret})
    patient = Ward(state_dir, server)
    for words in ((), ("--json",)):
        done = patient.doctor("--live", *words)
        assert done.returncode == 1
        assert "it is ***" in done.stdout
        assert secret not in done.stdout + done.stderr


def test_an_interrupt_leaves_nothing(state_dir: Path) -> None:
    ready = state_dir / "ready"
    os.mkfifo(ready)
    program = f"echo > {ready}; exec sleep 60"
    patient = Ward(state_dir, {"command": "sh", "args": ["-c", program], "isolation": {"mode": "none"}})
    with tempfile.TemporaryDirectory(dir=state_dir) as temporary:
        environ = {**os.environ, "STOCKADE_STATE_DIR": str(state_dir / "s"), "TMPDIR": temporary}
        with subprocess.Popen(patient.words("--live"), env=environ, stdout=subprocess.PIPE, text=True) as process:
            heard(ready)  # it runs now
            assert carriers(patient.name)
            process.send_signal(signal.SIGINT)
            assert process.wait(BOUND_S) == 130
        wait_until_gone(patient.name, 5.0)
        assert os.listdir(temporary) == []


def test_what_is_trusted_is_neither_changed_nor_forgotten(state_dir: Path) -> None:
    """A tool that somebody approved counts as approved, and what doctor sees for the first time is pinned nowhere."""
    state_dir.chmod(0o755)
    listing = Listing(state_dir, "evil", EVIL)
    patient = Ward(state_dir, listing.entry)
    environ = {**os.environ, "STOCKADE_STATE_DIR": str(state_dir / "s")}

    def verb(*words: str) -> int:
        return subprocess.run(
            [*COMMAND, *words, "--config", str(patient.config)], env=environ, capture_output=True, timeout=60
        ).returncode

    assert verb("scan", patient.name) == 4
    assert patient.told("--live")["exit_code"] == 4
    assert verb("approve", patient.name) == 0
    pins = state_dir / "s" / "pins.sqlite"
    before = pins.read_bytes()
    told = patient.told("--live")
    assert told["failure"] is None, told["failure"]
    assert pins.read_bytes() == before


def test_a_server_on_trial_reaches_nothing_of_the_daemons(state_dir: Path) -> None:
    """The real state directory, token and lock file are kept from it as the daemon keeps them."""
    project, runtime = state_dir / "project", state_dir / "run"
    for folder in (project, runtime, state_dir / "s"):
        folder.mkdir(mode=0o700)
    (runtime / "control.token").write_text("planted-token")
    (state_dir / "s" / "control.token").symlink_to(runtime / "control.token")
    (state_dir / "s" / "pins.note").write_text("planted-state")
    lock = project / "stockade.lock"
    lock.write_text("{}")
    (project / "plain").write_text("plain-file")
    program = (
        "import sys\n"
        "def look(path, mode):\n"
        "    try:\n"
        "        print('had', open(path, mode).read(), file=sys.stderr)\n"
        "    except OSError as error:\n"
        "        print('kept', path, file=sys.stderr)\n"
        "*read, written = sys.argv[1:]\n"
        "for path in read: look(path, 'r')\n"
        "look(written, 'r+')\n"
        "sys.exit(3)\n"
    )
    wanted = [str(state_dir / "s" / "pins.note"), str(runtime / "control.token"), str(lock)]
    server = python("-c", program, str(project / "plain"), *wanted)
    grants = {"read_only": [str(state_dir / "s"), str(runtime)], "read_write": [str(project)]}
    server["isolation"] = {"mode": "sandbox", "sandbox": grants}
    patient = Ward(state_dir, server)
    patient.config.write_text(json.dumps({"mcpServers": {patient.name: server}, "stockade": {"lock_file": str(lock)}}))
    told = patient.told("--live")
    (tail,) = [one["facts"]["stderr_tail"] for one in told["stages"] if one["facts"].get("stderr_tail")]
    assert tail == ["had plain-file", *(f"kept {path}" for path in wanted)]


def test_the_environment_of_a_person_is_not_that_of_a_server(state_dir: Path) -> None:
    """A command in a folder of the shell's PATH that the server's lacks is named where it is."""
    home = state_dir / "home"
    folder = home / ".local" / "bin"
    folder.mkdir(parents=True)
    program = folder / "acme-mcp"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    patient = Ward(state_dir, {"command": "acme-mcp", "isolation": {"mode": "none"}})
    failure = patient.told(HOME=str(home), PATH=os.defpath)["failure"]
    assert f"It is at {program}" in failure["remedy"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("doctor", "--live"), 2, "name it"),
        (("doctor", "nobody", "--config", "/nowhere.json"), 2, "cannot be read"),
        (("doctor", "x", "--report", "y"), 2, "give it no NAME"),
    ],
)
def test_words_that_do_not_go_together_are_refused(words: tuple[str, ...], code: int, said: str) -> None:
    done = subprocess.run([*COMMAND, *words], capture_output=True, text=True, timeout=60)
    assert done.returncode == code
    assert said in done.stdout + done.stderr


@pytest.fixture
def hanging(state_dir: Path) -> Iterator[socket.socket]:
    """An engine that lets everybody connect and says nothing."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(state_dir / "engine.sock"))
        listener.listen(64)
        listener.setblocking(False)
        yield listener


def callers(listener: socket.socket) -> int:
    """How many have connected, whether they have left or not."""
    count = 0
    while True:
        try:
            listener.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


@pytest.mark.skipif(shutil.which("docker") is None, reason="there is no docker command")
def test_an_engine_that_hangs_is_asked_once(state_dir: Path, hanging: socket.socket) -> None:
    patient = Ward(state_dir, {"command": "python", "isolation": {"mode": "docker"}})
    told = patient.told("--live", DOCKER_HOST=f"unix://{hanging.getsockname()}")
    assert told["failure"]["code"] == "engine.not_responding"
    assert told["exit_code"] == 5
    assert callers(hanging) == 1
