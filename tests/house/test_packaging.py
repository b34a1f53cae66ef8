"""What is released: the same bytes whoever builds it, all that belongs to it and nothing else; and it runs."""

from __future__ import annotations

import importlib.util
import os
import site
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from scripts import package

TREE = Path(__file__).parents[2]
EPOCH = "1700000000"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with sdist and wheel, built and compared as for a release."""
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("hatchling is not installed (it is in the dependency group `test`)")
    return package.reproduced(TREE, tmp_path_factory.mktemp("package"))


def test_two_builds_in_different_places_and_the_one_from_the_sdist_are_the_same_bytes(built: Path) -> None:
    assert sorted(path.suffix for path in built.iterdir()) == [".gz", ".whl"]  # `reproduced` has compared them


def test_a_build_that_depends_on_when_or_what_it_is_built_of_is_caught(tmp_path: Path) -> None:
    """The guard broken on purpose: another time, and another byte."""
    folders = []
    for number, (epoch, text) in enumerate([(EPOCH, ""), ("1700086400", ""), (EPOCH, "# more\n")]):
        folder = tmp_path / str(number)
        package.copy_tracked(TREE, folder)
        with (folder / "supervisor" / "bare" / "effects.py").open("a") as file:
            file.write(text)
        folders.append(package.digests(package.build(folder, epoch, "wheel")))
    for other in folders[1:]:
        with pytest.raises(package.Differs, match=r"stockade-.*\.whl"):
            package.same(folders[0], other, "they differ")


def test_a_file_that_only_one_build_has_is_a_difference() -> None:
    with pytest.raises(package.Differs, match="they differ: b"):
        package.same({"a": "1"}, {"a": "1", "b": "2"}, "they differ")


def test_the_wheel_holds_what_a_service_needs_and_no_tests(built: Path) -> None:
    names = set(zipfile.ZipFile(next(built.glob("*.whl"))).namelist())
    ours = {path.relative_to(TREE).as_posix() for path in (TREE / "supervisor" / "units").rglob("*") if path.is_file()}
    assert {name for name in ours if "__pycache__" not in name} <= names
    assert {f"supervisor/units/{name}" for name in ("system/stockade.service", "user/stockade.socket")} <= names
    assert "supervisor/py.typed" in names
    assert not [name for name in names if name.startswith(("tests/", "scripts/", "docs/")) or name.endswith(".pyc")]


def test_the_sdist_holds_what_the_tests_and_the_docs_need(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "tests/conftest.py", "docs/index.md", "scripts/package.py", "LICENSE"} <= names


def test_the_wheel_installs_and_runs_in_an_environment_of_its_own(built: Path, tmp_path: Path) -> None:
    home = tmp_path / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    python = home / "bin" / "python"
    options = ["--quiet", "--no-index", "--no-deps", "--no-compile", "--disable-pip-version-check"]
    wheel = next(built.glob("*.whl"))
    subprocess.run([sys.executable, "-m", "pip", "--python", python, "install", *options, wheel], check=True)
    (folder,) = (home / "lib").glob("python*/site-packages")
    # The dependencies are the test environment's own: fetching them again would say nothing more.
    (folder / "dependencies.pth").write_text("\n".join(site.getsitepackages()) + "\n")
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "COVERAGE"))}

    def said(*words: str) -> str:
        done = subprocess.run(
            [home / "bin" / words[0], *words[1:]], cwd="/", env=environ, capture_output=True, check=True
        )
        return done.stdout.decode()

    assert str(folder) in said("python", "-c", "import supervisor; print(supervisor.__file__)")
    assert said("stockade", "--version").startswith("stockade ")
    assert f"ExecStart={home}/bin/stockade serve" in said("stockade", "install-unit", "--print")
