r"""Words of a text as the literals that expressions need are written: what one needs must stand within one word.

ASCII in lower case, every digit as 0, and a mark wherever letters begin or end (`\b` of regular expressions). A word
is what blanks part, and what holds of two signs side by side holds wherever they stand, so a literal that a text has
can be found word by word.
"""

from __future__ import annotations

import re

MARK = "¦"
"""A text that has this sign itself holds more than it should, never less."""
_BOUNDARY = re.compile(r"\b")
_DIGIT = re.compile(r"\d")
_DIGITS = dict.fromkeys(range(ord("0"), ord("9") + 1), "0")
_PUNCTUATION = "".join(sign for sign in map(chr, range(128)) if not sign.isalnum() and sign != "_")
"""Signs of ASCII that are no part of a word."""
_LOWER = {letter: letter + 32 for letter in range(ord("A"), ord("Z") + 1)}


def marked(word: str) -> str:
    """A word, written so."""
    if not word.isascii():
        return _BOUNDARY.sub(MARK, _DIGIT.sub("0", word.translate(_LOWER)))
    core = word.strip(_PUNCTUATION)
    if core.isalpha():  # as most words are
        plain = core.lower()
    elif core.isalnum():
        plain = core.lower().translate(_DIGITS)
    else:
        return _BOUNDARY.sub(MARK, word.lower().translate(_DIGITS)) if core else word
    if len(core) == len(word):
        return f"{MARK}{plain}{MARK}"
    head, _, tail = word.partition(core)
    return f"{head}{MARK}{plain}{MARK}{tail}"
