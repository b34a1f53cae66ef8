"""Whoever runs the command on this machine, with a home and variables of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

BOUND_S = 60.0
"""For what takes a second, or five where an engine does not answer."""


class Told(NamedTuple):
    """What a verb said."""

    code: int
    output: str

    @property
    def data(self) -> Any:
        """What `--json` gave."""
        return json.loads(self.output)

    @property
    def checks(self) -> dict[str, Any]:
        """What `doctor --json` gave of docker, by what it is about."""
        return {check["id"].removeprefix("docker."): check for check in self.data["checks"]}

    @property
    def verdicts(self) -> dict[str, str]:
        """What doctor thinks of docker."""
        return {
            check["id"].removeprefix("docker."): check["verdict"]
            for check in self.data["checks"]
            if check["subject"] == "docker"
        }


class Machine:
    """Where it runs: as a user, behind other words (that hide something, say), with these variables and no others."""

    def __init__(self, home: Path, **variables: str) -> None:
        self.home = home
        self.environ = {"PATH": os.environ["PATH"], "HOME": str(home), "SHELL": "/bin/sh", **variables}
        self.python: tuple[str, ...] = (sys.executable,)
        self.become: dict[str, Any] = {}

    def config(self, **servers: Mapping[str, Any]) -> str:
        """Write a config with these servers."""
        path = self.home / "mcp.json"
        path.write_text(json.dumps({"mcpServers": servers}))
        path.chmod(0o644)
        return str(path)

    def python_run(self, *words: str) -> Told:
        """Run the interpreter, which has to keep its stderr for what is wrong."""
        done = subprocess.run(
            [*self.python, *words], env=self.environ, cwd="/", capture_output=True, text=True, timeout=BOUND_S,
            **self.become,
        )  # fmt: skip
        assert done.stderr == "", done.stderr
        return Told(done.returncode, done.stdout)

    def stockade(self, *words: str) -> Told:
        """Run a verb."""
        return self.python_run("-m", "supervisor", *words)

    def behind(self, words: Sequence[str]) -> Machine:
        """The same, behind other words."""
        self.python = (*words, *self.python)
        return self
