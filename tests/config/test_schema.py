"""The list of settings: complete, documented, and of one mind about defaults."""

from __future__ import annotations

import ast
import inspect
import typing
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from config.worlds import one
from msgspec import Struct

from supervisor.config import schema
from supervisor.config.schema import (
    Grace,
    IsolationBlock,
    Limits,
    SandboxSpec,
    ServerSpec,
    StartupClocks,
    StockadeBlock,
    SupervisionBlock,
)
from supervisor.config.units import notations


def blocks(block: type[Struct]) -> set[type[Struct]]:
    """A block and all that it can hold."""
    inner = {part for hint in get_type_hints(block).values() for part in structs(hint)}
    return {block}.union(*(blocks(part) for part in inner))


def structs(hint: Any) -> set[type[Struct]]:
    if isinstance(hint, type) and issubclass(hint, Struct):
        return {hint}
    return set().union(*(structs(part) for part in get_args(hint)))


BLOCKS = sorted(blocks(IsolationBlock) | blocks(SupervisionBlock) | blocks(StockadeBlock), key=lambda one: one.__name__)


@pytest.mark.parametrize("block", BLOCKS)
def test_every_setting_says_what_it_means(block: type[Struct]) -> None:
    body = next(
        node.body
        for node in ast.parse(inspect.getsource(schema)).body
        if isinstance(node, ast.ClassDef) and node.name == block.__name__
    )
    settings = [position for position, node in enumerate(body) if isinstance(node, ast.AnnAssign)]
    silent = [ast.unparse(body[at]) for at in settings if not isinstance(body[at + 1 : at + 2][0], ast.Expr)]
    assert silent == []


@pytest.mark.parametrize("block", BLOCKS)
def test_every_block_refuses_unknown_keys_and_cannot_be_changed(block: type[Struct]) -> None:
    assert block.__struct_config__.forbid_unknown_fields
    assert block.__struct_config__.frozen


@pytest.mark.parametrize("block", BLOCKS)
def test_every_notation_of_a_setting_has_a_reader(block: type[Struct]) -> None:
    hints = get_type_hints(block, include_extras=True).values()
    assert {word for hint in hints for word in words(hint)} <= set(notations())


def words(hint: Any) -> set[str]:
    if get_origin(hint) is typing.Annotated:
        return {get_args(hint)[1]}
    parts = () if get_origin(hint) is typing.Literal else get_args(hint)
    return set().union(*(words(part) for part in parts))


def test_blocks_and_resolved_structs_agree_about_defaults() -> None:
    spec = one({}, isolation={"mode": "sandbox"})
    assert spec.limits == Limits()
    assert spec.grace == Grace()
    assert spec.startup == StartupClocks()
    assert spec.sandbox == SandboxSpec()


def test_the_documented_defaults_are_those_in_force() -> None:
    spec = one({}, isolation={"mode": "docker"})
    assert (spec.limits.memory_bytes, spec.limits.cpus, spec.limits.pids) == (512 << 20, 1.0, 256)
    assert (spec.grace.stdin_s, spec.grace.term_s) == (2.0, 5.0)
    clocks = spec.startup
    assert (clocks.resolve_s, clocks.pull_s, clocks.create_s, clocks.handshake_s) == (5.0, 600.0, 30.0, 60.0)
    assert (spec.max_message_bytes, spec.call_timeout_s, spec.call_wait_s, spec.idle_stop_s) == (16 << 20, 0, 0, 0)
    assert (spec.ping_s, spec.restart, spec.sharing, spec.spares, spec.lazy) == (
        30,
        "on-failure",
        "per-session",
        1,
        False,
    )
    assert (spec.scan.policy, spec.scan.trust, spec.scan.plugins) == ("quarantine", "first-use", ())
    docker = spec.docker
    assert (docker.network_mode, docker.log_max_size_bytes, docker.log_max_files) == ("bridge", 100 << 20, 3)
    assert (docker.extra_args, docker.log_driver, docker.hardening) == ((), None, schema.HardeningFlags())


def test_a_server_shows_none_of_its_secrets_when_printed() -> None:
    spec = one({"env": {"TOKEN": "hunter2hunter2"}, "args": ["hunter2hunter2"]})
    assert isinstance(spec, ServerSpec)
    assert "hunter2" not in repr(spec) + repr(schema.Config(servers=(spec,)))
