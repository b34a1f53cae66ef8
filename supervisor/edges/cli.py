"""The command line: words in, one verb run, an exit code out."""

from __future__ import annotations

import argparse
from collections.abc import Sequence


def run(words: Sequence[str]) -> int:
    """Parse the words and run the verb they name; returns its exit code (errors.ExitCode)."""
    parser = argparse.ArgumentParser(prog="stockade", description="Runs stdio MCP servers isolated and supervised.")
    parser.add_argument("-V", "--version", action="store_true", help="print the version and exit")
    parser.parse_args(list(words))
    parser.print_help()
    return 0
