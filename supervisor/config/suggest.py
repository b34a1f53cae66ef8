"""The known word that somebody probably meant."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str], cutoff: float = 0.75) -> str | None:
    """The known word that is most like this one, or None if none is like it; case and separators do not count."""
    from difflib import get_close_matches  # only where something is misspelt already

    plain = {_plain(candidate): candidate for candidate in known}
    found = get_close_matches(_plain(word), plain, n=1, cutoff=cutoff)
    return plain[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A clause for the end of a sentence; empty without a suggestion."""
    found = nearest(word, known)
    return f"; did you mean {found!r}?" if found else ""


def _plain(word: str) -> str:
    return word.lower().replace("_", "").replace("-", "")
