"""What a plugin says, whatever notation it says it in, and the findings that are made of it. Pure.

Its words are a stranger's: they are made printable and cut before anybody sees them, a place outside of what it was
given is not believed, and what it calls an error blocks a server only where its manifest was granted that rule.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from posixpath import normpath
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from supervisor.escaping import shortened
from supervisor.scan.plugins.manifests import Plugin
from supervisor.scan.words import Finding, Severity

LARGEST_OUTPUT_BYTES = 20 * 1024 * 1024
"""As code hosting services limit an upload of SARIF, rounded up."""
MOST_FINDINGS = 1000
"""So many of one run are kept; the rest is counted. A person reads fewer."""
LONGEST_TEXT = 200
LONGEST_MESSAGE = 500

_CONTROL_SEQUENCE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])|\x9b[0-?]*[ -/]*[@-~]"
)
"""CSI, OSC and two-character escapes (ECMA-48)."""
_DRIVE = re.compile(r"[A-Za-z]:[\\/]|\\\\")


class OutputError(ValueError):
    """The output is not what the manifest says it is; the text says why."""


class Result(Struct, frozen=True, kw_only=True):
    """One thing that a plugin found."""

    rule: str
    severity: Severity
    message: str
    uri: str = ""
    """Where, as the plugin wrote it; empty if it did not say."""
    line: int = 0
    """From 1 on; 0 if it did not say."""
    evidence: str = ""
    tool: str | None = None
    """The definition, if it is about one."""


class Results(Struct, frozen=True, kw_only=True):
    """All that a plugin found in one run."""

    found: tuple[Result, ...] = ()
    passed: int = 0
    """Results that say that something is in order."""
    suppressed: int = 0
    failed: str = ""
    """Why the run failed by its own words; empty if it did not."""


def findings_of(plugin: Plugin, results: Results, *, server: str, root: str) -> tuple[tuple[Finding, ...], str]:
    """The findings, and what is to be said beside them (empty mostly); `root` is what was looked at."""
    places = [place_in(root, one.uri) for one in results.found[:MOST_FINDINGS]]
    findings = tuple(
        _finding(plugin, one, place or "", server) for one, place in zip(results.found, places, strict=False)
    )
    notes = (
        (places.count(None), "places outside of what it was given were refused"),
        (len(results.found) - len(findings), "further findings were left out"),
        (results.suppressed, "were suppressed"),
        (results.passed, "passed"),
    )
    return findings, "; ".join(f"{count} {text}" for count, text in notes if count)


def place_in(root: str, uri: str) -> str | None:
    """Where in the root a URI or path leads, relative to it; None if it leads out of it. Empty for none."""
    if not uri:
        return ""
    if _DRIVE.match(uri) or "\0" in uri:
        return None
    parts = urlsplit(uri) if uri.startswith("file:") or "://" in uri else None
    if parts is not None and (parts.scheme != "file" or parts.netloc not in ("", "localhost")):
        return None
    path = unquote(parts.path if parts else uri)
    if "\0" in path or "\\" in path:
        return None
    whole = normpath(path if path.startswith("/") else f"{root}/{path}")
    return whole[len(root) + 1 :] if whole.startswith(root + "/") else "." if whole == root else None


def printable(text: str, longest: int = LONGEST_TEXT) -> str:
    """A stranger's text on one line, without escape sequences, what is not printable escaped, cut."""
    plain = " ".join(_CONTROL_SEQUENCE.sub("", text[: longest * 20]).split())
    return shortened(plain[:longest], longest)


def _finding(plugin: Plugin, one: Result, place: str, server: str) -> Finding:
    rule = printable(one.rule, 120) or "unnamed"
    check = f"{plugin.id}/{rule}"
    evidence = printable(one.evidence)
    where = printable(place) + (f":{one.line}" if place and one.line > 0 else "")
    # Without the line: what moves within its file is the same find.
    fingerprint = _fingerprint((check, server, one.tool or "", printable(place), evidence or one.message))
    return Finding(
        id=fingerprint[:16],
        check=check,
        tier="hard" if one.rule in plugin.hard else "soft",
        severity=one.severity,
        server=server,
        tool=one.tool,
        kind="tool" if one.tool else "server",
        place=where,
        evidence=evidence,
        message=printable(one.message, LONGEST_MESSAGE) or rule,
        rule=rule,
        fingerprint=fingerprint,
    )


def _fingerprint(parts: Sequence[str]) -> str:
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
