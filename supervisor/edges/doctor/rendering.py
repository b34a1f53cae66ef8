"""What `doctor` says of this machine: as data for programs, and as lines for people."""

from __future__ import annotations

import os
import shutil
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from supervisor import __version__
from supervisor.diagnostics.words import Check, Verdict
from supervisor.edges import human
from supervisor.errors import ExitCode
from supervisor.escaping import printable

STDOUT = 1
UNBOUNDED = 1_000_000
"""Columns where nobody sees them: a line stays one line."""
NARROWEST = 60
COLOURS: dict[str, str] = {"ok": human.GREEN, "warning": human.YELLOW, "failure": human.RED}
"""By verdict; every other one is dim."""
_COUNTED: dict[Verdict, tuple[str, str]] = {
    "ok": ("ok", "ok"),
    "warning": ("warning", "warnings"),
    "failure": ("failure", "failures"),
    "skipped": ("not checked", "not checked"),
}
"""What one of them is called, and what several are."""


class Page(NamedTuple):
    """What lines are written on."""

    width: int
    coloured: bool


def page_here() -> Page:
    """Say what our stdout is: a terminal of some width, or something that no line is too long for."""
    is_terminal = os.isatty(STDOUT)
    width = max(shutil.get_terminal_size().columns, NARROWEST) if is_terminal else UNBOUNDED
    return Page(width, coloured=is_terminal and not os.environ.get("NO_COLOR"))


def exit_code(checks: Sequence[Check]) -> ExitCode:
    """0 if nothing failed; else 5 if the sandbox or docker did, as a server would find, and 1 for anything else."""
    failed = {check.subject for check in checks if check.verdict == "failure"}
    if failed & {"sandbox", "docker"}:
        return ExitCode.CANNOT_CONFINE
    return ExitCode.FAILED if failed else ExitCode.OK


def structure(checks: Sequence[Check]) -> dict[str, Any]:
    """Everything as plain data; no text in it can steer a terminal."""
    rows = [
        {
            "id": check.id,
            "subject": check.subject,
            "title": check.title,
            "verdict": check.verdict,
            "evidence": check.evidence,
            "remedy": check.remedy,
            "facts": check.facts,
        }
        for check in checks
    ]
    plain = {"version": __version__, "exit_code": int(exit_code(checks)), "counts": _counts(checks), "checks": rows}
    clean: dict[str, Any] = plainly(plain)
    return clean


def lines(checks: Sequence[Check], *, width: int, coloured: bool) -> Iterator[str]:
    """Everything as lines of up to so many columns, grouped by subject, a remedy under what it is for."""
    titles = max((len(check.title) for check in checks), default=0)
    subject = ""
    for check in checks:
        if check.subject != subject:
            yield from ([""] if subject else [])
            yield (subject := check.subject)
        yield from _lines(check, titles, width=width, coloured=coloured)
    counts = _counts(checks)
    yield ""
    yield ", ".join(f"{count} {_COUNTED[verdict][count != 1]}" for verdict, count in counts.items())


def _lines(check: Check, titles: int, *, width: int, coloured: bool) -> Iterator[str]:
    verdict = f"{check.verdict:<7}"
    head = f"  {verdict}  {printable(check.title):<{titles}}  "
    blank = " " * len(head)
    shown = head.replace(verdict, painted(check.verdict, verdict), 1) if coloured else head
    first, *rest = wrapped(check.evidence, width - len(head)) or [""]
    yield (shown + first).rstrip()
    yield from (blank + line for line in rest)
    for number, line in enumerate(wrapped(check.remedy, width - len(head) - 2)):
        yield f"{blank}{'→' if number == 0 else ' '} {line}"


def painted(verdict: str, text: str) -> str:
    """The text in the colour of a verdict."""
    return f"{COLOURS.get(verdict, human.DIM)}{text}{human.PLAIN}"


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of so many columns; no word is broken."""
    return textwrap.wrap(printable(text), width, break_long_words=False, break_on_hyphens=False)


def _counts(checks: Sequence[Check]) -> dict[Verdict, int]:
    return {verdict: sum(check.verdict == verdict for check in checks) for verdict in _COUNTED}


def plainly(value: Any) -> Any:
    """The same without any sign in a text that could steer a terminal."""
    match value:
        case str():
            return printable(value)
        case dict():
            return {key: plainly(inner) for key, inner in value.items()}
        case list() | tuple():
            return [plainly(inner) for inner in value]
        case _:
            return value
