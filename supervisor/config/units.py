"""The notations of single values: durations, sizes, counts, ports. A reader returns the value, or None for none."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from supervisor.config.paths import is_encodable

SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
LONGEST_S = 10 * 365 * 86400.0
"""Ten years: more is a slip of the pen, and every clock of ours can add it to now."""
LARGEST = 2**63 - 1
"""What the kernel takes as a size or limit."""
RLIMITS = ("as", "core", "cpu", "data", "fsize", "memlock", "nofile", "nproc", "rss", "stack")

_DURATION = re.compile(r"(\d{1,19}(?:\.\d{0,30})?|\.\d{1,30})(h|ms|m|s|us|µs|ns)", re.ASCII)
_SIZE = re.compile(r"(\d{1,19}(?:\.\d{1,19})?)\s*([kmgt]?)(?:i?b)?", re.ASCII | re.IGNORECASE)
_PLUGIN = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}", re.ASCII)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\*?", re.ASCII)


class Notation(NamedTuple):
    """How one kind of value is read, and what to write instead of something wrong."""

    read: Callable[[Any], Any]
    expected: str


def duration(value: Any) -> float | None:
    """Seconds from `"1m30s"`, `"500ms"` or a number of seconds."""
    if is_number(value):
        seconds = float(value)
    elif isinstance(value, str):
        parts = _DURATION.findall(value)
        if not parts or "".join(number + unit for number, unit in parts) != value:
            return 0.0 if value == "0" else None
        seconds = math.fsum(float(number) * SECONDS[unit] for number, unit in parts)
    else:
        return None
    return seconds if 0 <= seconds <= LONGEST_S else None


def size(value: Any) -> int | None:
    """Bytes from `"512m"`, `"2g"` (powers of 1024) or a number of bytes."""
    if is_number(value):
        count = float(value)
        exact = int(value) if count == int(value) else None
    elif isinstance(value, str) and (found := _SIZE.fullmatch(value.strip())):
        power = "kmgt".find(found[2].lower()) + 1 if found[2] else 0
        exact = int(found[1]) << (10 * power) if found[1].isdigit() else int(float(found[1]) * 1024**power)
    else:
        return None
    return exact if exact is not None and 0 <= exact <= LARGEST else None


def cpus(value: Any) -> float | None:
    """A number above zero, also as text, as mcpproxy writes it."""
    try:
        number = float(value) if isinstance(value, str) or is_number(value) else 0.0
    except (ValueError, OverflowError):
        return None
    return number if 0 < number <= 4096 else None


def whole(value: Any) -> int | None:
    """A whole number from zero on, also as text, as mcpproxy writes some."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST else None


def is_number(value: Any) -> bool:
    """Whether it is a finite number of JSON; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) if isinstance(value, float) else abs(value) <= LARGEST


def _above_zero(value: Any) -> int | None:
    return whole(value) or None


def _port(value: Any) -> int | None:
    number = whole(value)
    return number if number is not None and 1 <= number <= 65535 else None


def _octal(value: Any) -> int | None:
    return int(value, 8) if isinstance(value, str) and re.fullmatch(r"0?[0-7]{3}", value) else None


def _variable(value: Any) -> str | None:
    return value if isinstance(value, str) and _VARIABLE.fullmatch(value) else None


def _path(value: Any) -> str | None:
    return value if isinstance(value, str) and value and is_encodable(value) else None


def _plugin(value: Any) -> str | None:
    return value if isinstance(value, str) and _PLUGIN.fullmatch(value) and value != "engine" else None


def _rlimit(value: Any) -> str | None:
    return value if value in RLIMITS else None


def notations() -> dict[str, Notation]:
    """The readers by the word that stands in a schema's `Annotated`."""
    return {
        "duration": Notation(duration, 'a duration: "30s", "1m30s", "500ms", or seconds as a number'),
        "size": Notation(size, 'a size: "512m", "2g", or bytes as a number'),
        "cpus": Notation(cpus, 'a number above zero, as in 1.5 or "1.5"'),
        "count": Notation(_above_zero, "a whole number from 1 on"),
        "number": Notation(whole, "a whole number from 0 on"),
        "port": Notation(_port, "a port number from 1 to 65535"),
        "octal": Notation(_octal, 'permissions as octal text, as in "0660"'),
        "variable": Notation(_variable, 'a variable\'s name, or "PREFIX*"'),
        "path": Notation(_path, "a path"),
        "plugin": Notation(_plugin, "a name in lower case, as in my-scanner, and not `engine`"),
        "rlimit": Notation(_rlimit, f"one of {', '.join(RLIMITS)}"),
    }
