"""Where servers are found, how they may be called, and what two of one name come to."""

from __future__ import annotations

from typing import Any

import pytest
from config.worlds import document, refused, resolved

from supervisor.config.shapes import LONGEST_NAME_BYTES, unfit
from supervisor.errors import ConfigError, DuplicateKey, DuplicateName, NameInvalid, ShapeUnknown, WrongType


def names(source: str | dict[str, Any]) -> tuple[str, ...]:
    return tuple(server.name for server in resolved(source).servers)


def test_servers_are_found_in_every_shape() -> None:
    entry = {"command": "x"}
    assert names({"mcpServers": [{"name": "a", **entry}, {"name": "b", **entry}]}) == ("a", "b")
    assert names({"mcpServers": {"a": entry, "b": entry}}) == ("a", "b")
    assert names({"servers": {"a": {"type": "stdio", **entry}}}) == ("a",)
    assert names({"servers": {"a": entry}, "mcpServers": {"b": entry}, "x": 1}) == ("b", "a")
    assert names({"mcpServers": {}}) == ()
    assert names({"mcpServers": None, "servers": []}) == ()


@pytest.mark.parametrize("tree", [{}, {"mcpServers": None}, {"mcp": {"servers": {}}}])
def test_a_document_without_servers_is_unusable(tree: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as caught:
        resolved(tree)
    assert caught.value.problem == ShapeUnknown(place="the config")


@pytest.mark.parametrize("servers", ["x", 1, True])
def test_servers_that_are_neither_a_list_nor_a_map_are_unusable(servers: object) -> None:
    with pytest.raises(ConfigError) as caught:
        resolved({"mcpServers": servers})
    assert isinstance(caught.value.problem, WrongType)
    assert caught.value.problem.place == "mcpServers"


def test_one_bad_entry_leaves_the_others_alone() -> None:
    servers = [{"name": "a", "command": "x"}, 7, {"command": "x"}, {"name": 3, "command": "x"}, {"name": "b"}]
    config = resolved({"mcpServers": servers})
    assert [spec.name for spec in config.servers] == ["a"]
    assert [(entry.name, entry.problems[0].text) for entry in config.invalid] == [
        ("mcpServers[1]", "mcpServers[1]: the server is not an object"),
        ("mcpServers[2]", "mcpServers[2].name: the server has no name"),
        ("mcpServers[3]", "mcpServers[3].name: the server has no name"),
        ("b", "mcpServers[4]: the server has neither `command` nor `url`"),
    ]
    assert config.order == ("a", "mcpServers[1]", "mcpServers[2]", "mcpServers[3]", "b")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "it is empty"),
        (".", "it names a folder"),
        ("..", "it names a folder"),
        ("a/b", "it contains a slash"),
        ("a\nb", "it contains a sign that cannot be printed"),
        ("a\x00", "it contains a sign that cannot be printed"),
        ("\ud800", "it contains a sign that cannot be printed"),
        ("-a", "it begins with a dash"),
        (" a", "it begins or ends with a blank"),
        ("a ", "it begins or ends with a blank"),
        ("ü" * 65, f"it is longer than {LONGEST_NAME_BYTES} bytes"),
        ("x" * 128, None),
        ("my server", None),
        ("github.com", None),
        ("日本", None),
        (".hidden", None),
    ],
)
def test_names_must_be_fit_for_folders_sockets_and_arguments(name: str, reason: str | None) -> None:
    assert unfit(name) == reason


def test_an_unfit_name_makes_its_server_invalid() -> None:
    config = resolved({"mcpServers": {"a/b": {"command": "x"}, "": {"command": "x"}}})
    slash, empty = (entry.problems[0] for entry in config.invalid)
    assert isinstance(slash, NameInvalid)
    assert (slash.place, slash.name, slash.reason) == ('mcpServers["a/b"]', "a/b", "it contains a slash")
    assert isinstance(empty, NameInvalid)


def test_two_servers_of_one_name_in_a_list_are_refused_with_both_places() -> None:
    entries = [f'\n {{"name": "{name}", "command": "x"}}' for name in ("a", "b", "a")]
    config = resolved('{"mcpServers": [' + ",".join(entries) + "]}")
    assert [spec.name for spec in config.servers] == ["b"]
    assert config.order == ("a", "b")
    duplicate = DuplicateName(place="mcp.json:4:2 mcpServers[2]", name="a", first_place="mcp.json:2:2 mcpServers[0]")
    assert config.invalid[0].problems == (duplicate,)


def test_two_servers_of_one_name_in_a_map_are_refused_with_both_places() -> None:
    config = resolved('{"mcpServers": {\n "a": {"command": "x"},\n "b": {"command": "x"},\n "a": {"command": "y"}}}')
    assert [spec.name for spec in config.servers] == ["b"]
    duplicate = DuplicateName(place="mcp.json:4:2 mcpServers.a", name="a", first_place="mcp.json:2:2")
    assert config.invalid[0].problems == (duplicate,)


def test_two_servers_of_one_name_in_two_shapes_are_refused() -> None:
    problems = resolved({"mcpServers": {"a": {"command": "x"}}, "servers": {"a": {"command": "x"}}}).invalid[0].problems
    assert problems == (DuplicateName(place="servers.a", name="a", first_place="mcpServers.a"),)


def test_a_key_that_stands_twice_in_a_server_makes_it_invalid() -> None:
    config = resolved('{"mcpServers": {"a": {"command": "x", "env": {"A": "1",\n "A": "2"}}, "b": {"command": "x"}}}')
    assert [spec.name for spec in config.servers] == ["b"]
    problem = DuplicateKey(place="mcp.json:2:2 mcpServers.a.env.A", key="A", first_place="mcp.json:1:47")
    assert config.invalid[0].problems == (problem,)


def test_a_key_that_stands_twice_in_somebody_elses_block_is_no_matter() -> None:
    config = resolved('{"mcpServers": {"a": {"command": "x"}}, "theirs": {"k": 1, "k": 2}}')
    assert config.problems == ()
    assert [spec.name for spec in config.servers] == ["a"]


def test_a_servers_place_is_where_it_stands() -> None:
    assert document('{"servers": {"a": {}}}').place(("servers", "a")) == "mcp.json:1:14 servers.a"
    assert refused(7)[0].text == "mcpServers.one: the server is not an object"
