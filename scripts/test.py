"""Prepares everything the tests need and runs the gate: what has to be green before a change is taken.

The steps run one after the other, all of them also when one fails; the exit code is 0 only when every step passed. The
tests run in two lanes side by side. Words that are not options go to pytest, in one lane
(`scripts/test tests/kernel -k mailbox`).
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, NamedTuple, cast
from xml.etree import ElementTree

from scripts import engine, testbed
from scripts.testbed import ROOT, say

LOCAL = ROOT / ".cache"
JUNIT = LOCAL / "junit"
LANES = {"programs": "real and not engine", "engine": "engine or not real"}
"""What runs side by side, and by which markers: tests of real programs wait more than they compute. What speaks to a
Docker engine is one lane, because what one test does to the engine another would feel."""

WITHOUT = ["env", "--unset=STOCKADE_TEST_DOCKER_HOST"]
"""A test that uses the engine and is not marked so does not find it in the other lane: a skip, which CI takes amiss."""
CLEANING_S = 20.0
"""Seconds that an interrupted step has to clean up; `.ci/run` kills everything after 30."""


class Step(NamedTuple):
    """One step of the gate."""

    name: str
    command: list[str]
    beside: tuple[list[str], ...] = ()
    """Further commands of the same step, run at the same time; what they say is shown when the first has ended."""


def gate(python: Path, pytest_words: list[str], *, in_lanes: bool) -> list[Step]:
    """The steps in their order."""
    tool = python.parent
    coverage = [str(tool / "coverage")]
    pytest = [*coverage, "run", "-m", "pytest", *pytest_words]
    lanes = [
        [*(WITHOUT if name == "programs" else []), *pytest, f"--junitxml={JUNIT}/{name}.xml", "-m", marks]
        for name, marks in LANES.items()
    ]
    whole = [*pytest, f"--junitxml={JUNIT}/all.xml"]
    return [
        Step("lint", [str(tool / "ruff"), "check"]),
        Step("format", [str(tool / "ruff"), "format", "--check"]),
        Step("types", [str(tool / "mypy")]),
        Step("shell", [str(tool / "shellcheck"), "--external-sources", "--source-path=SCRIPTDIR", *shell_scripts()]),
        Step("imports", [str(tool / "lint-imports"), "--cache-dir", str(LOCAL / "imports")]),
        Step("reference pages", [str(python), "-m", "scripts.generate", "--check"]),
        Step("site", [str(tool / "mkdocs"), "build", "--strict", "--site-dir", str(LOCAL / "site")]),
        Step("tests", lanes[0], tuple(lanes[1:])) if in_lanes else Step("tests", whole),
        Step("coverage", [*coverage, "combine", "--quiet"]),
        Step("coverage report", [*coverage, "report"]),
    ]


def shell_scripts() -> list[str]:
    """Every shell script of the tree, by its first line."""
    files = [*(ROOT / "scripts").glob("*"), *(ROOT / "scripts" / "testenv").glob("*"), *(ROOT / ".ci").glob("*")]
    marks = (b"#!/usr/bin/env bash", b"# shellcheck shell=bash")
    return sorted(
        str(file.relative_to(ROOT)) for file in files if file.is_file() and file.read_bytes().startswith(marks)
    )


def environment(python: Path, real: Mapping[str, str]) -> dict[str, str]:
    """The environment in which the steps run; `real` names the real programs, if any were prepared."""
    return {
        **os.environ,
        **real,
        "VIRTUAL_ENV": str(python.parent.parent),
        "PATH": f"{python.parent}{os.pathsep}{real.get('PATH') or os.environ.get('PATH', os.defpath)}",
        "COVERAGE_FILE": str(LOCAL / "coverage" / "data"),
        "PYTHONPATH": str(ROOT),
    }


def perform(steps: list[Step], variables: dict[str, str]) -> list[str]:
    """Run every step and say how it went; returns the names of those that failed."""
    failed = []
    for step in steps:
        for command in (step.command, *step.beside):
            say(f"--- {step.name}: {shlex.join(command)}")
        start = time.monotonic()
        with running(step, variables) as processes:
            failures = [process.args for process in processes if process.wait()]
        say(f"{step.name}: {'FAILED' if failures else 'passed'} in {time.monotonic() - start:.1f} s")
        if failures:
            failed.append(step.name)
    return failed


@contextmanager
def running(step: Step, variables: Mapping[str, str]) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run a step's commands, and show at the end what those beside the first said. None outlives the context.

    Each has a process group of its own: what interrupts this process from a terminal would otherwise reach them twice,
    and cut short how they clean up.
    """
    with ExitStack() as stack:
        heard = [None, *(stack.enter_context(tempfile.TemporaryFile()) for _ in step.beside)]
        processes = []
        for command, file in zip((step.command, *step.beside), heard, strict=True):
            errors = None if file is None else subprocess.STDOUT
            process = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=file, stderr=errors, process_group=0)
            stack.callback(show_heard, process, file)
            stack.callback(end, process)
            processes.append(process)
        yield processes


