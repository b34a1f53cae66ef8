"""Where the engine is, as the docker command itself would find it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from supervisor.container.endpoint import (
    DEFAULT_HOST,
    Endpoint,
    config_folder,
    context_named,
    from_environment,
    of_context,
    socket_path,
    without_userinfo,
)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, Endpoint(host=DEFAULT_HOST, verify=False)),
        ({"DOCKER_HOST": ""}, Endpoint(host=DEFAULT_HOST, verify=False)),
        ({"DOCKER_HOST": "tcp://box:2375"}, Endpoint(host="tcp://box:2375", verify=False)),
        (
            {"DOCKER_HOST": "tcp://box:2376", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "/certs"},
            Endpoint(host="tcp://box:2376", tls=True, verify=True, certificates="/certs"),
        ),
        (
            {"DOCKER_HOST": "tcp://box:2376", "DOCKER_TLS_VERIFY": "1", "HOME": "/home/ann"},
            Endpoint(host="tcp://box:2376", tls=True, verify=True, certificates="/home/ann/.docker"),
        ),
        (  # empty switches it off, whatever the certificates say
            {"DOCKER_HOST": "tcp://box:2375", "DOCKER_TLS_VERIFY": "", "DOCKER_CERT_PATH": "/certs"},
            Endpoint(host="tcp://box:2375", verify=False),
        ),
    ],
)
def test_the_endpoint_where_no_context_is_in_force(environment: dict[str, str], expected: Endpoint) -> None:
    assert from_environment(environment) == expected


@pytest.mark.parametrize(
    ("environment", "config", "expected"),
    [
        ({}, b"", ""),
        ({}, b"{}", ""),
        ({}, b'{"currentContext": "colima", "auths": {}}', "colima"),
        ({}, b'{"currentContext": "default"}', ""),
        ({"DOCKER_CONTEXT": "lab"}, b'{"currentContext": "colima"}', "lab"),
        ({"DOCKER_CONTEXT": "default"}, b'{"currentContext": "colima"}', ""),
        ({"DOCKER_CONTEXT": ""}, b'{"currentContext": "colima"}', "colima"),
        ({}, b"not json", ""),
        ({}, b'{"currentContext": 5}', ""),
        ({}, b"[]", ""),
    ],
)
def test_the_context_in_force(environment: dict[str, str], config: bytes, expected: str) -> None:
    assert context_named(environment, config) == expected


def inspected(host: str, *, skips: bool = False, material: Any = None) -> bytes:
    """As `docker context inspect --format '{{json .}}'` prints it."""
    return json.dumps(
        {
            "Name": "lab",
            "Metadata": {},
            "Endpoints": {"docker": {"Host": host, "SkipTLSVerify": skips}},
            "TLSMaterial": material or {},
            "Storage": {"MetadataPath": "/m", "TLSPath": "/home/ann/.docker/contexts/tls/5fa"},
        }
    ).encode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (inspected("unix:///run/colima.sock"), Endpoint(host="unix:///run/colima.sock")),
        (inspected("ssh://ann@box"), Endpoint(host="ssh://ann@box")),
        (
            inspected("tcp://box:2376", material={"docker": ["ca.pem", "cert.pem", "key.pem"]}),
            Endpoint(host="tcp://box:2376", tls=True, certificates="/home/ann/.docker/contexts/tls/5fa/docker"),
        ),
        (inspected("tcp://box:2376", skips=True), Endpoint(host="tcp://box:2376", tls=True, verify=False)),
        (inspected(""), None),
        (b"{}", None),
        (b'{"Endpoints": {"kubernetes": {"Host": "https://k"}}}', None),
        (b"", None),
        (b"Error: unrecognized command", None),
    ],
)
def test_the_endpoint_of_a_context(text: bytes, expected: Endpoint | None) -> None:
    assert of_context(text) == expected


def test_the_config_folder_is_where_the_environment_says() -> None:
    assert config_folder({"HOME": "/home/ann"}) == "/home/ann/.docker"
    assert config_folder({"HOME": "/home/ann", "DOCKER_CONFIG": "/elsewhere"}) == "/elsewhere"
    assert config_folder({"DOCKER_CONFIG": "", "HOME": ""}) == "/.docker"


@pytest.mark.parametrize(
    ("host", "expected"),
    [("unix:///run/docker.sock", "/run/docker.sock"), ("tcp://box:2375", ""), ("ssh://ann@box", ""), ("unix://", "")],
)
def test_only_a_local_engine_has_a_socket(host: str, expected: str) -> None:
    assert socket_path(host) == expected


def test_addresses_are_shown_without_user_and_password() -> None:
    assert Endpoint(host="ssh://ann:secret@box:22").shown == "ssh://box:22"
    assert Endpoint(host="unix:///run/a@b.sock").shown == "unix:///run/a@b.sock"
    assert without_userinfo("Get http://ann:secret@box/v2: refused; see tcp://bob@x") == (
        "Get http://box/v2: refused; see tcp://x"
    )
