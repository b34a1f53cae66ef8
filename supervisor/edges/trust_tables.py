"""What scans, pins and differences look like for people."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import dedent
from typing import Any

from supervisor.escaping import printable

SCANS = "server", "mode", "status", "verdict", "coverage", "score", "tools", "findings", "withheld", "not looked"
PINS = "server", "kind", "name", "state", "digest", "by", "at", "detail"
DIGEST = 12
"""Hexadecimal digits of a digest that are shown: enough to name a text."""


def scan_lines(answers: Sequence[dict[str, Any]]) -> list[str]:
    """A table of scans, and what was found in each."""
    found = table(SCANS, [_scan_row(one) for one in answers])
    for answer in answers:
        found += ["", *report_lines(answer)] if _details(answer) else []
    return found


def _scan_row(answer: dict[str, Any]) -> tuple[str, ...]:
    if "error" in answer:
        unknown = (answer["mode"], "unknown", "unknown", "none", "", "", "", "")
        return (printable(answer["server"]), *unknown, printable(answer["error"]["code"]))
    report = answer["report"]
    missing = [f"{one['scanner']}: {_why(one)}" for one in report["scanners"] if one["state"] != "ok"]
    return (
        printable(report["server"]),
        report["mode"],
        report["status"],
        report["verdict"],
        report["coverage"],
        f"{report['score']}/100",
        str(report["tools"]),
        str(len(report["findings"])),
        str(len(answer["withheld"])),
        "; ".join(missing),
    )


def _why(scanner: dict[str, Any]) -> str:
    state: str = scanner["state"]
    return f"{state} ({scanner['reason']})" if scanner["reason"] else state


def _details(answer: dict[str, Any]) -> bool:
    if "error" in answer:
        return True
    report = answer["report"]
    return bool(report["findings"] or answer["withheld"] or any(map(_said, report["scanners"])))


def _said(scanner: dict[str, Any]) -> str:
    """What is to be said of a scanner besides what it found; empty mostly."""
    earlier = scanner["looked_at"]
    known = [f"as it found on {earlier}: neither it nor what it looks at has changed since"] if earlier else []
    said = [*([printable(scanner["detail"])] if scanner["detail"] else []), *known]
    return ": ".join([_why(scanner), "; ".join(said)]) if said else ""


def report_lines(answer: dict[str, Any]) -> list[str]:
    """What was found in one server, and why something was not looked at."""
    if "error" in answer:
        error = answer["error"]
        said = [f"    | {printable(line)}" for line in answer["stderr_tail"]]
        why = [f"{printable(answer['server'])}: {printable(error['message'])}", f"    {printable(error['remedy'])}"]
        return [*why, *said]
    report = answer["report"]
    lines = [f"{printable(report['server'])}:"]
    lines += [f"  {one['scanner']}: {_said(one)}" for one in report["scanners"] if _said(one)]
    for one in report["findings"]:
        what = one["place"] or one["tool"] or "(the server itself)"
        where = f"{printable(what)} {printable(one['pointer'])}".rstrip()
        lines.append(f"  {one['severity']:<8} {one['tier']:<4} {one['check']:<20} {where}")
        lines += [f"      {printable(one['message'])}"] if one["message"] else []
        lines += [f"      > {printable(one['evidence'])}"] if one["evidence"] else []
    for one in answer["withheld"]:
        lines.append(f"  withheld: {one['kind']} {printable(one['name'])}: {one['reason']}: {printable(one['detail'])}")
    return lines


def pin_lines(answers: Sequence[dict[str, Any]]) -> list[str]:
    """A table of what is trusted, rejected and waiting."""
    found = [
        (
            printable(answer["server"]),
            row["kind"],
            printable(row["name"]),
            row["state"],
            row["digest"][:DIGEST],
            printable(row["by"]),
            row["at"],
            printable(row["detail"]),
        )
        for answer in answers
        for row in answer["rows"]
    ]
    places = dict.fromkeys(answer["place"] for answer in answers)
    return [*table(PINS, found), *(f"kept in {printable(place)}" for place in places)]


def difference_lines(differences: Sequence[dict[str, Any]], *, is_of_all: bool = False) -> list[str]:
    """Each text that waits, against what is trusted in its place; of all servers, each with the name of its own."""
    lines: list[str] = []
    for one in differences:
        name = "the server itself" if one["kind"] == "server" else f"{one['kind']} {printable(one['name'])}"
        name = f"{printable(one['server'])}: {name}" if is_of_all else name
        state = f"withheld: {one['reason']}" if one["reason"] else "served"
        change = f", {one['change']} change" if one["change"] else ", not pinned"
        lines.append(f"{name} ({state}{change}), digest {one['after'][:DIGEST]}")
        lines += [f"  {printable(detail)}" for detail in one["details"]]
        lines += [f"  {printable(line)}" for line in one["lines"]]
        lines.append("")
    return lines[:-1] or ["nothing waits for a decision"]


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows under a head, aligned."""
    from prettytable import PrettyTable  # it takes longer to import than most verbs take

    made = PrettyTable(list(columns), border=False, align="l", left_padding_width=0, right_padding_width=2)
    made.add_rows([list(row) for row in rows])
    return [line.rstrip() for line in dedent(made.get_string()).splitlines()]
