"""`stockade scan --self-test`: says of each scanner whether its "nothing found" can be believed.

Each gets what was written to be found (scan/known_bad.py), by the same way as a real server's. One that finds nothing
there is not to be believed when it finds nothing elsewhere; one that is not run here finds nothing anywhere.
"""

from __future__ import annotations

import os
import tempfile
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec
import trio
from msgspec import Struct

from supervisor import __version__, running
from supervisor.config.effects import load
from supervisor.config.schema import Mode
from supervisor.config.specs import Config
from supervisor.edges import state
from supervisor.edges.facts import facts_here, with_engine
from supervisor.edges.say import put, put_json
from supervisor.edges.signals import Ending
from supervisor.errors import ConfigError, ExitCode
from supervisor.escaping import printable
from supervisor.scan.context import context_of
from supervisor.scan.engine import look
from supervisor.scan.plugins import known_bad
from supervisor.scan.plugins.inputs import Inputs
from supervisor.scan.plugins.manifests import Plugin, all_plugins
from supervisor.scan.plugins.runtimes import unknown
from supervisor.scan.text.items import read_item
from supervisor.scan.words import Definition, ScannerReport

NAME = "self-test"
Outcome = Literal["believed", "blind", "failed", "not_run"]
_SAID: Mapping[Outcome, str] = {
    "believed": "found what is known to be bad: its silence can be believed",
    "blind": "found nothing in what is known to be bad: its silence means nothing",
    "failed": "failed",
    "not_run": "is not run here",
}


class Tested(Struct, frozen=True, kw_only=True):
    """What came of one scanner."""

    scanner: str
    outcome: Outcome
    findings: int = 0
    detail: str = ""
    seconds: float = 0.0


def self_test(options: Namespace) -> int:
    """Test the engine and the plugins that a config's servers name; all there are where none is named."""
    config = _config(getattr(options, "config", None))
    known = all_plugins(config.settings.plugins)
    named = tuple(dict.fromkeys(name for spec in config.servers for name in spec.scan.plugins)) or tuple(known)
    folder = state.prepare(state.chosen(options.state_dir, config, os.environ)).path
    with tempfile.TemporaryDirectory(prefix="stockade-") as source:
        for name, text in known_bad.FILES.items():
            Path(source, name).write_text(text, encoding="utf-8")
        plugins = {name: known[name] for name in named if name in known}
        reports = trio.run(_reports, plugins, _mode(config), str(folder), source)
    strangers = [unknown(name, known) for name in named if name not in known]
    tested = [_engine(), *map(judged, (*reports, *strangers))]
    code = exit_code(tested)
    if options.json:
        put_json({"scanners": msgspec.to_builtins(tested), "exit_code": int(code)})
    else:
        put("\n".join(map(line, tested)) + "\n")
    return int(code)


def judged(report: ScannerReport) -> Tested:
    """Say what a run on what is known to be bad means."""
    outcome: Outcome = "not_run" if report.state == "skipped" else "failed"
    if report.state == "ok":
        outcome = "believed" if report.findings else "blind"
    return Tested(
        scanner=report.scanner,
        outcome=outcome,
        findings=report.findings,
        detail=f"{report.reason}: {report.detail}" if report.reason else report.detail,
        seconds=report.seconds,
    )


def exit_code(tested: list[Tested]) -> ExitCode:
    """1 if one is blind or has failed, 3 if one was not run."""
    outcomes = {one.outcome for one in tested}
    if outcomes & {"blind", "failed"}:
        return ExitCode.FAILED
    return ExitCode.DEGRADED if "not_run" in outcomes else ExitCode.OK


def line(one: Tested) -> str:
    """Render one for people."""
    detail = f": {printable(one.detail)}" if one.detail and one.outcome != "believed" else ""
    found = f" ({one.findings} findings)" if one.findings else ""
    return f"{printable(one.scanner):<22} {_SAID[one.outcome]}{found}{detail}"


def _config(path: str | None) -> Config:
    if path is None:
        return Config()
    config = load(path, environ=os.environ, facts=facts_here(), ask_engine=with_engine)
    if config.problems:
        raise ConfigError(config.problems[0])
    return config


def _mode(config: Config) -> Mode:
    """In mode docker every plugin may be run that can be; where no server is in it, none may need Docker."""
    modes = {spec.mode for spec in config.servers}
    return "docker" if "docker" in modes or not modes else "sandbox"


def _engine() -> Tested:
    tools = [Definition(kind="tool", name="", raw=raw) for raw in known_bad.TOOLS]
    items = [read_item(tool) for tool in tools]
    found = len(look(items, context_of(NAME, items)).findings)
    return judged(ScannerReport(scanner="engine", state="ok", findings=found))


async def _reports(plugins: Mapping[str, Plugin], mode: Mode, state_dir: str, source: str) -> list[ScannerReport]:
    """Run them one after the other: on a small machine they would only get in each other's way."""
    ending = Ending(lambda _number: None)
    reports: list[ScannerReport] = []
    async with trio.open_nursery() as nursery:
        await nursery.start(ending.hear)
        with ending.scope:
            async with running.open_run(Config(), state_dir=state_dir, environ=os.environ, version=__version__) as run:
                ending.killed_by(run.table.kill)
                for plugin in plugins.values():
                    inputs = Inputs(tools=known_bad.TOOLS, source=plugin.known_bad or source)
                    ran = await run.plugins.run_on(plugin, inputs, mode=mode, name=NAME)
                    reports.append(ran.report)
        nursery.cancel_scope.cancel()
    if ending.number:
        raise KeyboardInterrupt
    return reports
