"""`stockade sweep`: removes what dead runs have left of containers, for one state directory; with a daemon or without.

Only containers with the label of this state directory's instance are looked at, and of those only the ones go whose
owner is dead for certain: what a daemon or a `run` that lives has, and what belongs to others, is left alone.
"""

from __future__ import annotations

import os
import shutil
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from supervisor import oneshot
from supervisor.edges.say import put, put_json
from supervisor.edges.state import default_path
from supervisor.errors import ExitCode
from supervisor.escaping import printable

if TYPE_CHECKING:
    from supervisor.container.stale import Stale


def sweep(options: Namespace) -> int:
    """Remove what is left, or say what would go; the exit code is 1 if something could not be removed."""
    place = Path(options.state_dir or default_path(os.environ)).absolute()
    folders = oneshot.stale_folders(place)
    if not options.dry_run:
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
    found, alone = _containers(place, is_real=not options.dry_run)
    is_done = options.dry_run or (all(one.is_removed for one in found) and not any(map(os.path.exists, folders)))
    exit_code = ExitCode.OK if is_done else ExitCode.FAILED
    if options.json:
        put_json(structure(found, folders, alone, is_dry_run=options.dry_run) | {"exit_code": int(exit_code)})
    else:
        put("\n".join(lines(found, folders, alone, is_dry_run=options.dry_run)) + "\n")
    return exit_code


def _containers(place: Path, *, is_real: bool) -> tuple[list[Stale], int]:
    """Look, and remove if that is meant; without an id in the state directory it has never made any container."""
    instance = oneshot.instance_of(place)
    if not instance:
        return [], 0
    import trio

    engine = oneshot.engine_here(os.environ)

    async def look() -> tuple[list[Stale], int]:
        found, alone = await oneshot.stale(engine, instance)
        return (await oneshot.remove_stale(engine, found) if is_real else found), alone

    return trio.run(look)


def structure(found: Sequence[Stale], folders: Sequence[Path], alone: int, *, is_dry_run: bool) -> dict[str, Any]:
    """Render it for programs."""
    rows = [
        {
            "container": one.id,
            "name": one.name,
            "server": one.server,
            "status": one.status,
            "owner": one.owner,
            "reason": one.cause,
            "removed": one.is_removed,
        }
        for one in found
    ]
    return {"dry_run": is_dry_run, "containers": rows, "folders": [str(one) for one in folders], "left_alone": alone}


def lines(found: Sequence[Stale], folders: Sequence[Path], alone: int, *, is_dry_run: bool) -> list[str]:
    """Render it for people."""

    def outcome(*, is_gone: bool) -> str:
        return "would be removed" if is_dry_run else "removed" if is_gone else "COULD NOT BE REMOVED"

    rows = [
        f"{printable(one.name)} (server {printable(one.server)}, {one.status}): {outcome(is_gone=one.is_removed)}, "
        f"for {one.cause}"
        for one in found
    ]
    rows += [f"{folder}: {outcome(is_gone=not folder.exists())}, for its run is dead" for folder in folders]
    if alone:
        rows.append(f"{alone} containers of runs that live: left alone")
    return rows or ["nothing is left of dead runs"]
