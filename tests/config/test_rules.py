"""A whole document: the global blocks, what concerns servers together, and a config from a command line."""

from __future__ import annotations

import os
from typing import Any

import msgspec
import pytest
from config.worlds import EVERYTHING, World, resolved
from hypothesis import given, settings
from hypothesis import strategies as st

from supervisor.config.documents import Document, parse
from supervisor.config.report import check
from supervisor.config.rules import Command, from_command, resolve
from supervisor.config.schema import Dependency, SinkBlock
from supervisor.config.specs import Config, Facts, Settings
from supervisor.errors import CommandMissing, ConfigError, DependencyInvalid, DuplicateKey, KeyConflict

ONE: dict[str, Any] = {"mcpServers": {"one": {"command": "x"}}, "isolation": {"mode": "none"}}


def test_settings_of_the_daemon_are_read() -> None:
    control = {"group": "mcp", "allow_uids": [1000, "1001"]}
    sinks = ["json", {"type": "human", "to": "log/x", "max_size": "1m", "keep": 2}, {"type": "journal"}]
    block = {"control": control, "state_dir": "~/state", "lock_file": "stockade.lock", "ready": "all", "sinks": sinks}
    assert resolved({**ONE, "stockade": block}).settings == Settings(
        control_group="mcp",
        control_mode=0o660,
        allow_uids=(1000, 1001),
        state_dir="/home/ada/state",
        lock_file="/etc/mcp/stockade.lock",
        ready="all",
        sinks=(
            SinkBlock(type="json"),
            SinkBlock(type="human", to="/etc/mcp/log/x", max_size=1 << 20, keep=2),
            SinkBlock(type="journal"),
        ),
    )


def test_settings_have_defaults() -> None:
    assert resolved(ONE).settings == Settings()
    assert resolved({**ONE, "stockade": {"control": {"mode": "0640"}}}).settings == Settings(control_mode=0o640)


@pytest.mark.parametrize(
    ("top", "texts"),
    [
        ({"isolation": {"mod": "sandbox"}}, ["isolation.mod: unknown key 'mod'; did you mean 'mode'?"]),
        ({"docker_isolation": 7, "isolation": None}, ["docker_isolation: a number stands where a block belongs"]),
        ({"stockade": {"defaults": {"grace": {"kill": 1}}}},
         ["stockade.defaults.grace.kill: unknown key 'kill'"]),
        ({"stockade": []}, ["stockade: a list stands where a block belongs"]),
        ({"stockade": {"sinks": [{"type": "journal", "to": "/x"}]}},
         ["stockade.sinks[0].to: the journal is not a file"]),
        ({"stockade": {"sinks": [{"type": "json", "to": "/etc/mcp/x"}, {"type": "human", "to": "x"}]}},
         ["stockade.sinks[1].to: another sink writes there too"]),
        ({"stockade": {"state_dir": "${GONE}"}}, ["stockade.state_dir: ${GONE} has no value: the variable is not set"]),
        ({"isolation": {"sandbox": {"read_only": ["${GONE}"]}}},
         ["isolation.sandbox.read_only[0]: ${GONE} has no value: the variable is not set"]),
    ],
)  # fmt: skip
def test_a_mistake_in_a_global_block_starts_nothing(top: dict[str, Any], texts: list[str]) -> None:
    config = resolved({**ONE, **top})
    assert [problem.text for problem in config.problems] == texts
    assert config.servers == ()
    assert config.invalid[0].problems == config.problems


def test_both_names_of_the_global_block_at_once_are_a_conflict() -> None:
    config = resolved({**ONE, "docker_isolation": {"mode": "none"}})
    assert config.problems == (KeyConflict(place="isolation", key="isolation", other="docker_isolation"),)


def test_a_key_that_stands_twice_in_a_global_block_starts_nothing() -> None:
    config = resolved('{"isolation": {"mode": "sandbox",\n "mode": "none"}, "mcpServers": {"a": {"command": "x"}}}')
    problem = DuplicateKey(place="mcp.json:2:2 isolation.mode", key="mode", first_place="mcp.json:1:16")
    assert config.problems == (problem,)
    assert config.servers == ()


