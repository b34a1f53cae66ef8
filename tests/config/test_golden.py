"""Files as mcpproxy, Claude Desktop, Cursor and VS Code write them, and one of ours, load unchanged, as is expected.

The expectation beside each file is the whole resolved config, less what is at its default.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from config.worlds import World, document

from supervisor.config.report import check
from supervisor.config.rules import resolve
from supervisor.config.specs import Config, Facts

FOLDER = Path(__file__).with_name("golden")
FILES = sorted(path for path in FOLDER.iterdir() if not path.name.endswith(".expected.json"))
WORLD = World(
    variables={"GITHUB_TOKEN": "ghp_0000000000", "CURSOR_API_KEY": "key-0000000000"},
    credentials={"clock": "clock-credential"},
    editors={"workspaceFolder": "/home/ada/project", "userHome": "/home/ada"},
)


def as_data(config: Config) -> Any:
    """The config as plain data, each server without what it has by default."""
    plain = data({"config": config, "secrets": config.secrets, "check": check(config).exit_code})
    entry = '{"isolation": {"mode": "none"}, "mcpServers": {"x": {"command": "x"}}}'
    (ordinary,) = resolve(document(entry), lookup=WORLD, facts=Facts()).servers
    for entries in (plain["config"]["servers"], plain["config"]["invalid"]):
        entries[:] = [without(entry, {"spec": data(ordinary), **data(ordinary)}) for entry in entries]
    return plain


def data(value: Any) -> Any:
    return json.loads(msgspec.json.encode(value))


def without(found: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    """What differs from the defaults, at every depth."""
    return {
        key: without(value, defaults[key]) if isinstance(value, dict) and isinstance(defaults.get(key), dict) else value
        for key, value in found.items()
        if key not in defaults or value != defaults[key]
    }


def expected(path: Path) -> Path:
    return path.with_name(path.name + ".expected.json")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_loads_unchanged_to_what_is_expected(path: Path) -> None:
    config = resolve(document(path.read_text(), path.name), lookup=WORLD, facts=Facts(), home="/home/ada")
    assert as_data(config) == json.loads(expected(path).read_text())


def test_every_expectation_has_its_file() -> None:
    assert {expected(path) for path in FILES} == set(FOLDER.glob("*.expected.json"))
