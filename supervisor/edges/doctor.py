"""`stockade doctor`: what this machine has for stockade, seen by doing it, and what to do about what is missing.

Needs no config and no daemon, and changes nothing; with a config it knows what matters, and with `--deep` it runs a
container and removes it. Each subject is examined and judged for itself; one that cannot even
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
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from supervisor import __version__
from supervisor.diagnostics.words import Check, Verdict
from supervisor.edges import human
from supervisor.edges.say import leaves, put, put_json
from supervisor.edges.state import default_path
from supervisor.errors import ConfigError, ExitCode, Problem
from supervisor.escaping import printable

if TYPE_CHECKING:
    from supervisor.config.specs import Config
    from supervisor.container.diagnosis import Need

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
    config = _read(options.config) if options.config else None
    checks = examined(Asked(place=place, config=config, is_deep=options.deep))
    if options.json:
        put_json(structure(checks))
    else:
        is_terminal = os.isatty(STDOUT)
        width = max(shutil.get_terminal_size().columns, NARROWEST) if is_terminal else UNBOUNDED
        coloured = is_terminal and not os.environ.get("NO_COLOR")
        put("\n".join(lines(checks, width=width, coloured=coloured)) + "\n")
    return exit_code(checks)


# ------------------------------------------------------------------------------------------------- what is examined


class Asked(NamedTuple):
    """What is to be examined."""

    place: Path
    """The state directory."""
    config: Config | Problem | None = None
    """The config that was named, or why it cannot be read; None if none was named."""
    is_deep: bool = False
    """A container may be run."""


def _read(path: str) -> Config | Problem:
    from supervisor.config.effects import load
    from supervisor.edges.facts import facts_here, with_engine

    try:
        return load(path, environ=os.environ, facts=facts_here(), ask_engine=with_engine)
    except ConfigError as error:
        return error.problem


def _config(asked: Asked) -> tuple[Check, ...]:
    from supervisor.diagnostics.configuration import config

    return (config(asked.config),) if asked.config is not None else ()


def _platform(_asked: Asked) -> tuple[Check, ...]:
    from supervisor.diagnostics import installation as judged
    from supervisor.edges import installation as found

    return (
        judged.system(found.system()),
        judged.interpreter(found.interpreter()),
        judged.package(found.package()),
    )


def _state(asked: Asked) -> tuple[Check, ...]:
    from supervisor.diagnostics import installation as judged
    from supervisor.edges import installation as found

    return (judged.state_directory(found.state_directory(asked.place)),)


def _sandbox(asked: Asked) -> tuple[Check, ...]:
    import trio

    from supervisor.sandbox.diagnosis import checks
    from supervisor.sandbox.examination import examine

    is_usable = os.access(asked.place, os.W_OK | os.X_OK, effective_ids=True)
    trial = str(asked.place) if is_usable else tempfile.gettempdir()
    return checks(trio.run(examine, trial, os.environ.get("SSH_AUTH_SOCK") or None))


def _processes(_asked: Asked) -> tuple[Check, ...]:
    from supervisor.diagnostics import processes as judged
    from supervisor.process.cgroup import CONTROLLERS
    from supervisor.process.subtree import look
    from supervisor.process.track import why_untagged

    found = look()
    return (
        judged.cgroup(path=found.path, controllers=found.controllers, wanted=CONTROLLERS, objection=found.reason),
        judged.tag(why_untagged()),
    )


def _docker(asked: Asked) -> tuple[Check, ...]:
    import trio

    from supervisor.config.specs import Config
    from supervisor.container.diagnosis import checks
    from supervisor.container.examination import examine
    from supervisor.container.examined import wanted_images

    config = asked.config if isinstance(asked.config, Config) else None
    images = wanted_images(config) if config else ()
    look = partial(examine, os.environ, sys.platform, images=images, deep=asked.is_deep)
    return checks(trio.run(look), need_of_docker(config))


def need_of_docker(config: Config | None) -> Need:
    """Say how much depends on docker: on a server of this config, or perhaps on one of a config that nobody named."""
    from supervisor.config.rules import asks_for_engine

    if config is None:
        return "useful"
    for spec in config.servers:
        is_contained = Path(spec.command).name == "docker" if spec.own_container else spec.mode == "docker"
        if spec.enabled and is_contained:
            return "required"
    return "useful" if asks_for_engine(config) else "none"


DOCKER = "docker"
"""Its subject by name, which is no command here."""
Examine = Callable[[Asked], tuple[Check, ...]]
"""Finds out all about one subject and judges it. It may raise."""
EVERYWHERE: tuple[tuple[str, Examine], ...] = (("config", _config), ("platform", _platform), ("state", _state))
ON_LINUX: tuple[tuple[str, Examine], ...] = (("sandbox", _sandbox), ("processes", _processes))
AND_LAST: tuple[tuple[str, Examine], ...] = ((DOCKER, _docker),)


def examined(asked: Asked) -> tuple[Check, ...]:
    """Examine every subject that there is on this system."""
    subjects = (*EVERYWHERE, *(ON_LINUX if sys.platform == "linux" else ()), *AND_LAST)
    return tuple(check for subject, examine in subjects for check in _guarded(subject, examine, asked))


def _guarded(subject: str, examine: Examine, asked: Asked) -> tuple[Check, ...]:
    try:
        return examine(asked)
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
    head = f"  {verdict}  {printable(check.title):<{titles}}  "
    blank = " " * len(head)
    shown = head.replace(verdict, f"{_COLOURS[check.verdict]}{verdict}{human.PLAIN}", 1) if coloured else head
    first, *rest = _wrapped(check.evidence, width - len(head)) or [""]
    yield (shown + first).rstrip()
    yield from (blank + line for line in rest)
    for number, line in enumerate(_wrapped(check.remedy, width - len(head) - 2)):
        yield f"{blank}{'→' if number == 0 else ' '} {line}"


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(printable(text), width, break_long_words=False, break_on_hyphens=False)


def _counts(checks: Sequence[Check]) -> dict[Verdict, int]:
    return {verdict: sum(check.verdict == verdict for check in checks) for verdict in _COUNTED}


def _printable(value: Any) -> Any:
    match value:
        case str():
            return printable(value)
        case dict():
            return {key: _printable(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_printable(inner) for inner in value]
        case _:
            return value
