"""What the wording rule reads of a sentence: its words' stems, their classes, and how these stand together.

The trainer (scripts/wording) and the rule (wording.py) read alike: both use this file. A feature is a whole number: its
kind, and the numbers of one or two *forms*. A form is a stem, a class in capitals, a role after an `@`, or a sort of
name in angle brackets, so that no address and no name of a tool can be learned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from itertools import combinations

from supervisor.scan.checks.phrases.literals import SENSITIVE_PATH
from supervisor.scan.checks.phrases.wording_classes import CLASSES
from supervisor.scan.text.lazy import lazy
from supervisor.scan.text.sentences import LONGEST

Token = tuple[int, int]
"""The numbers of a word's stem and of its class; 0 stands for none, or for one that nobody knows."""

CHUNK_REMEMBERED = 40
"""Signs of what stands between two blanks that is worth remembering."""
REMEMBERED = 32_768
"""Of these, as many."""
_NEAR = 6
"""Words in which two classes stand together."""
_STEM = 5
"""Letters that count of a word in other letters than English ones: most of these languages inflect at the end."""
BITS = 20
"""Bits of the number of a form."""
_WORD, _ADJACENT, _APART, _TOGETHER, _FIRST, _ROLES, _BESIDE = range(7)
_ADJACENT_AT, _APART_AT, _TOGETHER_AT = (kind << 2 * BITS for kind in (_ADJACENT, _APART, _TOGETHER))
KINDS = ("word", "adjacent", "apart", "together", "first", "roles", "beside")
"""What a feature says: this form is there; these stand side by side; with one word between; these classes within six
words, in this order; this one comes first; these roles are played; a sentence beside it has this class."""
SINGLE = ("word", "first", "beside")
"""Those that are of one form."""

_TOKEN = lazy(
    r"(?P<url>(?:https?|wss?|ftp)://\S+)|(?P<mail>(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.-]+)"
    r"|(?P<path>(?:~|\.{1,2})?/[\w.~/-]+|(?<!\w)\.[a-z][\w.-]+)"
    r"|(?P<host>(?<![\w-])[a-z0-9-]+(?:\.[a-z0-9-]+){0,6}\.(?:com|net|org|io|dev|app|example|test|invalid|ai|co)\b)"
    r"|(?P<name>(?<![a-z0-9])[a-z0-9]+(?:_[a-z0-9]+)+)|(?P<number>\d+)"
    "|(?P<run>[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]+)|(?P<word>[^\\W\\d_\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3][^\\W\\d_]*(?:[\u0900-\u097f]+)?)"
)
"""Each kind begins where nothing before could have begun it: a run of signs is read once, however long."""
_SECRET_PATH = lazy(SENSITIVE_PATH)


def sentence_tokens(text: str, number: Callable[[str], Sequence[Token]]) -> list[Token]:
    """The tokens of a folded sentence; `number` gives those of what stands between two blanks."""
    return [token for chunk in text.split() for token in number(chunk)]


def forms(chunk: str) -> list[tuple[str, str]]:
    """The stem and the class, or nothing, of each word in what stands between two blanks."""
    found: list[tuple[str, str]] = []
    for match in _TOKEN.finditer(chunk):
        kind, text = match.lastgroup or "", match[0]
        if kind == "word":
            short = stem(text)
            found.append((short, _classes().get(text) or _classes().get(short, "")))
        elif kind == "run":
            found += [(text[at : at + 2], "") for at in range(max(1, len(text) - 1))]
        else:
            found.append((f"<{kind}>", ""))
    if any(sign in chunk for sign in "./_~") and _SECRET_PATH.search(chunk[:LONGEST]):
        found.append(("<secret-path>", "SECRET"))
    return found


def stem(word: str) -> str:
    """A word without its English ending; of other letters, its first five. Not the field's best stemmer, but a short
    one: what matters is that the forms of a word are one.
    """
    if not word.isascii():
        return word[:_STEM]
    size = len(word)
    if size > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if size > 5 and word.endswith("ing"):
        word = word[:-3]
    elif size > 4 and word.endswith(("ed", "es")):
        word = word[:-2]
    elif size > 3 and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    elif size > 5 and word.endswith("ly"):
        word = word[:-2]
    if len(word) > 3 and word[-1] == "e":
        word = word[:-1]
    if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "sl":
        word = word[:-1]
    return word


@cache
def _classes() -> dict[str, str]:
    """The class of each word and of each stem; of two classes the first one counts."""
    words = {word: name for name, text in reversed(CLASSES.items()) for word in text.split()}
    return {stem(word): name for word, name in reversed(words.items())} | words


def features(tokens: Sequence[Token]) -> set[int]:
    """The features of a sentence, apart from its roles. Linear in its words."""
    found = {form for token in tokens for form in token if form}
    add = found.add
    before = apart = (0, 0)
    classes: list[tuple[int, int]] = []
    for place, token in enumerate(tokens):
        word, sort = token
        if word:
            if before[0]:
                add(_ADJACENT_AT | before[0] << BITS | word)
            if before[1]:
                add(_ADJACENT_AT | before[1] << BITS | word)
            if apart[0]:
                add(_APART_AT | apart[0] << BITS | word)
        if sort:
            if before[0]:
                add(_ADJACENT_AT | before[0] << BITS | sort)
            classes = [one for one in classes if place - one[0] <= _NEAR]
            found.update([_TOGETHER_AT | other << BITS | sort for _, other in classes])
            classes.append((place, sort))
        apart, before = before, token
    if tokens:
        found.update([_key(_FIRST, form, 0) for form in tokens[0] if form])
    return found


def neighbours(place: int, count: int) -> list[int]:
    """The sentences of a text that tell what one of them is about: the first one, and those beside it."""
    return sorted({other for other in (0, place - 1, place + 1) if 0 <= other < count} - {place})


def of_neighbours(some: Iterable[Sequence[Token]]) -> set[int]:
    """The features of the sentences that tell what a sentence is about: the classes of their words."""
    return {_key(_BESIDE, sort, 0) for tokens in some for _, sort in tokens if sort}


def of_roles(roles: Iterable[int]) -> set[int]:
    """The features of the roles that a sentence plays, given as the numbers of their forms."""
    played = sorted(roles)
    return {*played, *(_key(_ROLES, one, other) for one, other in combinations(played, 2))}


def _key(kind: int, one: int, other: int) -> int:
    return kind << 2 * BITS | one << BITS | other


def key_of(kind: str, one: int, other: int = 0) -> int:
    """The number of a feature: of a kind by name and one or two forms by number."""
    return one if kind == "word" else _key(KINDS.index(kind), one, other)


def parts_of(key: int) -> tuple[str, int, int]:
    """The kind and the forms of a feature."""
    kind, one, other = key >> 2 * BITS, key >> BITS & (1 << BITS) - 1, key & (1 << BITS) - 1
    return (KINDS[_WORD], other, 0) if kind == _WORD else (KINDS[kind], one, other)


def remembering(number: Callable[[str], Sequence[Token]]) -> Callable[[str], Sequence[Token]]:
    """The same function, which remembers what it said of short texts: a server's texts are made of few words."""
    known = lru_cache(maxsize=REMEMBERED)(number)

    def short(chunk: str) -> Sequence[Token]:
        return known(chunk) if len(chunk) <= CHUNK_REMEMBERED else number(chunk)

    return short
