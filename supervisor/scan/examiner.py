"""Looking at definitions and judging them, with what is trusted and what other servers list.

It blocks, so it is carried out in the worker threads of the effects; and it is loaded there, with the engine and all
that judges, so that it costs no start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from msgspec.structs import replace

from supervisor.errors import PinsError
from supervisor.scan.book import Book
from supervisor.scan.looking import Examined, Eye, Peers, PeerTools, definitions_of, peer_tools
from supervisor.scan.trust.deciding import Store
from supervisor.scan.trust.judging import Case, Judged, judged
from supervisor.scan.trust.pins import rejected_names
from supervisor.scan.words import Definition, Judgement, Key, Listing, ScannerReport, Terms, Withheld


class Examiner:
    """Looks and judges for all servers of one run; one look at a server at a time."""

    def __init__(self, terms: Mapping[str, Terms], store: Callable[[], Store], origin: Callable[[str], str]) -> None:
        """`store` gives the place where pins are kept; `origin` says which version of its program a server is now."""
        self._terms = terms
        self._store = store
        self._origin = origin

    def examined(
        self, book: Book, listing: Listing, others: tuple[Book, ...]
    ) -> tuple[tuple[Definition, ...], Examined]:
        """Have the engine look at all that a server has listed, beside what the others list."""
        definitions = definitions_of(listing)
        return definitions, _eye(book).examine(definitions, (), self._peers(others))

    def look(
        self, book: Book, definitions: tuple[Definition, ...], others: tuple[Book, ...], *, is_whole: bool, at: str
    ) -> Judged:
        """Look at definitions that a session was sent, and judge them. Raises: PinsError."""
        own: Iterable[Definition] = () if is_whole else book.definitions
        examined = _eye(book).examine(definitions, own, self._peers(others))
        if not is_whole:  # a list of prompts is no list of no tools
            examined = replace(examined, tools=len(definitions))
        known = {name: report for name, (report, _) in book.plugins.items()}
        scanners = tuple(known.get(name) or _not_run(name) for name in self._terms[book.server].plugins)
        found = self.judge(book, examined, is_whole=is_whole, scanners=scanners, at=at)
        if book.examined is None:  # a server that no probe has listed: what was rejected is known all the same
            book.withheld = self._rejected(book.server, definitions, found.judgement)
        return found

    def judge(self, book: Book, examined: Examined, **known: Any) -> Judged:
        """Judge what was looked at, and keep what follows; `known` are more fields of the case. Raises: PinsError."""
        if book.origin is None or any(one.definition.kind == "server" for one in examined.definitions):
            book.origin = self._origin(book.server)  # another one may run since, if it says who it is
        case = Case(
            server=book.server, terms=self._terms[book.server], examined=examined, origin=book.origin, **known
        )  # fmt: skip
        return judged(case, self._store())

    def _peers(self, others: tuple[Book, ...]) -> Peers:
        """What they list; of one that has listed nothing yet, what is trusted of it."""
        found: list[PeerTools] = []
        for book in others:
            listed, known = book.listing.tools if book.listing else None, book.tools
            if known is None or known[0] != listed:  # it may list at this moment: what is known says of which list
                tools = self._trusted(book.server) if listed is None else listed
                known = book.tools = listed, peer_tools(book.server, tools)
            found.append(known[1])
        return Peers(found)

    def _trusted(self, server: str) -> tuple[bytes, ...]:
        with suppress(PinsError):
            pins = self._store().read(server).pins
            return tuple(pin.text.encode() for pin in pins if pin.kind == "tool")
        return ()

    def _rejected(self, server: str, definitions: tuple[Definition, ...], judgement: Judgement) -> dict[Key, Withheld]:
        if self._terms[server].policy == "off":
            return {}
        withheld = {(one.kind, one.name) for one in judgement.withheld}
        served = {(one.kind, one.name) for one in definitions} - withheld
        try:
            names = rejected_names(self._store().read(server)) - served
        except PinsError:
            names = frozenset()
        return {(kind, name): Withheld(kind=kind, name=name, reason="rejected") for kind, name in names}


def _eye(book: Book) -> Eye:
    if book.eye is None:
        book.eye = Eye(book.server)
    return book.eye


def _not_run(plugin: str) -> ScannerReport:
    return ScannerReport(scanner=plugin, state="skipped", detail="no scan of this run has let it look at the server")
