"""The Docker engine that the tests run against: brought up for a run, with its images, and taken down at its end.

Root on Linux gets an engine of this tree's own, in a network namespace of its own, so the machine's containers, images,
bridges and firewall are never touched. Anybody else gets the engine that answers already, or none, and the tests that
need one say so and are skipped. The last who uses an engine takes it down (scripts/leases.py); only
`scripts/test --prepare` leaves one up on purpose.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from scripts import testbed
from scripts.leases import Leases
from scripts.testbed import CACHE, ROOT, say

TESTENV = ROOT / "scripts" / "testenv"
RUN = Path("/run/stockade-testenv")
"""Sockets and locks of the engines; short, because a socket's path has room for 107 bytes."""
NAME = f"tests-{hashlib.sha256(bytes(ROOT)).hexdigest()[:8]}"
"""The engine of this tree. Those for tests that kill or pause theirs are called `NAME-…`."""
DEBIAN = {
    "dockerd": "docker.io",
    "docker": "docker.io",
    "busybox": "busybox-static",
    "docker-registry": "docker-registry",
}
DATA = CACHE / "docker"
"""Where engines keep everything that is not in RUN."""
LAYERS = DATA / "images"
"""What the images are made of; see ensure-images.sh."""
IMAGES = ("busybox", "python", "node", "mcp", "everything", "scanner", "foreign")
VARIABLE = "STOCKADE_TEST_DOCKER_HOST"
"""What names the engine to the tests. Not DOCKER_HOST: most tests are about a machine on which nobody set that."""
SDK, NPM = "STOCKADE_TEST_SDK1", "STOCKADE_TEST_NPM_CACHE"
SKIP = 77
"""The exit code with which a helper says that something cannot be had here."""
LIMIT_S = 300
"""Seconds for making all images on a slow machine; a warm engine takes about five."""


class UnavailableError(Exception):
    """There can be no engine here; the text says why."""


def ask(helper: str, *words: str, **environment: str) -> str:
    """Run a helper of scripts/testenv, out of reach of Ctrl-C (who interrupts a run wants its engine taken down).

    Raises:
        UnavailableError: it cannot do that here.
        SystemExit: it failed.
    """
    outcome = subprocess.run(
        [TESTENV / helper, *words],
        env=os.environ | {"TESTENV_DIR": str(DATA), "TESTENV_RUN": str(RUN)} | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        start_new_session=True,
        check=False,
    )
    if outcome.returncode == SKIP:
        raise UnavailableError(outcome.stderr.strip().removeprefix("SKIP: "))
    if outcome.returncode:
        sys.stderr.write(outcome.stdout[-4000:] + outcome.stderr[-4000:])
        raise SystemExit(f"failed ({outcome.returncode}): {helper} {' '.join(words)}")
    return outcome.stdout.strip()


def up(name: str, *, flags: str = "", disk: str = "") -> str:
    """Start an engine (again) and return its address. `flags` go to dockerd; `disk` limits its data ("96m")."""
    return ask("ensure-docker.sh", "--private", name, TESTENV_DOCKERD_FLAGS=flags, TESTENV_DISK=disk)


def down(name: str) -> None:
    """End an engine and remove all that it had."""
    ask("ensure-docker.sh", "--down", name)


LEASES = Leases(RUN, NAME, down)


def load(host: str, *kinds: str, programs: Mapping[str, str] = os.environ) -> None:
    """Give an engine images (see ensure-images.sh). Layers that are missing are made of the programs."""
    found = {"PATH": programs.get("PATH"), "TESTENV_PYTHON": programs.get(SDK), "npm_config_cache": programs.get(NPM)}
    ask("ensure-images.sh", *kinds, DOCKER_HOST=host, **{name: value for name, value in found.items() if value})


@contextmanager
def private(*, flags: str = "", disk: str = "") -> Iterator[str]:
    """The name of an engine that runs while this lasts, for a test that kills, pauses or fills up its own."""
    name = f"{NAME}-{secrets.token_hex(3)}"
    try:
        with LEASES.in_use(name):
            up(name, flags=flags, disk=disk)
            yield name
    finally:
        LEASES.retire(name)


@contextmanager
def held(*, keep: bool = False) -> Iterator[None]:
    """While this lasts the shared engine stays; at the end all goes that nobody uses."""
    LEASES.retire_all()
    try:
        with LEASES.in_use(NAME):
            if keep:
                LEASES.keep()
            yield
    finally:
        with patience():
            LEASES.retire_all()


def heed_sigterm() -> None:
    """End at SIGTERM as at Ctrl-C: what was brought up is taken down on the way out."""
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))


@contextmanager
def patience() -> Iterator[None]:
    """No Ctrl-C and no SIGTERM: who interrupts now would leave engines behind that nobody uses."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def prepared(programs: Mapping[str, str], *, keep: bool = False) -> Iterator[dict[str, str]]:
    """The variables that name an engine with all images; it is taken down at the end if this was its last user.

    `programs` is what `testbed.real_programs` made. Empty, with the reason said, where there can be no engine.
    """
    if os.geteuid() != 0 or sys.platform != "linux":
        yield _variables(programs, lambda: ask("ensure-docker.sh"))
        return
    with held(keep=keep):
        testbed.debian_packages(DEBIAN)
        yield _variables(programs, lambda: up(NAME))


def _variables(programs: Mapping[str, str], bring_up: Callable[[], str]) -> dict[str, str]:
    try:
        with testbed.locked():
            host = bring_up()
            _make_layers(host, programs)
    except UnavailableError as reason:
        say(f"no Docker engine, so the tests that need one are skipped: {reason}")
        return {}
    return {VARIABLE: host}


def _make_layers(host: str, programs: Mapping[str, str]) -> None:
    """All images, of layers made anew when what they are made of has changed."""
    made_by = hashlib.sha256((TESTENV / "ensure-images.sh").read_bytes()).hexdigest()
    node = shutil.which("node", path=programs["PATH"])
    version = subprocess.run([node or "node", "--version"], capture_output=True, text=True, check=True).stdout
    recipe = [made_by, testbed.SDK1, version]
    if testbed.once(LAYERS, recipe):
        say("making the images that tests run containers of")
    load(host, *IMAGES, programs=programs)
    testbed.finish(LAYERS, recipe)