def test_two_lists_of_servers_of_one_kind_start_nothing() -> None:
    config = resolved('{"mcpServers": {"a": {"command": "x"}},\n"mcpServers": {"b": {"command": "x"}}}')
    assert config.problems == (
        DuplicateKey(place="mcp.json:2:1 mcpServers", key="mcpServers", first_place="mcp.json:1:2"),
    )
    assert config.servers == ()


def test_a_key_at_the_top_that_is_nearly_ours_is_warned_about() -> None:
    config = resolved({**ONE, "isolations": {}, "tools_limit": 3})
    assert [warning.problem.text for warning in config.warnings] == [
        "isolations: 'isolations' has no effect here: did you mean 'isolation'?"
    ]
    assert [key.key for key in config.unused] == ["isolations", "tools_limit"]


def test_secrets_of_all_servers_are_known_together() -> None:
    servers = {
        "a": {"command": "x", "env": {"K": "${A}"}},
        "b": {"command": "x", "env": {"K": "${B}"}, "isolation": {"mode": "docker"}},
        "c": {"command": "x", "env": {"K": "${GONE}"}},
    }
    world = World(variables={"A": "secret-a", "B": "secret-b"})
    facts = Facts(modes=("sandbox", "none"))
    config = resolved({"mcpServers": servers, "isolation": {"mode": "none"}}, world=world, facts=facts)
    assert config.secrets == ("secret-a", "secret-b")


def waiting(**servers: list[Any]) -> Config:
    """Servers that wait for each other."""
    entries = {name: {"command": "x", "stockade": {"depends_on": needs}} for name, needs in servers.items()}
    return resolved({"mcpServers": {**entries, "far": {"url": "https://x"}}, "isolation": {"mode": "none"}})


def test_servers_may_wait_for_others() -> None:
    config = waiting(a=["b", {"name": "c", "condition": "started"}], b=["c"], c=[])
    assert [spec.name for spec in config.servers] == ["a", "b", "c"]
    assert config.servers[0].depends_on == (Dependency(name="b"), Dependency(name="c", condition="started"))


@pytest.mark.parametrize(
    ("servers", "faults"),
    [
        ({"a": ["zz"]}, [("a", "zz", "there is no such server")]),
        ({"a": ["far"]}, [("a", "far", "it is a remote server, which is never started")]),
        ({"a": ["a"]}, [("a", "a", "they wait for each other")]),
        ({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]},
         [("a", "b", "they wait for each other"), ("b", "c", "they wait for each other"),
          ("c", "a", "they wait for each other")]),
    ],
)  # fmt: skip
def test_impossible_dependencies_are_refused(servers: dict[str, list[str]], faults: list[tuple[str, str, str]]) -> None:
    config = waiting(**servers)
    assert [
        (entry.name, problem.name, problem.reason)
        for entry in config.invalid
        for problem in entry.problems
        if isinstance(problem, DependencyInvalid)
    ] == faults


def test_an_impossible_dependency_is_told_beside_what_else_is_wrong() -> None:
    entry = {"command": "x", "isolation": {"mode": "docker"}, "stockade": {"depends_on": ["zz"]}}
    config = resolved({"mcpServers": {"a": entry}}, facts=Facts(modes=("sandbox", "none")))
    assert [problem.code for problem in config.invalid[0].problems] == ["mode.unavailable", "config.dependency_invalid"]


def test_a_command_line_is_a_config_of_one_sandboxed_server() -> None:
    config = from_command(Command(["/usr/bin/npx", "-y", "${NOT_OURS}$$"]), facts=Facts(), home="/h")
    (spec,) = config.servers
    assert (spec.name, spec.command, spec.args) == ("npx", "/usr/bin/npx", ("-y", "${NOT_OURS}$$"))
    assert (spec.mode, spec.why.key) == ("sandbox", "mode")
    assert config.warnings == ()


def test_the_options_of_a_command_line_are_keys_of_our_blocks() -> None:
    command = Command(
        ["./serve"],
        name="mine",
        isolation={"mode": "none", "sandbox": {"read_write": ["~/d$", "rel"]}},
        supervision={"call_wait": "1s"},
        env={"A": "$B"},
        cwd="work",
    )
    (spec,) = from_command(command, facts=Facts(), folder="/here", home="/h").servers
    assert (spec.name, spec.command, spec.cwd, spec.mode) == ("mine", "/here/serve", "/here/work", "none")
    assert spec.sandbox.read_write == ("/h/d$", "/here/rel")
    assert (spec.call_wait_s, spec.env) == (1.0, {"A": "$B"})


