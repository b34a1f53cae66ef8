"""The text model: every key and string of a definition once, with where it stands and what it is for.

No check sees JSON that was put together again: a unit's text is what stood between the quotes, escapes resolved. Limits
are the house's: 64 levels, 10,000 units and 1 MiB of text for a definition; past them it is looked at in part, and says
so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from supervisor.scan.text import item_walk
from supervisor.scan.text.bidi import misdirections
from supervisor.scan.text.decode import Decoded, Hidden, Room, hidden, is_data, may_hide
from supervisor.scan.text.fold import fold
from supervisor.scan.text.invisible import Stray, strays
from supervisor.scan.text.reader import read
from supervisor.scan.words import Definition, Kind, Role

READ_LIMIT = 20_000
"""Characters of one text that every check reads; some read no further. Of 43 real servers no text has half as many."""
_SHORTEST = 24
"""Characters of a text in which an order can stand."""
_PUNCTUATION = str.maketrans(dict.fromkeys("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", " "))


class Unit:
    """One text of a definition, in all its views; a view is made when it is first asked for."""

    __slots__ = ("_folded", "_hidden", "_strays", "owner", "pointer", "raw", "role")

    def __init__(
        self, pointer: str, role: Role, raw: str, owner: str = "", *, hidden: Hidden | Room | None = None
    ) -> None:
        """`hidden` is what it hides, if that is known, or the room of its definition; without one it has its own."""
        self.pointer = pointer
        """JSON pointer (RFC 6901) into the definition; of a key: to its value."""
        self.role = role
        self.raw = raw
        self.owner = owner
        """The parameter whose schema it stands in, or whose name it is; otherwise empty."""
        self._folded: str | None = None
        self._hidden = hidden
        self._strays: tuple[Stray, ...] | None = None

    def __repr__(self) -> str:
        return f"Unit({self.pointer!r}, {self.role!r}, {self.raw[:40]!r}, {self.owner!r})"

    @property
    def folded(self) -> str:
        """The folded view (fold.py)."""
        if self._folded is None:
            self._folded = fold(self.raw)
        return self._folded

    @property
    def strays(self) -> tuple[Stray, ...]:
        """Its signs that show nothing or turn the order of letters, where they have no use (invisible.py, bidi.py)."""
        if self._strays is None:
            self._strays = () if self.raw.isascii() else (*strays(self.raw), *misdirections(self.raw))
        return self._strays

    @property
    def decoded(self) -> tuple[Decoded, ...]:
        """What the text hides in base64, hex and the like (decode.py); empty for nearly all texts."""
        return self._all_hidden.found

    @property
    def is_decoded_whole(self) -> bool:
        """Whether nothing of it lies past the bounds of decoding."""
        return self._all_hidden.is_whole

    @property
    def _all_hidden(self) -> Hidden:
        if not isinstance(self._hidden, Hidden):
            self._hidden = hidden(self.raw, self._hidden)
        return self._hidden


class Item:
    """One definition, taken apart. Made once, read by all checks."""

    __slots__ = (
        "_folded",
        "_is_cut",
        "_joined",
        "_words",
        "duplicates",
        "is_ascii",
        "kind",
        "may_hide",
        "name",
        "raw",
        "room",
        "units",
        "value",
    )  # fmt: skip

    def __init__(self, kind: Kind, value: Any, duplicates: Sequence[str], *, is_partial: bool) -> None:
        texts, is_whole = item_walk.texts(kind, value)
        self.kind = kind
        self.name = item_walk.name_of(kind, value)
        """Of the tool or prompt; the URI of a resource, the template of a template; empty if it has none."""
        self.value = value
        """The parsed JSON, as `reader.read` gives it."""
        self.duplicates = tuple(duplicates)
        """Pointers to keys that stand twice."""
        self._is_cut = is_partial or not is_whole
        self.raw = "\n".join([text[2] for text in texts])
        """All texts, in order; for cheap prefilters."""
        self.is_ascii = self.raw.isascii()
        self.may_hide = may_hide(self.raw)
        """Whether any unit may have a decoded view; False is certain."""
        self.room = Room()
        """For what is decoded of its texts."""
        nothing = self.room if self.may_hide else Hidden()
        self.units = tuple([Unit(*text, hidden=nothing) for text in texts])
        self._folded: str | None = None
        self._words: frozenset[str] | None = None
        self._joined: Unit | None = None

    def __repr__(self) -> str:
        return f"Item({self.kind!r}, {self.name!r}, {len(self.units)} units)"

    @property
    def is_partial(self) -> bool:
        """Something of it was not read, or lies past the limits, those of decoding and of single checks among them."""
        if not self._is_cut:
            self._is_cut = any(len(unit.folded) > READ_LIMIT and not is_data(unit.raw) for unit in self.units)
        if not self._is_cut and self.may_hide:
            self._is_cut = not all(unit.is_decoded_whole for unit in self.units)
        self._is_cut = self._is_cut or self.room.is_short
        return self._is_cut

    @property
    def haystack(self) -> str:
        """The folded views of all units, one a line or more; for cheap prefilters."""
        if self._folded is None:
            self._folded = "\n".join([unit.folded for unit in self.units])
        return self._folded

    @property
    def words(self) -> frozenset[str]:
        """The words of the haystack, cut at blanks and ASCII punctuation: to ask a set is cheaper than to ask a text.

        Scripts without blanks have no words here.
        """
        if self._words is None:
            self._words = frozenset(self.haystack.translate(_PUNCTUATION).split())
        return self._words

    @property
    def joined(self) -> Unit:
        """Description and the parameters' descriptions in order, read as one text; empty if there is only one."""
        if self._joined is None:
            self._joined = Unit("", "text", item_walk.joined(self.value))
        return self._joined


def items_of(kind: Kind, value: Any, *, duplicates: Sequence[str] = (), is_partial: bool = False) -> Item:
    """Take one definition apart. Takes any JSON value; one that is no object has its texts all the same."""
    return Item(kind, value, duplicates, is_partial=is_partial)


def prose(item: Item, without: AbstractSet[Role]) -> Iterator[Unit]:
    """The texts of a definition in which sentences can stand, but for those of some roles."""
    for unit in item.units:
        raw = unit.raw
        if len(raw) >= _SHORTEST and unit.role not in without and (" " in raw or not raw.isascii()):
            yield unit


def read_item(definition: Definition) -> Item:
    """Take a definition apart that is given as the bytes that were received."""
    found = read(definition.raw)
    return Item(definition.kind, found.value, found.duplicates, is_partial=bool(found.losses))
