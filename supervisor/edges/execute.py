"""`stockade run --exec`: this process confines itself and executes the server; nothing of ours stays.

Fully transparent, and without supervision: nobody relays, restarts or looks at anything. Loads no event loop.
"""

from __future__ import annotations

import os
import sys
from argparse import Namespace

from supervisor import prepare
from supervisor.config.schema import Config
from supervisor.edges import state
from supervisor.edges.asked import config_of
from supervisor.edges.say import complain
from supervisor.errors import ModeUnavailable, StockadeError
from supervisor.sandbox import child


def execute(options: Namespace, command: list[str] | None) -> int:
    """Become the server that the words ask for, confined; returns an exit code only if that failed."""
    try:
        return become(config_of(options, command), options.state_dir)
    except StockadeError as error:
        return complain(error.problem)


def become(config: Config, state_dir: str | None) -> int:
    """Confine this process and execute the one server of the config; returns only if that failed half-way.

    Raises: StockadeError before anything was confined.
    """
    spec = config.servers[0]
    folder = state.prepare(state.chosen(state_dir, config, os.environ))
    if spec.mode == "none":
        command = prepare.located(spec, os.environ)
        os.chdir(command.cwd)
        os.execve(command.argv[0], command.argv, dict(command.env))  # noqa: S606  (to execute it is what was asked)
    if spec.mode != "sandbox":
        raise StockadeError(ModeUnavailable(mode=spec.mode))
    job = prepare.Confinement(config, spec, str(folder.path), os.environ).job()
    try:
        child.run(job)
    except child.StepError as failed:
        sys.stderr.write(f"stockade: {failed.step}: {os.strerror(failed.code)} {failed.detail}".rstrip() + "\n")
        return int(failed.exit_code)
