"""The line of a config, and the option of `stockade run`, that would allow what was refused. Pure.

A list in a server's block takes the place of a list further up, so the line holds what the server has already, too.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from typing import Any, Literal

from msgspec import Struct

from supervisor.config.schema import Ports, SandboxSpec

Setting = Literal["read_only", "read_write", "deny", "network"]


class Remedy(Struct, frozen=True, kw_only=True):
    """How to allow something."""

    line: str
    """For the server's entry in the config, as JSON, or as TOML if that is what the config is."""
    option: str
    """For `stockade run`."""


def granting(
    spec: SandboxSpec, setting: Literal["read_only", "read_write"], path: str, *, is_toml: bool
) -> Remedy | None:
    """Grant one more path; None if its name is no text, so that no config can hold it."""
    if not _is_text(path):
        return None
    have = spec.read_only if setting == "read_only" else spec.read_write
    option = f"--{setting.replace('_', '-')} {shlex.quote(path)}"
    return Remedy(line=_line(setting, _texts((*have, path)), is_toml=is_toml), option=option)


def undenying(spec: SandboxSpec, path: str, *, is_toml: bool) -> Remedy:
    """Take one path out of what the config denies."""
    left = tuple(one for one in spec.deny if one != path)
    return Remedy(line=_line("deny", _texts(left), is_toml=is_toml), option=f"leave out --deny {shlex.quote(path)}")


def opening(
    spec: SandboxSpec, port: int, direction: Literal["connect", "bind"], *, knows_ports: bool, is_toml: bool
) -> Remedy:
    """Open one more port, or the network as a whole where no port is known or a kernel knows none."""
    if not port or not knows_ports:
        return Remedy(line=_line("network", "allow", is_toml=is_toml), option="--network allow")
    have = spec.network if isinstance(spec.network, Ports) else Ports()
    ports = {"connect": list(have.connect), "bind": list(have.bind)}
    ports[direction] = list(dict.fromkeys((*ports[direction], port)))
    kept = {name: numbers for name, numbers in ports.items() if numbers}
    words = ",".join(f"{name}={','.join(map(str, numbers))}" for name, numbers in kept.items())
    return Remedy(line=_line("network", kept, is_toml=is_toml), option=f"--network {words}")


def _line(setting: Setting, value: Any, *, is_toml: bool) -> str:
    if not is_toml:
        return _written({"isolation": {"sandbox": {setting: value}}})[1:-1]
    if isinstance(value, dict):
        value_text = ", ".join(f"{name} = {_written(part)}" for name, part in value.items())
        return f"isolation.sandbox.{setting} = {{ {value_text} }}"
    return f"isolation.sandbox.{setting} = {_written(value)}"


def _written(value: Any) -> str:
    """As JSON; texts and lists are TOML as well, which takes a delete character only as an escape."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _texts(paths: Sequence[str]) -> list[str]:
    """As a config has to write them: there, a dollar begins a reference."""
    return [path.replace("$", "$$") for path in dict.fromkeys(paths)]


def _is_text(path: str) -> bool:
    return not any("\ud800" <= sign <= "\udfff" for sign in path)
