"""Finds the managed containers that a test left behind in an engine which other runs may use at the same time."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from real.docker.engines import Cli

from supervisor.container.identity import INSTANCE, MANAGED, OWNER

GONE_S = 5.0
"""For the engine to remove what has ended already: `--rm` is the engine's own work after the client is gone."""
FORMAT = f'{{{{.ID}}}}\t{{{{.Label "{INSTANCE}"}}}}\t{{{{.Label "{OWNER}"}}}}\t{{{{.Names}}}}\t{{{{.Status}}}}'


class Container(NamedTuple):
    """A managed container, as its labels describe it."""

    id: str
    instance: str
    owner: str
    """`pid:start time` of the process that made it."""
    name: str
    status: str


def managed(cli: Cli) -> list[Container]:
    """Every managed container of the engine, ended ones too."""
    words = ("ps", "--all", "--no-trunc", "--filter", f"label={MANAGED}=true", "--format", FORMAT)
    return [Container(*line.split("\t")) for line in cli.lines(*words)]


@contextmanager
def none_left(cli: Cli, *, gone_s: float = GONE_S) -> Iterator[None]:
    """Fail if containers of instances first seen in here outlive this block by so many seconds, and remove them.

    What another run's living process made is that run's affair.
    """
    known = {container.instance for container in managed(cli)}

    def left() -> list[Container]:
        new = [container for container in managed(cli) if container.instance not in known]
        return [container for container in new if not _is_elsewhere(container.owner)]

    yield
    deadline = time.monotonic() + gone_s
    while (found := left()) and time.monotonic() < deadline:
        time.sleep(0.05)
    for container in found:
        cli.run("rm", "--force", "--volumes", container.id, check=False)
    assert not found, "the test left containers behind:\n" + "\n".join(f"{c.name}: {c.status}" for c in found)


def _is_elsewhere(owner: str) -> bool:
    """Whether the owner lives, and neither is this process nor comes from it."""
    pid = owner.partition(":")[0]
    ours = str(os.getpid())
    while pid.isdigit() and pid not in ("0", ours):
        try:
            pid = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]
        except (FileNotFoundError, ProcessLookupError):
            return False
    return pid == "0"
