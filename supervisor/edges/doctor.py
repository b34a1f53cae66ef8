"""`stockade doctor`: what this machine has for stockade, seen by doing it, and what to do about what is missing.

Needs no config and no daemon, and changes nothing. Each subject is examined and judged for itself; one that cannot even
be examined is a failure of its own and leaves the others alone.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import textwrap
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from supervisor import __version__
from supervisor.diagnostics.words import Check, Verdict
from supervisor.edges import human
from supervisor.edges.say import leaves, put, put_json
from supervisor.edges.state import default_path
from supervisor.errors import ExitCode

STDOUT = 1
UNBOUNDED = 1_000_000
"""Columns where nobody sees them: a line stays one line."""
NARROWEST = 60
_COLOURS: dict[Verdict, str] = {"ok": human.GREEN, "warning": human.YELLOW, "failure": human.RED, "skipped": human.DIM}
_COUNTED: dict[Verdict, tuple[str, str]] = {
    "ok": ("ok", "ok"),
    "warning": ("warning", "warnings"),
    "failure": ("failure", "failures"),
    "skipped": ("not checked", "not checked"),
}
"""What one of them is called, and what several are."""


def doctor(options: Namespace) -> int:
    """Examine this machine, print what was found; fails (5, else 1) if any check did."""
    place = Path(options.state_dir or default_path(os.environ)).absolute()
    checks = examined(place)
    if options.json:
        put_json(structure(checks))
    else:
        is_terminal = os.isatty(STDOUT)
        width = max(shutil.get_terminal_size().columns, NARROWEST) if is_terminal else UNBOUNDED
        coloured = is_terminal and not os.environ.get("NO_COLOR")
        put("\n".join(lines(checks, width=width, coloured=coloured)) + "\n")
    return exit_code(checks)


# ------------------------------------------------------------------------------------------------- what is examined


def _platform(_place: Path) -> tuple[Check, ...]:
    from supervisor.diagnostics import installation as judged
    from supervisor.edges import installation as found

    return (
        judged.system(found.system()),
        judged.interpreter(found.interpreter()),
        judged.package(found.package()),
    )


def _state(place: Path) -> tuple[Check, ...]:
    from supervisor.diagnostics import installation as judged
    from supervisor.edges import installation as found

    return (judged.state_directory(found.state_directory(place)),)


def _sandbox(place: Path) -> tuple[Check, ...]:
    import trio

    from supervisor.sandbox.diagnosis import checks
    from supervisor.sandbox.examination import examine

    is_usable = os.access(place, os.W_OK | os.X_OK, effective_ids=True)
    trial = str(place) if is_usable else tempfile.gettempdir()
    return checks(trio.run(examine, trial, os.environ.get("SSH_AUTH_SOCK") or None))


def _processes(_place: Path) -> tuple[Check, ...]:
    from supervisor.diagnostics import processes as judged
    from supervisor.process.cgroup import CONTROLLERS
    from supervisor.process.subtree import look
    from supervisor.process.track import why_untagged

    found = look()
    return (
        judged.cgroup(path=found.path, controllers=found.controllers, wanted=CONTROLLERS, objection=found.reason),
        judged.tag(why_untagged()),
    )


Examine = Callable[[Path], tuple[Check, ...]]
"""Finds out all about one subject and judges it; gets the state directory. It may raise."""
EVERYWHERE: tuple[tuple[str, Examine], ...] = (("platform", _platform), ("state", _state))
ON_LINUX: tuple[tuple[str, Examine], ...] = (("sandbox", _sandbox), ("processes", _processes))


def examined(place: Path) -> tuple[Check, ...]:
    """Examine every subject that there is on this system; `place` is the state directory."""
    subjects = (*EVERYWHERE, *(ON_LINUX if sys.platform == "linux" else ()))
    return tuple(check for subject, examine in subjects for check in _guarded(subject, examine, place))


def _guarded(subject: str, examine: Examine, place: Path) -> tuple[Check, ...]:
    try:
        return examine(place)
    except Exception as error:  # noqa: BLE001  (the edge: what ails one subject is found out about the others too)
        first = next(leaves(error))
        return (
            Check(
                id=f"{subject}.examination",
                title="Examination",
                verdict="failure",
                evidence=f"it could not be examined: {type(first).__name__}: {first}",
                remedy="Please report this line, with what is special about this machine.",
            ),
        )


# -------------------------------------------------------------------------------------------------- what is said


def exit_code(checks: Sequence[Check]) -> ExitCode:
    """0 if nothing failed; else 5 if the sandbox did, as a server would find, and 1 for anything else."""
    failed = {check.subject for check in checks if check.verdict == "failure"}
    if "sandbox" in failed:
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
    clean: dict[str, Any] = _printable(plain)
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
    head = f"  {verdict}  {human.printable(check.title):<{titles}}  "
    blank = " " * len(head)
    shown = head.replace(verdict, f"{_COLOURS[check.verdict]}{verdict}{human.PLAIN}", 1) if coloured else head
    first, *rest = _wrapped(check.evidence, width - len(head)) or [""]
    yield (shown + first).rstrip()
    yield from (blank + line for line in rest)
    for number, line in enumerate(_wrapped(check.remedy, width - len(head) - 2)):
        yield f"{blank}{'→' if number == 0 else ' '} {line}"


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(human.printable(text), width, break_long_words=False, break_on_hyphens=False)


def _counts(checks: Sequence[Check]) -> dict[Verdict, int]:
    return {verdict: sum(check.verdict == verdict for check in checks) for verdict in _COUNTED}


def _printable(value: Any) -> Any:
    match value:
        case str():
            return human.printable(value)
        case dict():
            return {key: _printable(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_printable(inner) for inner in value]
        case _:
            return value
