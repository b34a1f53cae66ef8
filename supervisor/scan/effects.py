"""The ledger: what is known of each server's definitions, in this process, and what of them clients may see.

One for a run. The prober leaves here what a server lists; the scan actor has it judged; every session has judged what
its client is about to see. Definitions never travel in messages: who holds the ledger asks it.

The engine runs in a worker thread, so that a large list delays nobody but its own server, and is imported there, so
that it costs no start. A judgement that does not come in its time withholds all that it was about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, TypeVar

import trio
from msgspec import Struct
from msgspec.structs import replace

from supervisor.errors import Defect, NothingListed, StockadeError
from supervisor.scan import news
from supervisor.scan.book import Book
from supervisor.scan.words import Definition, Judgement, Key, Listing, Report, ScannerReport, Terms, Withheld

if TYPE_CHECKING:  # what looks and judges is imported when there is something to look at
    from supervisor.scan.examiner import Examiner
    from supervisor.scan.trust.approval import Approved, Difference
    from supervisor.scan.trust.deciding import Store
    from supervisor.scan.trust.judging import Judged
    from supervisor.scan.trust.pins import ServerPins

JUDGE_S = 20.0
"""Seconds for a session's definitions to be judged; a client waits for it, and 10,000 tools take some seven."""
THREADS = 8
"""Looks that go on side by side; Python runs one at a time anyway, and one that hangs keeps its place."""

Source = Literal["probe", "session", "request"]
Result = TypeVar("Result")


