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
_LOWER = {letter: letter + 32 for letter in range(ord("A"), ord("Z") + 1)}


def marked(word: str) -> str:
    """A word, written so."""
    if word.isalpha() and word.isascii():
        return f"{MARK}{word.lower()}{MARK}"  # as most words are
    plain = word.lower() if word.isascii() else word.translate(_LOWER)
    return _BOUNDARY.sub(MARK, _DIGIT.sub("0", plain))
