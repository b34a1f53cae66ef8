"""`stockade run`: a prefix that nobody notices, but for what it keeps away."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from journeys.command import (
    BOUND_S,
    COMMAND,
    Home,
    Talk,
    carriers,
    descendants,
    entry,
    opening,
    wait_for_end,
    wait_until_gone,
    word,
)
from servers.running import server_command

pytestmark = pytest.mark.real
CLIENT = Path(__file__).with_name("sdk_client.py")
LANDLOCK_ABI = Path(__file__).parents[2] / "scripts" / "testenv" / "landlock-abi.py"


@pytest.fixture
def home(state_dir: Path) -> Home:
    return Home(state_dir, {})


@pytest.mark.parametrize("mode", ["sandbox", "none"])
@pytest.mark.parametrize("sdk", ["sdk1_python", "sdk2_python"])
def test_the_official_clients_call_a_tool_through_run(
    home: Home, mode: str, sdk: str, request: pytest.FixtureRequest
) -> None:
    python = request.getfixturevalue(sdk)
    words = [python, CLIENT, *COMMAND, "run", "--mode", mode, "--", *server_command()]
    done = subprocess.run(words, env=home.environ, capture_output=True, text=True, timeout=60)
    assert done.stdout == 'echo pid die ask {"text": "hello"}\n', done.stderr


@pytest.mark.parametrize("mode", ["sandbox", "none"])
@pytest.mark.parametrize(
    ("command", "status"),
    [
        (["true"], 0),
        (["false"], 1),
        (["sh", "-c", "exit 3"], 3),
        (["sh", "-c", "kill -9 $$"], 137),
        (["sh", "-c", "kill -TERM $$"], 143),
        (["stockade-has-no-such-program"], 127),
        (["/etc/passwd"], 126),
        (["cat"], 0),
    ],
)
def test_the_status_of_the_program_is_passed_on(home: Home, mode: str, command: list[str], status: int) -> None:
    done = home.verb("run", "--mode", mode, "--", *command, text="")
    assert done.returncode == status, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    if status in (126, 127):
        assert "process.command_not" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--config", "x.json"],
        ["--server", "x"],
        ["--mode", "strange", "--", "true"],
        ["--nonsense"],
        ["--cwd", "/nonexistent", "--", "true"],
        ["--config", "/nonexistent", "--server", "x"],
    ],
)
def test_words_that_mean_nothing_are_refused(home: Home, words: list[str]) -> None:
    done = home.verb("run", *words, text="")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_what_the_server_writes_to_stderr_arrives_and_nothing_else(home: Home) -> None:
    done = home.verb("run", "--", "sh", "-c", "echo one >&2; echo two >&2", text="")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "one\ntwo\n")


def test_a_session_goes_on_when_its_server_is_killed(home: Home) -> None:
    with Talk([*COMMAND, "run", "--level", "S2", "--", *server_command()], home.environ) as talk:
        talk.say(opening())
        talk.hear(0)
        first = int(talk.ask(1, "pid"))
        os.kill(first, signal.SIGKILL)
        wait_for_end(first, BOUND_S)
        second = int(talk.ask_again(2, "pid"))
        assert first != second
        assert talk.end() == 0
        wait_for_end(second, BOUND_S)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_the_run_and_all_of_its_server(home: Home, number: signal.Signals) -> None:
    with Talk([*COMMAND, "run", "--", *server_command()], home.environ) as talk:
        talk.say(opening())
        talk.hear(0)
        below = descendants(talk.process.pid)
        talk.process.send_signal(number)
        talk.process.wait(BOUND_S)
        for pid in below:
            wait_for_end(pid, BOUND_S)


def test_a_second_signal_kills_a_server_that_would_take_its_time(state_dir: Path) -> None:
    slow = {"grace": {"stdin": "20s", "term": "20s"}}
    home = Home(state_dir, {"slow": entry("--ignore-term", "--ignore-eof", stockade=slow)})
    with Talk(home.words("run", "--config", str(home.config), "--server", "slow"), home.environ) as talk:
        talk.say(opening())
        talk.hear(0)
        (server,) = [pid for pid in carriers("slow#") if os.getsid(pid) == pid]
        talk.process.send_signal(signal.SIGINT)
        deadline = time.monotonic() + BOUND_S
        while not _sleeps(server):
            assert time.monotonic() < deadline
        talk.process.send_signal(signal.SIGINT)
        assert talk.process.wait(10) == 137


def _sleeps(pid: int) -> bool:
    """Whether the server has seen the end of its stdin: it sleeps then, and reads no more."""
    return "nanosleep" in Path(f"/proc/{pid}/wchan").read_text()


def test_a_server_of_a_config_is_run_by_name(state_dir: Path) -> None:
    home = Home(state_dir, {"first": entry("--exit", "7"), "second": entry("--exit", "8")})
    done = home.verb("run", "--config", str(home.config), "--server", "second", text="")
    assert done.returncode == 8
    done = home.verb("run", "--config", str(home.config), "--server", "secnod", text="")
    assert done.returncode == 2
    assert "did you mean 'second'?" in done.stderr


def test_a_client_that_does_not_read_our_stderr_holds_up_nothing(home: Home) -> None:
    noise = "import sys, threading\nfor n in range(3000): print('x' * 1000, file=sys.stderr)\n"
    loud = ["sh", "-c", f'{sys.executable} -c "{noise}" & exec "$@"', "sh", *server_command()]
    with Talk([*COMMAND, "run", "--mode", "none", "--", *loud], home.environ, stderr=subprocess.PIPE) as talk:
        talk.say(opening())
        talk.hear(0)
        for number in range(1, 20):
            talk.ask(number, "echo", text="x" * 1000)
        talk.stdin.close()
        assert talk.process.wait(BOUND_S) in (0, 143)


def test_no_terminal_means_no_living_line(home: Home) -> None:
    done = home.verb("run", "--", *server_command(), text=opening())
    assert "\x1b" not in done.stderr
    assert "starting" not in done.stderr
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [0]


def test_exec_becomes_the_server_confined(home: Home) -> None:
    words = [*COMMAND, "run", "--exec", "--level", "S2", "--", *server_command()]
    with Talk(words, home.environ) as talk:
        talk.say(opening())
        talk.hear(0)
        assert int(talk.ask(1, "pid")) == talk.process.pid
        status = Path(f"/proc/{talk.process.pid}/status").read_text()
        assert "NoNewPrivs:\t1\n" in status
        assert descendants(talk.process.pid) == []
        assert talk.end() == 0


def test_exec_in_a_view_leaves_only_what_makes_the_namespaces(home: Home) -> None:
    words = [*COMMAND, "run", "--exec", "--level", "S3", "--", *server_command()]
    with Talk(words, home.environ) as talk:
        talk.say(opening())
        talk.hear(0)
        below = descendants(talk.process.pid)
        programs = [Path(f"/proc/{pid}/exe").resolve().name for pid in (talk.process.pid, *below)]
        assert (programs[:2], len(programs)) == (["bwrap", "bwrap"], 3)
        assert "NoNewPrivs:\t1\n" in Path(f"/proc/{below[1]}/status").read_text()
        assert Path(f"/proc/{talk.process.pid}/environ").read_bytes() == b""
        talk.process.send_signal(signal.SIGTERM)
        talk.process.wait(BOUND_S)
        for pid in below:
            wait_for_end(pid, BOUND_S)


@pytest.mark.parametrize("mode", ["sandbox", "none"])
def test_exec_passes_on_no_ignored_signals_and_the_status(home: Home, mode: str) -> None:
    words = ["run", "--exec", "--mode", mode, "--", "sh", "-c", "grep SigIgn /proc/self/status; exit 3"]
    done = home.verb(*words)
    own = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("SigIgn:"))
    ours = sum(1 << number - 1 for number in (signal.SIGPIPE, signal.SIGXFSZ))  # an interpreter's own
    assert (done.returncode, done.stdout) == (3, f"SigIgn:\t{int(own.split()[1], 16) & ~ours:016x}\n")


@pytest.mark.parametrize("mode", ["sandbox", "none"])
def test_exec_passes_on_three_open_files(home: Home, mode: str) -> None:
    words = home.words("run", "--exec", "--mode", mode, "--", "sh", "-c", "ls /proc/$$/fd")
    with open("/etc/passwd") as file:
        done = subprocess.run(words, env=home.environ, pass_fds=[file.fileno()], capture_output=True, text=True)
    assert set(done.stdout.split()) <= {"0", "1", "2", "10", "255"}  # the last two are shells' own


@pytest.mark.parametrize(("command", "status"), [("stockade-has-no-such-program", 127), ("/etc/passwd", 126)])
def test_exec_of_what_cannot_be_executed_says_so_as_a_shell_does(home: Home, command: str, status: int) -> None:
    done = home.verb("run", "--exec", "--", command)
    assert done.returncode == status
    assert "[process.command_not" in done.stderr


@pytest.mark.parametrize("how", [[], ["--exec"]])
@pytest.mark.parametrize("missing", ["ENOSYS", "EOPNOTSUPP"])
def test_without_landlock_nothing_is_started_unless_less_will_do(home: Home, how: list[str], missing: str) -> None:
    emulated = [sys.executable, str(LANDLOCK_ABI), missing, *COMMAND, "run", *how]
    refused = subprocess.run(
        [*emulated, "--", "echo", "started"], env=home.environ, input="", capture_output=True, text=True, timeout=60
    )
    if refused.returncode == 77:
        pytest.skip("no seccomp filter can be set here")
    assert refused.returncode == 5, refused.stderr
    assert refused.stdout == ""
    assert "[sandbox.landlock_unavailable]" in refused.stderr
    less = subprocess.run(
        [*emulated, "--best-effort", "--", "sh", "-c", "exit 3"],
        env=home.environ,
        input="",
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert less.returncode == 3, less.stderr


def test_closed_standard_streams_are_no_reason_to_fail(home: Home) -> None:
    script = 'exec "$@" <&- 2>&-'
    words = ["sh", "-c", script, "sh", *COMMAND, "run", "--", "sh", "-c", "exit 3"]
    assert subprocess.run(words, env=home.environ, stdout=subprocess.DEVNULL, timeout=60).returncode == 3


def test_a_run_that_is_killed_leaves_nothing(home: Home) -> None:
    name = word()
    with Talk([*COMMAND, "run", "--name", name, "--", *server_command("--ignore-eof")], home.environ) as talk:
        talk.say(opening())
        talk.hear(0)
        below = descendants(talk.process.pid)
        talk.process.kill()
        began = time.monotonic()
        wait_until_gone(name, 10)
        for pid in below:
            wait_for_end(pid, 10 - (time.monotonic() - began))
