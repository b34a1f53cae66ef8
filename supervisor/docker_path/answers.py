"""What the login shell's answer to `command -v docker` is worth. Pure.

Only an absolute path is believed, and that too is looked at before it is given to anybody. An alias, a function or a
bare word would have to be run by a shell. The text is not quoted in the reason: an alias may hold a password.
"""

from __future__ import annotations

from msgspec import Struct

COMMAND = "docker"
"""The name that is looked for."""


class Answered(Struct, frozen=True, kw_only=True):
    """A path to be looked at, or why there is none."""

    path: str = ""
    reason: str = ""


def read_answer(text: bytes) -> Answered:
    """Read what stood between the markers: a path and a newline, if all is well."""
    try:
        line = text.decode().removesuffix("\n")
    except UnicodeDecodeError:
        return Answered(reason="its answer is not text in UTF-8")
    if not line:
        return Answered(reason=f"it knows no {COMMAND}")
    if line.startswith(("alias ", f"{COMMAND}=")):
        return Answered(reason="there it is an alias, which only a shell could run")
    if "\n" in line or "\0" in line:
        return Answered(reason="its answer is more than one path")
    if line == COMMAND:
        return Answered(reason="there it is a function or another bare word, which only a shell could run")
    if not line.startswith("/"):
        return Answered(reason="its answer is not an absolute path")
    return Answered(path=line)
