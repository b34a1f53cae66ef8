"""The login shell's answer is what stands between the markers, or nothing."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import trio
from fakes.process import come_true, is_alive

from supervisor.process.brief import Brief
from supervisor.process.login_shell import INSIDE, Answer, arguments, ask, ask_now, choose, read

if TYPE_CHECKING:
    from conftest import PlainPython, PlainUser

REAL = [pytest.mark.real, pytest.mark.usefixtures("no_leaks")]
DOCKER, ENV = "\\command -v docker || :", "\\env -0"
TOKEN = "0123"
BEGIN, END = b"stockade-begin-0123", b"stockade-end-0123"


@pytest.mark.parametrize(
    ("ran", "text"),
    [
        (Brief(end="exited", output=BEGIN + b"answer" + END, code=0), b"answer"),
        (Brief(end="exited", output=b"banner\n" + BEGIN + b"answer\n" + END + b"bye", code=0), b"answer\n"),
        (Brief(end="exited", output=BEGIN + END, code=0), b""),
        # with its second marker an answer is whole, whatever the shell does after it
        (Brief(end="exited", output=BEGIN + b"answer" + END, code=1), b"answer"),
        (Brief(end="late", output=BEGIN + b"answer" + END), b"answer"),
    ],
)
def test_an_answer_between_both_markers_is_taken(ran: Brief, text: bytes) -> None:
    assert read("/bin/sh", ran, TOKEN, 5.0) == Answer(shell="/bin/sh", text=text)


@pytest.mark.parametrize(
    ("ran", "reason"),
    [
        (Brief(end="late"), "it did not answer within 5 s and was killed"),
        (Brief(end="late", output=BEGIN + b"half"), "it did not answer within 5 s and was killed"),
        (Brief(end="flooded", output=b"more"), "it printed more than 1048576 bytes and was killed after printing"),
        (Brief(end="exited", code=1), "it ended (exit status 1) before it had begun its answer"),
        (Brief(end="exited", code=-9), "it ended (signal 9) before it had begun its answer"),
        (Brief(end="exited", output=b"hunter2", code=0), "before it had begun its answer after printing something"),
        (Brief(end="exited", output=BEGIN + b"hunter2", code=0), "before it had ended its answer"),
        (Brief(end="exited", output=END + b"hunter2" + BEGIN, code=0), "before it had ended its answer"),
        (Brief(end="not_started", reason="no such file"), "it could not be started: no such file"),
    ],
)
def test_without_both_markers_there_is_no_answer_but_a_reason(ran: Brief, reason: str) -> None:
    answer = read("/bin/sh", ran, TOKEN, 5.0)
    assert (answer.text, answer.shell) == (b"", "/bin/sh")
    assert reason in answer.reason
    assert "hunter2" not in answer.reason


@pytest.mark.parametrize("question", [DOCKER, ENV])
def test_no_marker_stands_whole_in_the_command_line(question: str) -> None:
    line = " ".join(arguments("/bin/sh", question, TOKEN))  # type: ignore[arg-type] # one of the two
    assert TOKEN in line
    assert BEGIN.decode() not in line
    assert END.decode() not in line


@pytest.mark.parametrize(
    "name",
    ["fish", "csh", "tcsh", "tcsh-6.24", "bsd-csh", "pwsh", "pwsh-preview", "nu", "nu.exe", "elvish", "xonsh", "Fish"],
)
def test_a_shell_that_reads_no_posix_text_is_not_asked(name: str) -> None:
    shell = choose({"SHELL": f"/usr/bin/{name}"}, "linux")
    assert shell.path == f"/usr/bin/{name}"
    assert f"{name.lower()} does not read" in shell.reason


def test_nor_is_one_behind_a_link_of_another_name(tmp_path: Path) -> None:
    (tmp_path / "fish").touch()
    (tmp_path / "shell").symlink_to("fish")
    assert "fish does not read" in choose({"SHELL": str(tmp_path / "shell")}, "linux").reason


@pytest.mark.parametrize(
    ("environ", "platform", "path", "reason"),
    [
        ({"SHELL": "/bin/zsh"}, "darwin", "/bin/zsh", ""),
        ({"SHELL": "/opt/bash-5.2/bin/bash"}, "linux", "/opt/bash-5.2/bin/bash", ""),
        ({}, "linux", "/bin/bash", ""),
        ({"SHELL": ""}, "linux", "/bin/bash", ""),
        ({"SHELL": "bash"}, "linux", "", "SHELL is no absolute path: 'bash'"),
        ({"SHELL": "/bin/sh"}, "win32", "", "there are no login shells on Windows"),
        ({"SHELL": "/bin/sh", INSIDE: "1"}, "linux", "", "stockade was started by a login profile"),
    ],
)
def test_who_is_asked(environ: dict[str, str], platform: str, path: str, reason: str) -> None:
    shell = choose(environ, platform)
    assert shell.path == path
    assert shell.reason.startswith(reason)
    assert bool(shell.reason) == bool(reason)


class Home:
    """A home with a profile, whose login shell is asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ = {"HOME": str(folder), "PATH": os.defpath, "SHELL": "/bin/sh"}

    def profile(self, text: str, shell: str = "/bin/sh") -> Home:
        (self.folder / ".profile").write_text(text + "\n")
        self.environ["SHELL"] = shell
        return self

    def ask(self, question: str = DOCKER, *, bound_s: float = 30.0) -> Answer:
        return ask_now(question, self.environ, platform="linux", bound_s=bound_s)  # type: ignore[arg-type] # one of the two

    def program(self, text: str) -> Home:
        """A program of ours is the shell."""
        shell = self.folder / "shell"
        shell.write_text(text)
        shell.chmod(0o755)
        self.environ["SHELL"] = str(shell)
        return self


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "bin").mkdir()
    docker = tmp_path / "bin" / "docker"
    docker.write_text("#!/bin/sh\n")
    docker.chmod(0o755)
    return Home(tmp_path)


