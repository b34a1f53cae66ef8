"""From the words of `stockade run` to the configuration of the one server that is meant; loads no event loop."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from supervisor.config import rules
from supervisor.config.effects import load
from supervisor.config.specs import Config
from supervisor.edges.facts import facts_here, with_engine
from supervisor.edges.naming import why_not
from supervisor.errors import ConfigError, StockadeError, UsageWrong


def config_of(options: Namespace, command: list[str] | None) -> Config:
    """Make the configuration of the one server that is meant. Raises: StockadeError."""
    if options.config or options.server:
        if command or not (options.config and options.server):
            raise StockadeError(
                UsageWrong(verb="run", reason="use `run -- COMMAND …`, or `run --config FILE --server NAME`")
            )
        return _only(
            load(options.config, environ=os.environ, facts=facts_here(), ask_engine=with_engine), options.server
        )
    if not command:
        raise StockadeError(UsageWrong(verb="run", reason="name the server's command behind `--`"))
    words, folder, facts = _command(options, command), str(Path.cwd()), facts_here()
    config = rules.from_command(words, facts=facts, folder=folder, home=_home())
    if rules.asks_for_engine(config):
        facts = with_engine(facts, os.environ)
        config = rules.from_command(words, facts=facts, folder=folder, home=_home())
    return _only(config, config.order[0])


def _home() -> str:
    return os.environ.get("HOME", "")


def _command(options: Namespace, command: list[str]) -> rules.Command:
    sandbox: dict[str, Any] = {
        "read_write": options.read_write,
        "read_only": options.read_only,
        "deny": options.deny,
        "best_effort": options.best_effort,
        **({"network": _network(options.network)} if options.network else {}),
        **({"level": options.level} if options.level else {}),
        **({"user": options.user} if options.user else {}),
    }
    given = dict(word.split("=", 1) for word in options.env if "=" in word)
    passed_on = [word for word in options.env if "=" not in word]
    isolation = {"mode": options.mode or "sandbox", "sandbox": sandbox}
    supervision = {"environment": {"allow": passed_on}} if passed_on else {}
    return rules.Command(
        argv=command, name=options.name, isolation=isolation, supervision=supervision, env=given, cwd=options.cwd
    )


def _network(text: str) -> str | dict[str, list[int]]:
    """Read `allow`, `none`, `443,80` (to connect to) or `connect=443,80,bind=8080`. Raises: StockadeError."""
    if text in ("allow", "none"):
        return text
    ports: dict[str, list[int]] = {"connect": [], "bind": []}
    direction = "connect"
    for word in text.split(","):
        name, equals, number = word.rpartition("=")
        direction = name if equals else direction
        if direction not in ports or not (number.isascii() and number.isdecimal() and 0 < int(number) < 65536):
            reason = f"--network {text}: allow, none, or ports such as 443,8080 or connect=443,bind=8080"
            raise StockadeError(UsageWrong(verb="run", reason=reason))
        ports[direction].append(int(number))
    return ports


def _only(config: Config, server: str) -> Config:
    """Keep one server of a configuration. Raises: StockadeError if it is not there or cannot be started."""
    for problem in config.problems:
        raise ConfigError(problem)
    kept = tuple(spec for spec in config.servers if spec.name == server)
    if not kept:
        raise StockadeError(why_not(server, config))
    # It was asked for by name: `enabled: false` is about the daemon.
    spec = replace(kept[0], enabled=True, lazy=False, spares=0)
    return replace(config, servers=(spec,), invalid=(), remote=(), order=(server,))
