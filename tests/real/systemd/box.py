"""A box in which the real systemd runs, as the tests use it: commands, units, properties, the journal.

The box sees this machine's file system copy-on-write, so `[sys.executable, "-m", "supervisor"]` works in it. What it
writes is lost with it, but for what it writes below `shared`.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

TREE = Path(__file__).parents[3]
SCRIPT = TREE / "scripts" / "testenv" / "systemd-box.sh"
STOCKADE = [sys.executable, "-m", "supervisor"]
UNITS = "/run/systemd/system"
COMMAND_S = 90.0
"""Seconds for one command in the box: a `systemctl start` or `stop` waits for the unit."""
WAIT_S = 30.0
"""Seconds for something in the box to come true, on a busy machine."""
Text = subprocess.CompletedProcess[str]


class Box(NamedTuple):
    """A running box."""

    name: str
    shared: Path
    """A folder that the box and this machine both see; its path is the same in both, and short."""

    def run(
        self, *argv: str | Path, check: bool = True, text: str | None = None, env: Mapping[str, str] | None = None
    ) -> Text:
        """Run a command in the box as root, in the root folder, to its end. Without `check` any exit status is fine."""
        words = ["env", *(f"{key}={value}" for key, value in (env or {}).items())] if env else []
        done = subprocess.run(
            [SCRIPT, "run", "-n", self.name, *words, *argv],
            input="" if text is None else text,
            capture_output=True,
            text=True,
            timeout=COMMAND_S,
            check=False,
        )
        assert done.returncode == 0 or not check, f"{shlex.join(map(str, argv))}: {done.stdout}{done.stderr}"
        return done

    def popen(self, *argv: str | Path, stdin: int | None = subprocess.DEVNULL) -> subprocess.Popen[str]:
        """Start a command in the box and go on; its stdout is a pipe, its stderr the test's own."""
        return subprocess.Popen([SCRIPT, "run", "-n", self.name, *argv], stdin=stdin, stdout=subprocess.PIPE, text=True)

    def stockade(self, *words: str | Path, state_dir: Path | str, check: bool = True) -> Text:
        """Run a verb of stockade in the box, from this tree."""
        given = [words[0], "--state-dir", str(state_dir), *words[1:]]
        return self.run(*STOCKADE, *given, check=check, env={"PYTHONPATH": str(TREE)})

    # ---------------------------------------------------------------------------------------------- units

    def write_unit(self, name: str, text: str) -> None:
        """Put a unit where systemd reads it, and have it read."""
        self.run("sh", "-c", f"cat > {shlex.quote(f'{UNITS}/{name}')}", text=text)
        self.run("systemctl", "daemon-reload")

    def write_service(
        self,
        name: str,
        config: Mapping[str, Any],
        *settings: str,
        program: Sequence[str | Path] = (*STOCKADE,),
    ) -> Path:
        """Write a service that runs `stockade serve` on a configuration; returns its state directory.

        It is `Type=notify` with `NotifyAccess=main` and nothing else; more of the [Service] section are `settings`.
        The state directory is made by stockade itself. `program` is what stands before `serve`.
        """
        place = self.state_of(name)
        file = self.shared / f"{place.name}.json"
        file.write_text(json.dumps(config))
        file.chmod(0o644)
        command = [*map(str, program), "serve", "--config", str(file), "--state-dir", str(place)]
        lines = [
            "[Service]", "Type=notify", "NotifyAccess=main", f"ExecStart={shlex.join(command)}",
            f"Environment=PYTHONPATH={TREE} PYTHONDONTWRITEBYTECODE=1", *settings,
        ]  # fmt: skip
        self.write_unit(f"{place.name}.service", "\n".join(lines) + "\n")
        return place

    def state_of(self, unit: str) -> Path:
        """The state directory of a service that was written here."""
        return self.shared / unit.removesuffix(".service")

    def systemctl(self, *words: str, check: bool = True) -> Text:
        """Run systemctl; `start` and `stop` return when systemd says that it is done."""
        return self.run("systemctl", *words, check=check)

    def show(self, unit: str) -> dict[str, str]:
        """All properties of a unit, as `systemctl show` prints them."""
        return dict(
            line.split("=", 1) for line in self.systemctl("show", "--all", unit).stdout.splitlines() if "=" in line
        )

    def end(self, *units: str) -> None:
        """Take units away: killed at once, their failure forgotten, their files removed."""
        for unit in units:
            self.systemctl("kill", "--signal=SIGKILL", "--kill-who=all", unit, check=False)
            self.systemctl("stop", unit, check=False)
            self.systemctl("reset-failed", unit, check=False)
            self.run("rm", "-f", f"{UNITS}/{unit}")
        self.systemctl("daemon-reload")

    # --------------------------------------------------------------------------------------- what happened

    def journal(self, unit: str = "", *matches: str) -> list[dict[str, Any]]:
        """The journal's entries as they are, oldest first: of one unit, or of all; `matches` are `FIELD=VALUE`."""
        of = ["-u", unit] if unit else []
        done = self.run("journalctl", "-o", "json", "--all", "--no-pager", *of, *matches)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def events(self, unit: str) -> list[dict[str, Any]]:
        """The events that stockade sent to the journal, as their records."""
        return [json.loads(entry["STOCKADE_EVENT"]) for entry in self.journal(unit) if "STOCKADE_EVENT" in entry]

    def pids(self, *words: str, unit: str = "") -> list[int]:
        """Pids, as the box counts them, of the processes whose command line has all of these words in it.

        With `unit`, only of those in its cgroup.
        """
        row = "${p#/proc/} $(grep ^0:: $p/cgroup) $(tr '\\0' ' ' <$p/cmdline)"
        done = self.run("sh", "-c", f"for p in /proc/[0-9]*; do echo {row}; done 2>/dev/null", check=False)
        rows = [line.split(" ", 2) for line in done.stdout.splitlines()]
        return [
            int(row[0])
            for row in rows
            if len(row) == 3 and f"/{unit}" in row[1] and all(word in row[2] for word in words)
        ]


def until(is_true: Callable[[], object], what: str = "", limit_s: float = WAIT_S) -> None:
    """Return when it is true; ask again every tenth of a second."""
    deadline = time.monotonic() + limit_s
    while not is_true():
        assert time.monotonic() < deadline, f"not within {limit_s:g} s: {what or is_true}"
        time.sleep(0.1)


def up(name: str, shared: Path, *more: Path) -> str:
    """Boot a box; returns the reason if it cannot be had here, and else nothing."""
    done = subprocess.run(
        [SCRIPT, "up", name],
        env={**os.environ, "BOX_BIND": " ".join(map(str, (shared, *more)))},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode == 77:
        return done.stderr.strip() or "no systemd box here"
    assert done.returncode == 0, done.stderr
    return ""


def down(name: str) -> None:
    """End a box and all in it."""
    subprocess.run([SCRIPT, "down", name], capture_output=True, timeout=60, check=False)
