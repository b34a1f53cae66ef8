"""What a server defines, as it is found in its answers."""

from __future__ import annotations

import json

import pytest

from supervisor.mcp.definitions import definition, own_words
from supervisor.scan.words import Kind

META = "io.modelcontextprotocol/"


def text(value: object) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize(
    ("kind", "raw", "name"),
    [
        ("tool", b'{"name":"add"}', "add"),
        ("tool", b'{"name":"a","name":"b"}', "b"),
        ("tool", b'{"name":"\\ud800"}', "\ud800"),
        ("tool", b'{"name":"\xff"}', "\udcff"),
        ("tool", b'{"uri":"x"}', ""),
        ("tool", b'{"name":7}', ""),
        ("tool", b"[]", ""),
        ("tool", b"[" * 100_000, ""),
        ("prompt", b'{"name":"ask"}', "ask"),
        ("resource", b'{"name":"n","uri":"file:///x"}', "file:///x"),
        ("template", b'{"name":"n","uriTemplate":"file:///{x}"}', "file:///{x}"),
        ("server", b'{"instructions":"i"}', ""),
    ],
)
def test_a_definition_goes_by_its_name(kind: Kind, raw: bytes, name: str) -> None:
    found = definition(kind, raw)
    assert (found.kind, found.name, found.raw) == (kind, name, raw)


def test_the_servers_own_words_are_the_same_in_both_eras() -> None:
    info = {"name": "s", "version": "1"}
    older = own_words(text({"protocolVersion": "x", "serverInfo": info, "capabilities": {}, "instructions": "do"}))
    newer = own_words(text({"instructions": "do", "_meta": {"other": 1, f"{META}serverInfo": info}}))
    assert older is not None
    assert older == newer
    assert (older.kind, json.loads(older.raw)) == ("server", {"instructions": "do", "serverInfo": info})


@pytest.mark.parametrize("result", [{}, {"_meta": {}}, {"_meta": 7}, [], 3])
def test_a_server_that_says_nothing_of_itself_defines_nothing(result: object) -> None:
    assert own_words(text(result)) is None
