"""Letters that look like Latin ones. The table is our own: what reads as ASCII in the fonts of terminals and editors.

It holds lower case only, since texts are case-folded before they are mapped.
"""

from __future__ import annotations

import re
import unicodedata

_LOOKALIKES = {
    # Cyrillic
    "а": "a", "ь": "b", "с": "c", "ԁ": "d", "е": "e", "һ": "h", "і": "i", "ј": "j", "к": "k", "ӏ": "l", "м": "m",
    "о": "o", "р": "p", "ԛ": "q", "г": "r", "ѕ": "s", "т": "t", "ѵ": "v", "ԝ": "w", "х": "x", "у": "y", "ү": "y",
    "в": "b", "н": "h", "ё": "e", "ї": "i", "ѐ": "e",
    # Greek
    "α": "a", "β": "b", "ϲ": "c", "ε": "e", "γ": "y", "η": "n", "ι": "i", "ϳ": "j", "κ": "k", "ν": "v", "ο": "o",
    "ρ": "p", "τ": "t", "υ": "u", "χ": "x", "ω": "w", "ϱ": "p", "ό": "o", "ί": "i", "ά": "a", "έ": "e", "ύ": "u",
    # Armenian
    "օ": "o", "ս": "u", "հ": "h", "ո": "n", "զ": "q", "ց": "g", "յ": "j", "լ": "l", "ք": "p", "ռ": "n",
    # Latin letters that are not ASCII and carry no accent
    "ı": "i", "ɑ": "a", "ɡ": "g", "ɩ": "i", "ʀ": "r", "ɴ": "n", "ʟ": "l", "ɪ": "i", "ʏ": "y", "ᴀ": "a", "ʙ": "b",
    "ᴄ": "c", "ᴅ": "d", "ᴇ": "e", "ɢ": "g", "ʜ": "h", "ᴊ": "j", "ᴋ": "k", "ᴍ": "m", "ᴏ": "o", "ᴘ": "p", "ᴛ": "t",
    "ᴜ": "u", "ᴠ": "v", "ᴡ": "w", "ᴢ": "z", "ꜱ": "s", "ꜰ": "f", "ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ꞁ": "l",
    # Cherokee, as it case-folds, and others whose shape is a Latin letter's
    "Ꭵ": "i", "Ꭺ": "a", "Ꭲ": "t", "Ꭱ": "r", "Ꮃ": "w", "Ꮇ": "m", "Ꮋ": "h", "Ꮐ": "g", "Ꮒ": "h", "Ꮓ": "z", "Ꮮ": "l",
    "Ꮪ": "s", "Ꮯ": "c", "Ꮲ": "p", "Ꮶ": "k", "Ꭼ": "e", "Ᏼ": "b", "Ꭻ": "j", "Ꮩ": "v", "ⲟ": "o", "ⲣ": "p", "ⲥ": "c",
    "𐐬": "o",
    "ꓐ": "b", "ꓑ": "p", "ꓓ": "d", "ꓔ": "t", "ꓖ": "g", "ꓗ": "k", "ꓙ": "j", "ꓚ": "c", "ꓜ": "z", "ꓝ": "f", "ꓟ": "m",
    "ꓠ": "n", "ꓡ": "l", "ꓢ": "s", "ꓣ": "r", "ꓤ": "r", "ꓦ": "v", "ꓧ": "h", "ꓪ": "w", "ꓫ": "x", "ꓬ": "y", "ꓮ": "a",
    "ꓰ": "e", "ꓲ": "i", "ꓳ": "o", "ꓴ": "u",
}  # fmt: skip
LATIN_OF = str.maketrans(_LOOKALIKES)
"""For str.translate: every look-alike to the Latin letter it reads as."""
_SIMILAR = str.maketrans({"0": "o", "1": "l", "|": "l", "—": "-", "–": "-", "‐": "-", "‑": "-"})
_TOKEN = re.compile(r"\w+")
_LATIN = re.compile(r"[a-z]")


def without_lookalikes(text: str) -> str:
    """Case-folded text with look-alikes turned Latin where they pose as Latin.

    They do in a token that has plain Latin letters as well, and in one of look-alikes only, in a text that has no
    letter of their script that could not be one.
    """
    if text.translate(LATIN_OF) == text:
        return text
    scripts = {_block(sign) for sign in set(text) if sign.isalpha() and not sign.isascii() and sign not in _LOOKALIKES}
    return _TOKEN.sub(lambda found: _plain(found[0], scripts), text)


def _plain(token: str, scripts: set[int]) -> str:
    if token.isascii():
        return token
    mapped = token.translate(LATIN_OF)
    is_mixed = bool(_LATIN.search(token)) and mapped != token
    is_pose = mapped.isascii() and not any(_block(sign) in scripts for sign in token if not sign.isascii())
    return mapped if is_mixed or is_pose else token


def _block(sign: str) -> int:
    """A number that letters of one script share, well enough: 1,024 code points."""
    return ord(sign) >> 8 if ord(sign) < 0x500 else ord(sign) >> 10 | 1 << 12


def skeleton(text: str) -> str:
    """What a name looks like: two names with one skeleton can be taken for each other."""
    if text.isascii():
        plain = text.lower()
    else:
        parts = unicodedata.normalize("NFKD", text).casefold()
        plain = "".join(sign for sign in parts if unicodedata.category(sign) not in ("Mn", "Cf")).translate(LATIN_OF)
    return plain.translate(_SIMILAR).replace("rn", "m").replace("vv", "w")
