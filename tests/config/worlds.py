"""A world for the rules of config: variables, files and credentials that are only told, and machines to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from supervisor.config.documents import Document, parse
from supervisor.config.interpolation import Missing
from supervisor.config.rules import resolve
from supervisor.config.specs import Config, Facts, Invalid, ServerSpec
from supervisor.errors import AnyProblem

EVERYTHING = Facts(engine=True, modes=("docker", "sandbox", "none"), sharings=("per-session", "shared", "exclusive"))
"""A machine and a version that can do it all."""


class World(NamedTuple):
    """A lookup that reads nothing."""

    variables: Mapping[str, str] = {}
    files: Mapping[str, str] = {}
    credentials: Mapping[str, str] = {}
    editors: Mapping[str, str] = {}

    def variable(self, name: str) -> str | None:
        return self.variables.get(name)

    def editor(self, name: str) -> str | None:
        return self.editors.get(name)

    def file(self, path: str) -> str | Missing:
        return self.files.get(path, Missing("no such file"))

    def credential(self, name: str) -> str | Missing:
        return self.credentials.get(name, Missing("no such credential"))


def document(text: str, name: str = "mcp.json") -> Document:
    """The text as a document; it must be well-formed."""
    found = parse(text, name, "/etc/mcp")
    assert isinstance(found, Document), found
    return found


def resolved(
    source: str | dict[str, Any], *, world: World | None = None, facts: Facts = EVERYTHING, home: str = "/home/ada"
) -> Config:
    """A text or a tree as a config."""
    known = document(source) if isinstance(source, str) else Document(tree=source, folder="/etc/mcp")
    return resolve(known, lookup=world or World(), facts=facts, home=home)


def one(entry: dict[str, Any], *, world: World | None = None, facts: Facts = EVERYTHING, **top: Any) -> ServerSpec:
    """The one server of a config that has nothing wrong."""
    config = resolved({"mcpServers": {"one": {"command": "run", **entry}}, **top}, world=world, facts=facts)
    assert not config.invalid, [problem.text for problem in config.invalid[0].problems]
    assert not config.problems, [problem.text for problem in config.problems]
    return config.servers[0]


def refused(entry: Any, *, world: World | None = None, facts: Facts = EVERYTHING, **top: Any) -> list[AnyProblem]:
    """What is wrong with the one server of a config."""
    config = resolved({"mcpServers": {"one": entry}, **top}, world=world, facts=facts)
    assert [type(server) for server in config.invalid] == [Invalid]
    assert config.servers == ()
    return list(config.invalid[0].problems)


def warned(entry: dict[str, Any], *, world: World | None = None, facts: Facts = EVERYTHING, **top: Any) -> list[str]:
    """The codes of what is odd about the one server of a config; it says how it is isolated, unless told otherwise."""
    top = top or {"isolation": {"mode": "none"}}
    config = resolved({"mcpServers": {"one": {"command": "run", **entry}}, **top}, world=world, facts=facts)
    return [warning.problem.code for warning in config.warnings]
