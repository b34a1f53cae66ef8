"""The daemon as a user that exists only while it runs, with a secret of systemd's for one of its servers."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from real.systemd.box import Box, until
from servers.running import SERVER

if TYPE_CHECKING:
    from conftest import PlainPython

pytestmark = pytest.mark.real
UNIT = "confined.service"
SECRET = "sesame-open-sesame-1234"
STATE = "/var/lib/private/confined"
CREDENTIAL = f"/run/credentials/{UNIT}/api"
NEIGHBOURS = ("/run/neighbour/file", "/var/lib/neighbour/file")


@pytest.fixture
def service(box: Box, shared_python: PlainPython) -> Iterator[dict[str, Any]]:
    """The service, running, and its status when both servers are ready.

    `keeper` is given the secret and says it aloud; `spy` may have every variable of the service manager's that there
    is, is granted the folders above, and looks for the credential, the token of the control socket and a place to
    write. A neighbour of each it does see.
    """
    server = shlex.join([str(shared_python.python), "-S", str(shared_python.reachable(SERVER))])
    look = "; ".join(
        f"{word} >&2"
        for word in (
            f"cat {' '.join(NEIGHBOURS)}", f"cat {CREDENTIAL}", f"cat {STATE}/control.token", f"touch {STATE}/mark",
            "touch /var/tmp/spy",
        )
    )  # fmt: skip
    for near in NEIGHBOURS:
        box.run("sh", "-c", f"install -d $(dirname {near}); echo it is {near} > {near}; chmod 644 {near}")

    def readable(*more: str, **sandbox: str) -> dict[str, Any]:
        grants = {"read_only": [str(shared_python.packages), *more], **sandbox}
        return {"isolation": {"mode": "sandbox", "sandbox": grants}}

    config = {
        "mcpServers": {
            "keeper": {
                "command": "/bin/sh",
                "args": ["-c", f'echo "it is $API_TOKEN" >&2; exec {server}'],
                "env": {"API_TOKEN": "${cred:api}"},
                **readable(),
            },
            "spy": {
                "command": "/bin/sh",
                "args": ["-c", f"{look}; exec {server}"],
                "stockade": {"environment": {"allow": ["NOTIFY_*", "WATCHDOG_*", "LISTEN_*"]}},
                **readable("/run", "/var/lib", level="S2"),
            },
        }
    }
    (box.shared / "secret").write_text(SECRET)
    file = box.shared / "confined.json"
    file.write_text(json.dumps(config))
    (box.shared / "secret").chmod(0o600)
    lines = [
        "[Service]", "Type=notify", "DynamicUser=yes", "StateDirectory=confined", "WatchdogSec=30", "LimitCORE=0",
        f"BindReadOnlyPaths={shared_python.packages} {file}", f"LoadCredential=api:{box.shared}/secret",
        f"Environment=PYTHONPATH={shared_python.packages}",
        f"ExecStart={shared_python.python} -m supervisor serve --config {file}",
    ]  # fmt: skip
    box.write_unit(UNIT, "\n".join(lines) + "\n")
    box.systemctl("start", UNIT)
    until(lambda: box.show(UNIT)["StatusText"] == "2 ready", "2 ready")
    yield json.loads(box.stockade("status", "--json", state_dir=STATE).stdout)
    box.end(UNIT)


def environ_of(box: Box, pid: int) -> dict[str, str]:
    """The environment of a process in the box."""
    text = box.run("cat", f"/proc/{pid}/environ").stdout
    return dict(one.split("=", 1) for one in text.split("\0") if "=" in one)


def test_a_user_for_the_time_being_a_secret_for_one_server_and_landlock(box: Box, service: dict[str, Any]) -> None:
    keeper, spy = service["servers"]
    uid = box.run("stat", "-c", "%u", f"/proc/{service['pid']}").stdout.strip()
    assert 61184 <= int(uid) <= 65519  # systemd's range of dynamic users
    # Landlock holds both, and what it refuses is refused
    assert spy["confinement"].startswith("S2 abi")
    assert keeper["confinement"].startswith(("S2 abi", "S3 abi"))
    said = [entry["MESSAGE"] for entry in box.journal(UNIT) if entry.get("STOCKADE_TYPE") == "stderr.line"]
    for path in NEIGHBOURS:
        assert any(f"it is {path}" in line for line in said), "the grant is one"
    for path in (CREDENTIAL, f"{STATE}/control.token", f"{STATE}/mark", "/var/tmp/spy"):
        assert any(path in line and "ermission denied" in line for line in said), (path, said)
    # the secret is in the environment of the one server
    environs = {name: environ_of(box, one["pids"][0]) for name, one in (("keeper", keeper), ("spy", spy))}
    assert environs["keeper"]["API_TOKEN"] == SECRET
    assert SECRET not in str(environs["spy"])
    for environ in environs.values():
        assert not [name for name in environ if name.startswith(("NOTIFY_", "WATCHDOG_", "LISTEN_"))]
    # … and nowhere else
    everything = box.run("sh", "-c", "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '", check=False).stdout
    assert "supervisor" in everything
    assert SECRET not in everything
    assert SECRET not in json.dumps(service)
    assert SECRET not in environ_of(box, service["pid"]).values()
    assert SECRET not in json.dumps(box.journal())
    assert any("it is ***" in line for line in said)
    assert SECRET not in box.stockade("events", "--json", state_dir=STATE).stdout
