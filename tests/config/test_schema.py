"""The list of settings: complete, documented, and readable."""

from __future__ import annotations

import ast
import inspect
import typing
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from msgspec import Struct

from supervisor.config import schema
from supervisor.config.schema import IsolationBlock, StockadeBlock, SupervisionBlock
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
