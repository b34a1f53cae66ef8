"""What an examination of this machine finds: checks, each with a verdict, what it stands on, and what to do about it.

Every subject judges its own facts and speaks of them in these words; the edges put the checks side by side.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

Verdict = Literal["ok", "warning", "failure", "skipped"]
"""`warning`: it works, with less than could be had; `failure`: something will not work; `skipped`: not checked, and the
evidence says why."""


class Check(Struct, frozen=True, kw_only=True):
    """One thing that was looked at."""

    id: str
    """`subject.what`; stable, programs go by it."""
    title: str
    """For people; short."""
    verdict: Verdict
    evidence: str
    """What was seen, in a sentence."""
    remedy: str = ""
    """What a person can do now; only with a warning or a failure."""
    facts: dict[str, Any] = {}
    """What the verdict was made from, as plain data."""

    @property
    def subject(self) -> str:
        """The group that it belongs to."""
        return self.id.partition(".")[0]
