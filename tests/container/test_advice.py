"""What `check` says about servers in containers: refusals, doubts and notes, each with what to do."""

from __future__ import annotations

from typing import Any

import pytest
from container.shapes import profile

from supervisor.container.advice import about_ours, about_theirs
from supervisor.container.facts import ImageFacts
from supervisor.errors import ExitCode, Problem

PINNED = f"python@sha256:{'d1' * 32}"
PULLED = ImageFacts(id="sha256:1d", digest=PINNED, os="linux", architecture="amd64")
BUILT = ImageFacts(id="sha256:1d", digest="sha256:1d", os="linux", architecture="amd64")


def said(found: list[Problem]) -> list[tuple[str, int]]:
    return [(one.code, int(one.exit_code)) for one in found]


def test_nothing_is_said_about_a_server_with_a_digest_and_no_odd_options() -> None:
    assert list(about_ours(profile("python", image=PINNED), None)) == []


@pytest.mark.parametrize(
    ("command", "keys", "code"),
    [
        ("python", {"extra_args": ("--name", "x")}, "container.argument_refused"),
        ("python", {"extra_args": ("image",)}, "container.argument_refused"),
        ("composer", {}, "container.runner_missing"),
        ("python", {"env": {"HOME": "a\nb"}}, "container.variable_invalid"),
    ],
)
def test_what_a_start_would_refuse_is_an_error_and_nothing_else_is_said(
    command: str, keys: dict[str, Any], code: str
) -> None:
    assert said(list(about_ours(profile(command, **keys), None))) == [(code, ExitCode.USAGE)]


def test_doubts_about_a_plan_are_warnings_that_name_the_option_and_the_way_to_see_more() -> None:
    (doubt,) = about_ours(profile("python", image=PINNED, extra_args=("-v", "/:/host")), None)
    assert said([doubt]) == [("container.doubtful", ExitCode.FAILED)]
    assert doubt.text == "mcpServers.files: `--volume` in `extra_args`: it reaches every file of the machine"
    assert doubt.remedy == "`stockade explain files` shows the exact arguments."


@pytest.mark.parametrize(
    ("image", "remedy"),
    [
        (PULLED, f'To keep the one that is on the engine now, write `"image": "docker.io/library/{PINNED}"`.'),
        (None, "`stockade pull files` fetches it and prints its digest; write that into `isolation.image`."),
    ],
)
def test_an_image_without_a_digest_is_noted_with_the_digest_as_far_as_it_is_known(
    image: ImageFacts | None, remedy: str
) -> None:
    (note,) = about_ours(profile("python"), image)
    assert said([note]) == [("image.without_digest", ExitCode.OK)]
    assert note.remedy == remedy


def test_an_image_that_was_built_here_has_no_digest_to_be_recommended() -> None:
    assert list(about_ours(profile("python"), BUILT)) == []


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        (
            "docker run -i --rm --init --cap-drop ALL --security-opt no-new-privileges --memory 1g --pids-limit 9 img",
            [],
        ),
        ("docker run -i --rm img", ["container.loosely_held"]),
        ("docker run --rm img", ["container.doubtful", "container.loosely_held"]),
        ("docker run -i --privileged img", ["container.doubtful", "container.loosely_held"]),
        ("docker run -i -v /:/h img", ["container.doubtful", "container.loosely_held"]),
        ("docker run -i -v /var/run/docker.sock:/s img", ["container.doubtful", "container.loosely_held"]),
        ("podman run -it", ["container.doubtful"] * 2 + ["container.loosely_held"]),
        ("docker compose up", ["container.unmanaged"]),
        ("docker exec -i x y", ["container.unmanaged"]),
        ("docker start -ai x", ["container.unmanaged"]),
        ("docker", ["container.unmanaged"]),
    ],
)
def test_a_user_written_command_is_judged_without_being_changed(line: str, codes: list[str]) -> None:
    found = list(about_theirs(line.split(), "mcpServers.own"))
    assert [one.code for one in found] == codes
    assert all(one.text.startswith("mcpServers.own: ") and one.remedy for one in found)


def test_notes_about_one_command_are_one_note() -> None:
    line = "docker run -i --rm --cap-drop ALL --memory 1g --pids-limit 9 img"
    (note,) = about_theirs(line.split(), "mcpServers.own")
    assert note.remedy == "In its arguments, add `--init`, add `--security-opt no-new-privileges`."
    assert note.exit_code == ExitCode.OK
