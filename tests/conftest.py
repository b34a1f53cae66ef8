"""What tests of several subjects need: a plain user, a short state directory, leak checks, the official SDK's servers.

`scripts/test` prepares the real programs and names them in the environment; without it the tests that need them are
skipped with a reason. With CI=true a skip whose reason is not listed in tests/expected-skips.txt fails the run.
"""

from __future__ import annotations

import gc
import importlib.metadata
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest

import supervisor

PLAIN_USER = "stockade-test"
EXPECTED_SKIPS = Path(__file__).with_name("expected-skips.txt")
OF_ENGINES = tuple(Path(__file__).parent / "real" / name for name in ("docker", "scan"))
"""Folders whose tests bring up engines, or run scanners in containers."""


class PlainUser(NamedTuple):
    """A user without any privilege: made by root for the tests, or whoever runs them."""

    name: str
    uid: int
    gid: int
    home: Path

    def run(self, argv: Sequence[str | Path], *, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command to its end as this user, in its home unless told otherwise; output is kept as text."""
        become = {"user": self.uid, "group": self.gid, "extra_groups": []} if os.geteuid() == 0 else {}
        environment = {"HOME": str(self.home), "USER": self.name, "LOGNAME": self.name, "PATH": os.defpath}
        return subprocess.run(  # type: ignore[call-overload,no-any-return]  # **become has one type for all its values
            argv,
            cwd=cwd or self.home,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            **become,
        )


@pytest.fixture(scope="session")
def plain_user() -> PlainUser:
    """A user who is not root. Root makes `stockade-test` once and leaves it there; a plain user is one already."""
    entry = _made_by_root() if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    return PlainUser(entry.pw_name, entry.pw_uid, entry.pw_gid, Path(entry.pw_dir))


def _made_by_root() -> pwd.struct_passwd:
    if shutil.which("useradd") is None:
        pytest.skip("there is no useradd to make a plain user with")
    # two runs at once may both try: who comes second fails and finds the user there
    subprocess.run(["useradd", "--create-home", "--shell", "/bin/sh", PLAIN_USER], capture_output=True, check=False)
    try:
        return pwd.getpwnam(PLAIN_USER)
    except KeyError:
        pytest.skip(f"useradd could not make the user {PLAIN_USER}")


class PlainPython(NamedTuple):
    """An interpreter that the plain user may execute, and our package with all it needs where that user may read it."""

    python: Path
    packages: Path
    """The folder to put on PYTHONPATH."""

    def reachable(self, file: Path) -> Path:
        """A copy of one file (a program of the tests, say) that the plain user can read."""
        copy = self.packages / file.name
        shutil.copyfile(file, copy)
        copy.chmod(0o755)
        return copy


@pytest.fixture(scope="session")
def plain_python(plain_user: PlainUser) -> Iterator[PlainPython]:
    """Our package for the plain user, wherever the tree and its environment lie: root's home is closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="st-", dir="/tmp"))
    folder.chmod(0o755)
    shutil.copytree(
        next(iter(supervisor.__path__)), folder / "supervisor", ignore=shutil.ignore_patterns("__pycache__")
    )
    for name in _needed("stockade"):
        for file in importlib.metadata.files(name) or ():
            if ".." not in file.parts and file.suffix in (".py", ".so"):
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file.locate(), folder / file)
    check = f"import sys; sys.path.insert(0, {str(folder)!r}); import trio, msgspec, supervisor"
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"  # msgspec is compiled for this version only
    for python in (
        sys.executable,
        os.path.realpath(sys.executable),
        f"/usr/bin/{version}",
        f"/usr/local/bin/{version}",
    ):
        with suppress(OSError):
            if plain_user.run([python, "-c", check]).returncode == 0:
                yield PlainPython(Path(python), folder)
                break
    else:
        shutil.rmtree(folder)
        pytest.skip(f"the plain user may execute no {version} here")
    shutil.rmtree(folder, ignore_errors=True)


