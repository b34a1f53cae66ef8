"""Every error that there is was caused by a test: tests/house/causes.toml names it, and what it names is so."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import typing
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from supervisor.errors import AnyProblem

TESTS = Path(__file__).parents[1]
FILE = Path(__file__).with_name("causes.toml")
STRUCTS = {str(kind.__struct_config__.tag): kind.__name__ for kind in typing.get_args(AnyProblem)}
LIST: dict[str, Any] = tomllib.loads(FILE.read_text())


def named(listed: Mapping[str, Any]) -> dict[str, list[str]]:
    """The tests of each code, of both parts of the list."""
    return {**listed["causes"], **{code: one["tests"] for code, one in listed["elsewhere"].items()}}


@cache
def definitions(file: Path) -> dict[str, str]:
    """What a file defines at its top level, each with its source, decorators and all."""
    text = file.read_text()
    lines = text.splitlines()
    found: dict[str, str] = {}
    for node in ast.parse(text, str(file)).body:
        names = [getattr(node, "name", "")]
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [target.id for target in targets if isinstance(target, ast.Name)]
        first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))])
        found |= {name: "\n".join(lines[first - 1 : node.end_lineno]) for name in names if name}
    return found


def used(file: Path, test: str) -> str:
    """The source of a test and of all that it uses of its file."""
    known = definitions(file)
    taken: dict[str, str] = {}
    waiting = [test]
    while waiting:
        name = waiting.pop()
        if name in known and name not in taken:
            taken[name] = known[name]
            waiting += re.findall(r"\w+", known[name])
    return "\n".join(taken.values())


def untrue(listed: Mapping[str, Any]) -> Iterable[str]:
    """What the list says that is not so."""
    codes = named(listed)
    yield from (f"{code}: no test causes it" for code in sorted(STRUCTS.keys() - codes.keys()))
    yield from (f"{code}: there is no such error" for code in sorted(codes.keys() - STRUCTS.keys()))
    yield from (f"{code}: stands twice" for code in sorted(listed["causes"].keys() & listed["elsewhere"].keys()))
    yield from (f"{code}: nobody says why" for code, one in listed["elsewhere"].items() if len(one["why"]) < 20)
    for code in sorted(codes.keys() & STRUCTS.keys()):
        if not codes[code]:
            yield f"{code}: no test causes it"
        for node in codes[code]:
            yield from lacking(code, node)


def lacking(code: str, node: str) -> Iterable[str]:
    """What is wrong with one test of a code."""
    name, _, test = node.partition("::")
    file = TESTS / name
    if not file.is_file() or not test.startswith("test_") or test not in definitions(file):
        yield f"{code}: there is no {node}"
    elif not re.search(rf"(?<![\w.]){re.escape(code)}(?!\w)|\b{STRUCTS[code]}\b", used(file, test)):
        yield f"{code}: {node} does not name it"


def test_every_error_is_caused_by_a_test_that_names_it() -> None:
    assert list(untrue(LIST)) == []


def test_every_test_of_the_list_is_one_that_pytest_finds() -> None:
    nodes = sorted({f"{TESTS.name}/{node}" for tests in named(LIST).values() for node in tests})
    words = [sys.executable, "-m", "pytest", "--collect-only", "-q", "--no-header", "-p", "no:cacheprovider", *nodes]
    done = subprocess.run(words, cwd=TESTS.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = {line.partition("[")[0] for line in done.stdout.splitlines() if "::" in line}
    assert sorted(found) == nodes


HERE = "house/test_causes.py::test_every_error_is_caused_by_a_test_that_names_it"
THERE = {"why": "only where it snows, and nowhere else", "tests": [HERE]}


@pytest.mark.parametrize(
    ("causes", "elsewhere", "wrong"),
    [
        ({"engine.lost": ["house/test_causes.py::test_gone"]}, {}, "engine.lost: there is no house/test_causes.py::"),
        ({"engine.lost": ["house/gone.py::test_x"]}, {}, "engine.lost: there is no house/gone.py::test_x"),
        ({"engine.lost": ["house/test_causes.py::lacking"]}, {}, "engine.lost: there is no"),
        ({"engine.lost": [HERE]}, {}, f"engine.lost: {HERE} does not name it"),
        ({"engine.lost": []}, {}, "engine.lost: no test causes it"),
        ({}, {}, "engine.lost: no test causes it"),
        ({"engine.found": [HERE]}, {}, "engine.found: there is no such error"),
        ({"engine.lost": [HERE]}, {"engine.lost": THERE}, "engine.lost: stands twice"),
        ({}, {"engine.lost": {**THERE, "why": "no"}}, "engine.lost: nobody says why"),
    ],
)
def test_a_list_that_says_what_is_not_so_is_caught(
    causes: dict[str, Any], elsewhere: dict[str, Any], wrong: str
) -> None:
    found = list(untrue({"causes": causes, "elsewhere": elsewhere}))
    assert [one for one in found if one.startswith(wrong)]


def test_what_a_test_uses_of_its_file_counts_and_what_else_stands_there_does_not(tmp_path: Path) -> None:
    file = tmp_path / "test_x.py"
    file.write_text('CODE = "a.b"\nOTHER = "c.d"\ndef helper():\n    return CODE\ndef test_x():\n    helper()\n')
    assert used(file, "test_x").count("a.b") == 1
    assert "c.d" not in used(file, "test_x")
