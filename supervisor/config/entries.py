"""The keys of a server's entry that belong to the clients: what to run, with which arguments, variables and folder."""

from __future__ import annotations

import json
import re
from typing import Any

from msgspec import Struct

from supervisor.config.interpolation import Lookup, Reference, Resolved, interpolate
from supervisor.config.notes import Notes
from supervisor.config.paths import Path, fits_kernel, is_encodable
from supervisor.config.redact import looks_secret, secrets_in, worth_masking
from supervisor.config.schema import IsolationBlock, SupervisionBlock
from supervisor.config.shapes import Entry
from supervisor.config.specs import UnusedKey
from supervisor.config.suggest import nearest
from supervisor.errors import CommandHasBlanks, CommandMissing, KeyConflict, SecretArgument, Unresolved
from supervisor.escaping import printable

KNOWN = ("name", "command", "args", "env", "cwd", "working_dir", "type", "protocol", "url", "enabled", "disabled",
         "isolation", "stockade")  # fmt: skip
REMOTE_PROTOCOLS = ("http", "sse", "streamable-http", "streamablehttp", "ws", "websocket")
URL_KEYS = ("url", "serverUrl", "httpUrl")
AMBIGUOUS = frozenset({"enabled", "timeout", "working_dir"})
"""Keys of our blocks that other programs write straight into a server, with a meaning of their own."""


class Reader(Struct, frozen=True):
    """Reads texts of one entry: puts values in for references, and remembers the secrets that came in."""

    notes: Notes
    lookup: Lookup | None
    """None takes every text as it is."""
    folder: str
    home: str
    secrets: list[str]

    def text(self, value: Any, path: Path) -> str | None:
        """The text without references; None, with a problem noted, if there is none."""
        if not isinstance(value, str):
            self.notes.wrong(path, "it is not a text", "a text in quotes")
            return None
        found = interpolate(value, self.lookup) if self.lookup else Resolved(value)
        if isinstance(found, Reference):
            place, problems = self.notes.place(path), self.notes.problems
            problems.append(Unresolved(place=place, reference=found.written, reason=found.reason))
            return None
        if not fits_kernel(found.text):
            self.notes.wrong(path, "it holds a NUL or a lone surrogate", "a text that a program can be given")
            return None
        self.secrets.extend(found.secrets)
        if path[-2:-1] == ("args",) and (exposed := [name for name in found.sources if _is_secret_reference(name)]):
            self.notes.warnings.append(SecretArgument(place=self.notes.place(path), reference=exposed[0]))
        return found.text

    def absolute(self, value: Any, path: Path) -> str | None:
        """The text as an absolute path: `~` is the home folder, and relative to the config is relative."""
        text = self.text(value, path)
        if text is None:
            return None
        is_home = text == "~" or text.startswith("~/")
        if not text or not is_encodable(text) or (is_home and not self.home):
            reason = "HOME is not set" if is_home else "it is not UTF-8" if text else "the path is empty"
            self.notes.wrong(path, reason, "an absolute path")
            return None
        if text.startswith("/"):
            return text
        return self.home + text[1:] if is_home else f"{self.folder.rstrip('/')}/{text.removeprefix('./')}"


def _is_secret_reference(written: str) -> bool:
    return written.startswith(("${file:", "${cred:")) or looks_secret(written)


class Program(Struct, frozen=True, kw_only=True):
    """What to run."""

    command: str
    args: tuple[str, ...]
    cwd: str | None
    env: dict[str, str]
    unset: tuple[str, ...]
    secrets: tuple[str, ...]


def is_enabled(entry: Entry) -> bool:
    """Whether the server is to be started, by `enabled` or `disabled`; if they contradict each other, loudly."""
    claims: dict[str, bool] = {}
    for key in ("enabled", "disabled"):
        value = entry.value.get(key)
        if isinstance(value, bool):
            claims[key] = value if key == "enabled" else not value
        elif value is not None:
            entry.notes.wrong((*entry.path, key), "it is neither true nor false", "true or false")
    if len(set(claims.values())) > 1:
        place = entry.notes.place((*entry.path, "disabled"))
        entry.notes.problems.append(KeyConflict(place=place, key="disabled", other="enabled"))
    return any(claims.values()) if claims else True


def remote_url(entry: Entry) -> tuple[str, str] | None:
    """Protocol and URL of a remote server; None if the server is one to run. The named protocol decides, if any is."""
    url = next((entry.value[key] for key in URL_KEYS if isinstance(entry.value.get(key), str) and entry.value[key]), "")
    named = str(entry.value.get("protocol") or entry.value.get("type") or "").lower()
    if named in REMOTE_PROTOCOLS or (url and named != "stdio" and not entry.value.get("command")):
        return named or "http", without_secrets(url)
    return None


