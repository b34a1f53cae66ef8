"""The control socket from systemd: who connects starts the daemon, and is answered."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from journeys.command import entry, opening
from real.systemd.box import STOCKADE, Box, until

pytestmark = pytest.mark.real
CONFIG = {"mcpServers": {"s0": entry()}}


@pytest.fixture
def unit(box: Box, request: pytest.FixtureRequest) -> Iterator[str]:
    """The name of a service and its socket that are this test's own, without what is behind the dot."""
    name = f"a{abs(hash(request.node.name)) % 10**6}"
    yield name
    box.end(f"{name}.socket", f"{name}.service")


def write_socket(box: Box, unit: str, stream: str = "", *, name: str = "control") -> str:
    """Write a socket unit whose socket is where the state directory has it, unless told otherwise; its path."""
    path = stream or str(box.state_of(unit) / "control.sock")
    text = ["[Socket]", f"ListenStream={path}", "SocketMode=0600", f"FileDescriptorName={name}"]
    box.write_unit(f"{unit}.socket", "\n".join(text) + "\n")
    return path


def test_the_first_connection_starts_the_daemon_and_is_answered(box: Box, unit: str) -> None:
    box.write_service(f"{unit}.service", CONFIG)
    path = write_socket(box, unit)
    box.systemctl("start", f"{unit}.socket")
    assert box.show(f"{unit}.service")["ActiveState"] == "inactive"
    inode = (box.state_of(unit) / "control.sock").stat().st_ino
    asked = box.stockade("status", state_dir=box.state_of(unit), check=False)
    assert asked.returncode == 75, asked
    assert "control.not_running" in asked.stderr
    assert box.show(f"{unit}.service")["ActiveState"] == "inactive"
    words: list[str | Path] = [*STOCKADE, "connect", "--state-dir", box.state_of(unit), "s0"]
    with box.popen(*words, stdin=subprocess.PIPE) as client:
        assert client.stdin
        assert client.stdout
        client.stdin.write(opening())
        client.stdin.flush()
        assert "testserver" in client.stdout.readline()
        client.stdin.close()
    assert box.show(f"{unit}.service")["ActiveState"] == "active"
    listening = box.run("cat", "/proc/net/unix").stdout.split()
    assert listening.count(path) >= 1
    status = json.loads(box.stockade("status", "--json", state_dir=box.state_of(unit)).stdout)
    assert status["pid"] == int(box.show(f"{unit}.service")["MainPID"])
    # the socket is systemd's: it stays the same when the daemon ends, and the next who connects starts one anew
    box.systemctl("stop", f"{unit}.service")
    assert (box.state_of(unit) / "control.sock").stat().st_ino == inode
    assert box.stockade("start", "s0", state_dir=box.state_of(unit)).returncode == 0
    assert box.show(f"{unit}.service")["ActiveState"] == "active"


@pytest.mark.parametrize(
    ("stream", "name", "reason"),
    [
        ("", "web", "named 'web', was passed by the service manager: the only name that is known is 'control'"),
        ("127.0.0.1:7979", "control", "it is no unix socket"),
    ],
)
def test_what_is_no_control_socket_is_refused_with_a_reason(
    box: Box, unit: str, stream: str, name: str, reason: str
) -> None:
    box.write_service(f"{unit}.service", CONFIG)
    write_socket(box, unit, stream, name=name)
    box.systemctl("start", f"{unit}.socket")
    box.systemctl("start", f"{unit}.service", check=False)
    until(lambda: box.show(f"{unit}.service")["ActiveState"] == "failed")
    assert box.show(f"{unit}.service")["ExecMainStatus"] == "2"
    told = "\n".join(str(entry["MESSAGE"]) for entry in box.journal(f"{unit}.service"))
    assert reason in told
    assert "[service.socket_invalid]" in told
    assert "FileDescriptorName=control" in told
