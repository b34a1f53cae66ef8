"""The import contracts hold on the tree, and each of them catches what it was written against."""

from __future__ import annotations

import os
import re
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
    imported: str

    @property
    def importer(self) -> str:
        """The module that the line is planted in."""
        return "supervisor." + self.file.removesuffix(".py").replace("/", ".")


PLANTS = [
    Plant("words", "newcomer/messages.py", "from supervisor.newcomer import rules", "supervisor.newcomer.rules"),
    Plant("words", "newcomer/words.py", "import trio", "trio"),
    Plant("words", "errors.py", "import os", "os"),
    Plant("pure", "newcomer/rules.py", "import os.path", "os"),
    Plant("pure", "newcomer/any_name.py", "def late() -> None:\n    import subprocess", "subprocess"),
    Plant("pure", "newcomer/checks/one.py", "from time import monotonic", "time"),
    Plant("pure", "mcp/newcomer.py", "import logging", "logging"),
    Plant("kernel-rules", "kernel/restart.py", "import trio", "trio"),
    Plant("trio", "newcomer/rules.py", "import trio.lowlevel", "trio"),
    Plant("trio", "newcomer/child.py", "import trio", "trio"),
    Plant("anyio", "newcomer/effects.py", "import anyio", "anyio"),
    Plant("mcp-sdk", "edges/newcomer.py", "from mcp.types import Tool", "mcp"),
    Plant("docker", "newcomer/effects.py", "import docker", "docker"),
    Plant("docker", "edges/newcomer.py", "import docker.errors", "docker"),
    Plant("children", "newcomer/effects.py", "import subprocess", "subprocess"),
    Plant("actors", "newcomer/actor.py", "import os", "os"),
    Plant("actors", "newcomer/actor.py", "from supervisor.newcomer import effects", "supervisor.newcomer.effects"),
    Plant("effects", "newcomer/rules.py", "from supervisor.newcomer import effects", "supervisor.newcomer.effects"),
    Plant("effects", "edges/newcomer.py", "from supervisor.newcomer import effects", "supervisor.newcomer.effects"),
    Plant("actors-known", "newcomer/effects.py", "from supervisor.newcomer import actor", "supervisor.newcomer.actor"),
    Plant("actors-known", "edges/newcomer.py", "from supervisor.newcomer import actor", "supervisor.newcomer.actor"),
    Plant("kernel", "kernel/newcomer.py", "from supervisor.newcomer import messages", "supervisor.newcomer.messages"),
    Plant("kernel", "kernel/newcomer.py", "from supervisor import errors", "supervisor.errors"),
    Plant("subjects", "newcomer/actor.py", "from supervisor.second import rules", "supervisor.second.rules"),
    Plant("subjects", "newcomer/effects.py", "from supervisor.second import effects", "supervisor.second.effects"),
    Plant("subjects", "newcomer/rules.py", "from supervisor.kernel import bus", "supervisor.kernel.bus"),
    Plant("subjects", "newcomer/actor.py", "from supervisor import modes", "supervisor.modes"),
    Plant("edges", "tree.py", "from supervisor.edges import cli", "supervisor.edges.cli"),
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
    wide = os.environ | {"COLUMNS": "1000"}  # so that no name is broken in two
    return subprocess.run(command, cwd=folder, env=wide, capture_output=True, text=True, check=False)


def with_newcomers(folder: Path) -> Path:
    """Copy the package to the folder, with two subjects more, that keep the contracts."""
    shutil.copytree(TREE / "supervisor", folder / "supervisor", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(TREE / "pyproject.toml", folder)
    for subject in NEWCOMERS:
        (folder / "supervisor" / subject).mkdir()
        for room in ROOMS:
            (folder / "supervisor" / subject / f"{room}.py").touch()
    (folder / "supervisor" / "newcomer" / "checks").mkdir()
    (folder / "supervisor" / "newcomer" / "checks" / "__init__.py").touch()
    for wiring in ("tree", "modes"):
        (folder / "supervisor" / f"{wiring}.py").touch()
    return folder


def test_the_tree_keeps_every_contract() -> None:
    outcome = lint(TREE)
    assert outcome.returncode == 0, outcome.stdout


def test_every_contract_is_planted_against() -> None:
    assert {plant.contract for plant in PLANTS} == set(contracts())


def test_two_subjects_that_keep_the_contracts_are_welcome(tmp_path: Path) -> None:
    assert lint(with_newcomers(tmp_path)).returncode == 0


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What is said of each broken contract, by its name, where everything that is forbidden is imported."""
    folder = with_newcomers(tmp_path_factory.mktemp("planted"))
    for plant in PLANTS:
        with (folder / "supervisor" / plant.file).open("a") as file:
            file.write(f"\n{plant.line}\n")
    outcome = lint(folder)
    assert outcome.returncode == 1
    _, *pieces = re.split(r"^(.+)\n-+\n", outcome.stdout.partition("Broken contracts")[2], flags=re.MULTILINE)
    return dict(zip(pieces[::2], pieces[1::2], strict=True))


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: f"{plant.contract}: {plant.importer} -> {plant.imported}")
def test_a_contract_catches_a_planted_import(broken: dict[str, str], plant: Plant) -> None:
    said = broken[contracts()[plant.contract]["name"]]
    assert f"{plant.importer} -> {plant.imported} (" in said
