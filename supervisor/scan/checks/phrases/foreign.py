"""Builds the tables of languages other than English: what all of them share is added to what each of them says."""

from __future__ import annotations

import unicodedata

from supervisor.scan.checks.phrases.literals import ADDRESS, HARMFUL, QUOTED_NAME, SENSITIVE_PATH, SHELL
from supervisor.scan.checks.phrases.table import Idiom, Lead, Table, texts

_PATHS = texts("~/|.env|.ssh|id_|.aws|/etc/|http|@|curl|wget|rm -|bash|sudo|_key|token")
"""What a phrase about files, addresses or commands has in every language."""


def words(alternatives: str) -> str:
    """A regex of whole words, given as alternatives."""
    return rf"(?<!\w)(?:{alternatives})(?!\w)"


def either(first: str, second: str, gap: str = r"(?:[\s'’-]+\w+){0,6}?[\s'’-]+") -> str:
    """A regex of two groups in either order with a bounded gap between them."""
    return f"(?:{first}){gap}(?:{second})|(?:{second}){gap}(?:{first})"


_ROMANCE = Lead(
    bars=frozenset(),
    before_to=frozenset(),
    adverbs=frozenset(),
    words=frozenset(
        texts(
            "y|e|o|u|ou|et|ed|luego|primero|siempre|ahora|antes|también|además|después|entonces|debes"
            "|debe|favor|no|tú|usted|asistente"
            "|simplemente|agora|sempre|primeiro|depois|também|você|deve|assistente|simplesmente|puis"
            "|ensuite|abord|toujours"
            "|maintenant|aussi|également|assistant|plaît|il|dois|devez|veuillez|poi|prima|adesso|ora"
            "|anche|assistente|devi"
            "|ne|se|lo|la|les|los|le|modelo|modèle|modello|ia|nunca|jamais|inmediatamente"
            "|immédiatement|importante|important"
        )
    ),
    endings=("ar", "er", "ir", "re", "oir"),
)
_ROMANCE_ONES = frozenset({"es", "pt", "fr", "it"})
"""In Spanish, Portuguese, French and Italian a command looks like what somebody does."""


_PLAIN_LETTERS = str.maketrans({"ı": "i", "ł": "l", "đ": "d", "ø": "o", "ς": "σ", "ß": "ss"})
"""What folding makes of letters: those of Latin words that carry no accent but a stroke or the lack of a dot."""


def folded(pattern: str) -> str:
    """The pattern in the forms that folding leaves of its letters."""
    return unicodedata.normalize("NFKC", pattern).translate(_PLAIN_LETTERS)


def table(
    language: str,
    marks: str,
    anchors: tuple[str, ...],
    classes: dict[str, str],
    idioms: tuple[tuple[str, ...], tuple[str, ...]],
) -> Table:
    """A language's table: its classes with those that are the same everywhere, its idioms of secrecy and of role.

    `marks` are words, apart by blanks, or a regex of a letter if it begins with a bracket.
    """
    classes = {name: folded(pattern) for name, pattern in classes.items()}
    shared = {
        "secret_path": SENSITIVE_PATH,
        "shell": SHELL,
        "harmful": HARMFUL,
        "beforehand": classes.get("sideways", "(?!)"),
        "address": ADDRESS,
        "destination": f"{classes.get('destination', '(?!)')}|{ADDRESS}|{QUOTED_NAME}",
        "outside": f"{classes.get('outside', '(?!)')}|{ADDRESS}",
        "secret": f"{classes.get('secret', '(?!)')}|{SENSITIVE_PATH}",
    }
    everything = tuple(folded(anchor) for anchor in anchors) + _PATHS
    secrecy, role = idioms
    is_script = marks.startswith("[")
    return Table(
        language=language,
        marks=frozenset() if is_script else frozenset(folded(marks).split()),
        script=marks if is_script else "",
        anchors={
            "disregard": everything,
            "orders": everything,
            "access": everything,
            "transfer": everything,
            "reveal": everything,
            "run": everything,
            "send": everything,
            "act": everything,
            "redirect": everything,
            "deed": everything,
        },
        lead=_ROMANCE if language in _ROMANCE_ONES else None,
        classes={**classes, **shared},
        idioms=tuple(Idiom("secrecy", "hard", (everything,), f"(?P<v>{folded(one)})") for one in secrecy)
        + tuple(Idiom("role", "hard", (everything,), f"(?P<v>{folded(one)})") for one in role),
    )