@pytest.fixture(params=["/bin/bash", "/bin/dash"])
def shell(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class TestForReal:
    pytestmark = REAL

    @pytest.mark.parametrize(
        "profile",
        [
            'PATH="$HOME/bin:$PATH"',
            'echo "Welcome!"; PATH="$HOME/bin:$PATH"; echo "You have mail."',
            'PATH="$HOME/bin:$PATH"; echo "$0 $*"; cat /proc/$$/cmdline',
            'PATH="$HOME/bin:$PATH"; set -v -x',
            'PATH="$HOME/bin:$PATH"; set -e -u',
            'PATH="$HOME/bin:$PATH"; read line; cat',
            'PATH="$HOME/bin:$PATH"; trap "echo bye; exit 1" EXIT',
            'PATH="$HOME/bin:$PATH"; sleep 1000 &',
            "alias printf=false; PATH=\"$HOME/bin:$PATH\"; alias command='echo evil'",
        ],
        ids=["plain", "banner", "prints its command line", "set -vx", "set -eu", "reads stdin", "exits 1 after it",
             "background job", "aliases"],
    )  # fmt: skip
    def test_whatever_the_profile_does_the_answer_is_the_shells(self, home: Home, shell: str, profile: str) -> None:
        answer = home.profile(profile, shell).ask()
        assert answer == Answer(shell=shell, text=f"{home.folder}/bin/docker\n".encode())

    def test_it_can_answer_that_it_knows_none(self, home: Home, shell: str) -> None:
        assert home.profile("set -e; PATH=/nonexistent", shell).ask() == Answer(shell=shell, text=b"")

    @pytest.mark.parametrize(
        ("profile", "reason"),
        [
            ("exit 1", "it ended (exit status 1) before it had begun its answer"),
            ("echo banner; exit 0", "(exit status 0) before it had begun its answer after printing something else"),
            ("kill -9 $$", "it ended (signal 9)"),
            ("exec >/dev/null", "it ended (exit status 0) before it had begun its answer"),
            ("while :; do echo more; done", "it printed more than"),
        ],
    )
    def test_a_profile_that_prevents_an_answer_is_a_reason(
        self, home: Home, shell: str, profile: str, reason: str
    ) -> None:
        answer = home.profile(profile, shell).ask()
        assert (answer.text, answer.shell) == (b"", shell)
        assert reason in answer.reason

    async def test_a_profile_that_hangs_is_killed_with_all_it_started(self, home: Home) -> None:
        pids = home.folder / "pids"
        answer = home.profile(f"sleep 1000 & echo $$ $! > {pids}; trap '' TERM; sleep 1000").ask(bound_s=0.5)
        assert answer.reason == "it did not answer within 0.5 s and was killed"
        shell, job = map(int, pids.read_text().split())
        assert not is_alive(shell)
        await come_true(lambda: not is_alive(job))

    def test_the_environment_comes_separated_by_nul(self, home: Home, shell: str) -> None:
        answer = home.profile("export TWO='a\nb'; MINE=1", shell).ask(ENV)
        variables = answer.text.split(b"\0")
        assert b"TWO=a\nb" in variables
        assert f"HOME={home.folder}".encode() in variables
        assert not any(line.startswith(b"MINE=") for line in variables)

    def test_the_shell_is_started_once_as_a_login_shell_with_our_environment(self, home: Home) -> None:
        home.program(f'#!/bin/sh\necho "$1 $2 $# $OURS" >> {home.folder}/calls\nexec /bin/sh "$@"\n')
        home.environ["OURS"] = "kept"
        assert home.ask().reason == ""
        assert (home.folder / "calls").read_text() == "-l -c 3 kept\n"

    @pytest.mark.parametrize("text", ["garbage", "#!/nonexistent\n", ""])
    def test_a_shell_that_cannot_be_started_is_a_reason(self, home: Home, text: str) -> None:
        assert home.program(text).ask().reason.startswith(("it could not be started", "it ended"))

    def test_a_foreign_shell_is_never_started(self, home: Home) -> None:
        home.program(f"#!/bin/sh\ntouch {home.folder}/started\n")
        (home.folder / "shell").rename(home.folder / "fish")
        home.environ["SHELL"] = str(home.folder / "fish")
        assert "fish does not read" in home.ask().reason
        assert not (home.folder / "started").exists()

    def test_a_stockade_that_the_profile_starts_asks_no_further(self, home: Home) -> None:
        answer = home.profile(f'export SEEN="${INSIDE}"').ask(ENV)
        assert b"SEEN=1" in answer.text.split(b"\0")

    async def test_who_cancels_the_question_kills_the_shell(self, home: Home) -> None:
        pids = home.folder / "pids"
        home.profile(f"echo $$ > {pids}; sleep 1000")
        with trio.fail_after(20):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(lambda: ask(DOCKER, home.environ, platform="linux", bound_s=1000.0))  # type: ignore[arg-type] # one of the two
                await come_true(lambda: pids.exists() and pids.read_text())
                nursery.cancel_scope.cancel()
        assert not is_alive(int(pids.read_text()))

    async def test_the_loop_is_not_held_up_by_the_answer(self, home: Home) -> None:
        """The profile waits for a file that only the loop can make."""
        gate = home.folder / "gate"
        os.mkfifo(gate)
        home.profile(f'PATH="$HOME/bin:$PATH"; read line < {gate}')
        answers: list[Answer] = []

        async def put() -> None:
            answers.append(await ask(DOCKER, home.environ, platform="linux", bound_s=60.0))  # type: ignore[arg-type] # one of the two

        with trio.fail_after(30):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(put)
                opened = await trio.to_thread.run_sync(lambda: os.open(gate, os.O_WRONLY))
                assert answers == []
                os.write(opened, b"go\n")
                os.close(opened)
        assert answers == [Answer(shell="/bin/sh", text=f"{home.folder}/bin/docker\n".encode())]

    def test_the_same_as_a_plain_user(self, plain_user: PlainUser, plain_python: PlainPython) -> None:
        script = """
import os
from supervisor.process.login_shell import ask_now
for profile, bound_s in (("echo banner; PATH=$HOME:$PATH", 30.0), ("sleep 1000", 0.5)):
    with open(os.environ["HOME"] + "/.profile", "w") as file:
        file.write(profile)
    environ = {**os.environ, "SHELL": "/bin/sh"}
    answer = ask_now("\\\\command -v docker || :", environ, platform="linux", bound_s=bound_s)
    print(answer.text.decode().strip() or answer.reason)
"""
        shell = f"""
HOME=$(mktemp -d); export HOME; trap 'rm -r "$HOME"' EXIT
printf '#!/bin/sh\\n' > "$HOME/docker"; chmod 755 "$HOME/docker"; echo "$HOME"
PYTHONPATH={plain_python.packages} {plain_python.python} -c "$1"
"""
        done: subprocess.CompletedProcess[str] = plain_user.run(["sh", "-c", shell, "sh", script])
        folder, found, hung = done.stdout.splitlines()
        assert (found, hung) == (f"{folder}/docker", "it did not answer within 0.5 s and was killed"), done.stderr


def test_an_answer_does_not_show_in_its_repr() -> None:
    assert "hunter2" not in repr(Answer(shell="/bin/sh", text=b"hunter2"))
