"""What is looked for: the images of a config, the engine's limits, other engines' sockets."""

from __future__ import annotations

from config.worlds import resolved

from supervisor.container.examined import WantedImage, limits_of, other_sockets, wanted_images


def test_the_images_of_a_config_are_those_of_its_servers_that_run_in_docker() -> None:
    servers = {
        "a": {"command": "python3"},
        "b": {"command": "python3"},
        "c": {"command": "x", "isolation": {"image": "acme/x:1", "extra_args": ["--platform", "linux/arm64"]}},
        "off": {"command": "node", "enabled": False},
        "elsewhere": {"command": "go", "isolation": {"mode": "sandbox"}},
        "own": {"command": "docker", "args": ["run", "theirs"]},
    }
    found = wanted_images(resolved({"mcpServers": servers, "isolation": {"mode": "docker"}}))
    assert found == (
        WantedImage(name="docker.io/library/python:3.11", servers=("a", "b")),
        WantedImage(name="docker.io/acme/x:1", servers=("c",), is_platform_said=True),
    )


def test_an_engine_that_says_nothing_of_limits_is_taken_to_have_them() -> None:
    everything = dict.fromkeys(("memory", "swap", "processors", "processes"), True)
    assert limits_of({}) == everything
    assert limits_of({"SwapLimit": False, "PidsLimit": True}) == {**everything, "swap": False}


def test_other_engines_are_looked_for_in_the_home_and_in_the_users_folder() -> None:
    found = other_sockets("/home/ada", 7)
    assert "/run/user/7/docker.sock" in found
    assert "/home/ada/.colima/default/docker.sock" in found
    assert all(path.startswith("/") for path in other_sockets("", 7))
