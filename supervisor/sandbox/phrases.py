"""How programs say that something was refused to them: the phrases and names of codes, and where one stands. Pure.

Collected from real messages of Python, node, npm, uv, git, Go, Rust, Java, Ruby, perl, shells, coreutils and curl; the
tests hold them as they were written.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Code = Literal["EACCES", "EPERM", "EROFS", "ENOENT", "ENETUNREACH", "ECONNREFUSED", "EAFNOSUPPORT", "EAI", ""]
"""What the kernel answered, as the program says; `EAI`: a name was not resolved; empty: it only says that it failed."""
Action = Literal["read", "write", "execute", "connect", "listen", "resolve", "use"]
"""What it wanted to do; `use` if it does not say."""

PHRASES: tuple[tuple[str, Code], ...] = (
    ("permission denied", "EACCES"),
    ("accessdeniedexception", "EACCES"),
    ("operation not permitted", "EPERM"),
    ("read-only file system", "EROFS"),
    ("no such file or directory", "ENOENT"),
    ("no such file", "ENOENT"),
    ("directory nonexistent", "ENOENT"),
    (": not found", "ENOENT"),
    ("network is unreachable", "ENETUNREACH"),
    ("couldn't connect to server", "ENETUNREACH"),
    ("connection refused", "ECONNREFUSED"),
    ("address family not supported", "EAFNOSUPPORT"),
    ("temporary failure in name resolution", "EAI"),
    ("name or service not known", "EAI"),
    ("no address associated with hostname", "EAI"),
    ("could not resolve host", "EAI"),
    ("unable to resolve host", "EAI"),
    ("failed to lookup address information", "EAI"),
    ("unknownhostexception", "EAI"),
    ("unable to open database", ""),
    ("couldn't open file", ""),
    ("cannot find module", ""),
)
"""In lower case."""
NAMES: dict[str, Code] = {
    "EACCES": "EACCES", "EPERM": "EPERM", "EROFS": "EROFS", "ENOENT": "ENOENT", "ENETUNREACH": "ENETUNREACH",
    "ECONNREFUSED": "ECONNREFUSED", "EAFNOSUPPORT": "EAFNOSUPPORT", "EAI_AGAIN": "EAI", "ENOTFOUND": "EAI",
}  # fmt: skip
"""Names of codes, as node and npm write them."""
NETWORK = frozenset({"ENETUNREACH", "ECONNREFUSED", "EAFNOSUPPORT", "EAI"})
"""Codes that only the network has."""
MAKES = ("unable to open database",)
"""Phrases about something that is made if it is not there."""
WEAK = frozenset({"ENOENT", ""})
"""Codes that say nothing by themselves: they count for a path that the plan is seen to refuse."""

ACTIONS: dict[str, Action] = {
    **dict.fromkeys(
        ("scandir", "opendir", "readdir", "listdir", "readlink", "read", "reading", "stat", "lstat"), "read"
    ),
    **dict.fromkeys(
        ("mkdir", "unlink", "rmdir", "rename", "symlink", "link", "mkstemp", "mkdtemp", "touch", "create", "creating",
         "remove", "removing", "write", "writing", "truncate", "ftruncate", "lock", "chmod", "fchmod", "chown", "utime",
         "futime", "utimes", "move", "temporary", "unlinkat", "mkdirat", "renameat", "save", "delete", "append"),
        "write",
    ),
    **dict.fromkeys(("spawn", "exec", "execve", "execvp", "fork/exec", "run", "execute"), "execute"),
    **dict.fromkeys(("connect", "connecting", "dial"), "connect"),
    **dict.fromkeys(("listen", "bind"), "listen"),
    **dict.fromkeys(("getaddrinfo", "lookup", "resolve"), "resolve"),
}  # fmt: skip
"""Words that say what was wanted."""

MOST_WORDS = 40
"""Words of a part of a line that are looked at: what is wanted is said at its beginning."""
_BESIDE = ("os error", "code: 13", "code: 1,", "code: 30", "(errno::")
"""Signs beside a phrase that it is the kernel's answer, and not just a sentence."""
_SPEECH = " ,.:;()'\"`\u2018\u2019\u201c\u201d"


class Mark(Struct, frozen=True, kw_only=True):
    """Where a line says that something was refused, and the text on both sides, without the code itself."""

    code: Code
    before: str
    after: str
    is_coded: bool
    """The code stands before it, or is all there is: then what was refused is said behind."""
    makes: bool = False
    """It failed at something that makes a file where there is none."""
    is_sure: bool
    """The line names the code, so this is the kernel's answer and not just a sentence."""


def mark_in(line: str) -> Mark | None:
    """The first phrase of the line, or the first name of a code if it has none."""
    lowered = _lowered(line)
    found = [(at, -len(phrase), phrase, code) for phrase, code in PHRASES if (at := lowered.find(phrase)) >= 0]
    if found:
        at, _, phrase, code = min(found)
        before, is_coded = _without_code(line[:at])
        is_sure = is_coded or any(sign in lowered for sign in _BESIDE)
        after = _without_number(line[at + len(phrase) :])
        return Mark(code=code, before=before, after=after, is_coded=is_coded, makes=phrase in MAKES, is_sure=is_sure)
    names = [(at, name) for name in NAMES if (at := line.find(name)) >= 0 and _is_word(line, at, name)]
    if not names:
        return None
    at, name = min(names)
    return Mark(code=NAMES[name], before=line[:at], after=line[at + len(name) :], is_coded=True, is_sure=True)


def _lowered(line: str) -> str:
    """The line in lower case, letter for letter, so that places in it agree."""
    lowered = line.lower()
    if len(lowered) == len(line):
        return lowered
    return "".join(low if len(low := sign.lower()) == 1 else sign for sign in line)


def action_in(text: str) -> Action:
    """What is wanted, by the first word that says so."""
    words = (word.strip(_SPEECH).lower() for word in text.split(maxsplit=MOST_WORDS)[:MOST_WORDS])
    return next((ACTIONS[word] for word in words if word in ACTIONS), "use")


def _is_word(line: str, at: int, name: str) -> bool:
    around = line[max(0, at - 1) : at] + line[at + len(name) : at + len(name) + 1]
    return not any(sign.isalnum() or sign == "_" for sign in around)


def _without_code(before: str) -> tuple[str, bool]:
    """Without what some languages put before the phrase: `[Errno 13] `, `EACCES: `, `error=13, `."""
    text = before.rstrip()
    if text.endswith("]") and (at := text.rfind("[Errno ")) >= 0:
        return text[:at], True
    for name in NAMES:
        if text.endswith(f"{name}:"):
            return text[: -len(name) - 1], True
    head, _, last = text.rpartition(" ")
    if last.startswith("error="):
        return head, True
    if text.endswith('message: "'):  # Rust's own rendering of the code: what stands before it is no path
        return "", True
    return before, False


def _without_number(after: str) -> str:
    text = after.lstrip()
    return text.partition(")")[2] if text.startswith(("(os error ", "(errno ")) else after