class Ledger:
    """What is known of the servers of one run."""

    def __init__(
        self,
        terms: Mapping[str, Terms],
        store: Callable[[], Store],
        publish: Callable[[Struct], None],
        *,
        judge_s: float = JUDGE_S,
        origin: Callable[[str], str] = lambda _server: "",
    ) -> None:
        """`store` opens the place where pins are kept; it is called in a worker thread, once.

        `origin` says which version of its program a server is now; it is called in a worker thread, too.
        """
        self._judge_s = judge_s
        self._terms = dict(terms)
        self._open = store
        self._origin = origin
        self._store: Store | None = None
        self._publish = publish
        self._books: dict[str, Book] = {}
        self._turns: defaultdict[str, trio.Lock] = defaultdict(trio.Lock)
        """Who looks at a server, or decides about it."""
        self._examiner: Examiner | None = None
        self._threads = trio.CapacityLimiter(THREADS)

    def terms(self, server: str) -> Terms:
        """What the configuration says about trust in a server."""
        return self._terms[server]

    def know(self, server: str, terms: Terms) -> None:
        """Go by these terms from now on, of a server that was not known before, or was."""
        self._terms[server] = terms

    def leave(self, server: str) -> None:
        """It is a server of this run no more: clients do not see it beside others, and what it listed is forgotten."""
        self._terms[server] = replace(self._terms[server], is_served=False)
        self._books.pop(server, None)

    def book(self, server: str) -> Book:
        """What is known of a server; an empty one if nothing is."""
        found = self._books.get(server)  # asked for every block of every session
        return found if found is not None else self._books.setdefault(server, Book(server))

    async def warm(self) -> None:
        """Load the engine, while servers start that it will have to look at."""
        with suppress(Exception):  # then the first look says what is wrong
            await self._in_thread(_load)

    # ------------------------------------------------------------------------------------------------ from the prober

    def keep(self, server: str, listing: Listing) -> int:
        """Take what a server has listed; returns the number of this edition."""
        book = self.book(server)
        book.edition += 1
        book.listing = listing
        return book.edition

    # --------------------------------------------------------------------------------------------- from the scan actor

    async def examine(self, server: str) -> None:
        """Have the engine look at all that a server has listed. Raises: StockadeError(NothingListed)."""
        book = self.book(server)
        async with self._turns[server]:
            if book.listing is None:
                raise StockadeError(NothingListed(server=server, what="the definitions"))
            began, gaps = trio.current_time(), book.listing.gaps
            try:
                listing, others = book.listing, self._others(server)
                found = await self._in_thread(lambda: self._loaded().examined(book, listing, others))
            except trio.Cancelled:
                book.eye = None  # a thread may still be looking with it
                raise
            book.definitions, book.examined = found
            book.gaps, book.seconds = gaps, trio.current_time() - began

    async def conclude(self, server: str) -> Judged:
        """Judge what the engine has looked at, with what plugins found; keeps pins, tells what is new.

        Raises: StockadeError(NothingListed) if it has not looked at anything.
        """
        book = self.book(server)
        async with self._turns[server]:
            if book.examined is None:
                raise StockadeError(NothingListed(server=server, what="the definitions"))
            examined, found = book.examined, list(book.plugins.values())
            known = {
                "gaps": book.gaps,
                "is_whole": not book.gaps,
                "seconds": book.seconds,
                "scanners": tuple(report for report, _ in found),
                "findings": tuple(finding for _, findings in found for finding in findings),
            }
            judged = await self._in_thread(lambda: self._loaded().judge(book, examined, at=now(), **known))
            book.report = judged.judgement.report
            book.withheld = {(one.kind, one.name): one for one in judged.judgement.withheld}
            self._tell(book, judged.judgement, "probe")
        return judged

    # --------------------------------------------------------------------------------------------------- from sessions

    async def judge(
        self, server: str, definitions: Sequence[Definition], *, source: Source, is_whole: bool
    ) -> Judgement:
        """Judge definitions as they were received. Never raises: what cannot be judged is withheld."""
        book = self.book(server)
        try:
            with trio.fail_after(self._judge_s):
                async with self._turns[server]:
                    seen, others = tuple(definitions), self._others(server)
                    judged = await self._in_thread(
                        lambda: self._loaded().look(book, seen, others, is_whole=is_whole, at=now())
                    )
        except trio.TooSlowError:
            book.eye = None  # a thread may still be looking with it
            return unjudged(server, definitions, f"it was not judged in {self._judge_s:g} s")
        except Exception as error:  # noqa: BLE001  (whatever a definition does to us, it is not let through for that)
            self._publish(news.failed(server, Defect(error=f"{type(error).__name__}: {error}", where="a judgement")))
            return unjudged(server, definitions, "it could not be judged")
        self._tell(book, judged.judgement, source)
        return judged.judgement

    def withheld(self, server: str) -> Mapping[Key, Withheld]:
        """What is withheld of a server now, whoever asks."""
        return self.book(server).withheld

    # -------------------------------------------------------------------------------------------------- from operators

    def report(self, server: str) -> Report | None:
        """What the last scan of a server came to; None before there was one."""
        return self.book(server).report

    async def pins(self, server: str) -> ServerPins:
        """What is trusted, rejected and seen of a server. Raises: PinsError."""
        return await self._in_thread(lambda: self._opened().read(server))

    async def differences(self, server: str, name: str | None = None) -> tuple[Difference, ...]:
        """What waits for a decision, against what is trusted in its place. Raises: PinsError."""

        def compare() -> tuple[Difference, ...]:
            from supervisor.scan.trust.approval import diff

            return diff(self._opened().read(server), name)

        return await self._in_thread(compare)

    async def decide(
        self, server: str, verb: Literal["approve", "reject"], who: str, name: str | None = None, *, digest: str = ""
    ) -> tuple[Approved, Judgement | None]:
        """Approve or reject what waits: all of it, or what has this name, or the text whose digest begins so.

        Returns what was decided, and how what the server lists is judged now, if it has listed anything.

        Raises: StockadeError(NothingListed) if there is nothing to decide, PinsError if it could not be kept.
        """

        def work() -> Approved:
            from supervisor.scan.trust.approval import Who
            from supervisor.scan.trust.deciding import decided

            by = Who(name=who, at=now(), origin=self._origin(server))
            return decided(self._opened(), server, verb, by, name=name, digest=digest)

        async with self._turns[server]:
            approved = await self._in_thread(work)
        if not approved.decided:
            raise StockadeError(NothingListed(server=server, what=repr(name) if name else "anything to decide"))
        self._publish(news.decided(server, verb, approved.decided, who))
        self.book(server).told = news.Told()
        if self.book(server).examined is None:
            return approved, None
        return approved, (await self.conclude(server)).judgement

    @property
    def place(self) -> str:
        """Where decisions are kept, for people."""
        return self._opened().place

    # ----------------------------------------------------------------------------------------------------- in a thread

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        return await trio.to_thread.run_sync(work, abandon_on_cancel=True, limiter=self._threads)

    def _opened(self) -> Store:
        if self._store is None:
            self._store = self._open()
        return self._store

    def _loaded(self) -> Examiner:
        from supervisor.scan.examiner import Examiner

        if self._examiner is None:
            self._examiner = Examiner(self._terms, self._opened, self._origin)
        return self._examiner

    def _others(self, server: str) -> tuple[Book, ...]:
        """The servers that clients see beside this one; one that runs the same program is this one once more."""
        own = self._terms[server].program
        return tuple(
            self.book(name)
            for name, terms in self._terms.items()
            if name != server and terms.is_served and (not own or terms.program != own)
        )

    def _tell(self, book: Book, judgement: Judgement, source: Source) -> None:
        for event in news.of(judgement, book.told, self._terms[book.server], source=source):
            self._publish(event)


def _load() -> None:
    import supervisor.scan.examiner
    import supervisor.scan.trust.store  # noqa: F401


def unjudged(server: str, definitions: Iterable[Definition], why: str) -> Judgement:
    """What becomes of definitions that nobody looked at: none of them is let through."""
    engine = ScannerReport(scanner="engine", state="failed", detail=why)
    report = Report(
        server=server, verdict="unknown", coverage="none", status="unknown", score=0, tools=0, scanners=(engine,)
    )  # fmt: skip
    withheld = tuple(Withheld(kind=one.kind, name=one.name, reason="unreadable", detail=why) for one in definitions)
    return Judgement(server=server, report=report, withheld=withheld)


def now() -> str:
    """The time as pins hold it: RFC 3339 in UTC to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
