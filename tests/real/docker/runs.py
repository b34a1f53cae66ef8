"""Attached `docker run`s for tests of the process layer: their arguments, and the engine asked by the command line."""

from __future__ import annotations

import math
import secrets
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import trio
from real.docker.engines import Cli

from supervisor.container.identity import INSTANCE, MANAGED
from supervisor.process.words import Command, Removal, WorkloadRung

IMAGE = "busybox"
POLITE = "exec cat"
IGNORES_EOF = "echo x; exec sleep 1000"
IGNORES_TERM = "trap '' TERM; exec cat"
IGNORES_BOTH = "trap '' TERM; echo x; exec sleep 1000"


def docker() -> str:
    """The absolute path of the docker command."""
    found = shutil.which("docker")
    assert found
    return found


class Run:
    """One attached run of a shell's text in a container; it is a `Workload`, too."""

    def __init__(self, cli: Cli, folder: Path, script: str, *, keeps: bool = False) -> None:
        self.rungs: list[WorkloadRung] = []
        self.mark = secrets.token_hex(8)
        """The label that is this container's alone."""
        self.cidfile = folder / f"{self.mark}.cid"
        self._cli = cli
        labels = (f"{MANAGED}=true", f"{INSTANCE}={self.mark}")
        words = [word for label in labels for word in ("--label", label)]
        tidy = [] if keeps else ["--rm"]
        self.argv = (docker(), "run", *tidy, "-i", "--init", "--network", "none", "--pull", "never", *words,
                     "--cidfile", str(self.cidfile), IMAGE, "sh", "-c", script)  # fmt: skip

    @property
    def env(self) -> Mapping[str, str]:
        return {"PATH": self._cli.environ["PATH"], "HOME": "/root", "DOCKER_HOST": self._cli.host}

    @property
    def command(self) -> Command:
        return Command(argv=self.argv, env=self.env, cwd="/")

    @property
    def removal(self) -> Removal:
        return Removal(argv=(docker(), "rm", "-f"), env=self.env, cidfile=str(self.cidfile))

    @property
    def id(self) -> str:
        return self.cidfile.read_text() if self.cidfile.exists() else ""

    def found(self) -> list[str]:
        """Its container, if there is one, running or not."""
        return self._cli.lines("ps", "--all", "--quiet", "--no-trunc", "--filter", f"label={INSTANCE}={self.mark}")

    async def stop(self, seconds: float) -> None:
        while not self.id:
            await trio.sleep(0.01)
        await self._ask("stop", "--time", str(math.ceil(seconds)), self.id)

    async def kill(self) -> None:
        if self.id:
            await self._ask("kill", self.id)

    async def remove(self) -> None:
        for one in (await self._ask("ps", "-aq", "--filter", f"label={INSTANCE}={self.mark}"))[1].split():
            await self._ask("rm", "-f", one)

    async def is_gone(self) -> bool | None:
        code, found = await self._ask("ps", "-aq", "--filter", f"label={INSTANCE}={self.mark}")
        return not found if code == 0 else None

    def on_rung(self, rung: WorkloadRung) -> None:
        self.rungs.append(rung)

    async def _ask(self, *words: str) -> tuple[int, str]:
        done = await trio.run_process(
            [docker(), *words], env=self.env, capture_stdout=True, capture_stderr=True, check=False
        )
        return done.returncode, done.stdout.decode()


async def come_true(claim: Callable[[], object], bound_s: float = 20.0) -> None:
    """Wait for what the engine does; each look is a question to it, made in a thread."""
    with trio.fail_after(bound_s):
        while not await trio.to_thread.run_sync(claim):
            await trio.sleep(0.02)
