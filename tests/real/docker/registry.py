"""A real registry where an engine is, with an image to pull, one that is not there, and one behind a password."""

from __future__ import annotations

import io
import json
import os
import re
import secrets
import shutil
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from real.docker.engines import BOUND_S, Cli

from scripts import engine

PROGRAM = "docker-registry"
LISTENING = re.compile(r"listening on (127\.0\.0\.1:\d+)")


class Registry(NamedTuple):
    """A registry on an engine's own loopback, which engines trust without TLS."""

    address: str
    image: str
    """Small, runs as busybox does, and has a layer that nothing else has, so that a pull has something to fetch."""
    missing: str
    """Nobody pushed it: the registry answers 404."""
    refused: str
    """In a second registry, which wants a password: it answers 401."""


@contextmanager
def running_registry(host: str) -> Iterator[Registry]:
    """A registry that the engine at `host` reaches, with an image that this engine has not pulled yet."""
    cli = Cli(host)
    with _serving(host) as address, _serving(host, closed=True) as closed:
        registry = Registry(
            address=address,
            image=f"{address}/stockade-test/small:1",
            missing=f"{address}/stockade-test/nobody-pushed-this:1",
            refused=f"{closed}/stockade-test/small:1",
        )
        push(cli, registry.image)
        try:
            yield registry
        finally:
            cli.run("image", "rm", "--force", registry.image, check=False)


def push(cli: Cli, image: str) -> None:
    """Put a small new image into the registry that its name begins with, and forget it in the engine."""
    cli.run("import", "--change", 'CMD ["/bin/sh"]', "--change", "ENV PATH=/bin", "-", image, stdin=_busybox_and_more())
    cli("push", image)
    cli("image", "rm", image)


def _busybox_and_more() -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar, tarfile.open(engine.LAYERS / "busybox.tar") as busybox:
        for member in busybox:
            tar.addfile(member, busybox.extractfile(member) if member.isreg() else None)
        unique = tarfile.TarInfo("unique")
        unique.size = 1 << 20
        tar.addfile(unique, io.BytesIO(secrets.token_bytes(unique.size)))
    return archive.getvalue()


@contextmanager
def _serving(host: str, *, closed: bool = False) -> Iterator[str]:
    """Run a registry where the engine is; yields its address. `closed` wants a password that nobody knows."""
    folder = Path(tempfile.mkdtemp(prefix="st-registry-", dir="/tmp"))
    try:
        settings = folder / "settings"
        settings.write_text(json.dumps(_settings(folder, closed=closed)))  # YAML is what it reads, and JSON is YAML
        command = [*into_network_of(host), PROGRAM, "serve", str(settings)]
        with (folder / "log").open("w+") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
            try:
                yield _address(process, folder / "log")
            finally:
                process.kill()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _settings(folder: Path, *, closed: bool) -> dict[str, object]:
    settings: dict[str, object] = {
        "version": 0.1,
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}},
        "http": {"addr": "127.0.0.1:0"},
    }
    if closed:  # it makes a file that is missing, with a password that it tells its log only
        settings["auth"] = {"htpasswd": {"realm": "closed", "path": str(folder / "passwords")}}
    return settings


def into_network_of(host: str) -> list[str]:
    """What runs a command where an engine's loopback is: ours has a network namespace of its own."""
    namespace = Path(host.removeprefix("unix://")).with_name("netns")
    if namespace.exists() and os.geteuid() != 0:
        pytest.skip("only root can put a registry where this engine is")
    return ["nsenter", f"--net={namespace}"] if namespace.exists() else []


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    """Where the registry listens: it takes any free port and says in its log which."""
    deadline = time.monotonic() + BOUND_S
    while time.monotonic() < deadline and process.poll() is None:
        if found := LISTENING.search(log.read_text()):
            return found[1]
        time.sleep(0.01)
    raise AssertionError(f"the registry does not serve: {log.read_text()[-2000:]}")
