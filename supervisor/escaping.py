"""What strangers wrote, made fit for people: for messages, events and terminals. Everybody's, like the words."""

from __future__ import annotations


def printable(text: str) -> str:
    r"""The text with everything escaped that is no visible sign or blank: `\n`, `\x1b`, `\u202e`, lone surrogates."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def shortened(text: str, limit: int) -> str:
    """The same, at most `limit` characters of it; what was cut ends in an ellipsis."""
    short = printable(text[:limit])
    return short if len(short) <= limit and len(text) <= limit else short[: limit - 1] + "…"
