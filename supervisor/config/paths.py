"""Paths into a document, as data and as text; and what of a text from outside can travel."""

from __future__ import annotations

import json
import re

Path = tuple[str | int, ...]
"""Keys and list positions from the top of a document."""

_PLAIN = re.compile(r"[A-Za-z_$@][\w$@-]*", re.ASCII)


def written(path: Path) -> str:
    """The path as people write it: `mcpServers[0].env.TOKEN`; keys that are no plain word are quoted."""
    return "".join(map(_step, path)).removeprefix(".")


def _step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if _PLAIN.fullmatch(step) else f"[{json.dumps(step)}]"


def is_encodable(text: str) -> bool:
    """Whether the text can be a path and travel in a message: no NUL, no lone surrogate."""
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def fits_kernel(text: str) -> bool:
    """Whether the kernel can take the text as an argument or variable: no NUL, and surrogates only for single bytes.

    Python gives bytes that are no UTF-8 as such surrogates, in its arguments and environment, and takes them back.
    """
    return "\0" not in text and not any("\ud800" <= sign < "\udc80" or "\udd00" <= sign < "\ue000" for sign in text)
