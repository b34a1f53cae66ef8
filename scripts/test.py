"""Prepares everything the tests need and runs the gate: what has to be green before a change is taken.

The steps run one after the other, all of them also when one fails; the exit code is 0 only when every step passed.
Words that are not options go to pytest (`scripts/test tests/kernel -k mailbox`).
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from scripts import engine, testbed
from scripts.testbed import ROOT, say

LOCAL = ROOT / ".cache"
JUNIT = LOCAL / "junit.xml"


class Step(NamedTuple):
    """One step of the gate."""

    name: str
    command: list[str]


def gate(python: Path, pytest_words: list[str]) -> list[Step]:
    """The steps in their order."""
    tool = python.parent
    coverage = [str(tool / "coverage")]
    pytest = ["-m", "pytest", f"--junitxml={JUNIT}", *pytest_words]
    return [
        Step("lint", [str(tool / "ruff"), "check"]),
        Step("format", [str(tool / "ruff"), "format", "--check"]),
        Step("types", [str(tool / "mypy")]),
        Step("shell", [str(tool / "shellcheck"), "--external-sources", "--source-path=SCRIPTDIR", *shell_scripts()]),
        Step("imports", [str(tool / "lint-imports"), "--cache-dir", str(LOCAL / "imports")]),
        Step("reference pages", [str(python), "-m", "scripts.generate", "--check"]),
        Step("tests", [*coverage, "run", *pytest]),
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
        say(f"--- {step.name}: {shlex.join(step.command)}")
        start = time.monotonic()
        outcome = subprocess.run(step.command, cwd=ROOT, env=variables, check=False)
        say(f"{step.name}: {'passed' if outcome.returncode == 0 else 'FAILED'} in {time.monotonic() - start:.1f} s")
        if outcome.returncode:
            failed.append(step.name)
    return failed


def skips() -> list[str]:
    """Why tests were skipped, each reason once with how many."""
    if not JUNIT.exists():
        return []
    # written by our own pytest a moment ago, so nothing hostile is parsed here
    found = Counter(element.get("message", "") for element in ElementTree.parse(JUNIT).iter("skipped"))
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
        JUNIT.unlink(missing_ok=True)
        (LOCAL / "coverage").mkdir(exist_ok=True)
        failed = perform(gate(python, [*(["-m", "not real"] if options.fast else []), *words]), variables)
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
