"""name.confusable: words that pose as others, and tool names that can be taken for a peer's.

Nobody writes a word that mixes Latin with letters of another script that look Latin, but for a Greek symbol before or
after a word, and a Cyrillic ending after an abbreviation. A name with the look of a peer's tool, or one edit away from
it and with nearly its description, gets calls that are meant for the peer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from supervisor.scan.checks.check import Check
from supervisor.scan.context import Context, Peer
from supervisor.scan.text.confusables import LATIN_OF, skeleton
from supervisor.scan.text.items import Item, Unit
from supervisor.scan.text.lazy import lazy
from supervisor.scan.text.names import description_of
from supervisor.scan.words import Hit, Tier

_CYRILLIC = "\u0400-\u052f\u1c80-\u1c8f\u2de0-\u2dff\ua640-\ua69f"
_GREEK = "\u0370-\u03ff\u1f00-\u1fff"
_FOREIGN = f"{_CYRILLIC}{_GREEK}\u0531-\u0587\u13a0-\u13ff\u2c80-\u2cff\ua4d0-\ua4ff\uab70-\uabbf\U00010400-\U0001044f"
_MEETING = lazy(f"[A-Za-z][{_FOREIGN}]|[{_FOREIGN}][A-Za-z]")
_TOKEN = lazy(f"[A-Za-z{_FOREIGN}]+")
_FOREIGN_WORD = lazy(f"[{_FOREIGN}]+")
_SYMBOL = lazy("[αβγδεζηθκλμνξπρσςτφχψω][A-Za-z]+|[A-Za-z]+[αβγδεηθκλμπρσςτφχψωΔΣΩΦΨΘΛΠ]", re.IGNORECASE)
"""A Greek letter as a symbol, before or after a word."""
_ENDING = lazy(f"[A-Za-z]+[{_CYRILLIC}]+")
_POSING_LETTERS = 4
"""A word of look-alikes only, if shorter, may be an abbreviation that was typed on the wrong keyboard."""
_SHORT_NAME = 3
"""Names of so few signs are one edit from many others."""
_WORD = lazy(r"\w+")
_FEW_WORDS = 4
_NEAR_SAME = 0.8
"""Words that two descriptions share, of all words of either (Jaccard)."""


def find(item: Item, context: Context) -> Iterator[Hit]:
    """Words that pose, one for a text; then what a tool's name can be taken for."""
    if not item.is_ascii:
        for unit in item.units:
            yield from _posing(unit)
    if item.kind == "tool" and item.name and context.peers.names:
        yield from _taken_for(item, context)


def _posing(unit: Unit) -> Iterator[Hit]:
    word = _mixed(unit.raw) or _whole(unit.raw, is_name=unit.role in ("name", "property"))
    if word:
        yield Hit(
            pointer=unit.pointer, evidence=word, tier="soft", rule="mixed_script", confidence=0.7,
            message="A word is written with letters of another script that look like Latin ones.",
        )  # fmt: skip


def _mixed(text: str) -> str:
    if not _MEETING.search(text):
        return ""
    has_cyrillic = any(re.match(f"[{_CYRILLIC}]+$", word) for word in _FOREIGN_WORD.findall(text) if len(word) > 2)
    for found in _TOKEN.finditer(text):
        token = found[0]
        is_excused = _SYMBOL.fullmatch(token) or (has_cyrillic and _ENDING.fullmatch(token))
        if _MEETING.search(token) and len(token) > 2 and not is_excused and _looks_latin(token):
            return token
    return ""


def _looks_latin(token: str) -> bool:
    return token.casefold().translate(LATIN_OF).isascii()


def _whole(text: str, *, is_name: bool) -> str:
    """A word all of look-alikes in a text that has no word of that script, or a name in letters of another style."""
    words = _FOREIGN_WORD.findall(text)
    if words and all(map(_looks_latin, words)) and (is_name or re.search("[a-z]{3}", text)):
        return next((word for word in words if len(word) >= _POSING_LETTERS), "")
    is_styled = is_name and not text.isascii() and unicodedata.normalize("NFKC", text).isascii()
    return text if is_styled else ""


def _taken_for(item: Item, context: Context) -> Iterator[Hit]:
    look = skeleton(item.name)
    plain = _plain(item.name)
    for peer in context.peers.by_skeleton(look):
        if peer.server != context.server and _plain(peer.name) != plain:
            yield _hit(item, peer, "hard", "peer", "looks like")
            return
    if len(look) <= _SHORT_NAME:
        return
    for peer in context.peers.near(look):
        if peer.server != context.server and _plain(peer.name) != plain and _is_near_same(item, peer):
            tier_is_hard = not _is_plain_variant(plain, _plain(peer.name))
            yield _hit(item, peer, "hard" if tier_is_hard else "soft", "near", "is one letter away from")
            return


def _plain(name: str) -> str:
    """A name without what only conventions differ in: case and separators."""
    return "".join(sign for sign in unicodedata.normalize("NFC", name).casefold() if sign not in "_-. /:")


def _is_plain_variant(one: str, other: str) -> bool:
    """Whether names differ as a plural or the next version of a name does."""
    return one.rstrip("s") == other.rstrip("s") or re.sub(r"\d", "", one) == re.sub(r"\d", "", other)


def _is_near_same(item: Item, peer: Peer) -> bool:
    unit = description_of(item)
    own, other = (frozenset(_WORD.findall(text)) for text in (unit.folded if unit else "", peer.folded))
    return len(other) >= _FEW_WORDS and len(own & other) >= _NEAR_SAME * len(own | other)


def _hit(item: Item, peer: Peer, tier: Tier, rule: str, how: str) -> Hit:
    return Hit(
        pointer="/name", evidence=f"{item.name} / {peer.name}", tier=tier, rule=rule, view="folded",
        confidence=0.9 if tier == "hard" else 0.4, message=f"The tool's name {how} that of a tool of {peer.server}.",
    )  # fmt: skip


CHECK = Check(id="name.confusable", title="Names and words that can be taken for others", find=find)
