"""JSON laid out for people: a key a line, as it is kept in a lock file and shown as a difference.

Whatever would not show is escaped: signs without width, directions, tags. A reviewer sees what a model would read.
"""

from __future__ import annotations

import re
from typing import Any

from supervisor.scan.trust.canonical import quoted, written

STEP = "  "
_WIDE = re.compile(r"[^\x20-\x7e]")


def laid_out(value: Any, margin: str = "") -> str:
    """Write a value of the reader's, or of plain dicts, lists and texts, over several lines; keys stand as given."""
    inner = margin + STEP
    if isinstance(value, dict) and value:
        rows = [f"{inner}{shown(key)}: {laid_out(one, inner)}" for key, one in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{margin}}}"
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join([f"{inner}{laid_out(one, inner)}" for one in value]) + f"\n{margin}]"
    return shown(value) if isinstance(value, str) else written(value)


def shown(text: str) -> str:
    """A text as a JSON string in which every sign can be seen."""
    return _WIDE.sub(_escape, quoted(text))


def _escape(found: re.Match[str]) -> str:
    sign = found[0]
    if sign.isprintable():
        return sign
    units = sign.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[n] << 8 | units[n + 1]:04x}" for n in range(0, len(units), 2))
