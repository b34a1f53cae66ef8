"""`stockade doctor --report FILE`: all that somebody who is asked for help wants to know, in one file without secrets.

One JSON document, so that it can be read through before it is sent. Each part is gathered for itself and within
bounds: one that cannot be had says why, and leaves the others alone.
"""

from __future__ import annotations

import json
import os
import re
import time
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Self

import msgspec

from supervisor import __version__
from supervisor.config.documents import Document, parse
from supervisor.config.effects import LARGEST_CONFIG_BYTES, Surroundings, default_path
from supervisor.config.interpolation import Resolved, interpolate
from supervisor.config.redact import looks_secret
from supervisor.config.shapes import SERVER_KEYS
from supervisor.config.specs import Config
from supervisor.edges.client import connect
from supervisor.edges.doctor import start, surroundings
from supervisor.edges.doctor.daemon import ANSWER_S, daemon_here
from supervisor.edges.doctor.machine import Asked, examined
from supervisor.edges.doctor.masking import Masker, secrets_of
from supervisor.edges.doctor.rendering import structure
from supervisor.edges.key import meant
from supervisor.edges.say import fields_of, leaves, put, put_json
from supervisor.edges.state import default_path as default_state
from supervisor.errors import ConfigError, ExitCode, Problem, ReportNotWritten, StockadeError
from supervisor.escaping import printable

FORMAT = 1
EVENTS = 500
"""The last events of the daemon."""
SERVERS_S = 30.0
"""Seconds for looking at all servers; each is bounded, and a config may hold many."""
REFERENCE = re.compile(r"\$\{[^{}]*\}")
READ_IT = "Look through it before you send it: secrets were masked as far as they can be told."


def report(options: Namespace) -> int:
    """Write the report and say where it is. Raises: StockadeError(ReportNotWritten)."""
    path = Path(options.report)
    if options.report == "-":
        raise StockadeError(ReportNotWritten(path="-", reason="it is a file that is read before it is sent"))
    with _Fresh(path) as file:
        text = json.dumps(gathered(options), indent=2, ensure_ascii=False, default=str) + "\n"
        file.write(text.encode("utf-8", "backslashreplace"))
    if options.json:
        put_json({"written": str(path), "bytes": path.stat().st_size})
    else:
        put(f"{printable(str(path))}: {path.stat().st_size} bytes, for this user alone. {READ_IT}\n")
    return ExitCode.OK


