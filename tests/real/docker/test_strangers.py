"""A container of this very run that belongs to no launch: the engine made it after its launch had been given up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fakes.process import come_true
from real.docker.engines import Cli
from real.docker.faults import IMAGE, ground, server

from supervisor.container.identity import OWNER, RUN

pytestmark = pytest.mark.real
BOUND_S = 60.0


async def test_one_that_belongs_to_no_launch_is_removed_and_nobody_else_s_is_touched(
    docker_host: str, cli: Cli, state_dir: Path
) -> None:
    async with ground({"known": server()}, state_dir, docker_host, is_clean=False) as scene:
        await scene.settled("known")
        known = scene.running("known")
        labels = json.loads(cli("inspect", "--format", "{{json .Config.Labels}}", known))
        words = ["run", "-d", "--rm", "--network", "none", "--pull", "never"]

        def started(**changed: str) -> str:
            mine = {**labels, **changed}
            return cli(
                *words,
                *(word for key, value in mine.items() for word in ("--label", f"{key}={value}")),
                IMAGE,
                "sleep",
                "600",
            ).strip()

        other = started(**{RUN: "stockade-other", OWNER: "1:1"})  # init's, which lives but did not begin then
        stranger = started(**{RUN: "stockade-stranger"})
        try:
            await come_true(lambda: stranger not in cli.lines("ps", "-aq", "--no-trunc"), BOUND_S)
            assert {known, other} <= set(cli.lines("ps", "-q", "--no-trunc"))
        finally:
            cli.run("rm", "-f", other, stranger)
