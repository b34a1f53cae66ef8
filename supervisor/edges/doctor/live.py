"""One start of one server, as it is configured, watched from the first stage to the last, and everything ended again.

It runs in a state directory of its own that is thrown away. What is trusted of the server's definitions is copied into
it, so that they are judged as they would be, and nothing that is decided there outlives it. The real ones stay out of
its reach as they would be: who can read the daemon's token can approve its own tools.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from shutil import copyfile
from typing import Any

import trio
from msgspec.structs import replace

from supervisor import running
from supervisor.config.specs import Config, ServerSpec
from supervisor.edges.doctor.patient import Patient
from supervisor.edges.doctor.watched import Watched
from supervisor.edges.embed import EventStream, Stockade, open_supervisor
from supervisor.edges.key import NAMES
from supervisor.edges.live import live_leaves
from supervisor.edges.signals import Ending
from supervisor.errors import ControlError
from supervisor.events import AnyEvent
from supervisor.kernel.specs import Published
from supervisor.prepare import places_of
from supervisor.scan.trust.store import DATABASE
from supervisor.server.messages import Described

STDERR = 2
MORE_S = 30.0
"""Seconds beyond the clocks of all stages: each stage is bounded by its own, and this says that one was not."""
LONGEST = 60
"""Bytes of the folder for temporary ones: a state directory's path has to leave room for a socket's name."""
PINS_S = 1.0
"""Seconds for another process to finish with the pins: each transaction is one row."""
CAPACITY = 100_000
"""Events: a server that says as much as it may fills that in a quarter of an hour."""


def run_once(patient: Patient, *others: str) -> Watched:
    """Start it, see what becomes of it, end it; `others` are state directories besides the patient's own.

    Raises: StockadeError; KeyboardInterrupt if a signal came.
    """
    assert patient.config is not None
    assert patient.spec is not None
    above = None if len(os.fsencode(tempfile.gettempdir())) < LONGEST else "/tmp"  # noqa: S108  (private below)
    with tempfile.TemporaryDirectory(prefix="stockade-doctor-", dir=above, ignore_cleanup_errors=True) as folder:
        _copy_pins(patient.place / DATABASE, Path(folder, DATABASE))
        config, spec = _alone(patient.config, patient.spec, Path(folder))
        hidden = _really_ours(patient.config, (str(patient.place), *others))
        return trio.run(partial(_watched, config, spec, folder, patient, hidden))


def _alone(config: Config, spec: ServerSpec, folder: Path) -> tuple[Config, ServerSpec]:
    """The config with this server alone: started by hand, never again, scanned without plugins."""
    scan = replace(spec.scan, plugins=())
    spec = replace(spec, enabled=True, lazy=True, restart="never", spares=0, depends_on=(), scan=scan)
    settings = config.settings
    if settings.lock_file is not None:
        own = folder / "stockade.lock"
        with suppress(OSError):
            copyfile(settings.lock_file, own)
        settings = replace(settings, lock_file=str(own))
    settings = replace(settings, state_dir=None, sinks=())
    alone = replace(config, servers=(spec,), invalid=(), remote=(), order=(spec.name,), settings=settings)
    return alone, spec


def _really_ours(config: Config, folders: Sequence[str]) -> tuple[str, ...]:
    """What a daemon would keep from the server, there or not; its socket and token may lie behind links."""
    links = (os.path.realpath(os.path.join(folder, name)) for folder in folders for name in NAMES)
    lock_file = config.settings.lock_file
    own = (*folders, *map(os.path.realpath, folders), *links, *([lock_file] if lock_file else ()))
    return tuple(dict.fromkeys(own))


def _copy_pins(ours: Path, theirs: Path) -> None:
    """Copy the pins as they are now; what cannot be read is not there, as for a first start."""
    if not ours.is_file():
        return
    address = f"{ours.absolute().as_uri()}?mode=ro"
    with (
        suppress(sqlite3.Error),
        closing(sqlite3.connect(address, uri=True, timeout=PINS_S)) as source,
        closing(sqlite3.connect(theirs)) as copy,
    ):
        source.backup(copy)


async def _watched(config: Config, spec: ServerSpec, folder: str, patient: Patient, hidden: Sequence[str]) -> Watched:
    ending = Ending(lambda _number: None)
    seen: list[Published[Any]] = []
    stands: list[Described | None] = []

    def edge(sup: Stockade) -> running.Leaves:
        ending.killed_by(sup.run.table.kill)
        return running.Leaves(first=live_leaves(sup.run.bus, STDERR))

    async with trio.open_nursery() as nursery:
        await nursery.start(ending.hear)  # before anything is started that a signal would leave behind
        with ending.scope:
            async with open_supervisor(
                config, state_dir=folder, environ=patient.environ, edge=edge, divides_cgroup=True
            ) as sup:
                places = places_of(config, sup.run.state_dir, patient.environ)
                sup.run.sandbox.protect(replace(places, own=(*places.own, *hidden)))
                stands.append(await _outcome(sup, spec, seen))
        nursery.cancel_scope.cancel()
    if ending.number:
        raise KeyboardInterrupt
    return Watched(spec, [(one.at_s, one.body) for one in seen], stands[0] if stands else None)


async def _outcome(sup: Stockade, spec: ServerSpec, seen: list[Published[Any]]) -> Described | None:
    """Start it, wait for what becomes of it, and collect every event meanwhile."""
    with EventStream(sup.run.bus.subscribe(AnyEvent, capacity=CAPACITY, reader="doctor")) as events:
        await sup.start(spec.name)
        with suppress(ControlError):  # past the time: what was seen until then says where it hangs
            await sup.wait_for("outcome", spec.name, timeout_s=running.limit_s(spec) + MORE_S)
        stands = await sup.describe(spec.name)
        events.close()
        seen += [published async for published in events]
    return stands
