"""The tables of roles, made ready: one language's words as expressions that find them in a folded text.

In the tables a star stands for any ending and a tilde for some words between, so that a language is written down as its
speakers would list it. What is written the same in every language – paths, names of secrets, commands – is added here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from msgspec import Struct

from supervisor.scan.checks.phrases import (
    roles_east_asia,
    roles_europe,
    roles_germanic,
    roles_italian,
    roles_near_east,
    roles_romance,
    roles_slavic,
    roles_south_asia,
)
from supervisor.scan.checks.phrases.foreign import folded
from supervisor.scan.checks.phrases.languages import TABLES
from supervisor.scan.checks.phrases.literals import SENSITIVE_PATH
from supervisor.scan.checks.phrases.roles_en import ENGLISH, REMOTE
from supervisor.scan.text.held import Held
from supervisor.scan.text.lazy import Lazies, lazy
from supervisor.scan.text.needs import needs_of

_FOREIGN: Mapping[str, Mapping[str, str]] = {
    **roles_germanic.TABLES,
    **roles_romance.TABLES,
    **roles_italian.TABLES,
    **roles_slavic.TABLES,
    **roles_europe.TABLES,
    **roles_near_east.TABLES,
    **roles_east_asia.TABLES,
    **roles_south_asia.TABLES,
}
_WITHOUT_BLANKS = frozenset(("zh", "ja", "ko", "th"))
_WITH_SIGNS = {"hi": "[\\w\u0900-\u097f]"}
"""Scripts whose vowels are signs that `\\w` does not take."""
_PREFIXES = {"ar": "(?:و|ف)?(?:ال|لل|بال|ل|ب|ك)?", "he": "[ושהבלמכ]{0,3}"}
"""What is written together with the word after it."""
_SUFFIXES = {"ar": r"\w{0,4}", "he": r"\w{0,3}"}
_ANY_WORD = lazy(r"(?<=[(: |])\*")
"""A star that stands alone."""
_LATIN = lazy(r"(?:(?<=[(:|])|^)([a-z0-9][a-z0-9 -]*)(?=[|)]|$)")
"""A word of Latin letters in a table of another script: what stands beside it may be a letter, too."""
_PARTED = frozenset((
    "hide", "waive", "without", "lie", "talk", "prompt", "aside", "choice", "lurk", "when", "others", "boss",
))  # fmt: skip
"""Roles of English whose alternatives are asked for one by one."""
_MARKS = {
    "de": "die der das den es ohne dass auf sie wird werden nach bei im am von zum zur sind oder wenn aus dann ist",
    "nl": "de het een van naar niet met voor dat op te zonder aan wordt dan bij ook die",
    "sv": "att och en ett det den som till av utan är om med sedan användaren för på",
    "da": "og et det som til af uden er brugeren derefter på ikke den",
    "fr": "le la les des du et un une que qui pour sans dans est au aux sur ne pas en",
    "es": "el la los las del un una que para sin con se al por es lo y en su",
    "pt": "os da um uma em que para sem com ao por na não se ou à",
    "it": "il lo gli di del della un una che per senza con non si al da è le",
    "ro": "și de la în cu un pe pentru fără nu că este din se",
    "pl": "w na się nie jest bez od po dla że przez oraz",
    "cs": "na se je bez pro že po si podle který nebo",
    "fi": "ja ei se että kun tai niin myös ilman sitten ovat",
    "hu": "az és egy nem hogy meg ha van vagy majd",
    "tr": "ve bir bu da de ile için daha sonra olarak kadar ne",
    "vi": "và của là không cho các một được khi với này đến rồi từ",
    "id": "dan yang di ke dari untuk dengan ini itu tidak pada jika lalu",
}
"""Common words of languages of Latin letters, besides those of their tables: an order may be short."""
_SAME = {
    "secret": (
        rf"{SENSITIVE_PATH}|(?<![a-z])(?:api[- ]?keys?|api[- ]?token|tokens?|password|passwords|cookies?|cvc|cvv|iban"
        rf"|otp"
        r"|ssh|pin-?code|credentials|oauth|bearer|kubeconfig|client-key-data)(?![a-z])"
    ),
    "prompt": r"(?<![a-z])system[- ]?prompts?(?![a-z])",
    "others": r"(?<![a-z])(?:shell|terminal|bash|powershell)(?![a-z])",
    "encode": r"(?<![a-z])(?:base64|rot13|hex)(?![a-z])",
    "remote": REMOTE,
}
"""What is written the same in every language."""


UNWORDED = ("outside", "owner", "param", "tool", "peer", "asks")
"""Roles that no word of a language gives away: addresses, names, places, and what the tool is for."""
BITS = {role: 1 << place for place, role in enumerate((*ENGLISH, *UNWORDED))}
"""One bit a role: what a sentence has is one number."""


class Tongue(Struct, frozen=True):
    """The words of one language."""

    language: str
    made: Lazies
    """Its expressions."""
    roles: Mapping[str, tuple[re.Pattern[str], ...]]
    """What finds each role: one of these."""
    written: Mapping[str, tuple[str, ...]]
    """The same as texts."""


def _written_out(language: str, pattern: str) -> str:
    sign = _WITH_SIGNS.get(language, r"\w")
    is_apart = language not in _WITHOUT_BLANKS
    gap = r"[^.!?。！？\n]{0,30}?" + (rf"(?<!{sign})" if is_apart else "")
    words = _ANY_WORD.sub(lambda _: f"{sign}{{1,24}}", folded(pattern))
    text = words.replace("*", f"{sign}{{0,24}}").replace("~", gap)
    if not is_apart:
        return _LATIN.sub(r"(?<![a-z])\1(?![a-z])", text)
    before, after = _PREFIXES.get(language, ""), _SUFFIXES.get(language, "")
    return rf"(?<!{sign}){before}(?:{text}){after}(?!{sign})"


def _foreign(language: str) -> dict[str, str]:
    own = {role: _written_out(language, pattern) for role, pattern in _FOREIGN[language].items()}
    return {role: "|".join(filter(None, (own.get(role), _SAME.get(role)))) for role in {**own, **_SAME}}


def _parted(pattern: str) -> tuple[str, ...]:
    """The alternatives of a pattern: each alone needs more of a text than all of them together."""
    parts, depth, start, is_class = [], 0, 0, False
    for at, sign in enumerate(pattern):
        is_escaped = at > 0 and pattern[at - 1] == "\\"
        if is_escaped:
            continue
        if sign in "[]":
            is_class = sign == "["
        elif sign in "()" and not is_class:
            depth += 1 if sign == "(" else -1
        elif sign == "|" and not depth and not is_class:
            parts.append(pattern[start:at])
            start = at + 1
    return (*parts, pattern[start:])


@cache
def tongue(language: str) -> Tongue:
    """The words of one language, of which each expression is compiled when a text comes that it may match."""
    made = Lazies()
    roles = ENGLISH if language == "en" else _foreign(language)
    is_parted = _PARTED if language == "en" else ()
    written = {role: _parted(pattern) if role in is_parted else (pattern,) for role, pattern in roles.items()}
    return Tongue(language, made, {role: tuple(map(made, texts)) for role, texts in written.items()}, written)


@cache
def asked(language: str) -> tuple[Held, tuple[tuple[int, int], ...]]:
    """Whom to ask what a text holds, and of each expression the bit of its role and the bits that it needs."""
    one = tongue(language)
    placed = [(BITS[role], one.made.asked_for(needs_of(text))) for role, texts in one.written.items() for text in texts]
    return placed[0][1][0], tuple((bit, needed) for bit, (_, needed) in placed)


LANGUAGES = tuple(table for table in TABLES if table.language == "en" or table.language in _FOREIGN)
"""The languages that have such words, with what each is known by."""


@cache
def script(language: str) -> re.Pattern[str]:
    """What finds a letter of the language's script; of one of Latin letters, nothing."""
    return lazy(next(table.script for table in LANGUAGES if table.language == language) or "(?!)")


@cache
def marks(language: str) -> frozenset[str]:
    """Words that tell a language of Latin letters; of English, and of one that its script tells, none."""
    known = next(table.marks for table in LANGUAGES if table.language == language)
    return known | frozenset(folded(_MARKS.get(language, "")).split())


def expressions() -> list[tuple[str, int]]:
    """The text and flags of all expressions; for the table of what they need."""
    return [key for table in LANGUAGES for key in tongue(table.language).made.made()]
