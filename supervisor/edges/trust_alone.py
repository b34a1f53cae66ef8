"""`scan`, `approve`, `reject`, `diff` and `pins` without a daemon.

A scan opens a run in which every server waits for a first session that never comes: each is started for its scan
alone, and nothing is served.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec
import trio
from msgspec.structs import replace

from supervisor import running
from supervisor.config.specs import Config
from supervisor.edges import protocol, state
from supervisor.edges.embed import Stockade, open_supervisor, read_config
from supervisor.edges.live import live_leaves
from supervisor.edges.naming import why_not
from supervisor.edges.say import fields_of
from supervisor.edges.scan_answers import failed
from supervisor.edges.signals import Ending
from supervisor.edges.trust import Desk, answer, scan_answer
from supervisor.errors import ConfigError, ControlError, FileUnreadable, StockadeError

STDERR = 2
AT_ONCE = 4
"""Servers that are started side by side: each may be a package runner that fetches and unpacks."""


def scan(
    config_path: str | None, state_dir: str | None, name: str | None, *, fresh: bool = False
) -> list[dict[str, Any]]:
    """Scan one server of a config, or all of them. Raises: StockadeError."""
    config = read_config(config_path, os.environ)
    for problem in config.problems:
        raise StockadeError(problem)
    names = [spec.name for spec in config.servers] if name is None else [_known(config, name)]
    return trio.run(partial(_scan, _idle(config), state_dir, names, fresh=fresh))


def _known(config: Config, name: str) -> str:
    if all(spec.name != name for spec in config.servers):
        raise ControlError(why_not(name, config))
    return name


def _idle(config: Config) -> Config:
    """The config with nothing to be started by itself."""
    return replace(config, servers=tuple(replace(spec, lazy=True) for spec in config.servers))


async def _scan(config: Config, state_dir: str | None, names: list[str], *, fresh: bool) -> list[dict[str, Any]]:
    ending = Ending(lambda _number: None)
    answers: dict[str, dict[str, Any]] = {}

    def edge(sup: Stockade) -> running.Leaves:
        ending.killed_by(sup.run.table.kill)
        return running.Leaves(first=live_leaves(sup.run.bus, STDERR))

    async with trio.open_nursery() as nursery:
        await nursery.start(ending.hear)
        with ending.scope:
            async with open_supervisor(config, state_dir=state_dir, edge=edge) as sup:
                await _scan_all(sup, names, answers, fresh=fresh)
        nursery.cancel_scope.cancel()
    if ending.number:
        raise KeyboardInterrupt
    return [answers[name] for name in names]


async def _scan_all(sup: Stockade, names: list[str], answers: dict[str, dict[str, Any]], *, fresh: bool) -> None:
    room = trio.CapacityLimiter(AT_ONCE)

    async def one(name: str) -> None:
        async with room:
            try:
                found = scan_answer(sup.trust, await sup.trust.scan(name, fresh=fresh))
                answers[name] = sup.recorder.redacted(msgspec.to_builtins(found))
            except StockadeError as error:
                (stands,) = [one for one in await sup.status() if one.server == name]
                tail = stands.last_exit.stderr_tail if stands.last_exit is not None else []
                answers[name] = sup.recorder.redacted(failed(name, stands.mode, fields_of(error.problem), tail))

    async with trio.open_nursery() as nursery:
        for name in names:
            nursery.start_soon(one, name)


REQUESTS: Mapping[str, type[protocol.TrustRequest]] = {
    "approve": protocol.ApproveTools,
    "reject": protocol.RejectTools,
    "diff": protocol.ShowDifferences,
    "pins": protocol.ShowPins,
}


def decided_or_shown(config_path: str | None, state_dir: str | None, verb: str, asked: Mapping[str, Any]) -> Any:
    """Decide on what is kept, or show it; any number of processes may do so at once. Raises: StockadeError."""
    config = _config(config_path)
    folder = state.prepare(state.chosen(state_dir, config, os.environ))
    names = tuple(spec.name for spec in config.servers)
    desk = Desk(running.ledger_alone(config, str(folder.path), os.environ))
    server = asked["server"]
    if server and not trio.run(desk.is_kept, server):
        _known(config, server)
    request = REQUESTS[verb](token="", **asked)
    return msgspec.to_builtins(trio.run(answer, desk, names, request))


def _config(path: str | None) -> Config:
    """The config that is named, or the user's own; who only ever says `run` needs none. Raises: ConfigError."""
    try:
        return read_config(path, os.environ)
    except ConfigError as error:
        if path is not None or not isinstance(error.problem, FileUnreadable):
            raise
        return read_config({"mcpServers": {}}, os.environ)
