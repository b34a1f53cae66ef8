"""Reads a checklist of the docs: a table whose rows say what stockade does and which tests prove it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROW = re.compile(r"^\| (?P<behaviour>.+?) \| (?P<proof>.+?) \|$", re.MULTILINE)
TEST = re.compile(r"`(?P<file>[\w/]+\.py)::(?P<name>\w+)`")
OPEN = ("Not done:", "Not tested:")
"""How the second cell of a row begins that no test proves; the reason follows."""


@dataclass(frozen=True)
class Row:
    """One behaviour."""

    behaviour: str
    tests: tuple[tuple[str, str], ...]
    """File, as seen from tests/, and name."""
    open: str
    """Why there is no test, as the page says it."""


def rows(page: str) -> Iterator[Row]:
    """The rows of all tables, without their heads."""
    for found in ROW.finditer(page):
        behaviour, proof = found["behaviour"], found["proof"]
        if behaviour == "behaviour" or set(behaviour) <= {"-", " "}:
            continue
        tests = tuple((test["file"], test["name"]) for test in TEST.finditer(proof))
        yield Row(behaviour, tests, proof if proof.startswith(OPEN) else "")


def tests_in(file: Path) -> frozenset[str]:
    """The names of the tests that a file defines."""
    tree = ast.parse(file.read_text(), str(file))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(function.name for function in functions if function.name.startswith("test_"))


def untrue(page: str, tests: Path) -> list[str]:
    """What a checklist says that is not so: tests that are not there, and rows that say neither test nor reason."""
    wrong: list[str] = []
    for row in rows(page):
        for file, name in row.tests:
            path = tests / file
            if not path.is_file() or name not in tests_in(path):
                wrong.append(f"{row.behaviour}: there is no {file}::{name}")
        if not row.tests and not row.open:
            wrong.append(f"{row.behaviour}: neither a test nor a reason")
    return wrong
