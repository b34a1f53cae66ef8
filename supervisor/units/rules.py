"""What `install-unit` writes, where, and what it may replace: all of it decided from texts and paths.

The last line of each file is a digest of the lines above it. By that a file as stockade wrote it, however old, is told
from one that somebody has changed since.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from difflib import unified_diff
from posixpath import join
from typing import Literal

from msgspec import Struct

Scope = Literal["system", "user"]

SEAL = "# As stockade wrote it: sha256 "
SEAL_DIGITS = 32
"""Digits of the digest that are kept: enough to see a change, which is all it is for."""
HIDDEN = ("/home", "/root", "/run/user", "/tmp", "/var/tmp")  # noqa: S108 - named, not used
"""What the system's unit does not show its service (ProtectHome=, PrivateTmp=)."""
PLACES: Mapping[Scope, tuple[tuple[str, str], ...]] = {
    "system": (
        ("system/sysusers.conf", "/etc/sysusers.d/stockade.conf"),
        ("system/tmpfiles.conf", "/etc/tmpfiles.d/stockade.conf"),
        ("system/stockade.socket", "/etc/systemd/system/stockade.socket"),
        ("system/stockade.service", "/etc/systemd/system/stockade.service"),
    ),
    "user": (
        ("user/stockade.socket", "systemd/user/stockade.socket"),
        ("user/stockade.service", "systemd/user/stockade.service"),
    ),
}
"""Templates, and where each belongs: for a user, below the folder of configurations."""
CATALOG = "/usr/local/lib/systemd/catalog/stockade.catalog"
"""Where journald looks for what message ids mean."""
USER = "stockade"
"""User and group of the machine's service."""
CONFIG = "/etc/stockade/config.json"
"""The configuration of the machine's service."""
PLAIN = re.compile(r"[A-Za-z0-9_@+=:,./-]+")


class Values(Struct, frozen=True, kw_only=True):
    """What a template's places are filled with."""

    program: tuple[str, ...]
    """The command `stockade`, as absolute words."""
    config: str
    state: str = ""
    """State directory of a user's own service."""


class File(Struct, frozen=True, kw_only=True):
    """One file to be there."""

    path: str
    text: str


Standing = Literal["missing", "same", "older", "changed"]


def quoted(words: Sequence[str]) -> str:
    """Words of a command line as systemd reads it: quoted, with its specifiers and variables taken literally."""
    return " ".join(_quoted(word) for word in words)


def _quoted(word: str) -> str:
    literal = word.replace("%", "%%").replace("$", "$$")
    if PLAIN.fullmatch(word):
        return literal
    return '"' + literal.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def filled(template: str, values: Values) -> str:
    """The template with its places filled in."""
    places = {
        "@PROGRAM@": quoted(values.program),
        "@CONFIG@": quoted((values.config,)),
        "@STATE@": quoted((values.state,)),
        "@SOCKET@": join(values.state, "control.sock").replace("%", "%%"),
    }
    return re.sub("@(?:PROGRAM|CONFIG|STATE|SOCKET)@", lambda found: places[found[0]], template)


def sealed(text: str) -> str:
    """The text with the digest of itself as its last line."""
    return f"{text}{SEAL}{_digest(text)}\n"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:SEAL_DIGITS]


def is_as_written(text: str) -> bool:
    """Whether nobody has changed a file since stockade wrote it."""
    body, seal, digest = text.rpartition(SEAL)
    return bool(seal) and digest.strip() == _digest(body)


def standing(found: str | None, wanted: str) -> Standing:
    """How a file stands to what it shall be: an older one may be replaced, a changed one belongs to who changed it."""
    if found is None:
        return "missing"
    if found == wanted:
        return "same"
    return "older" if is_as_written(found) else "changed"


def difference(path: str, found: str, wanted: str) -> str:
    """What would change, as a unified diff."""
    lines = unified_diff(found.splitlines(), wanted.splitlines(), path, f"{path} (as it would be)", lineterm="", n=1)
    return "\n".join(lines)


def hidden(path: str) -> str:
    """Which folder the system's unit hides that this path is in; empty if it is in none."""
    return next((folder for folder in HIDDEN if path == folder or path.startswith(f"{folder}/")), "")


def next_commands(scope: Scope, *, has_catalog: bool) -> list[str]:
    """What remains to be done, as commands."""
    if scope == "user":
        return ["systemctl --user daemon-reload", "systemctl --user enable --now stockade.socket stockade.service"]
    return [
        "systemd-sysusers stockade.conf",
        "systemd-tmpfiles --create stockade.conf",
        *(["journalctl --update-catalog"] if has_catalog else []),
        "systemctl daemon-reload",
        "systemctl enable --now stockade.socket stockade.service",
    ]
