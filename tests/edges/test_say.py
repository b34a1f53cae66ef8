"""Complaints and answers, on streams of all kinds; each in a process of its own, as the streams are the process's."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from supervisor.edges import say
from supervisor.errors import Defect, StateUnusable, StockadeError

PROBLEM = "StateUnusable(path='/x', reason='evil \\x1b[31m \\udcff')"


def python(program: str, **how: Any) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", f"from supervisor.edges import say\nfrom supervisor.errors import *\n{program}"]
    how = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | how
    return subprocess.run(words, text=True, timeout=60, **how)


def test_a_complaint_says_what_with_its_code_and_what_to_do() -> None:
    done = python(f"raise SystemExit(say.complain({PROBLEM}))")
    assert done.returncode == 1
    assert done.stdout == ""
    first, second = done.stderr.splitlines()
    assert first.startswith("stockade: the state directory '/x' cannot be used: evil \\x1b[31m")
    assert first.endswith("[state.unusable]")
    assert second.startswith("  Give a `state_dir`")


def test_a_complaint_in_json_is_on_stdout_too() -> None:
    done = python(f"raise SystemExit(say.complain({PROBLEM}, as_json=True))")
    error = json.loads(done.stdout)["error"]
    assert (error["code"], error["exit_code"], error["path"]) == ("state.unusable", 1, "/x")
    assert "state.unusable" in done.stderr


@pytest.mark.parametrize(("given", "code"), [(75, 75), (0, 1), (999, 1), ("x", 1), (None, 1)])
def test_an_exit_code_from_elsewhere_is_a_failure_whatever_it_says(given: object, code: int) -> None:
    done = python(f"raise SystemExit(say.complain_about({{'exit_code': {given!r}}}))")
    assert done.returncode == code


def test_a_complaint_that_nobody_takes_is_dropped() -> None:
    ours, theirs = os.pipe()
    os.set_blocking(theirs, False)
    while select.select([], [theirs], [], 0)[1]:
        os.write(theirs, b"x" * 65536)
    os.set_blocking(theirs, True)
    assert python(f"raise SystemExit(say.complain({PROBLEM}))", stderr=theirs).returncode == 1
    os.close(ours)
    assert python(f"raise SystemExit(say.complain({PROBLEM}))", stderr=theirs).returncode == 1
    os.close(theirs)


@pytest.mark.parametrize(
    ("stdout", "reason"),
    [("/dev/full", "No space left on device"), ("closed", "it is closed"), ("unread", "BrokenPipeError")],
)
def test_an_answer_that_cannot_be_put_is_a_problem_and_said_once(stdout: str, reason: str) -> None:
    program = "try:\n    say.put('x' * 10)\nexcept Exception as error:\n    say._say(repr(error))\n"
    words = [sys.executable, "-c", f"from supervisor.edges import say\n{program}"]
    shell = {"/dev/full": '"$@" >/dev/full', "closed": '"$@" >&-', "unread": '"$@" | true'}[stdout]
    if stdout == "unread":
        ours, theirs = os.pipe()
        os.close(ours)
        done = subprocess.run(words, stdout=theirs, stderr=subprocess.PIPE, text=True, timeout=60)
        os.close(theirs)
    else:
        done = subprocess.run(["sh", "-c", shell, "sh", *words], stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 0  # 120 is what Python says when it fails on stdout once more at its end
    assert reason in done.stderr
    assert len(done.stderr.splitlines()) <= 1


def test_half_characters_in_an_answer_are_written_out() -> None:
    assert python("say.put('a\\udcffb\\n')").stdout == "a\\udcffb\n"


def test_closed_standard_streams_are_filled_so_that_no_file_takes_their_place() -> None:
    program = "import os; say.fill_standard_streams(); raise SystemExit(os.open('/', 0))"
    words = [sys.executable, "-c", f"from supervisor.edges import say\n{program}"]
    done = subprocess.run(["sh", "-c", '"$@" <&- >&- 2>&-', "sh", *words], timeout=60)
    assert done.returncode >= 3


def raised(error: BaseException) -> BaseException:
    try:
        raise error  # noqa: TRY301
    except BaseException as caught:  # noqa: BLE001
        return caught


def test_a_problem_is_found_in_groups_within_groups() -> None:
    problem = StateUnusable(path="/x", reason="y")
    group = ExceptionGroup("a", [ValueError("b"), ExceptionGroup("c", [StockadeError(problem)])])
    assert say.problem_of(group, {}) is problem
    assert len(list(say.leaves(group))) == 2


def test_what_was_not_raised_on_purpose_is_a_defect_with_its_place() -> None:
    problem = say.problem_of(raised(KeyError("x\udcff")), {})
    assert isinstance(problem, Defect)
    assert problem.error == "KeyError: 'x\\udcff'"
    assert problem.where.startswith(Path(__file__).name)
    assert isinstance(say.problem_of(KeyError("x"), {}), Defect)
