"""What a server could have written is not believed when its grants are worked out. Pure.

A server writes in its own folder and where the config lets it. Links, scripts and environments that lie there are read
at its next start, to find out what it needs; a link that leads out of there would open what nobody granted. The place
of an interpreter is believed all the same, for environments of Python in a project are made of such links.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from posixpath import basename, dirname, join

from supervisor.sandbox.paths import Paths, is_within, passed_links
from supervisor.sandbox.words import Wanted


def writable(wanted: Iterable[Wanted], paths: Paths) -> tuple[str, ...]:
    """The places where a server with these wishes may have written."""
    return tuple(dict.fromkeys(paths.real(want.path) for want in wanted if want.access == "write"))


def planted(want: Wanted, places: Sequence[str], paths: Paths) -> str:
    """The link or file in one of the places by which the wish leads out of it; empty if it is to be believed."""
    if want.is_installed:
        return ""
    real = paths.real(want.path)
    for witness in _witnesses(want, paths):
        if any(is_within(witness, place) and not is_within(real, place) for place in places):
            return witness
    return ""


def _witnesses(want: Wanted, paths: Paths) -> Iterator[str]:
    yield from (step for step, _ in passed_links(want.path, paths))
    if want.told_by:
        yield from (step for step, _ in passed_links(want.told_by, paths))
        yield join(paths.real(dirname(want.told_by)), basename(want.told_by))
