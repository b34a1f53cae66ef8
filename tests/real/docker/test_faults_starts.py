"""What cannot be started says why, what to do, and leaves nothing; what only a person can mend is not tried again."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from real.docker.faults import entry, ground, server

pytestmark = pytest.mark.real
DOCKER = shutil.which("docker")


class Expected(NamedTuple):
    """What is told of a start that failed."""

    code: str
    text: str
    remedy: str
    is_final: bool = False
    """It is not tried again before a person asks for it."""


REFUSED: dict[str, tuple[dict[str, Any], Expected]] = {
    "unknown-flag": (
        server(extra_args=["--no-such-flag"]),
        Expected("container.refused", "unknown flag: --no-such-flag", "correct `extra_args`"),
    ),
    "value": (
        server(extra_args=["--shm-size", "lots"]),
        Expected("container.refused", 'invalid argument "lots" for "--shm-size"', "correct `extra_args`"),
    ),
    "network": (
        server(network_mode="no-such-network"),
        Expected("container.refused", "network no-such-network not found", "`stockade explain NAME`"),
    ),
    "device": (
        server(extra_args=["--device", "/dev/no-such-thing"]),
        Expected("container.refused", '"/dev/no-such-thing"', "correct `extra_args`"),
    ),
    "keeps": (
        server(extra_args=["--rm=false"]),
        Expected("container.argument_refused", "'--rm'", "Take it out of `isolation.extra_args`", is_final=True),
    ),
    "no-image": (
        server(image="stockade-test/nobody-made-this:1"),
        Expected("image.pull_failed", "'docker.io/stockade-test/nobody-made-this:1'", "the engine's network"),
    ),
    "no-name": (
        server(image="UPPER/case:1"),
        Expected("image.not_found", "invalid reference format", "Correct `isolation.image`"),
    ),
    "foreign": (
        server(image="stockade-test/foreign:1"),
        Expected("image.wrong_platform", "stockade-test/foreign:1", "made for this platform", is_final=True),
    ),
    "not-found": (
        entry("no-such-program"),
        Expected("container.command_not_found", "'no-such-program'", "Name an image that has it", is_final=True),
    ),
}


async def test_what_the_engine_cannot_start(docker_host: str, state_dir: Path) -> None:
    """The same folder is mounted by all: a program that is no program, and one whose interpreter is missing."""
    for name, mode in (("not-executable", 0o644), ("no-interpreter", 0o755)):
        (state_dir / name).write_text("#!/no/such/interpreter\n")
        (state_dir / name).chmod(mode)
    mounted: dict[str, Any] = {"extra_args": ["-v", f"{state_dir}:/work:ro"], "env": {"PATH": "/work:/bin"}}
    cases = REFUSED | {
        "not-executable": (
            entry("not-executable", **mounted),
            Expected("container.command_not_executable", "permission denied", "`chmod +x`", is_final=True),
        ),
        "no-interpreter": (
            entry("no-interpreter", **mounted),
            Expected("container.command_not_found", "'no-interpreter'", "Name an image that has it", is_final=True),
        ),
    }
    async with ground({name: entry for name, (entry, _) in cases.items()}, state_dir / "s", docker_host) as on:
        for name, (_, expected) in cases.items():
            failed = await on.until("server.failed", name)
            assert (name, failed.problem.code) == (name, expected.code)
            assert expected.text in failed.problem.text
            assert expected.remedy in failed.remedy
            if expected.is_final:
                await on.stands(name, "failed")
            else:
                await on.until("server.backing_off", name)
    assert {one.server for one in on.told("server.backing_off")} == {
        name for name, (_, expected) in cases.items() if not expected.is_final
    }


async def test_a_docker_command_that_hangs_has_made_nothing_that_could_be_known(
    docker_host: str, state_dir: Path
) -> None:
    program = state_dir / "bin" / "docker"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\ncase " $* " in *" run "*) exec sleep 1000;; esac\nexec {DOCKER} "$@"\n')
    program.chmod(0o755)
    path = f"{program.parent}:{os.environ['PATH']}"
    async with ground({"own": server()}, state_dir / "s", docker_host, PATH=path) as on:
        failed = await on.until("server.failed", "own")
        assert failed.problem.code == "container.id_missing"
        assert "`stockade doctor`" in failed.remedy
        assert on.containers() == []
