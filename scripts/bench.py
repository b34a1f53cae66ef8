"""Measures our own code against its peers, prints the figures beside their goals, and writes bench.json.

Every file in scripts/bench_parts with a function `rows` is a part. Figures are ratios to a peer measured in the same
run: they can be compared between machines, the absolute ones cannot. This is no test: a missed goal is shown, not
failed (`--strict` fails). `--page` writes docs/reference/performance.md.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec
from prettytable import PrettyTable, TableStyle

from scripts.bench_parts.row import Row

ROOT = Path(__file__).parents[1]
PARTS = ROOT / "scripts" / "bench_parts"
PAGE = ROOT / "docs" / "reference" / "performance.md"
HEAD = ("what", "measured", "against", "ratio", "goal", "stretch", "")
ABOUT = """
Every figure is measured beside its peer in the same run; the ratio is what can be compared between machines. Smaller is
better everywhere: a goal of 0.25 × is a quarter of the peer's cost. *Goal* is where we want to be, *stretch* is what a
prototype showed to be possible. Run `scripts/bench` to see your own machine's figures, `scripts/bench --page` to write
this page.
"""


class Measured(NamedTuple):
    """One row and the part that it came from."""

    part: str
    row: Row


def parts() -> list[str]:
    """Names of the parts: every file in the folder but the definition of a row."""
    return sorted(path.stem for path in PARTS.glob("*.py") if path.stem not in ("__init__", "row"))


def measure(names: Iterable[str]) -> list[Measured]:
    """Run the parts one after the other: they would disturb each other."""
    found = []
    for name in names:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        start = time.monotonic()
        module = importlib.import_module(f"scripts.bench_parts.{name}")
        found += [Measured(name, row) for row in module.rows()]
        print(f"measured {name} in {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
    return found


def cells(row: Row) -> tuple[str, ...]:
    """A row as it is shown."""
    unit = "×" if row.ratio is not None else row.unit
    against = row.peer if row.against is None else f"{_short(row.against)} {row.unit} ({row.peer})"
    limits = ["" if limit is None else f"{_short(limit)} {unit}" for limit in (row.goal, row.stretch)]
    ratio = "" if row.ratio is None else f"{_short(row.ratio)} ×"
    return (row.name, f"{_short(row.measured)} {row.unit}", against, ratio, *limits, _verdict(row))


def _verdict(row: Row) -> str:
    if row.wrong:
        return f"{row.wrong} wrong"
    if row.goal is None:
        return ""
    if not row.ok:
        return "missed"
    return "stretch" if row.stretch is not None and row.judged <= row.stretch else "ok"


def _short(number: float) -> str:
    """Three significant digits, never in powers of ten."""
    return f"{number:.0f}" if abs(number) >= 100 else f"{number:.3g}"


def machine() -> dict[str, str]:
    """What the figures were measured on."""
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "kernel": f"{platform.system()} {platform.release()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "libc": " ".join(platform.libc_ver()),
        "load before": " ".join(f"{load:.2f}" for load in os.getloadavg()),
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except FileNotFoundError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def as_json(found: list[Measured], described: dict[str, str]) -> str:
    """Everything, for other programs."""
    rows = [{"part": part, **msgspec.structs.asdict(row), "ratio": row.ratio, "ok": row.ok} for part, row in found]
    return json.dumps({"machine": described, "rows": rows}, indent=2) + "\n"


def table(rows: list[Row], style: TableStyle) -> str:
    """The rows as text; columns without a head get names that do not show."""
    head = [name or " " * number for number, name in enumerate(HEAD)]
    drawn = PrettyTable(head, align="l")
    drawn.set_style(style)
    drawn.add_rows([list(cells(row)) for row in rows])
    return drawn.get_string()


def as_page(found: list[Measured], described: dict[str, str]) -> str:
    """The page of the last figures."""
    blocks = ["# Performance", ABOUT.strip(), "## Machine"]
    blocks.append("\n".join(f"- {name}: {value}" for name, value in described.items()))
    for part in dict.fromkeys(part for part, _ in found):
        rows = [row for name, row in found if name == part]
        blocks += [f"## {part.capitalize()}", table(rows, TableStyle.MARKDOWN)]
        blocks += ["\n".join(f"- {row.name}: {row.details}" for row in rows if row.details)]
    return "\n\n".join(block for block in blocks if block) + "\n"


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--part", action="append", choices=parts(), help="measure this part only (may be repeated)")
    parser.add_argument("--json", type=Path, default=ROOT / "bench.json", help="where the figures are written")
    parser.add_argument("--page", action="store_true", help="write docs/reference/performance.md too (all parts only)")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a goal is missed or a reply was wrong")
    options = parser.parse_args()
    if options.page and options.part:
        parser.error("the page shows all parts: leave out --part")
    described = machine()
    found = measure(options.part or parts())
    print(table([row for _, row in found], TableStyle.PLAIN_COLUMNS))
    options.json.write_text(as_json(found, described))
    if options.page:
        PAGE.write_text(as_page(found, described))
    return 1 if options.strict and not all(row.ok for _, row in found) else 0


if __name__ == "__main__":
    sys.exit(main())
