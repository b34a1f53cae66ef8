"""Commands that stand in plain text: whether a definition tells somebody to run one, or only speaks of it.

How to install something is documented with commands, and tools that guard against attacks name them. So it depends on
the command and on the sentence. A shell for a stranger, or secrets on their way out, have no place in a definition that
does not say that it looks for such things; what installs or deletes is an attack where the text insists on it.
"""

from __future__ import annotations

from typing import NamedTuple

from supervisor.scan.text.commands import Command, command
from supervisor.scan.text.items import Unit
from supervisor.scan.text.lazy import lazy
from supervisor.scan.text.sentences import mention, sentence_around
from supervisor.scan.words import Tier

_RUN = lazy(
    r"(?:\b(?:run|execute|exec|invoke|evaluate|eval|type|enter|issue|launch|start|call|perform|use|paste|spawn|apply|pipe"
    r"|führe|starte|ejecut[ae]|corr[ae]|exécute[zr]?|lance[zr]?|execut[ae]r?|rode|выполни\w*|запусти\w*)\b"
    r"|执行|运行|執行|運行|実行|走らせ|실행|نفذ|شغل|चलाए|चलाओ|निष्पादित)(?:[^.!?。\n]|\.(?=\S)){0,60}$"
)
_RUN_AFTER = lazy(r"^[^.!?。\n]{0,20}(?:を実行|실행|ausführen|चलाए|चलाओ|निष्पादित)")
_INSISTS = lazy(
    r"\b(?:must|always|first|before|whenever|every|each|silently|quietly|automatically|immediately|also|mandatory|required"
    r"|without (?:asking|telling|mentioning|confirm\w+)|(?:do|does) not (?:tell|ask|mention|inform|show|wait))\b"
    r"|immer|zuerst|vorher|siempre|primero|antes|toujours|d'abord|avant|sempre|primeiro|всегда|сначала|перед"
    r"|必须|总是|首先|之前|必ず|最初に|前に|항상|먼저|반드시|دائما|أولا|قبل|हमेशा|पहले"
)
_INSTALLS = lazy(r"\b(?:install\w*|set ?up|setup|upgrade|prerequisite\w*|requires?|getting started|quick ?start)\b")
_GRAVE = frozenset({"reverse_shell", "steal", "encoded_run", "persist"})
_VALUES = frozenset({"default", "const"})
_SAMPLES = frozenset({"enum", "example", "pattern"})
_TRIES = 8
"""How many commands of one text are judged."""


class Told(NamedTuple):
    """A command in plain text, and how bad it is that it stands there."""

    rule: str
    start: int
    end: int
    tier: Tier


def told_command(unit: Unit) -> Told | None:
    """The worst of the first commands in a text; None if there is none, or it is only spoken of."""
    worst: Told | None = None
    text, start = unit.folded, 0
    for _ in range(_TRIES):
        found = command(text, start)
        if found is None:
            break
        tier = _tier(unit, found)
        if tier == "hard":
            return Told(found.rule, found.start, found.end, tier)
        if tier and worst is None:
            worst = Told(found.rule, found.start, found.end, tier)
        start = found.end
    return worst


def _tier(unit: Unit, found: Command) -> Tier | None:
    text, is_grave = unit.folded, found.rule in _GRAVE
    if unit.role in _VALUES:
        return "hard" if is_grave else "soft"
    if unit.role in _SAMPLES:
        return "soft" if is_grave else None
    if mention(text, found.start, found.end) not in ("", "quoted"):
        return None
    sentence = sentence_around(text, found.start, found.end)
    before, after = text[sentence.start : found.start], text[found.end : sentence.end]
    is_told = bool(_RUN.search(before) or _RUN_AFTER.search(after))
    if is_told and (is_grave or _INSISTS.search(sentence.text)):
        return "hard"
    return "soft" if is_grave or not _INSTALLS.search(text) else None
