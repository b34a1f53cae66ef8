"""`stockade scan --file` and `--batch`: the engine alone, on lists of tools that are given as JSON; nothing is started.

`--batch` reads one request a line and answers with one line each, until its input ends: a request names the server, its
tools and instructions, its peers' tools and those that a person has approved before. Whatever a line holds, it is
answered; what cannot be read is `unknown`.
"""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from supervisor.edges.say import put, put_json
from supervisor.edges.scan_answers import put_sarif, put_scans
from supervisor.errors import ExitCode, FileUnreadable, StockadeError, UsageWrong
from supervisor.escaping import printable
from supervisor.scan.context import context_of, peer_index
from supervisor.scan.engine import look
from supervisor.scan.text.items import Item, items_of
from supervisor.scan.text.reader import DEPTH_LIMIT, Read, read
from supervisor.scan.trust.canonical import written
from supervisor.scan.verdict import exit_code_of, report_of
from supervisor.scan.words import Report

_ENVELOPE = 4
"""Levels around a definition in a request or a file."""


def scan_file(options: Namespace) -> int:
    """Look at the tools of one file: an answer to tools/list, its result, or the list itself."""
    try:
        data = sys.stdin.buffer.read() if options.file == "-" else Path(options.file).read_bytes()
    except OSError as error:
        raise StockadeError(FileUnreadable(place=options.file, reason=error.strerror or str(error))) from error
    begun = time.perf_counter()
    found = read(data, depth_limit=DEPTH_LIMIT + _ENVELOPE)
    tools, pointer, said = _unwrapped(found.value)
    server = Path(options.file).stem
    items = _items(tools, pointer, said, found)
    looked = look(items, context_of(server, items)) if items else None
    count = len(tools) if isinstance(tools, list) else 0
    report = report_of(server, looked, tools=count, seconds=time.perf_counter() - begun)
    if options.sarif:
        put_sarif([_scan(report)])
    elif options.json:
        put_scans([_scan(report)])
    else:
        put("\n".join(lines(report)) + "\n")
    return int(exit_code_of(report))


def _scan(report: Report) -> dict[str, Any]:
    """The report as a scan of a server has it (protocol.ScanAnswer); of a list nothing is kept, nor withheld."""
    built = msgspec.to_builtins(report)
    return {"server": report.server, "report": built, "withheld": [], "exit_code": int(exit_code_of(report))}


def _unwrapped(value: Any) -> tuple[Any, str, Mapping[str, Any]]:
    """The list of tools, the pointer to it, and what else the server says of itself."""
    if isinstance(value, list):
        return value, "", {}
    if isinstance(value, dict) and isinstance(value.get("result"), dict):
        return value["result"].get("tools"), "/result/tools", {}
    if isinstance(value, dict) and "tools" in value:
        return value["tools"], "/tools", value
    return None, "", {}


def lines(report: Report) -> list[str]:
    """Render a report for people: the verdict, the coverage beside the score, then what was found."""
    found = [
        f"  {one.severity:<8} {one.tier:<4} {one.check:<20} {printable(one.tool or '(server)')} "
        f"{printable(one.pointer)}\n"
        f"           {printable(one.message)}\n           > {printable(one.evidence)}"
        for one in report.findings
    ]
    notes = [f"  {one.scanner}: {one.state}, {one.detail}" for one in report.scanners if one.detail]
    head = (
        f"{printable(report.server)}: {report.status} (verdict {report.verdict}, score {report.score} of 100 at "
        f"{report.coverage} coverage, {report.tools} tools)"
    )
    return [head, *notes, *found]


def scan_batch(options: Namespace, source: BinaryIO | None = None) -> int:
    """Answer requests on stdin, one a line, until it ends; with --json as scans of servers are answered."""
    if options.sarif:
        raise StockadeError(UsageWrong(verb="scan", reason="--batch answers each line as it comes, not as SARIF"))
    for line in source or sys.stdin.buffer:
        if line.strip():
            put_json((scanned if options.json else answer)(line))
    return int(ExitCode.OK)


def answer(line: bytes) -> dict[str, Any]:
    """The answer to one request, in few words."""
    asked, report = _looked_at(line)
    return {
        "id": _plain(asked.get("id")),
        "verdict": report.verdict,
        "coverage_ok": report.coverage == "full",
        "findings": [_row(finding) for finding in report.findings],
        "drift": drift(asked.get("tools"), asked.get("baseline")),
    }


def scanned(line: bytes) -> dict[str, Any]:
    """The answer to one request, with all that is known."""
    asked, report = _looked_at(line)
    own = {"id": _plain(asked.get("id")), "drift": drift(asked.get("tools"), asked.get("baseline"))}
    return own | _scan(report)


def _looked_at(line: bytes) -> tuple[Mapping[str, Any], Report]:
    """What a request asks, and the report on its tools."""
    found = read(line, depth_limit=DEPTH_LIMIT + _ENVELOPE)
    asked = found.value if isinstance(found.value, dict) else {}
    tools = asked.get("tools")
    server = asked["server"] if isinstance(asked.get("server"), str) else ""
    items = _items(tools, "/tools", asked, found)
    peers = asked.get("peers")
    context = context_of(server, items, peer_index(peers if isinstance(peers, dict) else {}))
    looked = look(items, context) if items else None
    return asked, report_of(server, looked, tools=len(tools) if isinstance(tools, list) else 0)


def _plain(value: Any) -> str | None:
    return value if isinstance(value, str) else None if value is None else written(value)


def _row(finding: Any) -> dict[str, Any]:
    return {
        "tool": finding.tool,
        "rule": finding.check,
        "tier": finding.tier,
        "severity": finding.severity,
        "pointer": finding.pointer,
        "evidence": finding.evidence,
        "message": finding.message,
    }


def _items(tools: Any, pointer: str, said: Mapping[str, Any], found: Read) -> list[Item]:
    """The definitions of a list, each with its own share of what the reader had to tell."""
    is_partial = bool(found.losses)
    shares = _shares(found.duplicates, pointer)
    items = [
        items_of("tool", tool, duplicates=shares.get(str(index), ()), is_partial=is_partial)
        for index, tool in enumerate(tools if isinstance(tools, list) else ())
    ]
    own = {key: said[key] for key in ("instructions", "serverInfo") if said.get(key)}
    return [*items, items_of("server", own)] if own else items


def _shares(duplicates: Sequence[str], pointer: str) -> dict[str, list[str]]:
    """Pointers below the list, by the index of their definition."""
    shares: dict[str, list[str]] = {}
    for one in duplicates:
        if one.startswith(f"{pointer}/"):
            index, _, rest = one[len(pointer) + 1 :].partition("/")
            shares.setdefault(index, []).append(f"/{rest}")
    return shares


def drift(tools: Any, baseline: Any) -> list[str]:
    """Names of tools that differ from the approved ones, are new, or are gone; sorted."""
    if not isinstance(baseline, list):
        return []
    before, now = _texts(baseline), _texts(tools)
    return sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))


def _texts(tools: Any) -> dict[str, list[str]]:
    """Canonical texts by name; two tools may have one name."""
    texts: dict[str, list[str]] = {}
    for name, text in _named(tools):
        texts.setdefault(name, []).append(text)
    return {name: sorted(found) for name, found in texts.items()}


def _named(tools: Any) -> Iterator[tuple[str, str]]:
    for tool in tools if isinstance(tools, list) else ():
        name = tool.get("name") if isinstance(tool, dict) else None
        yield (name if isinstance(name, str) else ""), written(tool)