def _needed(name: str) -> set[str]:
    """A distribution's dependencies, and theirs, as far as they are installed; without itself."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for requirement in importlib.metadata.requires(waiting.pop()) or ():
            word = re.match(r"[\w.-]+", requirement)
            if word and "extra ==" not in requirement and word[0] not in found and _is_installed(word[0]):
                found.add(word[0])
                waiting.append(word[0])
    return found


def _is_installed(name: str) -> bool:
    return next(iter(importlib.metadata.distributions(name=name)), None) is not None


@pytest.fixture
def root() -> None:
    """Skip unless root runs the tests."""
    if os.geteuid() != 0:
        pytest.skip("needs root")


@pytest.fixture
def state_dir() -> Iterator[Path]:
    """A private directory with a short path: a unix socket's path has room for 107 bytes, and tmp_path is long."""
    path = Path(tempfile.mkdtemp(prefix="st-", dir="/tmp"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def no_leaks() -> Iterator[None]:
    """Fail the test if it leaves open files or child processes behind. Ask for it with `usefixtures`."""
    gc.collect()
    files, children = open_files(), child_processes()
    yield
    gc.collect()
    left = [f"open file {number} -> {target}" for number, target in open_files() - files]
    left += [f"child process {pid}: {command}" for pid, command in child_processes() - children]
    assert not left, "the test left behind:\n" + "\n".join(sorted(left))


def open_files() -> set[tuple[int, str]]:
    """Every open file descriptor of this process and what it is (macOS: nothing is known)."""
    found = set()
    for entry in _entries(Path("/proc/self/fd")):
        try:
            found.add((int(entry.name), os.readlink(entry)))
        except FileNotFoundError:  # the descriptor that was reading the folder itself
            continue
    return found


def child_processes() -> set[tuple[int, str]]:
    """Every direct child of this process, zombies too, with its command line (macOS: nothing is known)."""
    found: set[tuple[int, str]] = set()
    for task in _entries(Path("/proc/self/task")):
        try:
            pids = (task / "children").read_text().split()
        except (FileNotFoundError, ProcessLookupError):  # a thread that ended meanwhile
            continue
        found.update((int(pid), _command_line(pid)) for pid in pids)
    return found


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.exists() else []


def _command_line(pid: str) -> str:
    try:
        return Path("/proc", pid, "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except (FileNotFoundError, ProcessLookupError):
        return "(gone)"


def _from_environment(name: str) -> Path:
    value = os.environ.get(name)
    if not value:
        pytest.skip(f"{name} is not set: scripts/test prepares it")
    return Path(value)


@pytest.fixture(scope="session")
def docker_host() -> str:
    """The address of the engine that all tests share. No test pauses, kills or empties it; for that, private_engine."""
    value = os.environ.get("STOCKADE_TEST_DOCKER_HOST")
    if not value:
        pytest.skip("STOCKADE_TEST_DOCKER_HOST is not set: scripts/test prepares it")
    return value


@pytest.fixture
def sdk1_python() -> Path:
    """A Python with the official MCP SDK 1.x (the handshake era) and trio."""
    return _from_environment("STOCKADE_TEST_SDK1")


@pytest.fixture
def sdk2_python() -> Path:
    """A Python with the official MCP SDK 2.x (the stateless era), trio and mcp-server-time."""
    return _from_environment("STOCKADE_TEST_SDK2")


@pytest.fixture
def uvx() -> Path:
    """The program uvx."""
    return _from_environment("STOCKADE_TEST_UVX")


@pytest.fixture
def scanners() -> Path:
    """A folder with an environment for each scanner that is a plugin: semgrep, bandit, guarddog, Cisco's."""
    return _from_environment("STOCKADE_TEST_SCANNERS")


@pytest.fixture
def npx() -> Path:
    """The program npx. Its cache, warmed with the servers the tests use, is STOCKADE_TEST_NPM_CACHE."""
    return _from_environment("STOCKADE_TEST_NPX")


@pytest.hookimpl(tryfirst=True)  # before pytest chooses by markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run cheap tests first: what runs real programs comes last. Mark what uses or disturbs a Docker engine."""
    items.sort(key=lambda item: item.get_closest_marker("real") is not None)
    for item in items:
        uses = "docker_host" in getattr(item, "fixturenames", ())
        if uses or any(folder in item.path.parents for folder in OF_ENGINES):
            item.add_marker("engine")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With CI=true, fail a run in which something was skipped that was not expected to be."""
    if os.environ.get("CI") != "true" or session.exitstatus != pytest.ExitCode.OK:
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    assert reporter is not None
    unexpected = sorted(
        {reason for reason in map(_reason, reporter.stats.get("skipped", [])) if reason not in _expected()}
    )
    if unexpected:
        reporter.write_line("skipped, and not listed in tests/expected-skips.txt:\n  " + "\n  ".join(unexpected))
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _reason(report: pytest.TestReport) -> str:
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ")


def _expected() -> set[str]:
    return {line for line in EXPECTED_SKIPS.read_text().splitlines() if line and not line.startswith("#")}
