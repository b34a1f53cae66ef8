r"""What a text must hold for a regular expression to match: groups of literals, one of each of which must stand
there.

`\b(?:send|post)\b.{1,60}@` needs one of `send` and `post` as a word, and `@`. Worked out from the expression as the
standard library's own parser reads it, so that nobody has to keep a list beside it. What is not understood asks for
nothing: an expression of which nothing is known is tried on every text. Literals have no blanks: texts are asked word
by word (supervisor/scan/text/marked.py), and of a plain text of several words the most telling one is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import product
from re import _parser as parser  # type: ignore[attr-defined]  # how the standard library itself reads a pattern
from typing import Any, NamedTuple

from supervisor.scan.text.marked import MARK, marked
from supervisor.scan.text.needs import tells

Group = frozenset[str]

_AFTER, _BEFORE = "\1", "\2"
"""Zero width: a word begins here if the next sign is of one; a word ends here if the one before is."""
_MARKS = frozenset((MARK, _AFTER, _BEFORE))
_KNOWN_FLAGS = re.DOTALL | re.MULTILINE | re.UNICODE
_PRODUCT = 48
"""Plain texts that a sequence is written out to; where it would be more, it is cut into pieces."""
_CHOICES = 600
"""Literals of one group; a larger one says too little."""
_SIGNS = 4
"""Signs of a class that is written out."""
_TIMES = 4
"""Repetitions that are written out."""
_WEIGHT = 3
"""What a literal must weigh to be worth asking for: three letters, or two that begin a word, or a rare sign."""
_GROUPS = 3
"""Groups of one expression: the most telling ones."""


class Part(NamedTuple):
    """What is known of a part of an expression."""

    exact: frozenset[str] | None
    """All that it matches, if that is a few plain texts."""
    groups: tuple[Group, ...] = ()
    ends: frozenset[str] | None = None
    """Of what is repeated: the plain texts that end it, where `exact` are those that begin it."""


_UNKNOWN = Part(None)
_NOTHING = Part(frozenset(("",)))
_NEVER = Part(frozenset())


def needed(pattern: str, flags: int = 0) -> tuple[Group, ...]:
    """The groups of an expression, the most telling first; empty if nothing is known.

    Raises:
        re.error: it is no regular expression
    """
    tree = parser.parse(pattern, flags)
    if tree.state.flags & ~_KNOWN_FLAGS:
        return ()
    groups = _groups(_sequence(tree))
    return tuple(sorted(dict.fromkeys(groups), key=_worth)[:_GROUPS])


def _groups(part: Part) -> Iterable[Group]:
    return part.groups if part.exact is None else _kept(part.exact)


def _worth(group: Group) -> tuple[int, int, int, list[str]]:
    """The smaller, the rarer is what holds one of a group."""
    common = sum(1 for literal in group if not tells(literal)[0])
    return common, -min(map(_weight, group)), len(group), sorted(group)


def _sequence(nodes: Iterable[tuple[Any, Any]]) -> Part:
    """What stands in a row: what is exact is joined as long as that stays small."""
    row: frozenset[str] = frozenset(("",))
    groups: list[Group] = []
    is_whole = True
    for operation, argument in nodes:
        part = _part(str(operation), argument)
        if part == _NEVER:
            return _NEVER
        joined = _joined(row, part.exact) if part.exact is not None else None
        if joined is not None and part.ends is None:
            row = joined
            continue
        is_whole = False
        groups += _kept(row if joined is None else joined)
        row = part.ends or part.exact or frozenset(("",))
        groups += part.groups
    return Part(row) if is_whole else Part(None, (*groups, *_kept(row)))


def _joined(row: frozenset[str], more: frozenset[str]) -> frozenset[str] | None:
    if len(row) * len(more) > max(_PRODUCT, len(row), len(more)):
        return None
    return frozenset(one + other for one, other in product(row, more))


def _part(operation: str, argument: Any) -> Part:
    match operation:
        case "LITERAL":
            return _exactly((argument,))
        case "IN":
            return _of_class(argument)
        case "BRANCH":
            return _either([_sequence(branch) for branch in argument[1]])
        case "SUBPATTERN":
            return _UNKNOWN if argument[1] or argument[2] else _sequence(argument[3])
        case "ATOMIC_GROUP":
            return _sequence(argument)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            return _repeated(int(argument[0]), int(argument[1]), _sequence(argument[2]))
        case "AT":
            return _place(str(argument))
        case "ASSERT" | "ASSERT_NOT":
            return _looked_at(argument[0], argument[1], is_not=operation == "ASSERT_NOT")
        case "FAILURE":
            return _NEVER
        case _:
            return _UNKNOWN


def _exactly(codes: Sequence[int]) -> Part:
    """One of some signs; nothing is known if one of them is a mark here."""
    signs = frozenset("0" if chr(code).isdecimal() else chr(code) for code in codes)
    return Part(signs) if _MARKS.isdisjoint(signs) else _UNKNOWN


def _of_class(members: list[tuple[Any, Any]]) -> Part:
    codes: list[int] = []
    for operation, argument in members:
        match str(operation):
            case "LITERAL":
                codes.append(argument)
            case "RANGE" if argument[1] - argument[0] < _SIGNS or argument == (ord("0"), ord("9")):
                codes += range(argument[0], argument[1] + 1)
            case "CATEGORY" if str(argument) == "CATEGORY_DIGIT":
                codes.append(ord("0"))
            case _:
                return _UNKNOWN
    part = _exactly(codes)
    return part if part.exact is not None and len(part.exact) <= _SIGNS else _UNKNOWN


def _either(branches: list[Part]) -> Part:
    branches = [branch for branch in branches if branch != _NEVER]
    plain = [branch.exact for branch in branches if branch.exact is not None]
    exact = frozenset().union(*plain)
    if len(plain) == len(branches) and len(exact) <= _CHOICES:
        return Part(exact)
    together: set[str] = set()
    for branch in branches:
        groups = sorted(_groups(branch), key=_worth)
        if not groups:
            return _UNKNOWN
        together |= groups[0]
    return Part(None, (_least(together),)) if len(together) <= _CHOICES else _UNKNOWN


def _repeated(least: int, most: int, part: Part) -> Part:
    if part == _NEVER:
        return _NEVER if least else _NOTHING
    if least == 0:
        is_small = most == 1 and part.exact is not None and len(part.exact) < _PRODUCT
        return Part((part.exact or frozenset()) | {""}) if is_small else _UNKNOWN
    if part.exact is None:
        return part
    row = part.exact
    for _ in range(min(least, _TIMES) - 1):
        row = _joined(row, part.exact) or row
    is_all = least == most <= _TIMES and (least == 1 or len(part.exact) == 1)
    return Part(row) if is_all else Part(row, ends=row)


def _place(place: str) -> Part:
    match place:
        case "AT_BOUNDARY":
            return Part(frozenset((MARK,)))
        case "AT_BEGINNING" | "AT_BEGINNING_STRING":
            return Part(frozenset((_AFTER,)))
        case "AT_END" | "AT_END_STRING":
            return Part(frozenset((_BEFORE,)))
        case _:
            return _NOTHING


def _looked_at(direction: int, nodes: Sequence[tuple[Any, Any]], *, is_not: bool) -> Part:
    """What is only looked at takes no room; where it forbids all signs of words, a word begins or ends there."""
    if is_not and len(nodes) == 0:
        return _NEVER
    if is_not and len(nodes) == 1 and str(nodes[0][0]) == "IN" and _has_words(nodes[0][1]):
        return Part(frozenset((_AFTER if direction < 0 else _BEFORE,)))
    return _NOTHING


def _has_words(members: list[tuple[Any, Any]]) -> bool:
    plain = [(str(operation), str(argument)) for operation, argument in members]
    return ("CATEGORY", "CATEGORY_WORD") in plain and plain[0][0] != "NEGATE"


def _kept(exact: Iterable[str]) -> list[Group]:
    """The groups that follow where one of these texts must stand there: of each its most telling piece."""
    pieces = [_pieces(text) for text in exact]
    if len(pieces) == 1:
        return [frozenset((piece,)) for piece in pieces[0]]
    return [_least({some[0] for some in pieces})] if pieces and all(pieces) else []


def _least(literals: set[str]) -> Group:
    """Without those that hold another one: where they stand, that one does."""
    short = sorted(literals, key=len)
    return frozenset(one for at, one in enumerate(short) if not any(map(one.__contains__, short[:at])))


def _pieces(text: str) -> list[str]:
    """What of a plain text, with the marks that the expression sets, is worth asking for: the most telling first."""
    words = re.split(r"\s", text)
    last = len(words) - 1
    found = {_literal(_AFTER * (at > 0) + word + _BEFORE * (at < last)) for at, word in enumerate(words)}
    return sorted((piece for piece in found if _weight(piece) >= _WEIGHT), key=_of_piece)


def _of_piece(literal: str) -> tuple[bool, int, str]:
    return not tells(literal)[0], -_weight(literal), literal


def _literal(piece: str) -> str:
    """A piece of a plain text as `marked` writes it, as far as that is certain: of its ends only the marks tell."""
    bare = piece.strip("".join(_MARKS))
    if not bare:
        return ""
    low = piece.index(bare)
    head, tail = piece[:low], piece[low + len(bare) :]
    plain = marked("".join(sign for sign in bare if sign not in _MARKS))
    begins = bool(head) if plain.startswith(MARK) else MARK in head
    ends = bool(tail) if plain.endswith(MARK) else MARK in tail
    return MARK * begins + plain.strip(MARK) + MARK * ends


def _weight(literal: str) -> int:
    """How telling it is: one for each sign and mark, and more for what is rare in prose."""
    inner = literal.strip(MARK)
    if inner.isalnum() and inner.isascii():
        return len(literal) + (not inner.isalpha())
    return len(literal) + 2 if inner else 0
