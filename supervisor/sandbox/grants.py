"""From wanted paths to grants around what is denied. Pure.

Landlock cannot subtract: a folder that has something denied below it is granted by its other children, and so on down
to the denied path itself. The folder above is then not granted at all: a right on it would reach into the denied one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from posixpath import join

from msgspec import Struct

from supervisor.sandbox.messages import Expanded, Refused, Skipped
from supervisor.sandbox.paths import Paths, above, is_above, is_within
from supervisor.sandbox.trust import planted, writable
from supervisor.sandbox.words import Grant, Wanted

MOST_CHILDREN = 10_000
"""Bound of one expansion: a ruleset of that size still takes less than 0.1 s to build, a larger one is a mistake."""


class Spread(Struct, frozen=True):
    """What came of the wanted paths."""

    grants: tuple[Grant, ...]
    expanded: tuple[Expanded, ...]
    skipped: tuple[Skipped, ...]
    refused: tuple[Refused, ...]
    watched: tuple[str, ...] = ()
    """Every folder whose children were granted in its place."""


def spread(wanted: Iterable[Wanted], denied: Iterable[str], paths: Paths) -> Spread:
    """Resolve every wanted path and grant it, by its children where something denied lies below it."""
    holes = tuple(dict.fromkeys(place for path in denied for place in (path, paths.real(path))))
    found: list[Grant | Expanded | Skipped | Refused] = []
    watched: dict[str, None] = {}
    wishes = tuple(wanted)
    places = writable(wishes, paths)
    for want in wishes:
        witness = planted(want, places, paths)
        if witness:
            found.append(Refused(want.path, f"{witness} leads there, and the server itself may have made it"))
        else:
            found.extend(_one(want, holes, paths, watched))
    return Spread(
        grants=_once(item for item in found if isinstance(item, Grant)),
        expanded=tuple(dict.fromkeys(item for item in found if isinstance(item, Expanded))),
        skipped=tuple(dict.fromkeys(item for item in found if isinstance(item, Skipped))),
        refused=tuple(dict.fromkeys(item for item in found if isinstance(item, Refused))),
        watched=tuple(watched),
    )


def _one(
    want: Wanted, holes: Sequence[str], paths: Paths, watched: dict[str, None]
) -> Iterator[Grant | Expanded | Skipped | Refused]:
    real = paths.real(want.path)
    if paths.kind(real) == "missing":
        yield Skipped(want.path, "it is not there")
        return
    if want.always:
        yield Grant(real, want.access, want.why)
        return
    around = next((hole for hole in holes if is_within(real, hole)), None)
    if around is not None:
        yield Refused(want.path, f"{around} is always denied")
        return
    within = [hole for hole in holes if is_above(real, hole)]
    if not within or paths.kind(real) != "folder":
        yield Grant(real, want.access, want.why)
        return
    children = list(_around(real, within, paths, watched))
    if len(children) > MOST_CHILDREN:
        yield Refused(want.path, f"it holds something denied and more than {MOST_CHILDREN} other entries")
        return
    yield Expanded(real, want.access, len(children))
    yield from (Grant(child, want.access, want.why) for child in children)


def _around(folder: str, holes: Sequence[str], paths: Paths, watched: dict[str, None]) -> Iterator[str]:
    watched[folder] = None
    for name in paths.children(folder):
        child = join(folder, name)
        if child in holes or paths.link(child) is not None:
            continue  # a link needs no grant: what it leads to is granted, or not, where it really is
        below = [hole for hole in holes if is_above(child, hole)]
        if below:
            yield from _around(child, below, paths, watched)
        else:
            yield child


def _once(grants: Iterable[Grant]) -> tuple[Grant, ...]:
    """Without those that lie in a folder which is granted in the same way."""
    first: dict[tuple[str, str], Grant] = {}
    for grant in grants:
        first.setdefault((grant.path, grant.access), grant)
    return tuple(
        grant for grant in first.values() if not any((folder, grant.access) in first for folder in above(grant.path))
    )
