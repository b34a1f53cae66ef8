"""Which sign belongs to what: the classes of letters and symbols that the checks of invisible text ask for.

Each is the inside of a character class of a regular expression, by the blocks of Unicode 16 (Blocks.txt); blocks, since
a sign that is not yet assigned belongs with its neighbours.
"""

from __future__ import annotations

from supervisor.scan.text.lazy import lazy

JOINING = (
    "\u0590-\u08ff\u0900-\u0dff\u0f00-\u109f\u1700-\u18af\u1900-\u1cff\ua800-\ua8ff\ua980-\uaaff\uabc0-\uabff"
    "\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00011fff\U0001e800-\U0001efff"
)
"""Scripts in which ZWJ and ZWNJ choose the shape of a letter: Arabic, Syriac, N'Ko, the scripts of India and of
South-East Asia, Tibetan, Mongolian; and Hebrew, whose points they keep apart (Unicode 16, 23.2)."""
UNSPACED = (
    "\u0e00-\u0eff\u1100-\u11ff\u2e80-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff01-\uff0f"
    "\uff1a-\uff20\uff5f-\uff9f"
)
"""Scripts whose lines break without a blank, where a zero-width space says where: Thai, Lao, Han, kana, Hangul, Yi."""
UNSPACED_FAR = "\U0001aff0-\U0001b16f\U00020000-\U0003ffff"
HAN = "\u2e80-\u2fdf\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
RIGHT_TO_LEFT = "\u0590-\u08ff\u200f\u061c\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
PLAIN_LETTER = (
    "A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02af\u0370-\u058a\u10a0-\u10ff\u13a0-\u13ff\u1c80-\u1cbf"
    "\u1d00-\u1dbf\u1e00-\u1fff\u2c00-\u2dff\ua4d0-\ua4ff\ua640-\ua69f\ua720-\ua7ff\uab30-\uabbf\ufb00-\ufb17"
    "\uff21-\uff3a\uff41-\uff5a\U00010280-\U000103ff\U00010400-\U0001057f\U0001d400-\U0001d7ff"
)
"""Letters of scripts that have no use for what joins or parts them: Latin, Greek, Cyrillic, Armenian, Georgian,
Cherokee, Lisu, and their forms for mathematics and full width."""
EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u20e3\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
"""Pictures, and the symbols that variation selectors and ZWJ make pictures of (emoji-data.txt 16, by block)."""

_JOINED_OR_UNSPACED = lazy(f"[{JOINING}{UNSPACED}{UNSPACED_FAR}]")
_EMOJI = lazy(f"[{EMOJI}]")
_HAN = lazy(f"[{HAN}]")
_PLAIN = lazy(f"[{PLAIN_LETTER}]")
_RIGHT_TO_LEFT = lazy(f"[{RIGHT_TO_LEFT}]")


def uses_joiners(sign: str) -> bool:
    """Whether signs of zero width have a use beside this one."""
    return bool(_JOINED_OR_UNSPACED.match(sign))


def is_emoji(sign: str) -> bool:
    """Whether it is a picture or can be made one."""
    return bool(_EMOJI.match(sign))


def is_han(sign: str) -> bool:
    """Whether it is a Han ideograph or the punctuation beside them."""
    return bool(_HAN.match(sign))


def is_plain_letter(sign: str) -> bool:
    """Whether it is a letter of a script such as Latin, in which nothing joins or parts letters."""
    return bool(_PLAIN.match(sign))


def right_to_left(text: str) -> list[str]:
    """The signs that are written from right to left."""
    return _RIGHT_TO_LEFT.findall(text)


def has_right_to_left(text: str) -> bool:
    """Whether any of it is written from right to left."""
    return bool(_RIGHT_TO_LEFT.search(text))
