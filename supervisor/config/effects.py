"""Reading a config from the world: its file or stdin, and the files and credentials that it refers to."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from supervisor.config.documents import Document, located, parse
from supervisor.config.interpolation import Missing
from supervisor.config.rules import asks_for_engine, resolve
from supervisor.config.specs import Config, Facts
from supervisor.errors import ConfigError, FileUnreadable, NotParseable
from supervisor.escaping import printable

LARGEST_CONFIG_BYTES = 16 * 1024 * 1024
"""A config of that size is a mistake in the path; reading stops there."""
LARGEST_SECRET_BYTES = 1024 * 1024
"""The kernel takes no longer argument or variable (128 KiB each), so a longer file is no secret."""
EDITOR_FOLDERS = (".vscode", ".cursor")
"""Folders of a workspace in which editors keep their config."""

AskEngine = Callable[[Facts, Mapping[str, str]], Facts]
"""Finds out whether an engine answers, in this environment, and puts it to the other facts. It may take seconds."""


def load(
    path: str | Path | None, *, environ: Mapping[str, str], facts: Facts, ask_engine: AskEngine | None = None
) -> Config:
    """Read a config; `-` is stdin, None is the user's own file. Raises ConfigError if it is unusable as a whole.

    `ask_engine` is called only if the mode of a server depends on it.
    """
    chosen = default_path(environ) if path is None else str(path)
    name = "stdin" if chosen == "-" else printable(chosen)
    text = _text(_content(chosen, name), name)
    file = Path.cwd() / ("stdin" if chosen == "-" else chosen)
    document = parse(text, name, str(file.parent))
    if isinstance(document, NotParseable):
        raise ConfigError(document)
    lookup = Surroundings(environ, file, environ.get("HOME", ""))
    return _resolved(document, lookup, facts, ask_engine)


def adopt(
    tree: Mapping[str, Any], *, environ: Mapping[str, str], facts: Facts, ask_engine: AskEngine | None = None
) -> Config:
    """Take a config that is in memory already, for embedding programs. Raises ConfigError like load."""
    document = Document(tree={str(key): _plain(value) for key, value in tree.items()}, folder=str(Path.cwd()))
    lookup = Surroundings(environ, Path.cwd() / "config", environ.get("HOME", ""))
    return _resolved(document, lookup, facts, ask_engine)


def _resolved(document: Document, lookup: Surroundings, facts: Facts, ask_engine: AskEngine | None) -> Config:
    """Resolve it as if there were no engine; only if that mattered to a server, ask, and resolve it again."""
    config = resolve(document, lookup=lookup, facts=facts, home=lookup.home)
    if ask_engine is not None and asks_for_engine(config):
        config = resolve(document, lookup=lookup, facts=ask_engine(facts, lookup.environ), home=lookup.home)
    return replace(config, files=tuple(sorted({path for path in lookup.read if "\0" not in path})))


def _plain(value: Any) -> Any:
    """What a program builds by hand, as a file would have it: tuples as lists, paths as texts."""
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def default_path(environ: Mapping[str, str]) -> str:
    """$STOCKADE_CONFIG, else config.json or config.toml in the user's own folder for stockade."""
    if environ.get("STOCKADE_CONFIG"):
        return environ["STOCKADE_CONFIG"]
    own = environ.get("XDG_CONFIG_HOME") or str(Path(environ.get("HOME") or "/") / ".config")
    folder = Path(own) / "stockade"
    toml = folder / "config.toml"
    return str(toml if toml.is_file() else folder / "config.json")


def _content(path: str, name: str) -> bytes:
    try:
        if path == "-":
            return sys.stdin.buffer.read(LARGEST_CONFIG_BYTES)
        with Path(path).open("rb") as file:
            return file.read(LARGEST_CONFIG_BYTES)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ConfigError(FileUnreadable(place=name, reason=printable(reason))) from None


def _text(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        position = (before.count(b"\n") + 1, len(before[before.rfind(b"\n") + 1 :].decode()) + 1)
        raise ConfigError(NotParseable(place=located(name, position), reason="this is not UTF-8 text")) from None


class Surroundings(Struct, frozen=True):
    """Where the values of references come from: variables, files, credentials, and the place of the config itself."""

    environ: Mapping[str, str]
    config: Path
    """The config file, absolute; it need not exist."""
    home: str
    read: list[str] = []
    """Every file that was asked for, also one that is not there."""

    def variable(self, name: str) -> str | None:
        """A variable of our own environment."""
        return self.environ.get(name)

    def editor(self, name: str) -> str | None:
        """What VS Code and Cursor put in by themselves, as far as the place of the config tells it."""
        folder = self.config.parent
        workspace = (
            folder.parent if folder.name in EDITOR_FOLDERS else folder if self.config.name == ".mcp.json" else None
        )
        known = {"/": os.sep, "pathSeparator": os.sep, "userHome": self.home or None}
        if workspace:
            known |= {"workspaceFolder": str(workspace), "workspaceFolderBasename": workspace.name}
        return known.get(name)

    def file(self, path: str) -> str | Missing:
        """The text of a file without the newline at its end; a relative path is relative to the config."""
        is_home = path.startswith("~/") and bool(self.home)
        found = Path(self.home, path[2:]) if is_home else self.config.parent / path
        self.read.append(str(found))
        return _secret_text(found)

    def credential(self, name: str) -> str | Missing:
        """A credential that the service manager handed over."""
        folder = self.environ.get("CREDENTIALS_DIRECTORY")
        if not folder:
            return Missing("no service manager handed credentials over ($CREDENTIALS_DIRECTORY is not set)")
        return Missing("it names no credential") if name in {".", ".."} else _secret_text(Path(folder, name))


def _secret_text(path: Path) -> str | Missing:
    try:
        content = _regular_content(path)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = error.strerror if isinstance(error, OSError) else None
        return Missing(reason or "there is no such path")
    if content is None or len(content) > LARGEST_SECRET_BYTES:
        return Missing("it is not a regular file" if content is None else "it is too long to be a secret")
    try:
        return content.decode("utf-8").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        return Missing("it is not UTF-8 text")


def _regular_content(path: Path) -> bytes | None:
    """What a regular file holds; None for anything else. A named pipe that nobody writes to does not hold up."""
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        return os.read(fd, LARGEST_SECRET_BYTES + 1) if stat.S_ISREG(os.fstat(fd).st_mode) else None
    finally:
        os.close(fd)
