"""The import contracts hold on the tree, and each of them catches what it was written against."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import pytest

TREE = Path(__file__).parents[2]


class Plant(NamedTuple):
    """A forbidden import, in a subject that nobody has heard of yet, or at the end of a file that is there."""

    contract: str
    file: str
    line: str


PLANTS = [
    Plant("words", "newcomer/messages.py", "from supervisor.newcomer import rules"),
    Plant("words", "newcomer/words.py", "import trio"),
    Plant("words", "errors.py", "import os"),
    Plant("pure", "newcomer/rules.py", "import os.path"),
    Plant("pure", "newcomer/any_name.py", "def late() -> None:\n    import subprocess"),
    Plant("pure", "newcomer/checks/one.py", "from time import monotonic"),
    Plant("pure", "mcp/newcomer.py", "import logging"),
    Plant("kernel-rules", "kernel/restart.py", "import trio"),
    Plant("trio", "newcomer/rules.py", "import trio.lowlevel"),
    Plant("trio", "newcomer/child.py", "import trio"),
    Plant("anyio", "newcomer/effects.py", "import anyio"),
    Plant("mcp-sdk", "edges/newcomer.py", "from mcp.types import Tool"),
    Plant("docker", "newcomer/effects.py", "import docker"),
    Plant("docker", "edges/newcomer.py", "import docker.errors"),
    Plant("children", "newcomer/effects.py", "import subprocess"),
    Plant("actors", "newcomer/actor.py", "import os"),
    Plant("actors", "newcomer/actor.py", "from supervisor.newcomer import effects"),
    Plant("effects", "newcomer/rules.py", "from supervisor.newcomer import effects"),
    Plant("effects", "edges/newcomer.py", "from supervisor.newcomer import effects"),
    Plant("actors-known", "newcomer/effects.py", "from supervisor.newcomer import actor"),
    Plant("actors-known", "edges/newcomer.py", "from supervisor.newcomer import actor"),
    Plant("kernel", "kernel/newcomer.py", "from supervisor.newcomer import messages"),
    Plant("kernel", "kernel/newcomer.py", "from supervisor import errors"),
    Plant("subjects", "newcomer/actor.py", "from supervisor.second import rules"),
    Plant("subjects", "newcomer/effects.py", "from supervisor.second import effects"),
    Plant("subjects", "newcomer/rules.py", "from supervisor.kernel import bus"),
    Plant("subjects", "newcomer/actor.py", "from supervisor import modes"),
    Plant("edges", "tree.py", "from supervisor.edges import cli"),
]
NEWCOMERS = ("newcomer", "second")
ROOMS = ("__init__", "messages", "rules", "actor", "effects")


def contracts() -> dict[str, dict[str, Any]]:
    """Every contract by its id, as pyproject.toml has it."""
    tables = tomllib.loads((TREE / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    return {table["id"]: table for table in tables}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the contracts on the package in `folder`, in a process of their own."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package with two subjects more, that keep the contracts."""
    shutil.copytree(TREE / "supervisor", tmp_path / "supervisor", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(TREE / "pyproject.toml", tmp_path)
    for subject in NEWCOMERS:
        (tmp_path / "supervisor" / subject).mkdir()
        for room in ROOMS:
            (tmp_path / "supervisor" / subject / f"{room}.py").touch()
    (tmp_path / "supervisor" / "newcomer" / "checks").mkdir()
    (tmp_path / "supervisor" / "newcomer" / "checks" / "__init__.py").touch()
    for wiring in ("tree", "modes"):
        (tmp_path / "supervisor" / f"{wiring}.py").touch()
    return tmp_path


def test_the_tree_keeps_every_contract() -> None:
    outcome = lint(TREE)
    assert outcome.returncode == 0, outcome.stdout


def test_every_contract_is_planted_against() -> None:
    assert {plant.contract for plant in PLANTS} == set(contracts())


def test_two_subjects_that_keep_the_contracts_are_welcome(copy: Path) -> None:
    assert lint(copy).returncode == 0


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: f"{plant.contract}: {plant.file}")
def test_a_contract_catches_a_planted_import(copy: Path, plant: Plant) -> None:
    with (copy / "supervisor" / plant.file).open("a") as file:
        file.write(f"\n{plant.line}\n")
    outcome = lint(copy)
    assert outcome.returncode == 1
    words = " ".join(outcome.stdout.split())  # long names are wrapped
    assert f"{contracts()[plant.contract]['name']} BROKEN" in words
