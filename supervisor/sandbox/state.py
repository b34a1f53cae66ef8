"""Names of the servers' own folders. Pure."""

from __future__ import annotations

from posixpath import join
from urllib.parse import quote

FOLDER = "servers"
_LONGEST_NAME = 200
"""File systems take 255 bytes; what is longer is cut and told apart by a hash."""


def server_folder(state_dir: str, server: str, uid: int | None = None) -> str:
    """The folder of one server: readable for common names, and different for different names.

    A server that becomes another user has one for each: what it made as one is not to be trusted as the other.
    """
    name = quote(server, safe=" ", errors="backslashreplace").replace(".", "%2E") or "%"
    if len(name) > _LONGEST_NAME:
        import hashlib  # loads OpenSSL, and hardly any name is so long

        name = name[: _LONGEST_NAME - 17] + "-" + hashlib.sha256(name.encode()).hexdigest()[:16]
    return join(state_dir, FOLDER, name if uid is None else f"{name}@{uid}")
