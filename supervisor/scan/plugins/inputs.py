"""What there is of a server for a plugin to look at, and what came of one. Pure."""

from __future__ import annotations

from msgspec import Struct

from supervisor.config.schema import PluginInput
from supervisor.scan.words import Finding, ScannerReport


class Inputs(Struct, frozen=True, kw_only=True):
    """What there is of a server to be looked at."""

    tools: tuple[bytes, ...] = ()
    """Each definition of a tool as the server wrote it."""
    source: str = ""
    """The folder of its source; empty if it is not known."""
    only: str = ""
    """The one file of that folder that is its source, if the rest is not."""
    why_no_source: str = "where its source is cannot be told from its command"
    image: str = ""
    """Of a server of mode docker."""
    has_network: bool = True
    """What `scan.network` says."""

    @property
    def missing(self) -> dict[PluginInput, str]:
        """What there is not, each with the reason."""
        found: dict[PluginInput, str] = {}
        if not self.tools:
            found["tools.json"] = "the server has listed no tools"
        if not self.source:
            found["source"] = self.why_no_source
        if not self.image:
            found["image"] = "the server has no image"
        return found

    @property
    def listing(self) -> bytes:
        """The content of tools.json."""
        return b'{"tools":[' + b",".join(self.tools) + b"]}"


class Ran(Struct, frozen=True):
    """What came of one plugin."""

    report: ScannerReport
    findings: tuple[Finding, ...] = ()
