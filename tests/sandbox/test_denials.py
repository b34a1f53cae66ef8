"""What servers say was refused to them is found, in whatever sentence; and nothing that they write is too much."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sandbox.refused_messages import FILES, NAMELESS, NETWORK, NOTHING, Said

from supervisor.sandbox.denials import LONGEST_LINE, MOST_CANDIDATES, SAID, Denial, Finder, denial_in
from supervisor.sandbox.phrases import NAMES, PHRASES

MOST_STEPS = 60 * LONGEST_LINE


def read(text: str) -> list[Denial]:
    """What a finder finds in these lines."""
    finder = Finder()
    return [denial for line in text.split("\n") if (denial := finder.feed(line)) is not None]


@pytest.mark.parametrize("said", FILES, ids=lambda said: said.text[:60])
def test_a_refused_path_is_found(said: Said) -> None:
    (denial,) = read(said.text)
    assert (denial.code, denial.action, denial.candidates[0]) == (said.code, said.action, said.named)
    assert not denial.is_network
    assert denial.said in said.text


@pytest.mark.parametrize("said", NETWORK, ids=lambda said: said.text[:60])
def test_a_refused_address_is_found(said: Said) -> None:
    (denial,) = read(said.text)
    assert denial.is_network
    assert (denial.code, denial.action, denial.endpoint) == (said.code, said.action, said.named)


@pytest.mark.parametrize("text", NAMELESS)
def test_a_refusal_without_a_name_is_one_if_the_kernels_code_is_there(text: str) -> None:
    (denial,) = read(text)
    assert (denial.code, denial.candidates, denial.is_sure) == ("EACCES", (), True)


@pytest.mark.parametrize("text", NOTHING)
def test_other_lines_say_nothing(text: str) -> None:
    assert [denial for denial in read(text) if denial.is_sure or any(map(_is_whole, denial.candidates))] == []


def _is_whole(path: str) -> bool:
    return path.startswith("/")


def test_both_paths_of_a_move_may_be_meant() -> None:
    denial = denial_in("mv: cannot move '/ro/r' to '/rw/r': Permission denied")
    assert denial is not None
    assert denial.candidates == ("/ro/r", "/rw/r")


def test_a_path_with_blanks_is_tried_as_a_whole_first() -> None:
    denial = denial_in("open /my dir/x: permission denied")
    assert denial is not None
    assert denial.candidates == ("/my dir/x", "/my")


def test_the_same_error_as_a_sentence_and_as_a_list_is_told_once() -> None:
    text = "Error: EACCES: permission denied, open '/x'\n  code: 'EACCES',\n  syscall: 'open',\n  path: '/x'"
    assert len(read(text)) == 1


def test_a_listed_code_is_forgotten_after_some_lines() -> None:
    assert read("code: 'EACCES'" + "\nsomething else" * 10 + "\npath: '/x'") == []


PIECES = (
    *(phrase for phrase, _ in PHRASES), *NAMES, "'", '"', "`", "(", ": ", "/", "/x", " ", "://", "[Errno 13] ", "\\x1b",
    "Caused by:", "path: ", "code: ", "\u0130", "\ud800", "host:80", "\u2018",
)  # fmt: skip
HOSTILE = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=60).map("".join)


@settings(deadline=None, max_examples=60)
@given(st.lists(HOSTILE | st.text(), max_size=12))
def test_whatever_is_written_can_be_read(lines: list[str]) -> None:
    finder = Finder()
    for line in lines:
        denial = finder.feed(line)
        if denial is not None:
            assert len(denial.candidates) <= MOST_CANDIDATES
            assert all(len(path) <= LONGEST_LINE for path in (*denial.candidates, denial.endpoint))
            assert len(denial.said) <= SAID


@pytest.mark.parametrize(
    "line",
    [
        "'" * 1_000_000,
        "('" * 500_000 + "Permission denied",
        " /" * 500_000 + ": Permission denied",
        ": " * 500_000 + "Permission denied",
        "://" * 400_000 + " Permission denied",
        "EACCES_" * 200_000,
        "Permission denied: " + "'/x' " * 300_000,
    ],
    ids=lambda line: line[:12],
)
def test_the_work_for_one_line_is_bounded(line: str) -> None:
    assert steps_of(lambda: Finder().feed(line)) < MOST_STEPS


def test_work_that_grows_with_the_square_of_a_line_is_seen() -> None:
    def look() -> None:
        for start in range(LONGEST_LINE // 16):
            for _ in range(start, LONGEST_LINE):
                pass

    assert steps_of(look) > MOST_STEPS


def steps_of(work: Callable[[], object]) -> int:
    """Steps of the interpreter, which are the same on every machine; counting ends where they are too many."""
    steps = 0

    def count(*_: object) -> object:
        nonlocal steps
        steps += 1
        return count

    sys.settrace(count)  # type: ignore[arg-type]  # what counts may answer itself
    try:
        work()
    finally:
        sys.settrace(None)
    return steps
