"""What to say about a server's name that cannot be used: unknown, remote, or invalid in the config. Pure."""

from __future__ import annotations

from supervisor.config.specs import Config
from supervisor.config.suggest import did_you_mean
from supervisor.errors import Problem, RemoteServer, UnknownServer


def why_not(server: str, config: Config) -> Problem:
    """Say why there is no server of that name to be run."""
    for entry in config.invalid:
        if entry.name == server:
            return entry.problems[0]
    for remote in config.remote:
        if remote.name == server:
            return RemoteServer(server=server, url=remote.url)
    known = ", ".join(config.order) or "none"
    return UnknownServer(server=server, known=known, suggestion=did_you_mean(server, config.order))
