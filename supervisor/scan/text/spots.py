"""The sentences of a text in which certain words stand, found without reading the rest.

Nearly no text has anything for a check, so the search for a sentence begins with `str.find` for a handful of stems, and
only what surrounds a stem is looked at closely. Every sentence is given once, whatever stands in it, and none is longer
than `LONGEST`: the work is linear in the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from supervisor.scan.text.lazy import lazy

LONGEST = 800
"""Characters; a longer sentence is cut round the stem."""
_ENDS = (". ", ".\n", "\n", "! ", "? ", "。", "！", "？", "।", "؟")
_FOREIGN_LETTER = lazy("[\u00c0-\u1fff\u2c00-\ud7ff\uf900-\uffdc]")
_ASCII_ENDS = (". ", "\n", "! ", "? ")


def any_of(text: str, stems: Iterable[str]) -> bool:
    """Whether one of the stems stands in the text."""
    return any(map(text.__contains__, stems))


def is_foreign(text: str) -> bool:
    """Whether a letter stands in it that English does not have."""
    return not text.isascii() and _FOREIGN_LETTER.search(text) is not None


def sentences_with(text: str, stems: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Where the sentences begin and end in which a stem stands, in order."""
    ends = _ASCII_ENDS if text.isascii() else _ENDS
    spans: set[tuple[int, int]] = set()
    for stem in stems:
        at = text.find(stem)
        while at >= 0:
            start, stop = _around(text, at, at + len(stem), ends)
            spans.add((start, stop))
            at = text.find(stem, stop)
    yield from sorted(spans)


def sentence_at(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentence round `text[start:end]` begins and ends, at most half of `LONGEST` to either side."""
    return _around(text, start, end, _ASCII_ENDS if text.isascii() else _ENDS)


def _around(text: str, start: int, end: int, ends: tuple[str, ...]) -> tuple[int, int]:
    low, high = max(0, start - LONGEST // 2), min(len(text), end + LONGEST // 2)
    begin, stop = low, high
    for mark in ends:
        before = text.rfind(mark, low, start)
        if before >= 0:
            begin = max(begin, before + len(mark))
        after = text.find(mark, end, stop)
        if after >= 0:
            stop = after
    return begin, stop
