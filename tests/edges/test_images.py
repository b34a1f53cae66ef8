"""How `pull` and `sweep` put what they have done."""

from __future__ import annotations

from pathlib import Path

import pytest

from supervisor.container.ahead import Fetched
from supervisor.container.stale import Stale
from supervisor.edges import images, sweep
from supervisor.errors import ImageNotFound

LEFT = Stale(id="ab" * 32, name="stockade-git-1a", server="g\x1bit", status="exited", owner="1:2", cause="it is gone")


@pytest.mark.parametrize(
    ("underway", "done", "text"),
    [
        ({}, 0, "0 of 2 images"),
        ({"a": None}, 0, "0 of 2 images; fetching a"),
        ({"a": 40, "b\x1b": None}, 1, "1 of 2 images; fetching a 40 %, b\\x1b"),
    ],
)
def test_the_living_line_says_how_far_everything_is(underway: dict[str, int | None], done: int, text: str) -> None:
    assert images.text_of(underway, done, 2) == text


def test_what_came_of_an_image_is_one_line_and_what_went_wrong_has_a_remedy() -> None:
    fetched = Fetched(image="a:1", servers=("x", "y"), status="fetched", digest="a@sha256:0", seconds=1.25)
    present = Fetched(image="a:1", servers=("x",), status="present", digest="sha256:0")
    problem = ImageNotFound(image="a:1", reason="nobody has it")
    failed = Fetched(image="a:1", servers=("x",), status="failed", problem=problem)
    assert images.lines(fetched) == ["a:1 (x, y): fetched in 1.2 s, a@sha256:0"]
    assert images.lines(present) == ["a:1 (x): is there, sha256:0"]
    assert images.lines(failed) == [
        "a:1 (x): there is no image 'a:1': nobody has it [image.not_found]",
        f"    {problem.remedy}",
    ]
    assert images.structure(failed)["problem"]["code"] == "image.not_found"


@pytest.mark.parametrize(
    ("is_dry_run", "is_removed", "outcome"),
    [(True, False, "would be removed"), (False, True, "removed"), (False, False, "COULD NOT BE REMOVED")],
)
def test_what_is_swept_is_said_with_its_reason(
    tmp_path: Path, is_dry_run: bool, is_removed: bool, outcome: str
) -> None:
    left = Stale(**{name: getattr(LEFT, name) for name in LEFT.__struct_fields__} | {"is_removed": is_removed})
    folder = tmp_path / "1:2"
    if not is_removed:
        folder.mkdir()
    assert sweep.lines([left], [folder], 0, is_dry_run=is_dry_run) == [
        f"stockade-git-1a (server g\\x1bit, exited): {outcome}, for it is gone",
        f"{folder}: {outcome}, for its run is dead",
    ]


def test_when_nothing_is_left_it_says_so() -> None:
    assert sweep.lines([], [], 0, is_dry_run=False) == ["nothing is left of dead runs"]