class _Fresh:
    """A file that was not there, for this user alone; taken away again if it does not come to its end."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Self:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            self._descriptor = os.open(self._path, flags, 0o600)
        except OSError as error:
            raise self._not_written(error) from error
        return self

    def write(self, data: bytes) -> None:
        """Write all of it. Raises: StockadeError(ReportNotWritten)."""
        try:
            while data:
                data = data[os.write(self._descriptor, data) :]
        except OSError as error:
            raise self._not_written(error) from error

    def __exit__(self, kind: type[BaseException] | None, *_error: object) -> None:
        os.close(self._descriptor)
        if kind is not None:
            with suppress(OSError):
                self._path.unlink()

    def _not_written(self, error: OSError) -> StockadeError:
        return StockadeError(ReportNotWritten(path=printable(str(self._path)), reason=error.strerror or str(error)))


# ------------------------------------------------------------------------------------------------------ the parts


def gathered(options: Namespace) -> dict[str, Any]:
    """Gather every part, and mask it."""
    standing = daemon_here("", options.state_dir, os.environ)
    source = options.config or (standing.source if standing.is_running and standing.source else None)
    source = source or default_path(os.environ)
    document, config = _document(source), _config(source)
    place = Path(options.state_dir or default_state(os.environ)).absolute()
    if isinstance(config, Config) and config.settings.state_dir and not options.state_dir:
        place = Path(config.settings.state_dir)
    mask = Masker(_secrets(document, config, source, os.environ)).tree
    checks = _part(lambda: structure(examined(Asked(place=place, config=config))))
    is_engine_well = any(
        one.get("id") == "docker.engine" and one["verdict"] == "ok" for one in checks.get("checks", ())
    )
    return {
        "format": FORMAT,
        "written_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "stockade": __version__,
        "machine": mask(_part(lambda: surroundings.machine(os.environ))),
        "doctor": mask(checks),
        "config": mask(_part(lambda: _config_part(source, document, config))),
        "servers": mask(_part(lambda: _servers_part(options, source, config, is_engine_well=is_engine_well))),
        "daemon": mask(_part(lambda: msgspec.to_builtins(standing))),
        "status": mask(_part(lambda: _status_part(options)) if standing.pid else {}),
        "events": mask(_part(lambda: {"last": _events_part(options)}) if standing.pid else {}),
        "state_directory": mask(_part(lambda: {"path": str(place), "files": surroundings.listing(place)})),
    }


def _part(gather: Callable[[], Any]) -> Any:
    try:
        return gather()
    except Exception as error:  # noqa: BLE001  (the edge: what cannot be had is told, and leaves the others alone)
        first = next(leaves(error))
        return {"reason": f"{type(first).__name__}: {first}"}


def _document(source: str) -> Document | None:
    """The config as it is written; None if it cannot be read or parsed."""
    try:
        with open(source, "rb") as file:
            text = file.read(LARGEST_CONFIG_BYTES).decode("utf-8")
    except (OSError, ValueError):
        return None
    found = parse(text, source, str(Path(source).absolute().parent))
    return found if isinstance(found, Document) else None


def _config(source: str) -> Config | Problem:
    from supervisor.config.effects import load
    from supervisor.edges.facts import facts_here

    try:
        return load(source, environ=os.environ, facts=facts_here())
    except ConfigError as error:
        return error.problem


def _config_part(source: str, document: Document | None, config: Config | Problem) -> dict[str, Any]:
    part: dict[str, Any] = {"source": source}
    if isinstance(config, Problem):
        part["problem"] = fields_of(config)
    else:
        invalid = {one.name: [fields_of(problem) for problem in one.problems] for one in config.invalid}
        part |= {"invalid": invalid, "problems": [fields_of(one) for one in config.problems]}
        part["warnings"] = [{"server": one.server, **fields_of(one.problem)} for one in config.warnings]
    if document is not None:
        part["written"] = document.tree
    return part


def _servers_part(options: Namespace, source: str, config: Config | Problem, *, is_engine_well: bool) -> dict[str, Any]:
    """The start of each server as far as it can be looked at; an engine that is not well is not asked again."""
    if not isinstance(config, Config):
        return {}
    until, part = time.monotonic() + SERVERS_S, {}
    of_engine = {one.name for one in config.servers if one.mode == "docker" or one.own_container}
    for name in config.order:
        if name in of_engine and not is_engine_well:
            part[name] = {"reason": "it needs the engine: see the check `docker.engine`"}
        elif time.monotonic() > until:
            part[name] = {"reason": f"not looked at: the others took {SERVERS_S:g} s"}
        else:
            part[name] = _part(partial(_stages, name, source, options, asks_engine=is_engine_well))
    return part


def _stages(name: str, source: str, options: Namespace, *, asks_engine: bool) -> list[dict[str, Any]]:
    found = start.looked_at(name, source, options.state_dir, asks_engine=asks_engine)
    stages: list[dict[str, Any]] = start.structure(found)["stages"]
    return stages


def _status_part(options: Namespace) -> Any:
    with connect(meant(options.state_dir, os.environ)) as daemon:
        return daemon.call("status", answer_s=ANSWER_S)


def _events_part(options: Namespace) -> list[dict[str, Any]]:
    with connect(meant(options.state_dir, os.environ)) as daemon:
        daemon.socket.settimeout(ANSWER_S)
        daemon.send("events")
        return list(daemon.objects())[-EVENTS:]


# ------------------------------------------------------------------------------------------------------- the secrets


def _secrets(
    document: Document | None, config: Config | Problem, source: str, environ: Mapping[str, str]
) -> Iterator[str]:
    """Every value that must not be in the report, as far as it can be known."""
    if isinstance(config, Config):
        yield from config.secrets
    yield from (value for name, value in environ.items() if looks_secret(name))
    if document is None:
        return
    for key in SERVER_KEYS:
        servers = document.tree.get(key)
        entries = servers.values() if isinstance(servers, dict) else servers if isinstance(servers, list) else ()
        for entry in entries:
            yield from secrets_of(entry)
    lookup = Surroundings(environ, Path(source).absolute(), environ.get("HOME", ""))
    for text in _texts(document.tree):
        for reference in REFERENCE.findall(text):
            found = interpolate(reference, lookup)
            yield from found.secrets if isinstance(found, Resolved) else ()


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)
