"""The folder that a plugin is given: a copy of the server's source with `tools.json` in it, and a place for its report.

A copy, because the original may change under the scanner's eyes, and may lie where no plugin is to reach. Only regular
files are copied, opened without following a link; what others depend on (`node_modules`, …) is no source of this
server; and files by which a source would tell a scanner where not to look are left out.

    FOLDER/source    what is looked at (`/scan/source` in a container)
    FOLDER/rules     rules of ours
    FOLDER/own       the plugin's own folder: its empty home, and the one to write its report to (`/scan/report`)
"""

from __future__ import annotations

import os
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from secrets import token_hex

from msgspec import Struct

from supervisor.scan.plugins.results import LARGEST_OUTPUT_BYTES, OutputError

MOST_FILES = 20_000
MOST_BYTES = 64 * 1024 * 1024
LARGEST_FILE_BYTES = 5 * 1024 * 1024
"""What is larger is data; semgrep and GuardDog leave far smaller files out by themselves."""
STALE_S = 3600.0
"""What is older was left by a run that was killed: no plugin takes so long."""
DEPENDENCIES = frozenset({"node_modules", ".git", ".hg", ".svn", ".tox", ".nox"})
ENVIRONMENTS = frozenset({".venv", "venv", "env"})
CACHES = frozenset({"__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"})
DIRECTIVES = frozenset({
    ".bandit", ".semgrepignore", ".semgrep.yml", ".gitignore", ".trivyignore", ".trivyignore.yaml", "trivy.yaml",
    "trivy-secret.yaml", ".gitleaksignore",
})  # fmt: skip
RULES = Path(__file__).with_name("rules")
_Identity = tuple[int, int]
"""Device and inode of a folder."""


class Stage(Struct, frozen=True):
    """One prepared folder."""

    folder: Path
    left_out: tuple[str, ...] = ()
    """What of the source was not copied, for people."""
    names: frozenset[str] = frozenset()
    """Of the files that were."""
    digest: str = ""
    """SHA-256 over all that a plugin finds in it, and over what was left out."""

    def has(self, suffixes: tuple[str, ...]) -> bool:
        """Whether the source has a file whose name ends so."""
        return any(name.endswith(suffixes) for name in self.names)

    @property
    def source(self) -> Path:
        return self.folder / "source"

    @property
    def rules(self) -> Path:
        return self.folder / "rules"

    @property
    def own(self) -> Path:
        return self.folder / "own"

    @property
    def report(self) -> Path:
        return self.own / "report"


class UnfitError(Exception):
    """The source has more files or bytes than are looked at, or none; the text says so."""


def prepare(around: Path, source: str, only: str, tools: bytes) -> Stage:
    """Make a new folder in `around`; `source` may be empty, `only` names the one file of it that is meant.

    Raises: UnfitError; OSError.
    """
    around.mkdir(mode=0o700, exist_ok=True)
    _sweep(around)
    stage = Stage(around / token_hex(8))
    stage.folder.mkdir(mode=0o700)
    try:
        copied = _fill(stage, source, only, tools)
    except BaseException:
        discard(stage)
        raise
    return Stage(stage.folder, copied.left_out, copied.names, _digest(copied, tools))


def discard(stage: Stage) -> None:
    """Take it away; what cannot be removed is left for the sweep."""
    shutil.rmtree(stage.folder, ignore_errors=True)


