"""Every field of a configuration is classified by what a change of it asks for at a reload."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import pytest
from msgspec import Struct

from supervisor.config.schema import SandboxSpec, ScanBlock
from supervisor.config.specs import DockerSpec, Grace, Limits, ServerSpec, Settings, StartupClocks
from supervisor.reload.fields import BLOCKS, SERVER, SETTINGS

STRUCTS: dict[str, type[Struct]] = {
    "docker": DockerSpec,
    "limits": Limits,
    "sandbox": SandboxSpec,
    "grace": Grace,
    "startup": StartupClocks,
    "scan": ScanBlock,
}


def names(struct: type[Struct]) -> list[str]:
    return [field.name for field in msgspec.structs.fields(struct)]


def blocks() -> dict[str, type[Struct]]:
    """The fields of a server that are structs of their own, but for what is only told."""
    found = {field.name: field.type for field in msgspec.structs.fields(ServerSpec)}
    return {
        name: kind
        for name, kind in found.items()
        if isinstance(kind, type) and issubclass(kind, Struct) and SERVER[name].effect != "followed"
    }


def unclassified(table: Iterable[str], struct: type[Struct]) -> list[str]:
    """Fields that the table does not know, and rows of it that are no fields."""
    return sorted(set(table) ^ set(names(struct)))


def test_every_field_of_a_server_is_classified() -> None:
    assert unclassified(SERVER, ServerSpec) == []


def test_every_setting_of_the_daemon_is_classified() -> None:
    assert unclassified(SETTINGS, Settings) == []


@pytest.mark.parametrize("block", STRUCTS)
def test_every_field_of_a_block_has_its_key(block: str) -> None:
    assert blocks() == STRUCTS
    assert list(BLOCKS[block]) == names(STRUCTS[block])


def test_a_field_that_nobody_classified_is_caught() -> None:
    class Planted(ServerSpec, frozen=True, kw_only=True):
        """A field more."""

        planted: bool = False

    assert unclassified(SERVER, Planted) == ["planted"]


def test_a_row_of_a_field_that_is_no_more_is_caught() -> None:
    assert unclassified([*SERVER, "gone"], ServerSpec) == ["gone"]
