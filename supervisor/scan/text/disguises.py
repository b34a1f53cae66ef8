"""Letters in disguise: words that a reader puts together by himself and a pattern does not see.

Signs between the letters of a word, markup in the middle of it, digits for letters. Each is undone as a view of its
own, beside the text, and only where there is so much of it that it is no accident.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from supervisor.scan.text.decodings import SIZE_LIMIT
from supervisor.scan.text.lazy import lazy

_LETTERS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SHAPE = bytes.maketrans(_LETTERS + b"0134578@$.-_*", b"a" * len(_LETTERS) + b"9" * 9 + b"    ")
_TAG_SHAPE = bytes.maketrans(_LETTERS + b"0123456789_*`~[]{}()", b"a" * (len(_LETTERS) + 11) + b"*" * 9)
_TAG_SHAPES = (b"a*a", b"a**a", b"a***a", b"a****a", b"a<")
_SPACED_SHAPE, _DIGIT_SHAPE = b"a a a a a", b"a9a"
_SPACED = lazy(r"(?<![^\W_])[^\W\d_]([ .\-_*·•|/])[^\W\d_](?:\1[^\W\d_]){1,200}(?![^\W_])")
_JOINED = lazy(
    r"(?<![^\W_])[^\W\d_]{1,15}([^\w\s]{1,2}|_|, |\s{1,2}[^\w\s]{1,3}\s?|\n\n)[^\W\d_]{1,15}"
    r"(?:\1[^\W\d_]{1,15}){3,40}(?![^\W_])"
)
"""Five words or more that one and the same sign parts."""
_SQUEEZED = lazy(r"(?<![A-Za-z])[A-Za-z]{20,200}(?![A-Za-z])")
_VOCABULARY = lazy(
    r"(?i:ignore|disregard|forget|override|bypass|reveal|repeat|print|show|send|all|any|the|of|and|your|you|my|previous"
    r"|prior|above|earlier|instructions?|rules|guidelines|system|prompts?|secrets?|passwords?|keys?|user|tell|mention"
    r"|not|this|to|do|read|file|conversation|history)"
)
_FLIPPED = lazy("[ɐɔǝɟƃɥᴉıɾʞɯɹʇʌʍʎ]")
_UPRIGHT = str.maketrans("ɐqɔpǝɟƃɥᴉıɾʞɯuodbɹʇnʌʍʎ˙", "abcdefghiijkmnopqrtuvwy.")
_BETWEEN = lazy(r"[ .\-_*·•|/]")
_TAG = lazy(r"(?<=\w)(?:<(?:/?[A-Za-z][^<>]{0,60}|!--[^<>]{0,80}--)>|\*{1,3}|~~|`|\[\]|\{\}|\(\))+(?=\w)")
_LETTERS_ROW = lazy(r"[^\W\d_]+")
_WORD = lazy(r"[\w@$]{3,20}")
_LEET = str.maketrans("0134578@$", "oleastbas")
_LEET_OTHER = str.maketrans("0134578@$", "oieastbas")
_LEET_WORD = lazy(r"(?<![\w@$+/=-])(?=[\w@$]{0,16}[A-Za-z][0134578@$]{1,2}[A-Za-z])[\w@$]{3,20}(?![\w@$+/=-])")
_LEAST = 2
"""Words with digits for letters, or with markup in the middle, that are no accident."""


def may_disguise(text: str) -> bool:
    """Whether it is worth a look; False is certain for Latin letters."""
    shape = text.encode("ascii", "replace").translate(_SHAPE)
    return _SPACED_SHAPE in shape or shape.count(_DIGIT_SHAPE) >= _LEAST or _may_be_odd(text)


def _may_be_odd(text: str) -> bool:
    if not text.isascii() and len(_FLIPPED.findall(text)) > _LEAST:
        return True
    return ("<" in text or "*" in text or "~~" in text or "`" in text) and _may_be_parted(text)


def _may_be_parted(text: str) -> bool:
    """Whether markup stands within a word. Of ASCII the shapes are asked first: the search is slow."""
    shape = text.encode("ascii", "replace").translate(_TAG_SHAPE)
    if text.isascii() and not any(part in shape for part in _TAG_SHAPES):
        return False
    return _TAG.search(text) is not None


def parted(text: str) -> Iterator[tuple[str, int, str]]:
    """The same for words that something else than blanks parts, or nothing: for texts whose words are worth it."""
    text = text[:SIZE_LIMIT]
    found = _JOINED.search(text)
    if found:
        yield "signs between words", found.start(), _JOINED.sub(_with_blanks, text)
    found = _SQUEEZED.search(text)
    if found:
        yield "words without blanks", found.start(), _SQUEEZED.sub(_in_words, text)


def undisguised(text: str) -> Iterator[tuple[str, int, str]]:
    """How, where and what, for each disguise of a text; the text is given whole, without it."""
    text = text[:SIZE_LIMIT]
    if len(_FLIPPED.findall(text)) > _LEAST:
        yield "letters upside down", 0, text[::-1].translate(_UPRIGHT)
    found = _SPACED.search(text)
    if found:
        yield "spaced letters", found.start(), _SPACED.sub(lambda one: _BETWEEN.sub("", one[0]), text)
    found = _TAG.search(text)
    if found:
        yield "markup within words", found.start(), _TAG.sub("", text)
    found = _LEET_WORD.search(text)
    if found and _LEET_WORD.search(text, found.end()):
        for table in (_LEET, _LEET_OTHER):
            yield "digits for letters", found.start(), _WORD.sub(partial(_spelled, table), text)


def _with_blanks(words: re.Match[str]) -> str:
    return " ".join(_LETTERS_ROW.findall(words[0]))


def _in_words(word: re.Match[str]) -> str:
    return _VOCABULARY.sub(r" \g<0> ", word[0])


def _spelled(table: dict[int, int], word: re.Match[str]) -> str:
    return word[0].translate(table) if any(map(str.isalpha, word[0])) else word[0]