def end(process: subprocess.Popen[bytes]) -> None:
    """Interrupt it if it runs still, let it clean up for a while, and kill what is left of it then."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        with suppress(subprocess.TimeoutExpired):
            process.wait(CLEANING_S)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def show_heard(process: subprocess.Popen[bytes], file: IO[bytes] | None) -> None:
    """Show what a command said that ran beside another."""
    if file is not None:
        say(f"--- this ran beside it: {shlex.join(map(str, cast(list[str], process.args)))}")
        file.seek(0)
        shutil.copyfileobj(file, sys.stderr.buffer)
        sys.stderr.flush()


def skips() -> list[str]:
    """Why tests were skipped, each reason once with how many."""
    # written by our own pytest a moment ago, so nothing hostile is parsed here
    trees = [ElementTree.parse(file) for file in sorted(JUNIT.glob("*.xml"))]
    found = Counter(element.get("message", "") for tree in trees for element in tree.iter("skipped"))
    return [f"{number} of: {reason}" for reason, number in sorted(found.items())]


@contextmanager
def real_programs(*, fast: bool, keep: bool) -> Iterator[dict[str, str]]:
    """Everything that the tests of real programs need, the engine among it, as variables; nothing where it is fast."""
    if fast:
        yield {}
        return
    programs = testbed.real_programs()
    with engine.prepared(programs, keep=keep) as found:
        yield programs | found


def main() -> int:
    """Prepare, run the gate, take down what was brought up, say what failed and what was skipped."""
    parser = argparse.ArgumentParser(prog="scripts/test", description=__doc__)
    parser.add_argument("--fast", action="store_true", help="leave out the tests that run real programs")
    parser.add_argument("--prepare", action="store_true", help="only prepare; print the variables for a shell to eval")
    parser.add_argument("--down", action="store_true", help="only take down the Docker engine that --prepare left up")
    options, words = parser.parse_known_args()
    engine.heed_sigterm()
    if options.down:
        engine.LEASES.release()
        engine.LEASES.retire_all()
        return 0
    python = testbed.development()
    with real_programs(fast=options.fast, keep=options.prepare) as real:
        variables = environment(python, real)
        if options.prepare:
            show(variables)
            return 0
        shutil.rmtree(JUNIT, ignore_errors=True)
        (LOCAL / "coverage").mkdir(exist_ok=True)
        words = [*(["-m", "not real"] if options.fast else []), *words]
        failed = perform(gate(python, words, in_lanes=not words), variables)
    for line in skips():
        say(f"skipped: {line}")
    say(f"FAILED: {', '.join(failed)}" if failed else "everything passed")
    return 1 if failed else 0


def show(variables: dict[str, str]) -> None:
    """Print what a shell has to evaluate to have the environment of the tests."""
    for name, value in sorted(variables.items()):
        if name in ("PATH", "VIRTUAL_ENV") or name.startswith("STOCKADE_TEST_"):
            print(f"export {name}={shlex.quote(value)}")


if __name__ == "__main__":
    sys.exit(main())
