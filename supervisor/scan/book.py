"""What is known of one server's definitions, in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from supervisor.scan.news import Told
from supervisor.scan.words import Definition, Finding, Key, Listing, Report, ScannerReport, Withheld

if TYPE_CHECKING:  # what looks is imported when there is something to look at
    from supervisor.scan.looking import Examined, Eye, PeerTools


class Book:
    """What is known of one server."""

    def __init__(self, server: str) -> None:
        self.server = server
        self.edition = 0
        self.listing: Listing | None = None
        self.examined: Examined | None = None
        """What the engine says of the last listing that it looked at."""
        self.definitions: tuple[Definition, ...] = ()
        """All of that listing."""
        self.gaps: tuple[str, ...] = ()
        self.seconds = 0.0
        self.eye: Eye | None = None
        self.tools: tuple[tuple[bytes, ...] | None, PeerTools] | None = None
        """What it listed, None if nothing yet, and its tools as other servers see them by that."""
        self.plugins: dict[str, tuple[ScannerReport, tuple[Finding, ...]]] = {}
        """What became of each plugin that was asked for."""
        self.report: Report | None = None
        self.origin: str | None = None
        """Which version of its program it is; None if nobody has looked yet."""
        self.withheld: dict[Key, Withheld] = {}
        self.told = Told()
