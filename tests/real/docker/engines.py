"""Real engines for tests that kill, pause and fill up theirs, and the command line that speaks to an engine.

All calls block, and are short but for those that start something; a test whose own event loop must go on meanwhile
makes them in a thread.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scripts import engine

BOUND_S = 30.0
"""For an engine to do what it is asked for, on a machine that is busy with something else."""


class Cli:
    """The docker command line, speaking to one engine; nothing else of the caller's DOCKER_* gets through."""

    def __init__(self, host: str) -> None:
        self.host = host
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DOCKER_")}
        self.environ = {**kept, "DOCKER_HOST": host}

    def run(
        self, *words: str, stdin: bytes = b"", timeout_s: float = BOUND_S, check: bool = True
    ) -> subprocess.CompletedProcess[bytes]:
        """Run `docker WORDS` to its end.

        Raises:
            subprocess.TimeoutExpired: it took longer (a paused engine never answers).
            AssertionError: it failed, and `check` was not given up.
        """
        outcome = subprocess.run(
            ["docker", *words], input=stdin, env=self.environ, capture_output=True, timeout=timeout_s, check=False
        )
        assert not check or outcome.returncode == 0, f"docker {words}: {outcome.stderr.decode(errors='replace')}"
        return outcome

    def __call__(self, *words: str, timeout_s: float = BOUND_S) -> str:
        """What `docker WORDS` prints, without the last newline."""
        return self.run(*words, timeout_s=timeout_s).stdout.decode().rstrip("\n")

    def lines(self, *words: str) -> list[str]:
        """The lines that `docker WORDS` prints."""
        return self(*words).splitlines()


class PrivateEngine:
    """An engine of a test's own. It runs when the test gets it, and is gone with all it had when the test ends."""

    def __init__(self, name: str, *, flags: str = "", small_disk: str = "") -> None:
        self.name = name
        self.folder = engine.RUN / name
        """Its socket, pid files and log (dockerd.log)."""
        self.socket = self.folder / "docker.sock"
        self.host = f"unix://{self.socket}"
        self.data = engine.DATA / f"docker-{name}"
        """Where it keeps everything; with a small disk, a disk of its own."""
        self.docker = Cli(self.host)
        self._flags = flags
        self._disk = small_disk

    @property
    def pid(self) -> int:
        """The daemon's process; the one of its last life, if it is dead."""
        return int((self.folder / "docker.pid").read_text())

    @property
    def containerd_pid(self) -> int:
        """The process that it has its containers run by."""
        return int((self.folder / "x" / "containerd" / "containerd.pid").read_text())

    def load(self, *kinds: str) -> None:
        """Give it images, by the names in ensure-images.sh: "busybox" takes half a second, "mcp" some seconds."""
        engine.load(self.host, *kinds)

    def pause(self) -> None:
        """Stop the daemon in its tracks: it accepts connections and answers none."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let the daemon go on."""
        os.kill(self.pid, signal.SIGCONT)

    def pause_containerd(self) -> None:
        """Stop containerd: listing goes on, while starting, killing and stopping hang."""
        os.kill(self.containerd_pid, signal.SIGSTOP)

    def resume_containerd(self) -> None:
        """Let containerd go on."""
        os.kill(self.containerd_pid, signal.SIGCONT)

    def kill(self) -> None:
        """SIGKILL to the daemon; returns when it is dead. Its containers live on."""
        _end(self.pid, signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM to the daemon, as when its machine shuts down; returns when it and its containers ended."""
        _end(self.pid, signal.SIGTERM)

    def start_again(self) -> None:
        """Start the daemon after `kill` or `stop`, with the same flags; returns when it answers."""
        engine.up(self.name, flags=self._flags, disk=self._disk)

    def fill_disk(self) -> Path:
        """Fill its small disk to the last byte; returns the file to remove for room again.

        Raises:
            AssertionError: it has no small disk (the machine's would be filled).
        """
        assert self._disk, "only a small disk is filled"
        path = self.data / "ballast"
        with path.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(65536))
        return path


@contextmanager
def running_engine(*kinds: str, flags: str = "", small_disk: str = "") -> Iterator[PrivateEngine]:
    """An engine with images of these kinds, for fixtures of any scope.

    Raises:
        engine.UnavailableError: there can be none here.
    """
    with engine.private(flags=flags, disk=small_disk) as name:
        found = PrivateEngine(name, flags=flags, small_disk=small_disk)
        if kinds:
            found.load(*kinds)
        yield found


def _end(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        process = os.pidfd_open(pid)
        try:
            os.kill(pid, number)
            assert select.select([process], [], [], BOUND_S)[0], f"process {pid} did not end"
        finally:
            os.close(process)
