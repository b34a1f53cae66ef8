"""The scanner's engine on what real servers list, beside the YARA analyzer of Cisco's MCP scanner on the same tools.

The servers are those that the tests start: two of npm, one of PyPI, asked over stdio. One thread each, CPU time, in
turns: a round of ours reads the definitions from their bytes and runs every check; a round of the peer's runs its rules
over the description and over the rest, as its own scanner does. The first result is a whole process, from its start.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

from scripts import testbed
from scripts.bench_parts.command import cpu_s
from scripts.bench_parts.row import Row
from supervisor.scan.context import context_of
from supervisor.scan.engine import look
from supervisor.scan.text.item_walk import TEXT_LIMIT
from supervisor.scan.text.items import read_item
from supervisor.scan.verdict import report_of
from supervisor.scan.words import Definition

ROUNDS = 9
PASSES = 10
"""How often a round looks at all tools: one pass over few tools is too short to be measured."""
FIRST_ROUNDS = 7
LIMIT_ROUNDS = 3
SYLLABLES = (("an", "re", "pro", "con", "se", "de", "ig", "pass", "for", "to", "un", "ex"),) * 2 + (
    ("ti", "mi", "nor", "wor", "la", "ken", "struc", "al", "ver", "us", "ke", "ad"),
) * 2
"""What words are made of."""
OPENING = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "bench", "version": "0"}}
PEER = """
import asyncio, json, sys, time
from mcpscanner.core.analyzers.yara_analyzer import YaraAnalyzer
analyzer = YaraAnalyzer()
async def look(tools):
    for tool in tools:
        rest = json.dumps({key: value for key, value in tool.items() if key != "description"})
        await analyzer.analyze(tool.get("description", ""), {"tool_name": tool["name"], "content_type": "description"})
        await analyzer.analyze(rest, {"tool_name": tool["name"], "content_type": "parameters"})
for line in sys.stdin:
    tools, passes = json.loads(line)
    before = time.process_time()
    for _ in range(passes):
        asyncio.run(look(tools))
    print(time.process_time() - before, flush=True)
