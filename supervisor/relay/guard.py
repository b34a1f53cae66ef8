"""What a session needs to know of definitions: which it has asked for, which are withheld, which calls are refused.

The judgement itself is somebody else's (`Guard`). Here is what a session makes of it:

- The answer to a list, or to an opening, is judged before the client gets it; what is withheld is cut out.
- A call of what is withheld is refused: what this session's server was told to withhold when it listed it, and whatever
  the guard withholds of the server anyway, listed here or not. A call of anything else passes, listed or not.
- A call that comes while a list of its kind is on its way waits for the judgement, so that it cannot overtake it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final, Literal, Protocol

from msgspec.structs import replace

from supervisor.mcp.definitions import LISTINGS, OPENINGS
from supervisor.mcp.jsonrpc import Id
from supervisor.relay.answers import Answer
from supervisor.relay.calls import SPECIAL
from supervisor.relay.names import CALLS, is_made_by, plain
from supervisor.scan.words import Definition, Judgement, Key, Kind, Withheld, WithholdReason

ASKING: Final = frozenset({*LISTINGS, *OPENINGS})
"""Requests of a client whose answers are looked at."""
LISTENING: Final = SPECIAL | ASKING
"""What a client says that is read one by one where there is a guard."""
WAITING: Final = LISTENING | frozenset(CALLS)
"""The same while something is being listed."""
MAX_NAMES: Final = 50_000
"""Names that one session remembers; a server that has more is refused whole."""
MAX_NAME_CHARS: Final = 1024
"""A longer name is remembered by its digest."""


class Guard(Protocol):
    """Who judges definitions, as a session uses it."""

    async def judge(
        self,
        server: str,
        definitions: Sequence[Definition],
        *,
        source: Literal["probe", "session", "request"],
        is_whole: bool,
    ) -> Judgement:
        """Judge definitions just as they were received; with `is_whole` false, what is not there says nothing."""

    def withheld(self, server: str) -> Mapping[Key, Withheld]:
        """What is withheld of a server now, whoever asks; called for every block of a client, so it must be cheap."""


class Watch:
    """One session's part in it; made anew with each session, told when its server is lost."""

    def __init__(self, server: str, guard: Guard, *, withholds: bool = True) -> None:
        self.asked: dict[Id, str] = {}
        """Requests whose answers are to be looked at: method by id."""
        self.withholds = withholds
        """Whether anything may be kept from the client that no person said no to."""
        self._server = server
        self._guard = guard
        self._hidden: dict[Key, Withheld] = {}
        """What this session's client was not shown; here and below, names are shortened."""
        self._shown: set[Key] = set()
        self._quarantined: set[str] = set()
        """Methods whose last answer made the whole server unfit."""

    def withholds_something(self) -> bool:
        """Whether calls have to be looked at: something is withheld."""
        return bool(self._hidden or self._quarantined or self._guard.withheld(self._server))

    def lost(self) -> None:
        """The server is gone, and its answers with it. What it was withheld for still counts."""
        self.asked.clear()

    def is_awaited(self, kind: Kind) -> bool:
        """Whether a list of this kind is on its way, or being judged."""
        return any(method in LISTINGS and LISTINGS[method].kind == kind for method in self.asked.values())

    # ----------------------------------------------------------------------------------------------------- judgements

    def judged(self, method: str, answer: Answer, judgement: Judgement | None) -> bytes:
        """The line that the client gets; without a judgement, all that the answer defines is withheld."""
        found = judgement.withheld if judgement is not None else ()
        reasons = {(one.kind, one.name): one for one in found if self.withholds or one.reason == "rejected"}
        is_quarantined = self.withholds and judgement is not None and judgement.is_quarantined
        is_unfit = judgement is None or is_quarantined
        for one in answer.definitions:
            key = (one.kind, one.name)
            if is_unfit:
                reason: WithholdReason = "quarantined" if judgement else "unreadable"
                reasons.setdefault(key, Withheld(kind=one.kind, name=one.name, reason=reason))
        (self._quarantined.add if is_quarantined else self._quarantined.discard)(method)
        if judgement is not None:
            self._remember(answer.definitions, reasons)
        return answer.without({one.name for one in answer.definitions if (one.kind, one.name) in reasons})

    def _remember(self, definitions: Sequence[Definition], reasons: Mapping[Key, Withheld]) -> None:
        for one in definitions:
            if one.kind == "server":  # words, which nobody calls
                continue
            key = (one.kind, short(one.name))
            if reason := reasons.get((one.kind, one.name)):
                self._hidden[key] = replace(reason, name=key[1], detail="")
                self._shown.discard(key)
            else:
                self._hidden.pop(key, None)
                self._shown.add(key)
        if len(self._shown) + len(self._hidden) > MAX_NAMES:
            self._quarantined.add("")

    # ---------------------------------------------------------------------------------------------------------- calls

    def refusal(self, kind: Kind, name: str) -> Withheld | None:
        """Why a call of this is refused; None if it passes."""
        if self._quarantined:
            return Withheld(kind=kind, name=name, reason="quarantined")
        key = (kind, short(name))
        everywhere = self._guard.withheld(self._server)
        found = everywhere.get((kind, name))
        if key in self._shown:  # what this server's own list was judged to be counts, but for somebody's no
            return found if found is not None and found.reason == "rejected" else None
        if found := found or self._hidden.get(key):
            return found
        for withheld in (everywhere, self._hidden):
            for other, one in withheld.items():
                if self._is_like(kind, name, other):
                    return one
        return None

    def _is_like(self, kind: Kind, name: str, withheld: Key) -> bool:
        """Whether a name that nobody was shown is a withheld one in other signs, or made by a withheld template."""
        if withheld[0] == kind:
            return plain(name) == plain(withheld[1])
        return (kind, withheld[0]) == ("resource", "template") and is_made_by(withheld[1], name)

    def was_listed(self, one: Withheld) -> bool:
        """Whether it was withheld from a list of this session: that counts until the server lists it anew."""
        return (one.kind, short(one.name)) in self._hidden


def short(name: str) -> str:
    """A name as a session remembers it."""
    if len(name) <= MAX_NAME_CHARS:
        return name
    return f"{name[:MAX_NAME_CHARS]}#{sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()}"
