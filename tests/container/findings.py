"""Findings of an examination, for tests of how they are judged."""

from __future__ import annotations

from msgspec.structs import replace

from supervisor.container.examined import Address, Command, Disk, Examined, Machine, Socket, Variables
from supervisor.container.facts import EngineFacts
from supervisor.errors import EngineNotRunning

FOUND = Command(
    path="/usr/bin/docker", target="/usr/bin/docker", source="found on PATH", version="Docker version 28.2.2"
)
SOCKET = Socket(path="/var/run/docker.sock", mode=0o660, user="root", group="docker")
HOST = "unix:///var/run/docker.sock"
FACTS = EngineFacts(
    host=HOST,
    version="28.2.2",
    api="1.50",
    system="Debian GNU/Linux 12",
    os="linux",
    architecture="amd64",
    cpus=2,
    memory_bytes=1 << 34,
    cgroup_version="2",
    log_driver="json-file",
    security=("seccomp",),
    rootless=False,
    is_snap=False,
    live_restore=False,
    data_folder="/var/lib/docker",
)
ANSWERS = Examined(
    command=FOUND,
    variables=Variables(shell="/bin/sh"),
    address=Address(decider="default", host=HOST, socket=SOCKET),
    engine=FACTS,
    machine=Machine(is_here=True, limits={"memory": True, "processors": True}),
    disk=Disk(folder="/var/lib/docker", free_bytes=50 << 30, total_bytes=100 << 30, images_bytes=3 << 30),
)
"""A machine on which nothing is missing."""
DOWN = replace(ANSWERS, engine=None, disk=None, problem=EngineNotRunning(host=HOST, reason="Connection refused"))
"""One whose engine does not run."""
