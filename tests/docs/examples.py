"""Finds the examples in a page of Markdown that are marked to be run, and checks what came out against what is shown.

A mark is a comment on the line above a fenced block:

    <!-- run -->              a python block is run as a program; in a console block every line that begins with `$ ` is
                              run by bash, and the lines below it are what it has to print
    <!-- run: exit 2 -->      the same, but it has to end with this exit code instead of 0
    <!-- run: engine -->      the same, with DOCKER_HOST set to a Docker engine; also `engine, exit 2`
    <!-- file: NAME -->       the block is written to this file, for the examples further down the page

The examples of one page run in their order in one empty folder. In shown output `…` stands for anything within a line,
and a line with nothing but `…` for any lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

BLOCK = re.compile(
    r"^<!-- (?P<mark>run|file)(?:: (?P<words>.+?))? -->\n```(?P<language>\w*)[^\n]*\n(?P<body>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
WORDS = re.compile(r"(?P<engine>engine)?(?:(?:^|, )exit (?P<code>\d+))?")
MARK = re.compile(r"^<!-- (?:run|file)\b.*$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Example:
    """One thing to do: write a file, run a program, run a command."""

    kind: Literal["file", "python", "console"]
    line: int
    text: str
    """The file's or the program's text, or the command."""
    name: str = ""
    exit_code: int = 0
    needs_engine: bool = False
    """It speaks to a Docker engine."""
    shown: str = ""
    """What it has to print; nothing shown is nothing checked."""


def examples(page: str) -> Iterator[Example]:
    """The marked examples of a page in their order. Raises ValueError for a mark that is not understood."""
    blocks = list(BLOCK.finditer(page))
    if len(blocks) != len(MARK.findall(page)):
        raise ValueError("a mark does not stand directly above a fenced block")
    for block in blocks:
        yield from _of(block, line=page.count("\n", 0, block.start()) + 1)


def _of(block: re.Match[str], line: int) -> Iterator[Example]:
    mark, words, language, body = block["mark"], block["words"] or "", block["language"], block["body"]
    if mark == "file":
        yield Example(kind="file", line=line, text=body, name=words)
        return
    asked = WORDS.fullmatch(words)
    if asked is None:
        raise ValueError(f"line {line}: {words!r} is not understood")
    code, needs_engine = int(asked["code"] or 0), asked["engine"] is not None
    if language == "python":
        yield Example(kind="python", line=line, text=body, exit_code=code, needs_engine=needs_engine)
    elif language == "console":
        for command, shown in _commands(body, line):
            yield Example(
                kind="console", line=line, text=command, shown=shown, exit_code=code, needs_engine=needs_engine
            )
    else:
        raise ValueError(f"line {line}: a block of {language!r} cannot be run")


def _commands(body: str, line: int) -> Iterator[tuple[str, str]]:
    """The commands of a console block, each with what it has to print."""
    first, *pieces = re.split(r"^\$ ", body, flags=re.MULTILINE)
    if first.strip() or not pieces:
        raise ValueError(f"line {line}: a console block begins with a command after `$ `")
    for piece in pieces:
        command, _, shown = piece.partition("\n")
        while command.endswith("\\"):
            more, _, shown = shown.partition("\n")
            command = f"{command}\n{more}"
        yield command, shown


def matches(shown: str, printed: str) -> bool:
    """Whether the output is what is shown, with `…` for what may differ."""
    pattern = "".join(_pattern(line) for line in shown.strip("\n").splitlines())
    return re.fullmatch(pattern, printed.strip("\n") + "\n") is not None


def _pattern(line: str) -> str:
    if line.strip() == "…":
        return r"(?:.*\n)*?"
    return ".*".join(re.escape(part) for part in line.rstrip().split("…")) + r"[ \t]*\n"
