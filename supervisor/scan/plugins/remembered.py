"""What a plugin found is remembered: a look at the same, by the same, with the same rules, would find the same.

One file below the state directory for each server and plugin. It counts for one key only, a digest over all that the
look depended on: the manifest, the program with the packages around it, our own rules and version, what the program
gets of our environment, and every byte of the folder that it looked at. What cannot be seen so (an update behind a
wrapper) is bounded by time. A damaged file is as good as none. Whoever may write there may approve as well: no
sandboxed server can.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path
from secrets import token_hex

import msgspec
from msgspec import Struct

from supervisor.scan.plugins.inputs import Ran
from supervisor.scan.plugins.manifests import Plugin
from supervisor.scan.plugins.staging import Stage

FOLDER = "looks"
"""Below the state directory."""
LONGEST_S = 86400.0
"""After a day a look is done anew, whatever its key says."""
MOST_BYTES = 4 * 1024 * 1024
"""Of one file: 1,000 findings (results.MOST_FINDINGS) of a few KiB each. What is more is not remembered."""
MOST_ENTRIES = 20_000
"""Files and folders of what a manifest says that its program reads; past them nothing is remembered."""
_LEVELS_UP = 3
"""How far above a program its package.json is looked for."""


class Kept(Struct, frozen=True):
    """One look, as it stands in a file."""

    key: str
    at: float
    """Seconds since the epoch."""
    ran: Ran


class Memory:
    """The looks of one state directory. Blocks as long as the disk does; never raises."""

    def __init__(self, folder: Path, version: str) -> None:
        """`version` is our own: what is read out of a report may be another with the next one."""
        self._folder = folder
        self._version = version

    def key(self, plugin: Plugin, stage: Stage, program: str, environment: Mapping[str, str]) -> str | None:
        """What a native look depends on, as one digest; None if that cannot be told."""
        if plugin.needs_network or plugin.needs_key or "image" in plugin.inputs:  # they ask what changes elsewhere
            return None
        parts: list[object] = [self._version, msgspec.to_builtins(plugin), stage.digest, sorted(environment.items())]
        try:
            parts.append([*_around(program), *_named(plugin)])
            return sha256(msgspec.json.encode(parts, order="deterministic")).hexdigest()
        except (OSError, ValueError):  # it cannot be read, or has no place in JSON
            return None

    def recall(self, server: str, plugin: Plugin, key: str) -> Ran | None:
        """What a look with this key found, with the time of that look in its report; None if nobody knows."""
        try:
            descriptor = os.open(
                self._path(server, plugin.id), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            )
            with open(descriptor, "rb") as file:
                kept = msgspec.json.decode(file.read(MOST_BYTES + 1), type=Kept)
        except (OSError, ValueError):
            return None
        if kept.key != key or not 0 <= time.time() - kept.at <= LONGEST_S:
            return None
        at = datetime.fromtimestamp(kept.at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return Ran(msgspec.structs.replace(kept.ran.report, looked_at=at), kept.ran.findings)

    def keep(self, server: str, plugin: Plugin, key: str, ran: Ran) -> None:
        """Remember what a look with this key found, in place of an earlier one; a look that failed is none."""
        if ran.report.state != "ok":
            return
        with suppress(OSError, ValueError):
            data = msgspec.json.encode(Kept(key, time.time(), ran))
            if len(data) > MOST_BYTES:
                return
            self._folder.mkdir(mode=0o700, exist_ok=True)
            self._sweep()
            fresh = self._folder / f"{token_hex(8)}.new"
            with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
                file.write(data)
            fresh.replace(self._path(server, plugin.id))

    def forget(self, server: str, plugins: Iterable[str]) -> None:
        """Have the next look of these plugins at a server be one."""
        for plugin in plugins:
            with suppress(OSError):
                self._path(server, plugin).unlink()

    def _path(self, server: str, plugin: str) -> Path:
        name = sha256(f"{server}\0{plugin}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
        return self._folder / f"{name}.json"

    def _sweep(self) -> None:
        """Take away what does not count any more, and what a writer that was killed has left."""
        for entry in os.scandir(self._folder):
            with suppress(OSError):
                if time.time() - entry.stat(follow_symlinks=False).st_mtime > LONGEST_S:
                    os.unlink(entry.path)


def _around(program: str) -> Iterator[object]:
    """A program with the packages of the environment that it is in: their names hold their versions."""
    real = os.path.realpath(program)
    for path in dict.fromkeys((program, real)):
        yield _seen(path)
        for library in sorted(Path(path).parent.parent.glob("lib/python3*/site-packages")):
            yield sorted(name for name in os.listdir(library) if name.endswith((".dist-info", ".egg-info", ".pth")))
    for folder in islice(Path(real).parents, _LEVELS_UP):
        if (folder / "package.json").is_file():
            yield _seen(str(folder / "package.json"))


def _named(plugin: Plugin) -> Iterator[object]:
    """The files and folders that a manifest names. Raises: OSError, also if they are more than are looked at."""
    entries = 0
    for word in (*plugin.command[1:], *plugin.read_only):
        if word.startswith("/") and os.path.exists(word):
            for path in _below(word):
                entries += 1
                if entries > MOST_ENTRIES:
                    raise OSError("there is too much to be looked at")
                yield _seen(path)


def _below(path: str) -> Iterator[str]:
    yield path
    for folder, folders, files in os.walk(path):
        folders.sort()
        yield from (os.path.join(folder, name) for name in sorted((*folders, *files)))


def _seen(path: str) -> tuple[str, int, int, int, int]:
    """What changes with a file: a time of change (ctime) nobody can set back."""
    found = os.stat(path)
    return path, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
