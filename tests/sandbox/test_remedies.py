"""The line for the config and the option of `run`: they can be read back, and keep what there was."""

from __future__ import annotations

import json
import shlex
import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervisor.config.documents import Document
from supervisor.config.rules import Command, from_command, resolve
from supervisor.config.schema import Ports, SandboxSpec
from supervisor.config.specs import Facts
from supervisor.edges.cli import build_parser
from supervisor.sandbox.remedies import Remedy, granting, opening, undenying

TEXT = st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1)


class Nothing:
    """A lookup that knows no variable."""

    def variable(self, name: str) -> None:
        return None

    editor = file = credential = variable


def in_config(remedy: Remedy, *, is_toml: bool) -> SandboxSpec:
    """What a config with this line in a server says of its sandbox."""
    said = tomllib.loads(remedy.line) if is_toml else json.loads(f"{{{remedy.line}}}")
    server = {"command": "cat", "isolation": {"mode": "sandbox", **said["isolation"]}}
    lookup: Any = Nothing()
    config = resolve(Document(tree={"mcpServers": {"a": server}}), lookup=lookup, facts=Facts())
    return config.servers[0].sandbox


@settings(deadline=None, max_examples=50)
@given(TEXT.map("/".__add__), st.booleans())
def test_a_grant_is_read_back_as_it_was_meant(path: str, is_toml: bool) -> None:
    spec = SandboxSpec(read_only=("/a", "/b$HOME"), read_write=("/c",))
    remedy = granting(spec, "read_only", path, is_toml=is_toml)
    assert remedy is not None
    assert in_config(remedy, is_toml=is_toml).read_only == tuple(dict.fromkeys(("/a", "/b$HOME", path)))
    options = build_parser().parse_args(["run", *shlex.split(remedy.option)])
    config = from_command(
        Command(argv=("cat",), isolation={"sandbox": {"read_only": options.read_only}}), facts=Facts()
    )
    assert config.servers[0].sandbox.read_only == (path,)


def test_a_path_that_is_no_text_cannot_be_granted_by_its_name() -> None:
    assert granting(SandboxSpec(), "read_write", "/x\udcff", is_toml=False) is None


@pytest.mark.parametrize("is_toml", [False, True])
def test_a_denial_is_taken_out_and_the_others_stay(is_toml: bool) -> None:
    remedy = undenying(SandboxSpec(deny=("/a", "/b")), "/a", is_toml=is_toml)
    assert in_config(remedy, is_toml=is_toml).deny == ("/b",)


@pytest.mark.parametrize("is_toml", [False, True])
@pytest.mark.parametrize(
    ("network", "port", "direction", "wanted"),
    [
        ("none", 443, "connect", Ports(connect=(443,))),
        ("none", 0, "connect", "allow"),
        (Ports(connect=(80,)), 443, "connect", Ports(connect=(80, 443))),
        (Ports(connect=(80,)), 8080, "bind", Ports(connect=(80,), bind=(8080,))),
    ],
)
def test_the_network_is_opened_by_a_port_where_one_is_known(
    network: object, port: int, direction: str, wanted: object, is_toml: bool
) -> None:
    spec = SandboxSpec(network=network)  # type: ignore[arg-type]  # one of its values
    remedy = opening(spec, port, direction, knows_ports=True, is_toml=is_toml)  # type: ignore[arg-type]  # likewise
    assert in_config(remedy, is_toml=is_toml).network == wanted
    assert build_parser().parse_args(["run", *shlex.split(remedy.option)]).network
