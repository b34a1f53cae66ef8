"""Telling a person what is wrong and what to do."""

from __future__ import annotations

import sys

from supervisor.errors import Problem


def complain(problem: Problem) -> int:
    """Say it on stderr, and return the exit code that goes with it."""
    sys.stderr.write(f"stockade: {problem.text} [{problem.code}]\n  {problem.remedy}\n")
    return int(problem.exit_code)
