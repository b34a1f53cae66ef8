"""The environment of docker's own CLI, with a real login shell behind it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import trio
import trio.testing

from supervisor.environment.effects import CliEnvironment, Hydrated, hydrated_now

if TYPE_CHECKING:
    from conftest import PlainPython, PlainUser

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("no_leaks")]

HOST = "tcp://ann:hunter2@far.example:2376"


class Home:
    """A home with a profile; every start of its shell is counted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shell = folder / "shell"
        shell.write_text(f'#!/bin/sh\necho started >> {folder}/starts\nexec /bin/sh "$@"\n')
        shell.chmod(0o755)
        self.environ = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "SHELL": str(shell), "LANG": "C"}

    @property
    def starts(self) -> int:
        starts = self.folder / "starts"
        return len(starts.read_text().splitlines()) if starts.exists() else 0

    def profile(self, text: str) -> Home:
        (self.folder / ".profile").write_text(text + "\n")
        return self

    def config(self, folder: str = ".docker", **content: str) -> Home:
        path = self.folder / folder / "config.json"
        path.parent.mkdir()
        path.write_text(json.dumps(content))
        return self

    def hydrated(self, **more: str) -> Hydrated:
        return hydrated_now({**self.environ, **more}, "linux", shell_s=30.0)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path).profile(
        f"echo banner; export DOCKER_HOST='{HOST}' NVM_DIR=/nvm SECRET=hunter2; PATH=$HOME/bin:/usr/bin; USER=evil"
    )


def test_an_engine_that_is_named_only_in_the_profile_reaches_the_cli(home: Home) -> None:
    hydrated = home.hydrated()
    path = f"{home.folder}/bin:/usr/bin:/bin"
    assert hydrated.env == {
        "HOME": str(home.folder), "PATH": path, "SHELL": home.environ["SHELL"], "LANG": "C", "DOCKER_HOST": HOST,
    }  # fmt: skip
    assert hydrated.taken == {"DOCKER_HOST": HOST, "NVM_DIR": "/nvm", "PATH": path}
    assert (hydrated.refusal, hydrated.unasked, hydrated.shell) == ("", "", home.environ["SHELL"])
    assert home.starts == 1


def test_values_are_told_nowhere(home: Home) -> None:
    hydrated = home.hydrated()
    assert hydrated.report == (f"DOCKER_HOST ({len(HOST)})", "NVM_DIR (4)", f"PATH ({len(hydrated.env['PATH'])})")
    assert "hunter2" not in repr(hydrated)


@pytest.mark.parametrize(
    ("more", "host"),
    [({"DOCKER_HOST": ""}, ""), ({"DOCKER_HOST": "unix:///d"}, "unix:///d"), ({"DOCKER_CONTEXT": ""}, None)],
)
def test_what_is_present_is_the_operators_choice_even_if_it_is_empty(
    home: Home, more: dict[str, str], host: str | None
) -> None:
    hydrated = home.hydrated(**more)
    assert hydrated.env.get("DOCKER_HOST") == host
    assert (hydrated.taken, home.starts) == ({}, 0)
    assert "is in our environment" in hydrated.unasked


def test_a_context_of_the_clis_own_config_is_the_operators_choice_too(home: Home) -> None:
    hydrated = home.config(currentContext="rootless").hydrated()
    assert ("DOCKER_HOST" in hydrated.env, home.starts) == (False, 0)
    assert hydrated.unasked == "the CLI's own config names a context"


def test_the_config_is_where_the_cli_looks_for_it(home: Home) -> None:
    home.config(currentContext="rootless").config("other", auths="")
    assert home.hydrated(DOCKER_CONFIG=str(home.folder / "other")).taken["DOCKER_HOST"] == HOST
    assert home.hydrated(DOCKER_CONFIG="").unasked == "the CLI's own config names a context"


@pytest.mark.parametrize("content", [b"{garbage", b"\xff", b"[]"])
def test_a_config_that_cannot_be_read_names_no_context(home: Home, content: bytes) -> None:
    home.config()
    (home.folder / ".docker" / "config.json").write_bytes(content)
    assert home.hydrated().taken["DOCKER_HOST"] == HOST


