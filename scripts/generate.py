"""Writes the reference pages in docs/reference from the source they describe, or says which of them are stale.

A page is written where it differs from what the source says; a generated page whose source is gone is removed. Pages
without the generator's notice are not touched. The seccomp filters of the package are written and compared likewise,
and so are what the expressions of the scanner's checks need of a text, and what is learned of wordings.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scripts.filters import module
from scripts.literals import module as literals
from scripts.pages import catalog, cli, config, container_life, errors, events, exit_codes, reload
from scripts.pages.markdown import NOTICE
from scripts.wording import module as wording

ROOT = Path(__file__).parents[1]


def wanted(root: Path) -> dict[str, str]:
    """Every page as it should be, by its path below docs/reference."""
    found: dict[str, str] = {}
    for part in (config, events, errors, exit_codes, cli, container_life, reload):
        found |= part.pages(root)
    return found


def stale(folder: Path, pages: dict[str, str]) -> list[str]:
    """The pages that are missing or differ, and the generated ones that nobody wants any more; sorted."""
    differing = [name for name, text in pages.items() if _text(folder / name) != text]
    known = [path.relative_to(folder).as_posix() for path in folder.rglob("*.md") if NOTICE in path.read_text()]
    return sorted({*differing, *(name for name in known if name not in pages)})


def write(folder: Path, pages: dict[str, str], names: list[str]) -> None:
    """Bring the named pages up to date."""
    for name in names:
        path = folder / name
        if name in pages:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(pages[name])
        else:
            path.unlink()


def _text(path: Path) -> str | None:
    return path.read_text() if path.exists() else None


def main() -> int:
    """Write what is stale, or with --check name it and return 1."""
    parser = argparse.ArgumentParser(prog="scripts/generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 and name the pages that are stale")
    parser.add_argument("--root", type=Path, default=ROOT, help="the tree whose pages are meant (default: this one)")
    options = parser.parse_args()
    outputs = (
        (Path("docs", "reference"), wanted(options.root)),
        (module.FOLDER, module.files()),
        (literals.FOLDER, literals.files()),
        (catalog.FOLDER, catalog.files(options.root)),
        (wording.FOLDER, wording.files(is_checked=options.check)),
    )
    names = []
    for folder, texts in outputs:
        found = stale(options.root / folder, texts)
        if not options.check:
            write(options.root / folder, texts, found)
        names += [folder / name for name in found]
    for name in names:
        print(f"{'stale' if options.check else 'written'}: {name}")
    return 1 if options.check and names else 0


if __name__ == "__main__":
    sys.exit(main())
