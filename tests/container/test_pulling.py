"""Many layers, one number; the lines are those of a real pull, shortened."""

from __future__ import annotations

from functools import reduce
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from supervisor.container.pulling import Pull, advanced


def line(status: str, key: str = "a", current: int | None = None, total: int | None = None) -> dict[str, Any]:
    detail = {} if current is None else {"current": current, **({} if total is None else {"total": total})}
    return {"status": status, "id": key, "progressDetail": detail}


def percents(*lines: dict[str, Any]) -> list[int | None]:
    pull, found = Pull(), []
    for one in lines:
        pull = advanced(pull, one)
        found.append(pull.percent)
    return found


def test_half_of_the_way_is_the_download_and_half_the_unpacking() -> None:
    assert percents(
        {"status": "Pulling from library/x", "id": "1"},
        line("Pulling fs layer"),
        line("Downloading", current=50, total=100),
        line("Verifying Checksum"),
        line("Download complete"),
        line("Extracting", current=50, total=100),
        line("Pull complete"),
        {"status": "Digest: sha256:1"},
        {"status": "Status: Downloaded newer image for x:1"},
    ) == [None, None, 25, 25, 50, 75, 100, 100, 100]


def test_layers_count_by_their_size() -> None:
    found = percents(line("Downloading", "a", 100, 300), line("Downloading", "b", 50, 100), line("Pull complete", "b"))
    assert found == [16, 18, 37]


def test_a_layer_that_is_there_already_has_no_size_and_counts_for_nothing() -> None:
    assert percents(line("Already exists", "a"), line("Downloading", "b", 1, 2)) == [None, 25]


def test_a_layer_never_goes_back() -> None:
    assert percents(line("Downloading", current=80, total=100), line("Downloading", current=10, total=100)) == [40, 40]


def test_a_failure_is_kept_in_the_engine_s_words() -> None:
    assert (
        advanced(Pull(), {"error": "unauthorized", "errorDetail": {"message": "unauthorized"}}).error == "unauthorized"
    )
    assert advanced(Pull(), {"errorDetail": {"message": "no space left"}}).error == "no space left"
    assert advanced(Pull(), {"errorDetail": None}).error


lines = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(["Downloading", "Extracting", "Pull complete", "Download complete", "Waiting"]),
        "id": st.sampled_from(["a", "b", "c"]),
        "progressDetail": st.one_of(
            st.none(),
            st.fixed_dictionaries({}, optional={"current": st.integers(-5, 500), "total": st.integers(-5, 300)}),
        ),
    },
)


@given(st.lists(lines))
def test_whatever_the_engine_says_it_is_a_percentage(said: list[dict[str, Any]]) -> None:
    percent = reduce(advanced, said, Pull()).percent
    assert percent is None or 0 <= percent <= 100
