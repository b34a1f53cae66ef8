"""Which script an interpreter is told to run, if it is not there. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from posixpath import basename, join, normpath

_INTERPRETER = re.compile(r"(python|pypy|ruby|perl|php|lua)[0-9.]*|node(js)?|deno|bun|tsx|ts-node|(ba|da|z|k)?sh")
_NO_SCRIPT = ("-m", "-c", "-e", "--eval", "-p", "--print", "--version", "-V", "-")
"""What follows one of these is a module or a program text; later words are data."""
_SCRIPT = re.compile(r"[^\0]+\.(py|pyz|js|mjs|cjs|ts|mts|rb|pl|php|lua|sh)")


def missing_script(argv: Sequence[str], cwd: str, exists: Callable[[str], bool]) -> str:
    """The script as it is written, if nothing is there; empty if it is there, or none is named for sure."""
    if not _INTERPRETER.fullmatch(basename(argv[0])):
        return ""
    for word in argv[1:]:
        if word in _NO_SCRIPT or (not word.startswith("-") and exists(normpath(join(cwd, word)))):
            return ""
        if not word.startswith("-") and _SCRIPT.fullmatch(word):
            return word
    return ""
