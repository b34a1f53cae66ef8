"""What is shipped: the type marker, one version from one place, and nothing but the package."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import supervisor

TREE = Path(__file__).parents[2]


def test_the_version_has_one_source() -> None:
    project = tomllib.loads((TREE / "pyproject.toml").read_text())
    assert project["project"]["dynamic"] == ["version"]
    assert "version" not in project["project"]
    assert project["tool"]["hatch"]["version"] == {"path": "supervisor/__init__.py"}
    files = [*(TREE / "supervisor").rglob("*.py"), *(TREE / "scripts").rglob("*.py")]
    assigned = [path for path in files if re.search(r"^__version__\s*=", path.read_text(), re.MULTILINE)]
    assert assigned == [TREE / "supervisor" / "__init__.py"]


def test_importing_the_package_loads_none_of_its_subjects() -> None:
    code = "import supervisor, sys; print([name for name in sys.modules if name.startswith(('supervisor.', 'trio'))])"
    outcome = subprocess.run([sys.executable, "-c", code], cwd=TREE, capture_output=True, text=True, check=True)
    assert outcome.stdout.strip() == "[]"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built from the tree."""
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("hatchling is not installed (it is in the dependency group `test`)")
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=TREE, capture_output=True, check=True)
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def test_the_wheel_ships_the_type_marker_and_every_file_of_the_package(wheel: zipfile.ZipFile) -> None:
    shipped = set(wheel.namelist())
    ours = {path.relative_to(TREE).as_posix() for path in (TREE / "supervisor").rglob("*.py")}
    assert "supervisor/py.typed" in shipped
    assert ours <= shipped
    assert {name.partition("/")[0] for name in shipped if ".dist-info/" not in name} == {"supervisor"}


def test_the_wheel_says_the_package_s_version_and_installs_the_command(wheel: zipfile.ZipFile) -> None:
    folder = f"stockade-{supervisor.__version__}.dist-info"
    metadata = wheel.read(f"{folder}/METADATA").decode()
    assert f"\nVersion: {supervisor.__version__}\n" in metadata
    assert "stockade = supervisor.__main__:main" in wheel.read(f"{folder}/entry_points.txt").decode()
    assert f"{folder}/licenses/LICENSE" in wheel.namelist()
