"""Which script an interpreter is told to run, if it is not there. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from posixpath import basename, join, normpath

_PROGRAM_TEXT = (
    (re.compile(r"(python|pypy)[0-9.]*"), "cm"),
    (re.compile(r"(ba|da|z|k)?sh"), "cs"),
    (re.compile(r"node(js)?|tsx|ts-node|bun|deno"), "ep"),
    (re.compile(r"(ruby|perl|lua)[0-9.]*"), "eE"),
    (re.compile(r"php[0-9.]*"), "r"),
)
"""Interpreters, and the short options of each that a module, a program text or stdin stands behind."""
_NO_SCRIPT = ("--eval", "--print", "--version", "-V", "-")
_OTHER_VERBS = {"bun": ("x", "exec", "create"), "deno": ("eval", "task", "serve", "install")}
"""What follows these is not a script that is run as it is written."""
_OPTIONS = re.compile(r"-[A-Za-z]+")
_SCRIPT = re.compile(r"[^\s\0:]+\.(py|pyz|js|mjs|cjs|ts|mts|rb|pl|php|lua|sh)")
"""Without blanks and colons: a text of a program has those, and the address of a script elsewhere."""
_NOT_FOR_SURE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|.*\s", re.DOTALL)


def missing_script(argv: Sequence[str], cwd: str, exists: Callable[[str], bool]) -> str:
    """The script as it is written, if nothing is there; empty if it is there, or none is named for sure."""
    interpreter = basename(argv[0])
    letters = next((letters for name, letters in _PROGRAM_TEXT if name.fullmatch(interpreter)), "")
    others = _OTHER_VERBS.get(interpreter, ())
    for word in argv[1:] if letters else ():
        if word.startswith("-"):
            if word in _NO_SCRIPT or (_OPTIONS.fullmatch(word) and set(letters) & set(word)):
                return ""
        elif word in others or _NOT_FOR_SURE.match(word) or exists(normpath(join(cwd, word))):
            return ""
        elif _SCRIPT.fullmatch(word):
            return word
    return ""
