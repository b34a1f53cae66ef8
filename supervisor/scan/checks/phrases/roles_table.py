"""The tables of roles, made ready: one language's words as expressions that find them in a folded text.

In the tables a star stands for any ending and a tilde for some words between, so that a language is written down as its
speakers would list it. What is written the same in every language – paths, names of secrets, commands – is added here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

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
from supervisor.scan.checks.phrases.languages import TABLES, Marked
from supervisor.scan.checks.phrases.literals import SENSITIVE_PATH
from supervisor.scan.checks.phrases.roles_en import ENGLISH, REMOTE
from supervisor.scan.text.gates import Gates
from supervisor.scan.text.lazy import PROSE, Lazies, key_of, lazy
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
_BRACKET = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|[()|]", re.DOTALL)
"""What parts an expression, and what is passed over when it is parted: escaped signs, classes of signs."""
_PARTED = frozenset((
    "hide", "waive", "without", "lie", "talk", "prompt", "aside", "choice", "lurk", "when", "others", "boss",
))  # fmt: skip
"""Roles of English of which each alternative counts, not only the one that matches first."""
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


_OFTEN = frozenset(("move", "act", "sink", "agent"))
"""Roles that nearly every text has: they are looked for where the others are."""
UNWORDED = ("outside", "owner", "param", "tool", "peer", "asks")
"""Roles that no word of a language gives away: addresses, names, places, and what the tool is for."""
BITS = {role: 1 << place for place, role in enumerate((*ENGLISH, *UNWORDED))}
"""One bit a role: what a sentence has is one number."""


class Sought(NamedTuple):
    """One alternative of what finds a role in a text."""

    role: str
    place: int
    """Of those with the same number the one counts that matches first in a text: they are one expression, of which only
    the alternatives are compiled and tried that may match."""
    pattern: re.Pattern[str]


Alternatives = tuple[re.Pattern[str], ...]


class Asked(NamedTuple):
    """What may be found in a text."""

    roles: int
    """The bits of the roles."""
    steps: tuple[tuple[str, tuple[Alternatives, ...]], ...]
    """The roles in the order in which it is worth looking for them, with the expressions that find each."""


class Tongue(Struct, frozen=True):
    """The words of one language."""

    language: str
    made: Lazies
    """Its expressions."""
    roles: Mapping[str, tuple[re.Pattern[str], ...]]
    """What finds each role: one of these."""
    asked: Gates[Sought, Asked]
    """Who tells which of them may find something in a text."""


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
    parts, depth, start = [], 0, 0
    for found in _BRACKET.finditer(pattern):
        sign = found[0]
        if sign in "()":
            depth += 1 if sign == "(" else -1
        elif sign == "|" and not depth:
            parts.append(pattern[start : found.start()])
            start = found.end()
    return (*parts, pattern[start:])


def _sought(language: str, made: Lazies) -> tuple[Sought, ...]:
    """What finds the roles in a language, of which each is compiled when a text comes that it may match."""
    is_english = language == "en"
    sought: list[Sought] = []
    for role, text in (ENGLISH if is_english else _foreign(language)).items():
        is_parted = is_english and role in _PARTED
        sought += [Sought(role, at if is_parted else 0, made(part)) for at, part in enumerate(_parted(text))]
    return tuple(sought)


def _asked(sought: Sequence[Sought]) -> Asked:
    steps: dict[str, dict[int, list[re.Pattern[str]]]] = {}
    for role, place, pattern in sought:
        steps.setdefault(role, {}).setdefault(place, []).append(pattern)
    order = sorted(steps, key=_OFTEN.__contains__)
    return Asked(
        sum(BITS[role] for role in steps), tuple([(role, tuple(map(tuple, steps[role].values()))) for role in order])
    )


_ENGLISH = _sought("en", PROSE)
"""Nearly all texts are asked for English: for it and all else at once."""


@cache
def tongue(language: str) -> Tongue:
    """The words of one language."""
    made = PROSE if language == "en" else Lazies()
    sought = _ENGLISH if language == "en" else _sought(language, made)
    needed = made.asked_for_each([needs_of(*key_of(one.pattern)) for one in sought])
    names = dict.fromkeys(one.role for one in sought)
    roles = {role: tuple(one.pattern for one in sought if one.role == role) for role in names}
    return Tongue(language, made, roles, Gates(made, list(zip(needed, sought, strict=True)), _asked))


LANGUAGES = tuple(table for table in TABLES if table.language == "en" or table.language in _FOREIGN)
"""The languages that have such words, with what each is known by."""


@cache
def script(language: str) -> re.Pattern[str]:
    """What finds a letter of the language's script; of one of Latin letters, nothing."""
    return lazy(next(table.script for table in LANGUAGES if table.language == language) or "(?!)")


ALWAYS = tuple(table.language for table in LANGUAGES if not table.marks and not table.script)
"""Those that any definition may be in."""


@cache
def marked() -> Marked[str]:
    """Words that tell the languages of Latin letters."""
    known = {table.language: table.marks for table in LANGUAGES if table.marks and not table.script}
    return Marked({name: words | frozenset(folded(_MARKS.get(name, "")).split()) for name, words in known.items()})


def expressions() -> list[tuple[str, int]]:
    """The text and flags of all expressions; for the table of what they need."""
    return [key for table in LANGUAGES for key in tongue(table.language).made.made()]
