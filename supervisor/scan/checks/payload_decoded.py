"""payload.decoded: what is hidden in an encoded text and would do harm if it were run or obeyed.

Encoded data is common: pictures, settings, tokens, digests. It counts only if, decoded, it is a command of a shape
that does harm (commands.py) or an order to the model that phrase.injection would call hard. Commands in plain text
belong here as well, where the text tells the reader to run them (told.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain

from supervisor.scan.checks.check import Check
from supervisor.scan.checks.phrase_injection import commands as orders
from supervisor.scan.context import Context
from supervisor.scan.text.commands import command, hidden_command, may_have_command
from supervisor.scan.text.decode import LEAST_TEXT, Decoded, Room, decoded, turned, turns_named
from supervisor.scan.text.disguises import parted
from supervisor.scan.text.fold import fold
from supervisor.scan.text.items import Item, Unit
from supervisor.scan.text.lazy import lazy
from supervisor.scan.text.told import told_command
from supervisor.scan.words import Hit

_AROUND = 20
_PIECE = lazy(r"[A-Za-z0-9+/_-]{2,200}={0,2}")
_VALUES = frozenset({"enum", "const", "default", "example"})
_TURNED_WORDS = {
    "rot13": frozenset({"gur", "naq", "lbhe", "vafgehpgvbaf", "cerivbhf", "vtaber", "cebzcg", "flfgrz", "frperg"}),
    "reversed": frozenset({"eht", "ruoy", "snoitcurtsni", "suoiverp", "erongi", "tpmorp", "metsys", "terces"}),
}
_APART = ("base64", "hex", "numbers", "base85")
"""Ways that hide a text of its own; the others are ways to write the text itself."""
_ORDERED = frozenset({"ignore", "disregard", "forget", "override", "bypass", "reveal"})
_ORDERED_OF = frozenset(
    {"instructions", "instruction", "prompt", "rules", "guidelines", "previous", "prior", "earlier"}
)
_TOGETHER = ("previousinstruction", "systemprompt", "ignoreall", "priorinstruction")
"""Words worth a look at what stands between them: of each set one, or one that has both."""
_DECODE_AND_OBEY = lazy(
    r"\bdecod\w{0,3}\b[^.\n]{0,60}\b(?:follow|execute|run|obey|perform|carry out|comply|act on|do what)\b"
    r"|\b(?:follow|execute|run|obey|eval)\b[^.\n]{0,40}\b(?:base64_?decod\w*|decod(?:ed|ing)|b64decode|atob)\b"
)
_ENCODED_WORD = lazy(r"(?<![A-Za-z0-9+/])(?=[A-Za-z+/]{0,40}(?:[0-9]|[a-z][A-Z]))[A-Za-z0-9+/]{16,}={0,2}")
_MESSAGES = {
    "fetch_run": "fetches a program and runs it",
    "encoded_run": "runs what is encoded in it",
    "reverse_shell": "hands a shell to an address",
    "steal": "sends secrets away",
    "destroy": "deletes what is not its own",
    "persist": "starts itself again or opens the machine",
    "spawn": "starts programs",
    "install": "installs a program",
    "open_tunnel": "opens the machine to an address",
    "read_secret": "reads secrets",
    "metadata": "asks for the credentials of the cloud machine",
    "page_script": "runs a script in a page",
    "database": "changes a database",
}


def find(item: Item, context: Context) -> Iterator[Hit]:
    """At most one hit for what a text hides, and one for what stands in it."""
    named = _named(item)
    is_telling = _is_telling(item)
    if item.may_hide or named or is_telling:
        for unit in item.units:
            if len(unit.raw) >= LEAST_TEXT:
                more = chain(_turned(unit, named, item.room), _parted(unit, item.room) if is_telling else ())
                yield from _hidden(unit, chain(unit.decoded, more))
                yield from _to_be_decoded(unit)
    if is_telling:
        yield from _in_words(item)
    yield from _in_pieces(item)
    if may_have_command(item.words):
        for unit in item.units:
            if len(unit.raw) >= LEAST_TEXT:
                yield from _plain(unit)


def _parted(unit: Unit, room: Room) -> Iterator[Decoded]:
    return (Decoded(text, how, start) for how, start, text in parted(unit.raw) if room.has_text(len(text)))


def _to_be_decoded(unit: Unit) -> Iterator[Hit]:
    """An order to decode something and do what it says; and what is encoded so often that somebody hides it."""
    found = _DECODE_AND_OBEY.search(unit.folded) if "deco" in unit.folded else None
    if found and _ENCODED_WORD.search(unit.raw):
        message, evidence, rule = "The text has the model decode something and do what it says.", found[0], "obey"
    elif nested := next(filter(_is_nested, unit.decoded), None):
        message, evidence, rule = "A text is encoded more than twice.", nested.text[: 4 * _AROUND], "nested"
    else:
        return
    yield Hit(
        pointer=unit.pointer, evidence=evidence, message=message, tier="soft", view="decoded", rule=rule, confidence=0.6
    )


def _is_nested(one: Decoded) -> bool:
    ways = one.how.split(">")
    return len(ways) > 1 and ways[1] in _APART and any(inner.how in _APART for inner in decoded(one.text))


def _is_telling(item: Item) -> bool:
    if not item.words.isdisjoint(_ORDERED):
        return not item.words.isdisjoint(_ORDERED_OF)
    return any(map(item.haystack.__contains__, _TOGETHER))


def _named(item: Item) -> tuple[str, ...]:
    """The ways to turn letters that a text of the definition names, or by which it has turned common words."""
    named = turns_named(item.raw) if item.may_hide else ()
    seen = (way for way, words in _TURNED_WORDS.items() if not words.isdisjoint(item.words))
    return tuple(dict.fromkeys((*named, *seen)))


def _turned(unit: Unit, named: tuple[str, ...], room: Room) -> Iterator[Decoded]:
    """A text read in a way that another text of the definition names.

    It counts as one, whatever its length: as a whole a definition is turned as often as it names ways.
    """
    own = turns_named(unit.raw) if named else ()
    return (Decoded(turned(unit.raw, way), way, 0) for way in named if way not in own and room.has_text(0))


def _in_words(item: Item) -> Iterator[Hit]:
    """What the values of one enumeration say, read as one sentence."""
    groups: dict[str, list[Unit]] = {}
    for unit in item.units:
        if unit.role == "enum":
            groups.setdefault(unit.pointer.rpartition("/")[0], []).append(unit)
    for units in groups.values():
        if len(units) > 1:
            yield from _hidden(units[0], [Decoded(" ".join([unit.raw for unit in units]), "several values", 0)])


def _in_pieces(item: Item) -> Iterator[Hit]:
    """What values hide when they are put together: those of one enumeration, all defaults, or all descriptions."""
    groups: dict[str, list[Unit]] = {}
    for unit in item.units:
        is_value = unit.role in _VALUES or unit.pointer.endswith("/description")
        if is_value and _PIECE.fullmatch(unit.raw):
            kind = unit.pointer.rpartition("/")[0] if unit.role == "enum" else unit.role
            groups.setdefault(kind, []).append(unit)
    for pieces in groups.values():
        if len(pieces) > 1:
            yield from _hidden(pieces[0], decoded("".join([unit.raw.rstrip("=") for unit in pieces])))


def _hidden(unit: Unit, texts: Iterable[Decoded]) -> Iterator[Hit]:
    """The first harm in what a text hides; what it says openly as well is other checks' business."""
    said: frozenset[str] | None = None
    for one in texts:
        is_apart = one.how.startswith(_APART)
        rule, what, start, end = _harm(one.text, is_apart=is_apart)
        if rule and not is_apart:
            said = _said(unit.folded) if said is None else said
        if rule and (is_apart or rule not in (said or ())):
            yield Hit(
                pointer=unit.pointer, evidence=_evidence(one.folded, start, end), tier="hard", view="decoded",
                message=f"Text hidden as {one.how.replace('>', ' in ')} {what}.", rule=rule, confidence=0.95,
            )  # fmt: skip
            return


