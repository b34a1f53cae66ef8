"""The page of exit codes, from the enumeration in supervisor/errors.py."""

from __future__ import annotations

from pathlib import Path

from scripts.pages import markdown
from scripts.pages.source import Source, read

OTHERS = """
Once it has started the server, `stockade run` returns the server's own status: its exit code, or 128 + N when signal N
ended it.
"""


def pages(root: Path) -> dict[str, str]:
    """The page by its path."""
    source = read(root / "supervisor" / "errors.py")
    enumeration = source.classes["ExitCode"]
    rows = [(markdown.code(field.default), markdown.code(field.name), field.doc) for field in enumeration.fields]
    return {
        "exit-codes.md": markdown.page(
            "Exit codes", enumeration.doc, markdown.table(("code", "name", "meaning"), rows), OTHERS
        )
    }


def numbers(source: Source) -> dict[str, int]:
    """Every exit code by its name."""
    return {field.name: int(field.default or 0) for field in source.classes["ExitCode"].fields}
