"""The view that a server has of the file system at level S3: everything that it can see at all. Pure.

A mount namespace begins empty. What the plan grants is bound into it where it lies outside; what is denied below a
granted folder is hidden by something empty; links on the way to what is granted are made anew, for a command finds its
programs through them. Landlock holds inside the view as it does without one: the view hides, Landlock refuses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from supervisor.sandbox.paths import Paths, above, is_above, is_within, passed_links
from supervisor.sandbox.words import Grant, Mount, MountKind

OWN = ("/proc", "/dev")
"""What each namespace has of its own; nothing of the machine is bound there."""
TMP = "/tmp"  # noqa: S108 - the namespace's own, not the machine's
TEMPORARY_BYTES = 64 * 1024 * 1024
"""Bound of each folder in memory, /tmp and /dev/shm: as Docker's for shared memory. TMPDIR is on disk, in the server's
own folder."""


def view_of(
    shown: Iterable[Grant], denied: Sequence[str], named: Iterable[str], cwd: str, paths: Paths
) -> tuple[Mount, ...]:
    """The view for these grants, outer folders first.

    `shown` are granted places as a whole, whatever is denied below them; `named` are paths as the command and the
    config name them, links and all.
    """
    holes = tuple(dict.fromkeys(place for path in denied for place in (path, paths.real(path))))
    binds = _binds(shown, holes)
    places = [mount.path for mount in binds]
    hidden = [mount for path in holes for mount in _hidden(path, places, paths)]
    links = dict.fromkeys(mount for path in named for mount in _links(path, places, paths))
    made = {mount.path for mount in (*binds, *hidden)}
    # What leads to a bound place is made by name: bubblewrap would make it for root alone.
    needed = {folder for mount in binds for folder in above(mount.path)} | {cwd, *above(cwd)}
    folders = [Mount("folder", path) for path in needed - made - {"/"} if not _is_shown(path, places, holes)]
    inner = sorted({*binds, *hidden, *folders}, key=lambda mount: (mount.path.count("/"), mount.path, mount.kind))
    # A grant for a /tmp of its own would reach into what is bound below it, so there is none beside such a one.
    own_tmp = [] if any(is_within(place, TMP) for place in places) else [Mount("temporary", TMP)]
    return (Mount("proc", "/proc"), Mount("devices", "/dev"), *own_tmp, *links, *inner)


def _binds(shown: Iterable[Grant], holes: Sequence[str]) -> list[Mount]:
    kinds: dict[str, MountKind] = {}
    for grant in shown:
        if not any(is_within(grant.path, own) for own in OWN):
            kinds[grant.path] = "bind" if grant.access == "write" else kinds.get(grant.path, "read_only")
    return [Mount(kind, path) for path, kind in kinds.items() if not _is_covered(path, kind, kinds, holes)]


def _is_covered(path: str, kind: MountKind, kinds: Mapping[str, MountKind], holes: Sequence[str]) -> bool:
    """Whether a folder that is bound shows it already, and as writable as it is to be."""
    return _is_shown(path, [folder for folder in above(path) if kinds.get(folder) in ("bind", kind)], holes)


def _is_shown(path: str, folders: Iterable[str], holes: Sequence[str]) -> bool:
    """Whether it is seen in one of the folders: nothing on the way is hidden."""
    return any(
        is_within(path, folder) and not any(is_above(folder, hole) and is_within(path, hole) for hole in holes)
        for folder in (*folders, *OWN)
    )


def _hidden(place: str, places: Sequence[str], paths: Paths) -> Iterator[Mount]:
    # Behind a link lies another hole, or nothing that is seen.
    if place == paths.real(place) and any(is_above(folder, place) for folder in places):
        kind = paths.kind(place)
        if kind != "missing":
            yield Mount("no_folder" if kind == "folder" else "no_file", place)


def _links(path: str, places: Sequence[str], paths: Paths) -> Iterator[Mount]:
    """Every link that is passed on the way, as far as it would not be seen anyway."""
    return (Mount("link", step, target) for step, target in passed_links(path, paths) if not _is_seen(step, places))


def _is_seen(path: str, places: Sequence[str]) -> bool:
    return any(is_within(path, place) for place in (*places, *OWN))