def _said(folded: str) -> frozenset[str]:
    """The rules that a text breaks openly."""
    found = command(folded)
    return frozenset({order.rule for order in orders(folded)} | ({found.rule} if found else set()))


@lru_cache(maxsize=64)
def _harm(text: str, *, is_apart: bool) -> tuple[str, str, int, int]:
    """Which rule a hidden text breaks, what it is, and where; the rule is empty if it is harmless.

    Remembered, because what is encoded again and again is read once.
    """
    folded = fold(text)
    found = hidden_command(text) if is_apart else command(folded)
    if found:
        return found.rule, f"is a command that {_MESSAGES[found.rule]}", found.start, found.end
    order = next(orders(folded), None)
    return (order.rule, "gives the model orders", order.start, order.end) if order else ("", "", 0, 0)


def _plain(unit: Unit) -> Iterator[Hit]:
    found = told_command(unit)
    if found:
        yield Hit(
            pointer=unit.pointer, evidence=_evidence(unit.folded, found.start, found.end), tier=found.tier,
            view="folded", message=f"The text has a command to run that {_MESSAGES[found.rule]}.",
            confidence=0.85 if found.tier == "hard" else 0.5, rule=f"told_{found.rule}",
        )  # fmt: skip


def _evidence(text: str, start: int, end: int) -> str:
    return text[max(0, start - _AROUND) : end + _AROUND]


CHECK = Check(id="payload.decoded", title="Harmful commands, encoded or to be run", find=find)