"""


def rows() -> list[Row]:
    """Measure, alternated."""
    programs = testbed.real_programs()
    tools = [tool for command in _servers(programs) for tool in _listed(command, programs)]
    python = f"{programs['STOCKADE_TEST_SCANNERS']}/cisco-ai-mcp-scanner/bin/python"
    ours, theirs, wrong = _alternated(tools, python)
    first, their_first = _first(tools, python)
    size = sum(len(json.dumps(tool)) for tool in tools) / len(tools)
    limit = _at_the_limit()
    about = f"{len(tools)} tools of {len(_servers(programs))} real servers, {size:.0f} bytes each"
    return [
        Row(
            name="scan, one tool", measured=ours, unit="µs", peer="500 tools a second", goal=2000, stretch=667,
            wrong=wrong, details=f"{about}; {1e6 / ours:.0f} tools a second in one thread",
        ),
        Row(
            name="scan, one tool beside YARA", measured=ours, unit="µs", peer="cisco-ai-mcp-scanner, YARA rules",
            against=theirs, details="its rules are compiled to C and look at eight kinds of threat",
        ),
        Row(
            name="scan, a tool at the limit", measured=limit * 1e3, unit="ms", peer="1 s", goal=1000,
            details="1 MiB of words of which none stands twice, seen for the first time; CPU time",
        ),
        Row(
            name="scan, first result", measured=first * 1e3, unit="ms", peer="0.2 s", goal=200,
            details="stockade scan --file, CPU time of the whole process",
        ),
        Row(
            name="scan, first result beside YARA", measured=first * 1e3, unit="ms",
            peer="cisco-ai-mcp-scanner, YARA rules", against=their_first * 1e3, goal=1,
            details="the peer loads its analyzer only, not its command",
        ),
    ]  # fmt: skip


def _servers(programs: dict[str, str]) -> list[list[str]]:
    npx = [programs["STOCKADE_TEST_NPX"], "--yes", "--offline"]
    bin_folder = Path(programs["STOCKADE_TEST_SDK2"]).parent
    return [
        [*npx, "@modelcontextprotocol/server-everything"],
        [*npx, "@modelcontextprotocol/server-filesystem", "/tmp"],
        [str(bin_folder / "mcp-server-time")],
    ]


def _listed(command: Sequence[str], programs: dict[str, str]) -> list[dict[str, Any]]:
    """The tools of one server, asked as a client asks."""
    environ = {**os.environ, "PATH": programs["PATH"], "npm_config_cache": programs["STOCKADE_TEST_NPM_CACHE"]}
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environ
    )
    try:
        _asked(process, {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": OPENING})
        _put(process, {"jsonrpc": "2.0", "method": "notifications/initialized"})
        answer = _asked(process, {"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {}})
        tools: list[dict[str, Any]] = answer["result"]["tools"]
        return tools
    finally:
        process.terminate()
        process.communicate()


def _put(process: subprocess.Popen[bytes], message: dict[str, Any]) -> None:
    assert process.stdin is not None
    process.stdin.write(json.dumps(message).encode() + b"\n")
    process.stdin.flush()


def _asked(process: subprocess.Popen[bytes], message: dict[str, Any]) -> dict[str, Any]:
    _put(process, message)
    assert process.stdout is not None
    for line in process.stdout:
        found: dict[str, Any] = json.loads(line)
        if found.get("id") == message["id"] and "method" not in found:
            return found
    raise SystemExit(f"bench: {process.args!r} ended before it answered {message['method']}")


def _alternated(tools: list[dict[str, Any]], python: str) -> tuple[float, float, int]:
    """Microseconds a tool of ours and of the peer's, and how many of the tools came out wrong."""
    definitions = [Definition(kind="tool", name=tool["name"], raw=json.dumps(tool).encode()) for tool in tools]
    wrong = _wrong(definitions)
    request = json.dumps([tools, PASSES]).encode() + b"\n"
    ours: list[float] = []
    theirs: list[float] = []
    with subprocess.Popen([python, "-c", PEER], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as peer:
        assert peer.stdin is not None
        assert peer.stdout is not None
        for _ in range(ROUNDS):
            before = time.process_time()
            for _ in range(PASSES):
                _look(definitions)
            ours.append(time.process_time() - before)
            peer.stdin.write(request)
            peer.stdin.flush()
            theirs.append(float(peer.stdout.readline()))
        peer.stdin.close()
    share = 1e6 / (PASSES * len(tools))
    return median(ours) * share, median(theirs) * share, wrong


def _look(definitions: Sequence[Definition]) -> None:
    items = [read_item(definition) for definition in definitions]
    look(items, context_of("bench", items))


def _at_the_limit() -> float:
    """CPU seconds of a look at words that nobody has seen before, as many as are looked at; the best of a few."""
    taken = []
    for sign in range(LIMIT_ROUNDS):
        words = ("".join(letters) for letters in product(*SYLLABLES, f"{sign}xyz"))
        tool = {"name": "words", "description": " ".join(words)[: TEXT_LIMIT - 64], "inputSchema": {"type": "object"}}
        definition = Definition(kind="tool", name="words", raw=json.dumps(tool).encode())
        before = time.process_time()
        _look([definition])
        taken.append(time.process_time() - before)
    return min(taken)


def _wrong(definitions: Sequence[Definition]) -> int:
    """Real tools that are blocked, or were not looked at in full."""
    items = [read_item(definition) for definition in definitions]
    report = report_of("bench", look(items, context_of("bench", items)), tools=len(items))
    return sum(finding.tier == "hard" for finding in report.findings) + (report.coverage != "full")


def _first(tools: list[dict[str, Any]], python: str) -> tuple[float, float]:
    """CPU seconds of a process that looks at these tools once: ours, and the peer's."""
    environ = {**os.environ}
    environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package has its bytecode
    folder = Path(tempfile.mkdtemp(prefix="bench", dir="/tmp"))
    try:
        path, script = folder / "tools.json", folder / "peer.py"
        path.write_text(json.dumps({"tools": tools}))
        script.write_text(PEER.replace("sys.stdin", f"[json.dumps([json.load(open({str(path)!r}))['tools'], 1])]"))
        ours = [sys.executable, "-m", "supervisor", "scan", "--file", str(path)]
        taken: tuple[list[float], list[float]] = ([], [])
        for _ in range(FIRST_ROUNDS):
            for times, argv in zip(taken, (ours, [python, str(script)]), strict=True):
                times.append(cpu_s(argv, environ))
        return median(taken[0]), median(taken[1])
    finally:
        shutil.rmtree(folder)
