"""What people and programs read of a container before there is one: whole explanations beside this file.

`STOCKADE_WRITE_GOLDEN=1 pytest tests/container/test_explain.py` writes them anew.
"""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path
from typing import Any

import pytest
from container.shapes import OWNER, profile
from hypothesis import given
from hypothesis import strategies as st

from supervisor.container.argv import run_plan
from supervisor.container.explain import Explained, Known, digest_form, ours, parts, theirs
from supervisor.container.facts import EngineFacts, ImageFacts, engine_facts
from supervisor.errors import ContainerArgumentRefused, LaunchError

GOLDEN = Path(__file__).with_name("explained")
SECRET = "s3cr3t-value"
ENGINE: EngineFacts = engine_facts(
    {"NCPU": 2, "LoggingDriver": "json-file", "OperatingSystem": "Debian GNU/Linux 12 (bookworm)"},
    {"Version": "28.2.2", "ApiVersion": "1.50", "Os": "linux", "Arch": "amd64"},
    "unix:///run/docker.sock",
)
PULLED = ImageFacts(id=f"sha256:{'1d' * 32}", digest=f"python@sha256:{'d1' * 32}", os="linux", architecture="amd64")
BUILT = ImageFacts(id=f"sha256:{'1d' * 32}", digest=f"sha256:{'1d' * 32}", os="linux", architecture="arm64")
AROUND: dict[str, Any] = {
    "config": OWNER.config, "boot": OWNER.boot, "folder": "/state/containers", "docker": "/usr/bin/docker",
    "docker_from": "found on PATH",
}  # fmt: skip
ENV = {"API_KEY": SECRET, "HTTPS_PROXY": SECRET}


def known(**said: Any) -> Known:
    return Known(**{**AROUND, "instance": OWNER.instance, "engine": ENGINE, **said})


NO_ENGINE = known(engine=None, engine_problem="no Docker engine runs at unix:///x: nothing is there")
SHAPES: dict[str, Explained] = {
    "uvx": ours(profile("uvx", "mcp-server-git", env=ENV), known(image=PULLED)),
    "no-image": ours(profile("npx", "pkg", network_mode="none"), known()),
    "other-platform": ours(profile("python", "-m", "server"), known(image=BUILT)),
    "no-engine": ours(profile("python", extra_args=("--privileged",)), NO_ENGINE),
    "nothing": ours(profile("python"), Known(engine_problem="there is no docker command to ask it by")),
    "own": theirs(shlex.split("/usr/bin/docker run -i --rm -v /:/host img"), "own", ["PATH"], known()),
    "own-cidfile": theirs(shlex.split("podman --log-level run run -it --cidfile c img"), "own", [], Known()),
    "compose": theirs(shlex.split("/usr/bin/docker compose run x"), "own", ["PATH"], known()),
}


def rendered(found: Explained) -> str:
    shown = [" ".join(map(shlex.quote, part)) for part in found.parts]
    structure = json.dumps(found.structure, indent=1)
    return "\n".join([*shown, "", " ".join(found.variables), "", *found.lines, "", structure, ""])


@pytest.mark.parametrize("name", SHAPES)
def test_the_whole_explanation_is_the_one_that_was_agreed_on(name: str) -> None:
    path, text = GOLDEN / f"{name}.txt", rendered(SHAPES[name])
    if os.environ.get("STOCKADE_WRITE_GOLDEN"):
        path.write_text(text)
    assert text == path.read_text()


def test_every_explanation_beside_this_file_has_its_test() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(SHAPES)


@pytest.mark.parametrize("name", SHAPES)
def test_no_explanation_holds_the_value_of_a_variable(name: str) -> None:
    assert SECRET not in rendered(SHAPES[name])


def test_what_is_explained_is_what_a_start_says() -> None:
    server, around = profile("uvx", "mcp-server-git", env=ENV), known(image=PULLED)
    assert ours(server, around).argv == run_plan(server, around.start("files")).argv


def test_what_a_start_would_refuse_is_refused() -> None:
    with pytest.raises(LaunchError) as refused:
        ours(profile("python", extra_args=("--name", "x")), known())
    assert isinstance(refused.value.problem, ContainerArgumentRefused)


@given(st.lists(st.sampled_from(["-v", "a:/b", "--init", "-it", "--net=x", "--", "img", "-", "x y", ""])))
def test_a_command_is_only_parted_and_keeps_every_word(words: list[str]) -> None:
    argv = ["docker", "run", *words]
    found = parts(argv, 2)
    assert [word for part in found for word in part] == argv
    assert all(found)


@pytest.mark.parametrize(
    ("name", "digest", "form"),
    [
        ("python:3.11", "python@sha256:a", "python@sha256:a"),
        ("docker.io/library/python:3.11", "python@sha256:a", "docker.io/library/python@sha256:a"),
        ("docker.io/mcp/time", "mcp/time@sha256:a", "docker.io/mcp/time@sha256:a"),
        ("ghcr.io/x/y:1", "ghcr.io/x/y@sha256:a", "ghcr.io/x/y@sha256:a"),
        ("localhost:5000/y", "localhost:5000/y@sha256:a", "localhost:5000/y@sha256:a"),
        ("python@sha256:b", "python@sha256:b", "python@sha256:b"),
        ("mine:1", "other@sha256:a", ""),
        ("mine:1", "sha256:a", ""),
    ],
)
def test_a_digest_is_recommended_only_under_the_name_that_was_asked_for(name: str, digest: str, form: str) -> None:
    assert digest_form(name, ImageFacts(id="sha256:a", digest=digest, os="", architecture="")) == form
