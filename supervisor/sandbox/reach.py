"""What a plan lets a server do with a path, and what of the plan decides it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from posixpath import join

from supervisor.sandbox.messages import Access
from supervisor.sandbox.paths import Kind, above, is_above, is_within
from supervisor.sandbox.phrases import Action
from supervisor.sandbox.words import Grant, Mount, Plan

_READ: tuple[Access, ...] = ("read", "read_exec", "write")
_FILES_ONLY: tuple[Access, ...] = ("device", "shared_memory")
"""Classes that let files be opened, and no folder be listed."""
_BY_ACTION: dict[Action, tuple[Access, ...]] = {
    "read": _READ,
    "write": ("write",),
    "execute": ("read_exec", "write"),
}


def grant_for(plan: Plan, real: str, action: Action, kind: Kind) -> Grant | None:
    """A grant by which this may be done; at level S3 it has to be in view besides."""
    classes = (*_BY_ACTION.get(action, ()), *(() if kind == "folder" or action == "execute" else _FILES_ONLY))
    found = (grant for grant in plan.grants if grant.access in classes and is_within(real, grant.path))
    grant = next(found, None)
    return grant if grant is not None and (plan.level != "S3" or _is_in_view(plan, real)) else None


def _is_in_view(plan: Plan, real: str) -> bool:
    """Whether what is there outside is what the server sees there; what a namespace has of its own counts as seen."""
    nearest = _nearest(plan, real)
    return nearest is not None and nearest.kind in ("bind", "read_only", "proc", "devices")


def _nearest(plan: Plan, real: str) -> Mount | None:
    around = (mount for mount in plan.view if is_within(real, mount.path))
    return max(around, key=lambda mount: len(mount.path), default=None)


def is_of_its_own(plan: Plan, real: str) -> bool:
    """Whether what the server sees there is no file of the machine, but in its own memory."""
    nearest = _nearest(plan, real)
    return nearest is not None and nearest.kind == "temporary"


def hole_around(plan: Plan, path: str, real: str, resolve: Callable[[str], str]) -> str | None:
    """What is denied and holds this path, as the config or the list of secrets names it."""
    for hole in plan.denied:
        if is_within(path, hole) or is_within(real, hole) or is_within(real, resolve(hole)):
            return hole
    return None


def holes_below(plan: Plan, folder: str) -> tuple[str, ...]:
    """What is denied below a folder, so that it is granted by its other children."""
    return tuple(hole for hole in plan.denied if is_above(folder, hole))


def expanded_around(plan: Plan, real: str, action: Action) -> str | None:
    """The innermost folder around the path that is granted by its children only, for a grant that would do."""
    classes = _BY_ACTION.get(action, ())
    outer = [item.path for item in plan.expanded if item.access in classes]
    around = (folder for folder in (real, *above(real)) if folder in plan.watched)
    return next((folder for folder in around if in_folders(folder, outer)), None)


def entry_of(folder: str, path: str) -> str:
    """The entry of the folder in which the path lies."""
    name = path[len(folder) :].strip("/").partition("/")[0]
    return join(folder, name)


def in_folders(path: str, folders: Iterable[str]) -> str | None:
    """The first of the folders that holds the path, or is it."""
    return next((folder for folder in folders if is_within(path, folder)), None)
