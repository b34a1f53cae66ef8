"""How package runners begin in an image, and where they keep what they fetch."""

from __future__ import annotations

import pytest

from supervisor.container.runners import CACHE, begin, official
from supervisor.errors import ContainerRunnerMissing, LaunchError

PYTHON, NODE, PHP = "docker.io/library/python:3.11", "docker.io/library/node:20", "docker.io/library/php:8.2-cli-alpine"


@pytest.mark.parametrize(
    ("image", "name"),
    [
        (PYTHON, "python"),
        ("docker.io/library/python@sha256:" + "0" * 64, "python"),
        ("docker.io/library/node:20@sha256:" + "0" * 64, "node"),
        ("python:3.11", "python"),
        ("node", "node"),
        ("mirror.example:5000/python:3.11", "python"),
        ("mirror.example/hub/library/python:3.11", "python"),
        ("localhost/python", "python"),
        ("ghcr.io/astral-sh/uv:python3.11", ""),
        ("cgr.dev/chainguard/python:latest", ""),
        ("docker.io/mcp/python", ""),
        ("someone/node:20", ""),
        ("python3.11", ""),
    ],
)
def test_an_official_image_is_known_also_on_a_mirror(image: str, name: str) -> None:
    assert official(image) == name


@pytest.mark.parametrize(
    ("command", "image"),
    [
        ("python", PYTHON), ("sh", "alpine"), ("node", NODE), ("ruby", "ruby:3.2-alpine"), ("rustc", "rust:1.75-slim"),
        ("php", PHP),
    ],
)  # fmt: skip
def test_what_fetches_nothing_begins_as_it_is_without_a_cache(command: str, image: str) -> None:
    found = begin(command, ("-x", "y z"), image)
    assert (found.argv, found.variables, found.uses_cache) == ((command, "-x", "y z"), (), False)


@pytest.mark.parametrize(
    ("command", "image", "variable"),
    [
        ("npx", NODE, "npm_config_cache"), ("npm", NODE, "npm_config_cache"), ("yarn", NODE, "YARN_CACHE_FOLDER"),
        ("pip", PYTHON, "PIP_CACHE_DIR"), ("go", "golang:1.21-alpine", "GOMODCACHE"),
        ("cargo", "rust:1.75-slim", "CARGO_HOME"), ("gem", "ruby:3.2-alpine", "GEM_HOME"),
        ("uvx", "ghcr.io/astral-sh/uv:python3.11", "UV_CACHE_DIR"), ("composer", "composer:2", "COMPOSER_HOME"),
        ("bunx", "oven/bun:1", "BUN_TMPDIR"),
    ],
)  # fmt: skip
def test_what_its_image_has_begins_as_it_is_and_keeps_what_it_fetches(command: str, image: str, variable: str) -> None:
    found = begin(command, ("pkg",), image)
    assert found.argv == (command, "pkg")
    assert found.uses_cache
    assert dict(found.variables)[variable].startswith(CACHE + "/")


@pytest.mark.parametrize(("command", "package"), [("uvx", "uv"), ("uv", "uv"), ("pipx", "pipx")])
def test_pythons_runners_are_installed_by_its_pip(command: str, package: str) -> None:
    args = ("--from", "a b", "$(x)", "'")
    found = begin(command, args, PYTHON)
    program, *_, script, wanted, place = found.argv[:6]
    assert (program, wanted) == ("python3", package)
    assert place.startswith(f"{CACHE}/{package}-")
    assert found.argv[6:] == (command, *args)
    compile(script, "install", "exec")
    assert not any(text in script for text in (*args, CACHE))


def test_an_environment_is_not_used_by_another_image() -> None:
    assert begin("uvx", (), PYTHON).argv != begin("uvx", (), "python:3.12").argv


@pytest.mark.parametrize(("command", "package"), [("pnpm", "pnpm@10"), ("bunx", "bun@1")])
def test_nodes_runners_are_brought_by_npx(command: str, package: str) -> None:
    found = begin(command, ("dlx", "pkg"), NODE)
    assert found.argv == ("npx", "--yes", f"--package={package}", "--", command, "dlx", "pkg")
    assert dict(found.variables)["npm_config_cache"] == f"{CACHE}/npm"


@pytest.mark.parametrize(("command", "image"), [("uvx", NODE), ("bunx", PYTHON), ("uvx", "alpine:3.18")])
def test_nothing_is_installed_by_what_is_not_there(command: str, image: str) -> None:
    assert begin(command, ("x",), image).argv == (command, "x")


def test_composer_is_refused_with_an_image_that_has_it() -> None:
    with pytest.raises(LaunchError) as caught:
        begin("composer", ("install",), PHP)
    problem = caught.value.problem
    assert isinstance(problem, ContainerRunnerMissing)
    assert (problem.runner, problem.image) == ("composer", PHP)
    assert "composer:2" in problem.remedy
