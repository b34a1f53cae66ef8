"""The same for a user who is not root."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from servers.running import SERVER

if TYPE_CHECKING:
    from conftest import PlainPython, PlainUser

pytestmark = pytest.mark.real


class PlainHome:
    """Our command as the plain user."""

    def __init__(self, user: PlainUser, python: PlainPython, folder: Path) -> None:
        self._user = user
        self._python = python
        self.server = [str(python.python), "-S", str(python.reachable(SERVER))]
        self.state = folder / "s"

    def verb(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.shell('exec "$@"', words)

    def shell(self, script: str, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Run a script in which "$@" is our command with the words."""
        environ = [f"PYTHONPATH={self._python.packages}", f"STOCKADE_STATE_DIR={self.state}"]
        command = ["env", *environ, "sh", "-c", script, "sh", str(self._python.python), "-m", "supervisor", *words]
        return self._user.run(command)


@pytest.fixture
def home(plain_user: PlainUser, plain_python: PlainPython, state_dir: Path) -> PlainHome:
    state_dir.chmod(0o777)
    return PlainHome(plain_user, plain_python, state_dir)


@pytest.mark.parametrize("mode", ["sandbox", "none"])
def test_run_passes_on_the_status(home: PlainHome, mode: str) -> None:
    done = home.shell('"$@" </dev/null', ["run", "--mode", mode, "--", "sh", "-c", "exit 3"])
    assert (done.returncode, done.stdout) == (3, ""), done.stderr


def test_a_daemon_serves_and_ends(home: PlainHome) -> None:
    program, *arguments = home.server
    modes: dict[str, Any] = {
        mode: {"command": program, "args": arguments, "isolation": {"mode": mode}} for mode in ("sandbox", "none")
    }
    script = f"""
cat > {home.state}.json <<'END'
{json.dumps({"mcpServers": modes})}
END
"$@" serve --config {home.state}.json 2>{home.state}.log &
trap "kill $!" EXIT
tries=0
until "$@" status --json >/dev/null 2>&1; do tries=$((tries + 1)); [ $tries -lt 100 ] || exit 9; done
"$@" wait --timeout 60s && "$@" shutdown && wait $! && trap - EXIT
"""
    done = home.shell(script, [])
    assert done.returncode == 0, done.stderr
    assert done.stdout == "sandbox: ready\nnone: ready\n"


def test_roots_state_directory_is_not_for_a_plain_user(home: PlainHome, root: None) -> None:
    home.state.mkdir(mode=0o700)
    done = home.verb("serve", "--config", "/dev/null/x")
    assert done.returncode == 2
    done = home.shell('"$@" </dev/null', ["run", "--", "true"])
    assert done.returncode == 1
    assert "state.unusable" in done.stderr
    asked = home.verb("status")  # whether a daemon runs there is not this user's to see
    assert asked.returncode == 4
    assert "[control.refused]" in asked.stderr
