"""Whether a piece of text orders the model about: asked of places that hold no orders in an honest definition.

This is looser than the grammar's rules, because the place is suspicious by itself: a comment, a hidden element, a value
that is a default. A command to do what an agent can do is enough.
"""

from __future__ import annotations

import re
from functools import cache

from supervisor.scan.checks.phrases.en import LEAD, TABLE
from supervisor.scan.checks.phrases.grammar import is_commanded, phrases
from supervisor.scan.checks.phrases.languages import TABLES
from supervisor.scan.checks.phrases.literals import ADDRESS

_DO = re.compile(
    r"(?<!\w)(?:send|post|upload|forward|transmit|submit|share|email|mail|pass|include|append|attach"
    r"|embed|insert|read|open"
    r"|fetch|collect|gather|retrieve|access|extract|copy|call|invoke|run|execute|ignore|disregard|obey"
    r"|follow|reveal|print"
    r"|repeat|output|delete|approve|disable|replace|redirect|reply|respond|answer|tell|mention"
    r"|exfiltrate|leak|bypass|put"
    r"|treat|act|pretend|download|install|grant|transfer|pay|add|write|list|use)\b(?!-| by default)"
)
_STRONG = re.compile(
    r"(?<!\w)(?:you (?:must|should|shall|have to|need to|are to|are now|will|obey)|always|never"
    r"|before (?:answering|responding"
    r"|replying|using|calling|you|any|doing|running)|assistants?\b|(?:the )?(?:ai|llm|agent"
    r"|model)(?: must| should|,|:)"
    r"|do not (?:tell|mention|inform|reveal|ask|follow)|when done|whenever|silently|secretly|first,|from now on|must)"
)
_HOST = re.compile(ADDRESS)
_LONGEST = 2000
"""Characters that are looked at."""


@cache
def _foreign() -> tuple[tuple[frozenset[str], re.Pattern[str]], ...]:
    names = ("disregard", "transfer", "access", "reveal", "run", "send")
    return tuple(
        (table.marks, re.compile("|".join(table.classes[name] for name in names if name in table.classes)))
        for table in TABLES
        if table is not TABLE and not table.script
    )


@cache
def _scripts() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    names = ("disregard", "transfer", "access", "reveal", "run", "send")
    return tuple(
        (re.compile(table.script), re.compile("|".join(table.classes[name] for name in names if name in table.classes)))
        for table in TABLES
        if table.script
    )


def is_directive(folded: str) -> bool:
    """Tell whether a folded text, as a whole, is an order to do what an agent can do."""
    text = folded[:_LONGEST]
    if len(text) < 6:
        return False
    verbs = list(_DO.finditer(text)) if " " in text else []
    if any(is_commanded(text, found.start(), LEAD) for found in verbs) or (verbs and is_strong(text)):
        return True
    if not text.isascii() and any(script.search(text) and verb.search(text) for script, verb in _scripts()):
        return True
    words = set(text.split())
    if any(len(marks & words) > 1 and verb.search(text) for marks, verb in _foreign()):
        return True
    return any(True for _ in phrases(text))


def is_strong(folded: str) -> bool:
    """Tell whether a text speaks to the model as one who gives orders: “you must”, “always”, “before answering”."""
    return _STRONG.search(folded[:_LONGEST]) is not None


def does_much(folded: str) -> bool:
    """Tell whether a text has two or more of the verbs of what an agent can do."""
    return len(_DO.findall(folded[:_LONGEST])) > 1


def names_a_target(folded: str) -> bool:
    """Tell whether a text names a secret or an address."""
    text = folded[:_LONGEST]
    return _HOST.search(text) is not None or re.search(TABLE.classes["secret"], text) is not None
