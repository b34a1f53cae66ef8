"""From what a server says was refused to it to a ruling, and to a sentence for people. Pure."""

from __future__ import annotations

from supervisor.sandbox.denials import Denial
from supervisor.sandbox.network_rulings import on_network
from supervisor.sandbox.path_rulings import on_path
from supervisor.sandbox.phrases import WEAK
from supervisor.sandbox.rulings import Case, Facts, Ruling, places, unsaid

_DOING = {
    "read": "reading",
    "write": "writing",
    "execute": "executing",
    "connect": "connecting to",
    "listen": "listening on",
    "resolve": "resolving",
    "use": "using",
}


def ruling_on(denial: Denial, case: Case, facts: Facts) -> Ruling | None:
    """What decided about this; None if nothing of the kind can have been refused."""
    if denial.is_network:
        return on_network(denial, case)
    paths = places(denial.candidates, case.plan.cwd, facts)
    found = [on_path(path, denial.action, case, facts, code=denial.code) for path in paths]
    rulings = [ruling for ruling in found if ruling is not None]
    if rulings:
        return next((ruling for ruling in rulings if ruling.is_by_sandbox), rulings[0])
    is_named = any(path.startswith("/") for path in denial.candidates)
    return unsaid(case) if denial.is_sure and denial.code not in WEAK and not is_named else None


def doing(ruling: Ruling) -> str:
    """What the server wanted: `reading /x`."""
    nameless = "some address" if ruling.action in ("connect", "listen", "resolve") else "something"
    return f"{_DOING[ruling.action]} {ruling.object or nameless}"


def advice(ruling: Ruling, place: str) -> str:
    """What to do. `place` is where the server stands in a config file; empty if there is none."""
    if not ruling.line:
        return ruling.remedy
    where = f"write {ruling.line} into {place}" if place else f"give `stockade run` {ruling.option}"
    return f"{ruling.remedy} To allow it, {where}.".lstrip()


def sentence(ruling: Ruling, place: str) -> str:
    """All of it in a sentence or two."""
    return f"{doing(ruling)} was refused: {ruling.reason}. {advice(ruling, place)}".rstrip()
