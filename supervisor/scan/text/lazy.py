"""Regular expressions that are compiled when a text comes that they may match.

The checks have a thousand. To compile them all takes a second, and to try one on a text costs a hundred times what it
costs to see that the text lacks every word that it needs. So those that are tried on the same texts are made together
(`Lazies`): a text is asked once for the literals that any of them needs (held.py), and an expression whose literals
it lacks is neither compiled nor tried. What each needs was worked out before, from the expression itself (needs.py);
one that is not listed there is tried on every text. Results are the same either way, which the tests hold.

Once compiled, an expression that needs nothing costs what a compiled one costs: its methods are the compiled one's
own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, cast

from supervisor.scan.text.held import Held
from supervisor.scan.text.needs import Group, needs_of

_PARTS = (
    "search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split", "groupindex",
    "groups", "pattern", "flags",
)  # fmt: skip
_GATED = ("search", "finditer", "findall", "lacks")


class _Lazy:
    """Stands for a compiled expression until somebody needs it; after that it has all that one has."""

    def __init__(self, text: str, flags: int, among: Lazies) -> None:
        self._text = text
        self._flags = flags
        self._among = among

    def __getattr__(self, name: str) -> Any:
        if name not in _PARTS and name != "lacks":
            raise AttributeError(name)
        groups = needs_of(*self.key) if name in _GATED else ()
        if groups:
            needed = self._among.asked_for(groups)
            for part, gated in zip(_GATED, _gated(self, self._among, needed), strict=True):
                setattr(self, part, gated)
            return vars(self)[name]
        if name == "lacks":
            self.lacks: Callable[[str], bool] = _lacks_nothing
            return self.lacks
        compiled = self.compiled
        for part in _PARTS:  # two threads may do this at once: they set the same
            if part not in vars(self):
                setattr(self, part, getattr(compiled, part))
        return getattr(compiled, name)

    @property
    def key(self) -> tuple[str, int]:
        """What it was made of."""
        return self._text, self._flags

    @property
    def compiled(self) -> re.Pattern[str]:
        """The expression itself; the standard library remembers none for us as long as we need it."""
        found = vars(self).get("_compiled")
        if found is None:
            found = vars(self)["_compiled"] = re.compile(self._text, self._flags)
        return cast("re.Pattern[str]", found)

    def __repr__(self) -> str:
        return f"lazy({self._text!r})"


class Lazies:
    """Makes expressions that are tried on the same texts, and knows what all of them together need."""

    def __init__(self) -> None:
        self._made: list[_Lazy] = []
        self._besides: list[Callable[[], Iterable[Group]]] = []
        self.held = Held()
        """Whom to ask what a text holds.

        It knows what all expressions need that were made so far. Where there is more to ask for than there was, it is
        somebody new, who remembers nothing yet, with the same bits for what was known before.
        """

    def __call__(self, text: str, flags: int = 0) -> re.Pattern[str]:
        """One more; compiled when it is first tried on a text, which is also when a mistake in it raises."""
        made = _Lazy(text, flags, self)
        self._made.append(made)
        return cast("re.Pattern[str]", made)

    def besides(self, groups: Callable[[], Iterable[Group]]) -> None:
        """Tell of groups that will be asked for besides those of the expressions; worked out when a text comes."""
        self._besides.append(groups)

    def made(self) -> list[tuple[str, int]]:
        """What each was made of: its text and flags."""
        return [one.key for one in self._made]

    def asked_for(self, groups: Iterable[Group]) -> int:
        """The bits that a text must hold that has a literal of each of these groups."""
        return self.asked_for_each([groups])[0]

    def asked_for_each(self, wanted: Sequence[Iterable[Group]]) -> list[int]:
        """The same for several."""
        held = self.held
        more = {group for groups in wanted for group in groups if group not in held.places}
        if more:
            made = (group for one in self._made for group in needs_of(*one.key))
            besides = (group for groups in self._besides for group in groups())
            held = self.held = Held((*held.places, *made, *besides, *sorted(more, key=sorted)))
        return [sum(1 << held.places[group] for group in set(groups)) for groups in wanted]


def _gated(one: _Lazy, among: Lazies, needed: int) -> tuple[Callable[..., Any], ...]:
    """`search`, `finditer` and `findall` that look for what is needed first, and whether a text lacks it.

    An end within the text is not looked at: where a text ends, its last word does.
    """

    def lacks(text: str) -> bool:
        held = among.held
        bits = held.texts.get(text)
        return needed & (held.of(text) if bits is None else bits) != needed

    def search(text: str, *span: int) -> re.Match[str] | None:
        if len(span) < 2 and lacks(text):
            return None
        return one.compiled.search(text, *span)

    def finditer(text: str, *span: int) -> Iterator[re.Match[str]]:
        if len(span) < 2 and lacks(text):
            return iter(())
        return one.compiled.finditer(text, *span)

    def findall(text: str, *span: int) -> list[Any]:
        return [] if len(span) < 2 and lacks(text) else one.compiled.findall(text, *span)

    return search, finditer, findall, lacks


def _lacks_nothing(_text: str) -> bool:
    return False


PROSE = Lazies()
"""What the checks look for in texts of any language, and in English: a text is asked once for all of them."""


def lazy(text: str, flags: int = 0) -> re.Pattern[str]:
    """An expression that is compiled when it is first tried on a text, which is also when a mistake in it raises."""
    return PROSE(text, flags)


def made_for_prose() -> list[tuple[str, int]]:
    """The texts and flags of all that `lazy` has made."""
    return PROSE.made()


def may_match(pattern: re.Pattern[str], text: str) -> bool:
    """Whether an expression is worth trying on a text; False is certain, and costs nearly nothing."""
    one: Any = pattern
    return not (isinstance(one, _Lazy) and one.lacks(text))


def key_of(pattern: re.Pattern[str]) -> tuple[str, int]:
    """The text and flags of an expression, which is not compiled for that."""
    one: Any = pattern
    return one.key if isinstance(one, _Lazy) else (pattern.pattern, pattern.flags)


def is_lazy(value: object) -> bool:
    """Whether a value was made by `lazy` or among other `Lazies`."""
    return isinstance(value, _Lazy)