def without_secrets(url: str) -> str:
    """The URL without user name, password, query and fragment."""
    return re.sub(r"//[^/@]*@", "//", re.split(r"[?#]", url)[0])


def program(entry: Entry, reader: Reader) -> Program | None:
    """What the entry says is to be run; None, with problems noted, if that cannot be told."""
    before = len(entry.notes.problems)
    command = _command(entry, reader)
    args = _args(entry, reader)
    env, unset = _env(entry, reader)
    cwd = _cwd(entry, reader)
    if command is None or len(entry.notes.problems) > before:
        return None
    secrets = worth_masking([*reader.secrets, *secrets_in(env, args)])
    return Program(command=command, args=args, cwd=cwd, env=env, unset=unset, secrets=secrets)


def _command(entry: Entry, reader: Reader) -> str | None:
    path = (*entry.path, "command")
    if entry.value.get("command") in (None, ""):
        entry.notes.problems.append(CommandMissing(place=entry.notes.place(entry.path)))
        return None
    text = reader.text(entry.value["command"], path)
    if text is not None and not text.strip():
        entry.notes.wrong(path, "the command is blank", "the program's name or path")
        return None
    if text and re.search(r"\s", text) and "/" not in text.split()[0]:
        entry.notes.warnings.append(CommandHasBlanks(place=entry.notes.place(path)))
    return reader.absolute(entry.value["command"], path) if text and text.startswith(("./", "../", "~/")) else text


def _args(entry: Entry, reader: Reader) -> tuple[str, ...]:
    path = (*entry.path, "args")
    value = entry.value.get("args")
    if value is None:
        return ()
    if not isinstance(value, list):
        entry.notes.wrong(path, "the arguments are not a list", 'a list of texts: "args": ["-y", "package"]')
        return ()
    return tuple(reader.text(part, (*path, position)) or "" for position, part in enumerate(value))


def _env(entry: Entry, reader: Reader) -> tuple[dict[str, str], tuple[str, ...]]:
    """The variables to set, and those to take away."""
    path = (*entry.path, "env")
    value = entry.value.get("env")
    if not isinstance(value, dict):
        if value is not None:
            entry.notes.wrong(path, "the variables are not an object", 'an object: "env": {"NAME": "value"}')
        return {}, ()
    env: dict[str, str] = {}
    for name, part in value.items():
        if not name or "=" in name or not fits_kernel(name):
            entry.notes.wrong((*path, name), "it is not a variable's name", "a name without = and NUL")
        elif part is not None and (text := _variable(part, (*path, name), reader)) is not None:
            env[name] = text
    return env, tuple(name for name, part in value.items() if part is None)


def _variable(value: Any, path: Path, reader: Reader) -> str | None:
    """Numbers and truth values become the text that JSON has for them: editors accept those."""
    return json.dumps(value) if isinstance(value, bool | int | float) else reader.text(value, path)


def _cwd(entry: Entry, reader: Reader) -> str | None:
    named = [key for key in ("cwd", "working_dir") if entry.value.get(key) not in (None, "")]
    if not named:
        return None
    if len(named) == 2 and entry.value["cwd"] != entry.value["working_dir"]:
        place = entry.notes.place((*entry.path, "working_dir"))
        entry.notes.problems.append(KeyConflict(place=place, key="working_dir", other="cwd"))
    return reader.absolute(entry.value[named[0]], (*entry.path, named[0]))


def unused_keys(entry: Entry) -> tuple[UnusedKey, ...]:
    """Keys that mean nothing to us; a warning is noted where something seems to be expected of one."""
    unused = [key for key in entry.value if key not in KNOWN and key not in URL_KEYS]
    for key in unused:
        if reason := _expectation(key, entry.value[key]):
            entry.notes.ignored((*entry.path, key), reason)
    return tuple(
        UnusedKey(key=printable(key), place=entry.notes.place((*entry.path, key)), server=entry.name) for key in unused
    )


def _expectation(key: str, value: Any) -> str | None:
    """What somebody who wrote that key into a server may have expected of it."""
    for block, where in ((IsolationBlock, "isolation"), (SupervisionBlock, "stockade")):
        if key in block.__struct_fields__ and key not in AMBIGUOUS:
            return f"it belongs into the server's `{where}` block"
    if key == "quarantined":
        return "a quarantine of mcpproxy is not taken over" if value else None
    if key == "envFile":
        return "files of variables are not read; name the variables in `env`"
    meant = nearest(key, KNOWN, cutoff=0.8)
    return f"did you mean {meant!r}?" if meant else None
