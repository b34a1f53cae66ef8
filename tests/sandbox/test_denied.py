"""What is denied whatever else is granted."""

from __future__ import annotations

import pytest

from supervisor.edges.state import SERVICE
from supervisor.sandbox.denied import denied_paths, sockets
from supervisor.units import rules

STATE = "/var/lib/stockade"
"""Where systemd has StateDirectory=stockade."""
DENIED = denied_paths(["/home/u", "/root"], ["/s"], ["/home/u/private"])


@pytest.mark.parametrize(
    "path",
    [
        "/home/u/.ssh", "/home/u/.aws", "/home/u/.gnupg", "/home/u/.kube", "/home/u/.docker", "/home/u/.netrc",
        "/home/u/.git-credentials", "/home/u/.config/gcloud", "/home/u/.azure", "/home/u/.npmrc", "/home/u/.pypirc",
        "/home/u/.mozilla", "/home/u/.bash_history", "/root/.ssh", "/s", "/home/u/private", "/etc/shadow",
        "/etc/ssl/private", "/etc/ssh", "/etc/sudoers", "/etc/stockade", "/var/lib/stockade", "/run/stockade",
    ],
)  # fmt: skip
def test_secrets_are_denied(path: str) -> None:
    assert path in DENIED


def test_the_machine_s_own_service_is_denied_where_it_is() -> None:
    """To sandboxes of everybody, not of the service alone: members of its group may read its token."""
    service = (rules.CONFIG, str(SERVICE / "control.token"), str(SERVICE / "control.sock"), f"{STATE}/servers")
    for path in service:
        assert any(path.startswith(f"{folder}/") for folder in denied_paths([], [], [])), path


def test_sockets_of_the_user_are_looked_at_where_they_are() -> None:
    found = sockets(1000, "/tmp/agent.1")
    assert "/run/docker.sock" in found
    assert "/run/user/1000/bus" in found
    assert found[-1] == "/tmp/agent.1"
