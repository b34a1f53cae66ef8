"""Images by command, complete names, and paths that a container would not see."""

from __future__ import annotations

import pytest

from supervisor.config.images import (
    complete,
    image_for,
    inner_command,
    is_own_container,
    looks_like_host_path,
    unmounted_paths,
)


@pytest.mark.parametrize(
    ("commands", "image"),
    [
        ("python python3 python3.12 python3.9 pip pip3 pipx uvx uv /usr/bin/python3 C:\\Py\\python3", "python:3.11"),
        ("node npm npx yarn pnpm bunx /opt/node/bin/npx", "node:20"),
        ("go", "golang:1.21-alpine"),
        ("cargo rustc", "rust:1.75-slim"),
        ("ruby gem", "ruby:3.2-alpine"),
        ("php composer", "php:8.2-cli-alpine"),
        ("sh bash anything node20 python2.7 python3.x Python ./python3.12-custom", "alpine:3.18"),
    ],
)
def test_a_command_has_the_image_of_its_runtime(commands: str, image: str) -> None:
    assert {command: image_for(command, {}) for command in commands.split()} == dict.fromkeys(commands.split(), image)


def test_the_configs_own_images_come_first() -> None:
    images = {"npx": "mine:1", "binary": "busybox", "python3.12": "exact:1"}
    assert image_for("npx", images) == "mine:1"
    assert image_for("unknown", images) == "busybox"
    assert image_for("python3.12", images) == "exact:1"
    assert image_for("python3.13", images) == "python:3.11"


@pytest.mark.parametrize(
    ("image", "registry", "whole"),
    [
        ("python:3.11", "docker.io", "docker.io/library/python:3.11"),
        ("mcp/github", "docker.io", "docker.io/mcp/github"),
        ("python", "registry.example.com/mirror/", "registry.example.com/mirror/python"),
        ("ghcr.io/acme/x:1", "docker.io", "ghcr.io/acme/x:1"),
        ("localhost/x", "docker.io", "localhost/x"),
        ("host:5000/x", "docker.io", "host:5000/x"),
        ("python@sha256:abc", "docker.io", "python@sha256:abc"),
        ("python", "", "python"),
    ],
)
def test_image_names_are_completed(image: str, registry: str, whole: str) -> None:
    assert complete(image, registry) == whole


@pytest.mark.parametrize(
    ("command", "inner"), [("/usr/bin/python3.12", "python"), ("python3", "python3"), ("/x/npx", "npx"), ("a b", "a b")]
)
def test_the_command_in_the_container_is_a_bare_name(command: str, inner: str) -> None:
    assert inner_command(command) == inner


@pytest.mark.parametrize(
    ("command", "own"),
    [("docker", True), ("/usr/bin/docker", True), ("podman", True), ("nerdctl", True), ("docker-mcp", False),
     ("/opt/docker/server", False), ("docker.exe", False), ("Docker", False)],
)  # fmt: skip
def test_only_the_exact_name_of_an_engines_cli_is_an_own_container(command: str, own: bool) -> None:
    assert is_own_container(command) is own


@pytest.mark.parametrize(
    ("argument", "is_path"),
    [
        ("/data", True), ("./x", True), ("../x", True), ("~/x", True), ("server.py", True), ("src/index.js", True),
        ("C:\\x", True), ("D:/x", True), ("\\\\host\\share", True), ("-y", False), ("@scope/server.js", False),
        ("https://example.com/x.js", False), ("plain", False), ("/", False), ("8080", False), ("a b.py", False),
    ],
)  # fmt: skip
def test_arguments_that_look_like_paths_are_told_apart(argument: str, is_path: bool) -> None:
    assert looks_like_host_path(argument) is is_path


def test_paths_without_a_mount_are_named_with_their_position() -> None:
    args = ["-y", "/data/in", "/cache", "--root=/other", "-x=plain", "/home/me", "/in/x"]
    mounts = [
        "-v",
        "/host:/data:ro",
        "--volume=/cache",
        "--mount",
        "type=bind,source=/in,target=/home/me",
        "--rm",
        "-v",
    ]
    assert list(unmounted_paths(args, mounts)) == [(3, "/other"), (6, "/in/x")]


def test_a_mount_covers_whole_folders_only() -> None:
    assert list(unmounted_paths(["/database"], ["-v", "/data:/data"])) == [(0, "/database")]
