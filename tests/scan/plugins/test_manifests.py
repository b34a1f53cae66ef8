"""Manifests: the shipped ones, and those of a config."""

from __future__ import annotations

import json
import re

import msgspec
import pytest

from supervisor.config.documents import Document, parse
from supervisor.config.rules import resolve
from supervisor.config.schema import PluginBlock
from supervisor.config.specs import Config, Facts
from supervisor.errors import UnknownKey, WrongType
from supervisor.scan.plugins.manifests import SHIPPED, Plugin, all_plugins, from_block
from supervisor.scan.plugins.staging import RULES

PLACEHOLDERS = {"source", "tools", "report", "results", "rules", "ecosystem", "image"}


def config(**plugins: object) -> Config:
    tree = {"mcpServers": {}, "stockade": {"plugins": plugins}}
    document = parse(json.dumps(tree), "mcp.json", "/etc/mcp")
    assert isinstance(document, Document)
    return resolve(document, lookup=None, facts=Facts(), home="/home/ada")


def test_a_config_declares_a_plugin() -> None:
    declared = config(
        lint={
            "command": ["lint", "{source}", "--rules", "./rules", "~/more", "../x", "a/./b"],
            "read_only": ["rules", "/opt/rules"],
            "timeout": "30s",
            "memory": "1g",
            "success_exit_codes": [0, 200],
            "needs_key": ["LINT_KEY"],
            "known_bad": "bad",
        }
    )
    assert all_plugins(declared.settings.plugins)["lint"] == Plugin(
        id="lint",
        inputs=("source",),
        command=("lint", "{source}", "--rules", "/etc/mcp/rules", "/home/ada/more", "/etc/mcp/../x", "a/./b"),
        read_only=("/etc/mcp/rules", "/opt/rules"),
        timeout_s=30.0,
        memory_bytes=1024**3,
        success_exit_codes=(0, 200),
        needs_key=("LINT_KEY",),
        known_bad="/etc/mcp/bad",
    )


def test_what_a_config_declares_takes_the_place_of_a_shipped_one() -> None:
    known = all_plugins(config(bandit={"command": ["mybandit"]}).settings.plugins)
    assert known["bandit"].command == ("mybandit",)
    assert {plugin.id for plugin in SHIPPED} <= set(known)


@pytest.mark.parametrize("name", ["Lint", "my lint", "../lint", "engine", "", "a" * 65])
def test_a_plugin_has_a_name_that_can_stand_in_a_report(name: str) -> None:
    found = config(**{name: {"command": ["lint"]}})
    assert [type(problem) for problem in found.problems] == [WrongType]


def test_a_slip_in_a_manifest_is_refused() -> None:
    assert [type(problem) for problem in config(lint={"comand": ["lint"]}).problems] == [UnknownKey]
    assert [type(problem) for problem in config(lint={"output": "xml"}).problems] == [WrongType]
    assert [type(problem) for problem in config(lint={"inputs": ["disk"]}).problems] == [WrongType]


def test_every_setting_of_a_block_is_one_of_a_manifest() -> None:
    units = {"timeout": "timeout_s", "memory": "memory_bytes"}
    of_block = {units.get(field.name, field.name) for field in msgspec.structs.fields(PluginBlock)}
    assert {field.name for field in msgspec.structs.fields(Plugin)} - {"id"} == of_block
    plain = from_block("lint", PluginBlock())
    assert plain == Plugin(id="lint", inputs=("source",))


@pytest.mark.parametrize("plugin", SHIPPED, ids=lambda plugin: plugin.id)
def test_a_shipped_manifest_can_be_carried_out(plugin: Plugin) -> None:
    words = (*plugin.command, *plugin.image_command)
    assert {name for word in words for name in re.findall(r"{(\w+)}", word)} <= PLACEHOLDERS
    assert plugin.install
    assert plugin.inputs
    assert not plugin.image or re.search(r":[0-9]", plugin.image), "an image without a version is another one each day"


def test_what_the_network_is_needed_for_is_not_waited_for() -> None:
    assert {plugin.id for plugin in SHIPPED if plugin.is_deep} == {"trivy"}


def test_the_rules_that_may_block_are_there() -> None:
    (semgrep,) = (plugin for plugin in SHIPPED if plugin.id == "semgrep")
    ids = set(re.findall(r"^  - id: (\S+)$", (RULES / "semgrep.yaml").read_text(), re.MULTILINE))
    assert set(semgrep.hard) < ids
