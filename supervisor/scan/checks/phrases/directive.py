"""Whether a piece of text orders the model about: asked of places that hold no orders in an honest definition.

This is looser than the grammar's rules, because the place is suspicious by itself: a comment, a hidden element, a value
that is a default. A command to do what an agent can do is enough.
"""

from __future__ import annotations

import re

from msgspec import Struct

from supervisor.scan.checks.phrases.en import LEAD, TABLE
from supervisor.scan.checks.phrases.grammar import is_commanded, phrases
from supervisor.scan.checks.phrases.languages import TABLES
from supervisor.scan.checks.phrases.literals import ADDRESS
from supervisor.scan.text.lazy import lazy

_DO = lazy(
    r"(?<!\w)(?:send|post|upload|forward|transmit|submit|share|email|mail|pass|include|append|attach"
    r"|embed|insert|read|open"
    r"|fetch|collect|gather|retrieve|access|extract|copy|call|invoke|run|execute|ignore|disregard|obey"
    r"|follow|reveal|print"
    r"|repeat|output|delete|approve|disable|replace|redirect|reply|respond|answer|tell|mention"
    r"|exfiltrate|leak|bypass|put"
    r"|treat|act|pretend|download|install|grant|transfer|pay|add|write|list|use)\b(?!-| by default)"
)
_STRONG = lazy(
    r"(?<!\w)(?:you (?:must|should|shall|have to|need to|are to|are now|will|obey)|always|never"
    r"|before (?:answering|responding"
    r"|replying|using|calling|you|any|doing|running)|assistants?\b|(?:the )?(?:ai|llm|agent"
    r"|model)(?: must| should|,|:)"
    r"|do not (?:tell|mention|inform|reveal|ask|follow)|when done|whenever|silently|secretly|first,|from now on|must)"
)
_HOST = lazy(ADDRESS)
_SERVICE = lazy(
    r"\b(?:on|of|in|via|with|using|through|from) (?:the |your |a )?[\w-]{1,60}(?:\.[a-z]{2,12}){1,2} (?:\w+ )?apis?\b"
)
"""A service that is called by its host's name; nothing goes *to* it."""
_SECRET = lazy(TABLE.classes["secret"])
_LONGEST = 2000
"""Characters that are looked at."""


_CLASSES = ("disregard", "transfer", "access", "reveal", "run", "send")


class _Tongue(Struct, frozen=True):
    marks: frozenset[str]
    script: re.Pattern[str] | None
    verbs: re.Pattern[str]


_TONGUES = tuple(
    _Tongue(
        table.marks,
        lazy(table.script) if table.script else None,
        lazy("|".join(table.classes[name] for name in _CLASSES if name in table.classes)),
    )
    for table in TABLES
    if table is not TABLE
)
"""Languages other than English, with the verbs of what an agent can do."""


def _foreign_verbs(text: str) -> int:
    """How many such verbs a text has in a language that it may be in; of the languages the one with most."""
    words = set(text.split())
    most = 0
    for one in _TONGUES:
        is_spoken = one.script.search(text) if one.script else len(one.marks & words) > 1
        if is_spoken:
            most = max(most, len(one.verbs.findall(text)))
    return most


def is_directive(folded: str) -> bool:
    """Tell whether a folded text, as a whole, is an order to do what an agent can do."""
    text = folded[:_LONGEST]
    if len(text) < 6:
        return False
    verbs = list(_DO.finditer(text)) if " " in text else []
    if any(is_commanded(text, found.start(), LEAD) for found in verbs) or (verbs and is_strong(text)):
        return True
    return _foreign_verbs(text) > 0 or any(True for _ in phrases(text))


def is_strong(folded: str) -> bool:
    """Tell whether a text speaks to the model as one who gives orders: “you must”, “always”, “before answering”."""
    return _STRONG.search(folded[:_LONGEST]) is not None


def does_much(folded: str) -> bool:
    """Tell whether a text has two or more of the verbs of what an agent can do."""
    text = folded[:_LONGEST]
    return len(_DO.findall(text)) > 1 or _foreign_verbs(text) > 1


def names_a_target(folded: str) -> bool:
    """Tell whether a text names a secret or an address."""
    text = folded[:_LONGEST]
    return _HOST.search(_SERVICE.sub(" ", text)) is not None or _SECRET.search(text) is not None