@pytest.mark.parametrize(
    ("profile", "reason"),
    [
        ("sleep 1000", "it did not answer within 0.5 s and was killed"),
        ("echo banner; exit 1", "it ended (exit status 1) before it had begun its answer after printing something"),
        ("env() { echo A=1; }; export DOCKER_HOST=tcp://evil", "what it printed is not separated by NUL"),
    ],
    ids=["hangs", "exits 1", "no NUL"],
)
async def test_a_shell_that_gives_no_answer_is_asked_once_all_the_same(home: Home, profile: str, reason: str) -> None:
    bound_s = 0.5 if "sleep" in profile else 30.0
    cli = CliEnvironment(home.profile(profile).environ, "linux", shell_s=bound_s)
    first, second = await cli.get(), await cli.get()
    assert first.refusal.startswith(reason)
    assert first is second
    assert first.env == home.environ
    assert (first.taken, home.starts) == ({}, 1)


async def test_all_who_ask_at_once_get_the_answer_of_one_shell(home: Home) -> None:
    cli = CliEnvironment(home.environ, "linux", shell_s=30.0)
    got: list[Hydrated] = []

    async def get() -> None:
        got.append(await cli.get())

    async with trio.open_nursery() as nursery:
        for _ in range(5):
            nursery.start_soon(get)
        await trio.testing.wait_all_tasks_blocked()
        assert got == []
    assert [one.env["DOCKER_HOST"] for one in got] == [HOST] * 5
    assert home.starts == 1


async def test_who_gives_up_waiting_takes_nothing_from_the_others(home: Home) -> None:
    gate = home.folder / "gate"
    os.mkfifo(gate)
    home.profile(f"read line < {gate}; export DOCKER_HOST={HOST}")
    cli = CliEnvironment(home.environ, "linux", shell_s=60.0)
    with trio.fail_after(60):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(cli.get)
            await trio.to_thread.run_sync(lambda: os.close(os.open(gate, os.O_WRONLY)))
            nursery.cancel_scope.cancel()
        home.profile(f"export DOCKER_HOST={HOST}")
        assert (await cli.get()).env["DOCKER_HOST"] == HOST


@pytest.mark.parametrize("shell", ["fish", "csh", "tcsh", "pwsh"])
def test_a_shell_that_reads_no_posix_text_is_refused(home: Home, shell: str) -> None:
    hydrated = home.hydrated(SHELL=f"/usr/bin/{shell}")
    assert hydrated.refusal.startswith(f"{shell} does not read")
    assert hydrated.shell == f"/usr/bin/{shell}"


def test_on_macos_a_path_from_launchd_is_filled_up(home: Home) -> None:
    """Its rules, on any system; the shell and the profile are real."""
    hydrated = hydrated_now({**home.environ, "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"}, "darwin", shell_s=30.0)
    assert hydrated.env["PATH"] == f"{home.folder}/bin:/usr/bin:/bin:/usr/sbin:/sbin"
    assert hydrated.env["DOCKER_HOST"] == HOST


def test_the_same_as_a_plain_user(plain_user: PlainUser, plain_python: PlainPython) -> None:
    script = """
import os
from supervisor.environment.effects import hydrated_now
print(hydrated_now({**os.environ, "SHELL": "/bin/sh"}, "linux", shell_s=30.0).env.get("DOCKER_HOST"))
"""
    shell = f"""
HOME=$(mktemp -d); export HOME; trap 'rm -r "$HOME"' EXIT
echo 'export DOCKER_HOST=unix:///run/user/1001/docker.sock' > "$HOME/.profile"
PYTHONPATH={plain_python.packages} {plain_python.python} -c "$1"
"""
    done = plain_user.run(["env", "-u", "DOCKER_HOST", "-u", "DOCKER_CONTEXT", "sh", "-c", shell, "sh", script])
    assert done.stdout == "unix:///run/user/1001/docker.sock\n", done.stderr