@pytest.mark.parametrize(
    ("argv", "name"),
    [(["/bin/..."], "..."), (["-x"], "server"), (["/opt/x/"], "server"), (["docker", "run"], "docker")],
)
def test_a_command_line_is_named_by_its_program_if_that_makes_a_name(argv: list[str], name: str) -> None:
    assert from_command(Command(argv), facts=Facts()).servers[0].name == name


def test_command_lines_of_one_program_are_pinned_apart_unless_they_are_named() -> None:
    lines = [Command(["npx", "one"]), Command(["npx", "other"]), Command(["npx", "one"]), Command(["npx"], name="npx")]
    kept = [from_command(line, facts=Facts()).servers[0].pinned_as for line in lines]
    assert kept[0] == kept[2] != kept[1]
    assert kept[0].startswith("npx-")
    assert kept[3] == ""


def test_bytes_that_are_no_utf8_are_taken_in_arguments_and_not_in_paths() -> None:
    odd = os.fsdecode(b"\xff")
    assert from_command(Command(["run", odd], env={"A": odd}), facts=Facts()).servers[0].args == (odd,)
    assert from_command(Command(["run"], cwd=odd), facts=Facts()).servers == ()


def test_an_empty_command_line_is_an_invalid_server() -> None:
    config = from_command(Command([]), facts=Facts())
    assert config.invalid[0].problems == (CommandMissing(place="mcpServers.server"),)


def test_a_wrong_option_of_a_command_line_is_a_problem() -> None:
    config = from_command(Command(["x"], isolation={"mode": "docker", "memory_limit": "lots"}), facts=Facts())
    assert [problem.code for problem in config.invalid[0].problems] == ["config.wrong_type"]


KEYS = st.sampled_from(
    ["command", "args", "env", "cwd", "url", "type", "enabled", "isolation", "stockade", "name", "x"]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=4)
TEXTS = st.sampled_from(["${A}", "${file:/x}", "$", "x", "~", "docker", "none", "${A:-${B}}", "1s"])
PARTS = st.recursive(
    SCALARS | TEXTS,
    lambda part: st.lists(part, max_size=3) | st.dictionaries(KEYS | TEXTS, part, max_size=3),
    max_leaves=8,
)
ENTRIES = st.dictionaries(KEYS, PARTS, max_size=5)
SERVERS = st.lists(ENTRIES | PARTS, max_size=3) | st.dictionaries(st.text(max_size=3), ENTRIES | PARTS, max_size=3)
TREES = st.fixed_dictionaries(
    {"mcpServers": SERVERS | PARTS}, optional={"isolation": PARTS, "stockade": PARTS, "servers": SERVERS, "q": PARTS}
)


@settings(max_examples=150)
@given(TREES, st.booleans())
def test_any_tree_gives_a_config_or_a_problem(tree: dict[str, Any], landlock: bool) -> None:
    world = World(variables={"A": "value-of-a"})
    facts = EVERYTHING if landlock else Facts(landlock=False)
    try:
        config = resolve(Document(tree=tree), lookup=world, facts=facts)
    except ConfigError as error:
        config = Config(problems=(error.problem,))  # type: ignore[arg-type]  # always one of the closed union
    told = [*config.problems, *(warning.problem for warning in config.warnings)]
    told += [problem for entry in config.invalid for problem in entry.problems]
    for problem in told:
        (problem.text + problem.remedy).encode()
        assert "value-of-a" not in problem.text + problem.remedy
    assert msgspec.json.encode(check(config, strict=True))
    assert len(config.order) == len(config.servers) + len(config.invalid) + len(config.remote)


@given(st.text(alphabet='{}[]":,mcpServers/*#=\n ', max_size=60))
def test_any_text_gives_a_config_or_a_problem(text: str) -> None:
    document = parse(text, "f", "/")
    if not isinstance(document, Document):
        told = document.text
    else:
        try:
            told = repr(resolve(document, lookup=World(), facts=EVERYTHING))
        except ConfigError as error:
            told = str(error)
    assert told
