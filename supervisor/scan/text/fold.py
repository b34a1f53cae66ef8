"""The folded view of a text: what is left when all that changes only the look of it is taken away.

Compatibility forms are normalised (NFKC), what shows nothing is removed, letters that pose as Latin become Latin, case
is folded, contractions are written out, and blanks collapse. A blank line, and a line break before an item of a list,
stay as one line break: they end a sentence. A text is folded in one pass for each of these, so the work is linear.
"""

from __future__ import annotations

import re
import unicodedata

from supervisor.scan.text.confusables import without_lookalikes

IGNORABLE = (
    "\u00ad\u034f\u061c\u115f-\u1160\u17b4-\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""The inside of a character class: Default_Ignorable_Code_Point of Unicode 16 (DerivedCoreProperties)."""
_IGNORABLE = re.compile(f"[{IGNORABLE}]+")
_QUOTES = str.maketrans({"‘": "'", "’": "'", "ʼ": "'", "＇": "'", "“": '"', "”": '"', "„": '"', "…": "..."})
_PHRASES = str.maketrans({"\ufdfa": " ", "\ufdfb": " "})
"""Two signs that NFKC writes out as whole phrases, 18 and 8 signs long; no other has more than six."""
_MARKS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+|(?<=[a-z])[\u0591-\u05bd\u064b-\u0655]+")
"""Marks that make no letter with the one before them: lines through or under it, accents of other scripts."""
_FRAMED = str.maketrans({first + at: chr(ord("a") + at) for first in (0x1F150, 0x1F170, 0x1F1E6) for at in range(26)})
"""Letters in black circles and squares, and those that flags are made of: NFKC leaves them as they are."""
_TYPED = (("‘", "'"), ("’", "'"), ("“", '"'), ("”", '"'), ("„", '"'), ("…", "..."), ("\ufe0f", ""))
_CONTRACTION = re.compile(r"\b(?:can't|won't|shan't|let's|[a-z]{2,9}n't|[a-z]{1,9}'(?:re|ll|ve|m))\b")
_WHOLE = {"can't": "can not", "won't": "will not", "shan't": "shall not", "let's": "let us"}
_ENDINGS = {"'re": " are", "'ll": " will", "'ve": " have", "'m": " am"}
_TYPOGRAPHIC = re.compile("[\x00-\x7f‘’“”„…–—•→←↔×·§°✓✔✅❌⚠≥≤\ufe0f\U0001f300-\U0001f64f\U0001f680-\U0001f6ff]*")
"""What English texts have beside ASCII; none of it becomes a letter."""
_ITEM_MARKS = frozenset("-*•+#>0123456789")


def fold(text: str) -> str:
    """The folded view of a text; never longer than ten times the text."""
    if text.isascii() and text.isidentifier():
        return text.lower()  # a name, as half of all texts are
    plain = text.lower() if text.isascii() else _typed(text) if _TYPOGRAPHIC.fullmatch(text) else _plain(text)
    if "'" in plain:
        plain = _CONTRACTION.sub(_written_out, plain)
    return _collapsed(plain) if "\n" in plain or "\r" in plain else " ".join(plain.split())


def without_ignorable(text: str) -> str:
    """The text without what shows nothing."""
    return text if text.isascii() else _IGNORABLE.sub("", text)


def _typed(text: str) -> str:
    """The same as `_plain`, at a fifth of the cost, for a text of which nothing but punctuation is no ASCII."""
    for sign, plain in _TYPED:
        text = text.replace(sign, plain)
    return text.lower()


def _plain(text: str) -> str:
    normal = unicodedata.normalize("NFKC", without_ignorable(text).translate(_PHRASES)).casefold().translate(_QUOTES)
    return without_lookalikes(_MARKS.sub("", normal.translate(_FRAMED)))


def _written_out(found: re.Match[str]) -> str:
    word = found[0]
    if word in _WHOLE:
        return _WHOLE[word]
    if word.endswith("n't"):
        return f"{word[:-3]} not"
    stem, mark, ending = word.partition("'")
    return stem + _ENDINGS[mark + ending]


def _collapsed(text: str) -> str:
    parts: list[str] = []
    is_break = False
    for line in text.splitlines():
        words = " ".join(line.split())
        if not words:
            is_break = True
            continue
        if parts:
            parts.append("\n" if is_break or words[0] in _ITEM_MARKS else " ")
        parts.append(words)
        is_break = False
    return "".join(parts)
