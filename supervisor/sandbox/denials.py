"""Finds in what a server says on stderr that something was refused to it, and what. Pure.

Every language has a sentence of its own for it, and none of them is an interface. So a line is not held against whole
sentences: a mark in it (phrases.py), such as `Permission denied` or `EACCES`, says that something was refused, and what
was is the path or address next to it, before (`cat: /x: Permission denied`) or behind (`EACCES: permission denied, open
'/x'`).

What is found is what the program *says*, and a program may say anything. Whether the sandbox refused it is for the
rulings, which ask the plan.
"""

from __future__ import annotations

from collections import deque

from msgspec import Struct
from msgspec.structs import replace

from supervisor.sandbox import mentions
from supervisor.sandbox.phrases import ACTIONS, NAMES, NETWORK, WEAK, Action, Code, Mark, action_in, mark_in

LONGEST_LINE = 4096
"""Characters of a line that are looked at: a path has at most as many."""
SAID = 300
"""Characters of a line that are kept."""
MOST_CANDIDATES = 4
REMEMBERED_LINES = 6
"""How far apart the lines of one message may be: npm and Rust write code and path one below the other."""
_NOT_OURS = " (publickey"
"""What ssh passes on from the other end."""
_KEYS = ("code", "errno", "syscall", "path")
_NPM = ("npm error ", "npm ERR! ")


class Denial(Struct, frozen=True, kw_only=True):
    """Something that was refused, as far as the program says."""

    code: Code
    action: Action = "use"
    candidates: tuple[str, ...] = ()
    """Paths that may be meant, the likeliest first; some are relative, to nobody knows what."""
    endpoint: str = ""
    """`host:port` or a host's name, as far as one is named."""
    is_network: bool = False
    is_sure: bool = False
    """As Mark says."""
    said: str = ""
    """The line."""


def denial_in(line: str) -> Denial | None:
    """What one line says was refused; None if it says nothing of the kind."""
    line = line[:LONGEST_LINE]
    mark = mark_in(line)
    if mark is None or mark.after.startswith(_NOT_OURS):
        return None
    denial = _of_network(mark) or _of_files(mark)
    if denial is None:
        denial = Denial(code=mark.code) if mark.is_sure and mark.code not in WEAK else None
    return denial and replace(denial, said=line[:SAID], is_sure=mark.is_sure)


def _parts(before: str) -> tuple[list[str], str]:
    """The text before a mark by its colons, and the words of action at its end: `dial unix /x: connect: `."""
    parts = [part.strip() for part in before.rstrip(' :("').split(": ")]
    doing: list[str] = []
    while len(parts) > 1 and parts[-1].lower() in ACTIONS:
        doing.append(parts.pop())
    return parts, " ".join(doing)


def _of_files(mark: Mark) -> Denial | None:
    is_behind = mark.is_coded or not mark.before.rstrip().endswith((":", "("))
    for source in (_behind, _ahead) if is_behind else (_ahead, _behind):
        found, around = source(mark)
        if found:
            for path in found:
                around = around.replace(path, " ")
            action = action_in(around)
            if mark.makes or action in ("connect", "listen"):  # the latter: of a socket that has a path
                action = "write"
            return Denial(code=mark.code, action=action, candidates=found[:MOST_CANDIDATES])
    return None


def _behind(mark: Mark) -> tuple[tuple[str, ...], str]:
    around = f"{mark.before.rpartition(': ')[2]} {mark.after}"
    if mark.after.startswith((" at ", " in ")) and not mark.after.startswith(" at path "):
        return (), around  # where the program was, not what it wanted
    found = mentions.paths(mark.after)
    if not found and mark.code not in WEAK:
        found = tuple(mentions.quoted(mark.after))[:1]
    return found[::-1] if len(found) > 1 and found[0].startswith(found[1]) else found, around


def _ahead(mark: Mark) -> tuple[tuple[str, ...], str]:
    """The part next to the mark, or one further away; but the first of all is the program's own name."""
    parts, doing = _parts(mark.before)
    found = mentions.paths(parts[-1])
    if not found and not mark.is_coded and mark.code not in WEAK:
        found = mentions.relative(parts[-1])
    if found:
        return found, f"{parts[-1]} {doing}"
    further = ((mentions.paths(part), part) for part in reversed(parts[1:-1]))
    return next((one for one in further if one[0]), ((), ""))


def _of_network(mark: Mark) -> Denial | None:
    if mark.code == "EAI":
        named = mark.after.lstrip(" :").removeprefix("address ")
        name = mentions.host(named) or mentions.host(
            mark.before.rpartition("lookup ")[2] if "lookup " in mark.before else ""
        )
        return Denial(code="EAI", action="resolve", endpoint=name, is_network=True)
    parts, doing = _parts(mark.before)
    action = action_in(f"{doing} {parts[-1]}")
    is_network = mark.code in NETWORK
    if not is_network and action not in ("connect", "listen"):
        return None
    address = mentions.endpoint(mark.after) or mentions.endpoint(parts[-1])
    if not is_network and not address:
        return None
    return Denial(
        code=mark.code, action="listen" if action == "listen" else "connect", endpoint=address, is_network=True
    )


class Finder:
    """Reads the lines of one process one after the other: a message may have its parts on several of them."""

    def __init__(self) -> None:
        self._recent: deque[str] = deque(maxlen=REMEMBERED_LINES)
        self._code: Code | None = None
        self._action: Action = "use"
        self._lines_left = 0
        self._last: tuple[str, ...] = ()

    def feed(self, line: str) -> Denial | None:
        """Take the next line, and answer what it, with those before it, says was refused."""
        line = line[:LONGEST_LINE]
        key, value = _property(line)
        denial = self._listed(key, value) if key else denial_in(line)
        if denial is not None and not denial.candidates and not denial.is_network:
            denial = replace(denial, candidates=self._above(line))
        self._recent.append(line)
        self._lines_left -= 1
        if denial is None:
            return None
        self._last = denial.candidates
        return replace(denial, said=line[:SAID])

    def _listed(self, key: str, value: str) -> Denial | None:
        """One line of an error that is written as a list: `npm error path /x`, `  path: '/x',`."""
        if key in ("code", "errno") and value in NAMES:
            self._code, self._action, self._lines_left = NAMES[value], "use", REMEMBERED_LINES
        elif key == "syscall":
            self._action = ACTIONS.get(value.partition(" ")[0], "use")
        elif (
            key == "path" and self._code and self._lines_left > 0 and value.startswith("/") and value not in self._last
        ):
            action = "write" if self._action in ("connect", "listen") else self._action
            return Denial(code=self._code, action=action, candidates=(value,), is_sure=True)
        return None

    def _above(self, line: str) -> tuple[str, ...]:
        """The path of a message whose cause stands below it, as Rust writes it."""
        above = [one for one in self._recent if one.strip()]
        if not line.startswith(" ") or not any(one.strip().lower() in ("caused by:", "cause:") for one in above):
            return ()
        return next((found for one in reversed(above) if (found := mentions.paths(one))), ())[:MOST_CANDIDATES]


def _property(line: str) -> tuple[str, str]:
    """Key and value of such a line; an empty key for any other."""
    text = line.strip()
    prefix = next((prefix for prefix in _NPM if text.startswith(prefix)), "")
    key, _, value = text.removeprefix(prefix).partition(" " if prefix else ":")
    key, value = key.strip("\"'"), value.strip(" ,\"'")
    is_sentence = " " in value and key in ("code", "errno", "path") and (mark := mark_in(line)) and not mark.is_coded
    return (key, value) if key in _KEYS and not is_sentence else ("", "")
