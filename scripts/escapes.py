"""Lets the attacks of tests/real/sandbox loose and prints what each level of the sandbox stops, and what remains.

A cell is `stopped / of`: an attack counts for a user for whom it works without a sandbox, and for no other; one that
cannot be tried because the level starts no such server at all (S1 with a list of ports) is stopped. What remains is
named with its reason, from the table that the tests hold to the letter; a deviation from it is named, too, and makes
the exit code 1. As root it tries both users, else the one who runs it. `--markdown` prints it as the docs have it.
"""

from __future__ import annotations

import argparse
import os
import pwd
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from prettytable import PrettyTable, TableStyle
from real.sandbox.accounts import Account, plain_account, root_account
from real.sandbox.escapes import ALL_GROUPS, LEVELS, Row, rounds, rows
from real.sandbox.ground import furnish
from real.sandbox.known_open import MAY_BE_ABSENT, UNCERTAIN, differences, expected

PLAIN_USER = "stockade-test"
"""As the tests call theirs."""


class Tried(NamedTuple):
    """What came of all attacks of one user."""

    account: Account
    rows: list[Row]


def accounts() -> list[Account]:
    """Root and the plain user of the tests; or whoever we are. Raises LookupError."""
    if os.geteuid() != 0:
        return [plain_account(pwd.getpwuid(os.geteuid()))]
    return [root_account(), plain_account(pwd.getpwnam(PLAIN_USER))]


def attack(account: Account) -> Tried:
    """Try everything as one user, on a ground that is removed afterwards."""
    path = Path(tempfile.mkdtemp(prefix="sb-", dir="/tmp"))
    try:
        found = furnish(path, account).fight(rounds(LEVELS))
    finally:
        shutil.rmtree(path, ignore_errors=True)
    return Tried(account, rows(found, LEVELS, account.uid))


def table(tried: Sequence[Tried]) -> PrettyTable:
    """Groups by levels and users."""
    drawn = PrettyTable(["group", *(f"{level} {one.account.name}" for level in LEVELS for one in tried)])
    drawn.align["group"] = "l"
    for group in (*ALL_GROUPS, "all"):
        cells = (
            _cell([row for row in one.rows if row.counts and group in (row.group, "all")], level)
            for level in LEVELS
            for one in tried
        )
        drawn.add_row([group, *cells])
    return drawn


def _cell(counting: Sequence[Row], level: str) -> str:
    return f"{sum(not row.is_open(level) for row in counting)} / {len(counting)}"


def remaining(tried: Sequence[Tried], level: str) -> Iterator[str]:
    """What a level leaves open, a line for each reason, with those for whom it is so."""
    found: dict[str, dict[str, list[str]]] = {}
    for one in tried:
        reasons = {**UNCERTAIN, **expected(one.account.name, level)}
        for row in one.rows:
            if row.is_open(level):
                reason = reasons.get((row.group, row.attack), "UNKNOWN")
                found.setdefault(reason, {}).setdefault(f"{row.group}: {row.attack}", []).append(one.account.name)
    for reason, attacks in found.items():
        yield f"{reason}:"
        for name, users in attacks.items():
            yield f"- {name}" + ("" if len(users) == len(tried) else f" ({', '.join(users)})")


def absent(tried: Sequence[Tried]) -> Iterator[str]:
    """What did not count here, and why."""
    for one in tried:
        for row in one.rows:
            if not row.counts:
                reason = MAY_BE_ABSENT.get(row.attack, "UNKNOWN")
                yield f"- {row.group}: {row.attack} ({one.account.name}): {row.bare}, {reason}"


def deviations(tried: Sequence[Tried]) -> list[str]:
    """Where the outcome is not what the tests expect."""
    return [
        f"- {level} {one.account.name}: {line}"
        for one in tried
        for level in LEVELS
        for line in differences(one.rows, one.account.name, level)
    ]


def _section(title: str, lines: Iterable[str], *, is_markdown: bool) -> None:
    kept = list(lines)
    if kept:
        print(f"\n{'## ' if is_markdown else ''}{title}\n")
        for line in kept:
            is_reason = is_markdown and not line.startswith("- ")
            print(f"\n{line}\n" if is_reason else line)


def main() -> int:
    """Attack as every user, and print what came of it."""
    parser = argparse.ArgumentParser(prog="scripts/escapes", description=__doc__)
    parser.add_argument("--markdown", action="store_true", help="print it as Markdown")
    options = parser.parse_args()
    try:
        users = accounts()
    except LookupError as problem:
        print(f"{problem}: run scripts/test once, which makes the user {PLAIN_USER}", file=sys.stderr)
        return 2
    with ThreadPoolExecutor(len(users)) as at_once:
        tried = list(at_once.map(attack, users))
    drawn = table(tried)
    if options.markdown:
        drawn.set_style(TableStyle.MARKDOWN)
    print(drawn)
    wrong = deviations(tried)
    for level in reversed(LEVELS):
        _section(f"What remains at {level}", remaining(tried, level), is_markdown=options.markdown)
    _section("What this machine has no ground for", absent(tried), is_markdown=options.markdown)
    _section("DEVIATIONS from what is known", wrong, is_markdown=options.markdown)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