def report_in(folder: Path, name: str) -> bytes:
    """The report that a plugin has left under this name, which it chose itself: a file, and no larger than is read.

    Raises: OutputError.
    """
    try:
        descriptor = os.open(folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise OutputError("it wrote no report") from None
    except OSError as error:
        raise OutputError(f"its report cannot be opened: {error.strerror}") from None
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OutputError("its report is no file")
        if found.st_size > LARGEST_OUTPUT_BYTES:
            raise OutputError(f"its report has {found.st_size} bytes, more than {LARGEST_OUTPUT_BYTES // 2**20} MiB")
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(LARGEST_OUTPUT_BYTES + 1)
    finally:
        os.close(descriptor)


class _Copied(Struct, frozen=True):
    left_out: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()
    files: tuple[tuple[str, bytes], ...] = ()
    """Each with the SHA-256 of its content."""


def _digest(copied: _Copied, tools: bytes) -> str:
    ours = sorted((path.name, sha256(path.read_bytes()).digest()) for path in RULES.iterdir() if path.is_file())
    seen = (ours, sorted(copied.files), sha256(tools).digest(), copied.left_out)
    return sha256(repr(seen).encode("utf-8", "surrogateescape")).hexdigest()


def _fill(stage: Stage, source: str, only: str, tools: bytes) -> _Copied:
    for folder in (stage.source, stage.own):
        folder.mkdir(mode=0o755)
    stage.report.mkdir()
    stage.report.chmod(0o777)  # in a container it may be another user who writes; nobody else passes the folder above
    stage.source.chmod(0o755)
    shutil.copytree(RULES, stage.rules)
    # A state directory may lie within the source: what is copied is not copied again, nor is what else we keep there.
    ours = frozenset(_identity(folder) for folder in (stage.folder.parent, stage.folder.parent.parent))
    copied = _copy(source, only, stage.source, ours) if source else _Copied()
    (stage.source / ".semgrepignore").write_bytes(b"")  # its own list leaves tests out
    target = stage.source / "tools.json"
    target.unlink(missing_ok=True)
    target.write_bytes(tools)
    target.chmod(0o644)
    return copied


def _copy(source: str, only: str, target: Path, ours: frozenset[_Identity]) -> _Copied:
    files = size = left_out = 0
    folders: set[str] = set()
    copied: dict[str, bytes] = {}
    for path, name, folder in _walk(source, only, folders, ours):
        data = _content(name, folder)
        if data is None:
            left_out += 1
            continue
        files, size = files + 1, size + len(data)
        copied[f"{path}/{name}"] = sha256(data).digest()
        if files > MOST_FILES or size > MOST_BYTES:
            bounds = f"{MOST_FILES} files or {MOST_BYTES // 2**20} MiB"
            raise UnfitError(f"its source has more than {bounds}")
        place = target / path / name
        place.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        place.write_bytes(data)
        place.chmod(0o644)
    if not files:
        raise UnfitError("there is no file in its source that could be looked at")
    notes = [f"{left_out} files were too large to be looked at, or are none"] if left_out else []
    notes += [f"what is in {name} was not looked at" for name in sorted(folders)]
    names = frozenset(path.rpartition("/")[2] for path in copied)
    return _Copied(tuple(notes), names, tuple(copied.items()))


def _walk(source: str, only: str, left_out: set[str], ours: frozenset[_Identity]) -> Iterator[tuple[str, str, int]]:
    """Each file with the folder that it is in, relative and as a descriptor; adds the folders that are left out."""
    for path, folders, names, descriptor in os.fwalk(source, follow_symlinks=False):
        others = [] if only else [name for name in folders if _is_of_others(name, descriptor, ours)]
        left_out.update(name for name in others if name not in CACHES)
        folders[:] = [] if only else sorted(set(folders).difference(others))
        for name in sorted(names):
            if name == only or (not only and name not in DIRECTIVES):
                yield os.path.relpath(path, source), name, descriptor


def _identity(path: str | Path, folder: int | None = None) -> _Identity:
    found = os.stat(path, dir_fd=folder, follow_symlinks=False)
    return found.st_dev, found.st_ino


def _is_of_others(name: str, folder: int, ours: frozenset[_Identity]) -> bool:
    """Whether a folder holds what the server depends on, or what we keep; a mere name makes no environment."""
    with suppress(OSError):
        if _identity(name, folder) in ours:
            return True
    if name in ENVIRONMENTS:
        with suppress(OSError):
            return stat.S_ISREG(os.stat(f"{name}/pyvenv.cfg", dir_fd=folder, follow_symlinks=False).st_mode)
        return False
    return name in DEPENDENCIES or name in CACHES


def _content(name: str, folder: int) -> bytes | None:
    with suppress(OSError):
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
        try:
            found = os.fstat(descriptor)
            if stat.S_ISREG(found.st_mode) and found.st_size <= LARGEST_FILE_BYTES:
                with open(descriptor, "rb", closefd=False) as file:
                    data = file.read(LARGEST_FILE_BYTES + 1)
                return data if len(data) <= LARGEST_FILE_BYTES else None
        finally:
            os.close(descriptor)
    return None


def _sweep(around: Path) -> None:
    for entry in os.scandir(around):
        with suppress(OSError):
            if time.time() - entry.stat(follow_symlinks=False).st_mtime > STALE_S:
                shutil.rmtree(entry.path, ignore_errors=True)
