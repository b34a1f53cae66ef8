"""The lock file as text: stable, for people, and worth nothing once somebody has changed it by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fakes.definitions import ADA, definition, finding, look, of_bytes, report
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from supervisor.errors import LockFileDamaged
from supervisor.scan.trust.approval import approve, reject
from supervisor.scan.trust.judge import judge
from supervisor.scan.trust.lockfile import of_server, pins_of, text_of
from supervisor.scan.trust.pins import ServerPins

SEND = definition("send", description="Sends a\u200bmessage \U000e0041 é.", inputSchema={"maximum": 1})
READ = definition("read", description="Reads.")
SAID = definition("", "server", instructions="Use send.", serverInfo={"name": "chat", "version": "1"})


def pinned(server: str = "s", *definitions: Any) -> ServerPins:
    """A server of which something is trusted, something rejected, and something waits."""
    first = judge(look(*(definitions or (SAID, SEND, READ))), ServerPins(server=server)).pins
    changed = judge(look(definition("read", description="Reads all."), definition("more")), first).pins
    return approve(reject(changed, ADA, "read").pins, ADA, "send").pins


def decided(pins: ServerPins) -> ServerPins:
    return replace(pins, seen=())


WHOLE = text_of([pinned("b"), pinned("a")])


def damage(text: str | bytes) -> LockFileDamaged:
    found = pins_of(text if isinstance(text, bytes) else text.encode(), "stockade.lock")
    assert isinstance(found, LockFileDamaged), found
    return found


def test_what_is_written_is_read_again_without_what_only_waits() -> None:
    found = pins_of(WHOLE.encode(), "stockade.lock")
    assert found == {"a": decided(pinned("a")), "b": decided(pinned("b"))}
    assert of_server(found, "c") == ServerPins(server="c")


def test_the_text_is_stable_and_in_order() -> None:
    assert text_of([pinned("a"), pinned("b")]) == WHOLE
    found = pins_of(WHOLE.encode(), "stockade.lock")
    assert isinstance(found, dict)
    assert text_of(found.values()) == WHOLE
    assert list(json.loads(WHOLE)["servers"]) == ["a", "b"]


def test_a_definition_is_readable_and_nothing_in_it_hides() -> None:
    lines = WHOLE.split("\n")
    assert '            "description": "Sends a\\u200bmessage \\udb40\\udc41 é.",' in lines
    assert all(line.isprintable() for line in lines)
    first = json.loads(WHOLE)["servers"]["a"]["trusted"][0]
    assert first["definition"] == {"instructions": "Use send.", "serverInfo": {"name": "chat"}}
    assert list(first) == ["kind", "name", "pin", "at", "rules", "findings", "by", "definition"]


def test_a_change_of_trust_is_a_small_difference() -> None:
    """A key a line: one approved word changes its own line, the pin, and who and when."""
    before = decided(judge(look(READ), ServerPins(server="s")).pins)
    waiting = judge(look(definition("read", description="Reads all.")), before).pins
    after = approve(waiting, ADA, "read").pins
    one, other = (set(text_of([pins]).split("\n")) for pins in (before, after))
    assert len(one - other) <= 4
    assert len(other - one) <= 5


def test_servers_of_which_nothing_was_decided_are_not_in_it() -> None:
    waiting = judge(look(READ, trust="manual"), ServerPins(server="s")).pins
    assert waiting.seen
    assert json.loads(text_of([waiting]))["servers"] == {}


def test_what_could_not_be_read_is_kept_byte_by_byte() -> None:
    doubled = of_bytes("send", b'{"name": "send", "name": "x", "d": "\xff"}')
    pins = approve(judge(look(doubled, report=report(finding("send"))), ServerPins(server="s")).pins, ADA).pins
    assert pins_of(text_of([pins]).encode(), "f") == {"s": decided(pins)}
    assert '"bytes": "' in text_of([pins])


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_a_text_that_was_changed_by_hand_is_said_where_it_is() -> None:
    changed = WHOLE.replace('"description": "Reads."', '"description": "Reads all and sends it to me."', 1)
    found = damage(changed)
    assert found.reason == "its text does not match its pin: one of them was changed by hand"
    pin = READ.digest
    assert found.place == f":{line_of(changed, pin)}: servers.a.trusted (tool 'read')"
    assert found.text.startswith(f"stockade.lock:{line_of(changed, pin)}: servers.a.trusted (tool 'read'): its text")
    assert "git checkout -- stockade.lock" in found.remedy


CONFLICT = WHOLE.replace('  "servers": {', '<<<<<<< HEAD\n  "servers": {\n=======\n>>>>>>> other', 1)
TRUSTED = json.loads(WHOLE)["servers"]["a"]["trusted"]


def edited(*path: Any, value: Any) -> str:
    """The file with another value at one place."""
    whole = json.loads(WHOLE)
    target = whole
    for step in path[:-1]:
        target = target[step]
    if value is None:
        del target[path[-1]]
    else:
        target[path[-1]] = value
    return json.dumps(whole)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is empty"),
        (" \n", "it is empty"),
        (WHOLE[:-30], "it is not JSON"),
        (WHOLE.encode()[:-3] + b"\xff", "it is not UTF-8"),
        ("{}", "it is no lock file of stockade"),
        ("[]", "it is no lock file of stockade"),
        ("[" * 100_000, "it is not JSON"),
        ('{"stockade_lock": ' + "[" * 500 + "]" * 500 + "}", "it is nested too deep, or too large"),
        (CONFLICT, "two versions of it were merged and the conflict stands in it"),
        (
            WHOLE.replace('"stockade_lock": 1', '"stockade_lock": 2'),
            "its version is not 1: another version of stockade wrote it",
        ),
        (WHOLE.replace('"stockade_lock": 1', '"stockade_lock": 1.0'), "its version is not 1"),
        (WHOLE.replace('"settled": true', '"settled": true, "settled": false', 1), "stands twice"),
        (edited("servers", value=[]), "is no object"),
        (edited("more", value=1), "has a key that is not known: 'more'"),
        (edited("servers", "a", value=7), "is no object"),
        (edited("servers", "a", "setled", value=True), "has a key that is not known: 'setled'"),
        (edited("servers", "a", "settled", value="yes"), "is neither true nor false"),
        (edited("servers", "a", "since", value="yesterday"), "is no time such as"),
        (edited("servers", "a", "since", value="2026-99-99T00:00:00Z"), "is no time such as"),
        (edited("servers", "a", "trusted", value=None), "is missing"),
        (edited("servers", "a", "rejected", value={}), "is no list"),
        (edited("servers", "a", "trusted", 0, value="x"), "is no object"),
        (edited("servers", "a", "trusted", 1, "by", value="chance"), "`by` is none of first-use, scan, person"),
        (edited("servers", "a", "trusted", 1, "by", value=None), "`by` is none of"),
        (edited("servers", "a", "trusted", 1, "kind", value="toll"), "there is no kind 'toll'"),
        (edited("servers", "a", "trusted", 1, "name", value="send"), "is the definition of 'read'"),
        (edited("servers", "a", "trusted", 1, "definition", value=None), "has no definition"),
        (edited("servers", "a", "trusted", 1, "definition", value={}), "its text does not match its pin"),
        (edited("servers", "a", "trusted", 1, "pin", value="sha256:0"), "its text does not match its pin"),
        (
            edited("servers", "a", "trusted", 1, "pin", value=TRUSTED[1]["pin"].upper()),
            "its text does not match its pin",
        ),
        (edited("servers", "a", "trusted", 1, "bytes", value="%"), "has no definition"),
        (edited("servers", "a", "trusted", 1, "findings", value=[1]), "holds something that is no text"),
        (edited("servers", "a", "trusted", 1, "rules", value=1), "is no text"),
        (edited("servers", "a", "trusted", value=[TRUSTED[0], TRUSTED[0]]), "twice"),
        (edited("servers", "a", "rejected", value=[TRUSTED[1]]), "trusts and rejects the same text of tool 'read'"),
    ],
)
def test_damage_is_told_and_nothing_counts(text: str | bytes, reason: str) -> None:
    found = damage(text)
    assert reason in found.reason
    assert found.remedy


def test_bytes_that_are_none_are_damage() -> None:
    doubled = of_bytes("send", b'{"name": 1, "name": 2}')
    pins = approve(judge(look(doubled), ServerPins(server="s")).pins, ADA).pins
    whole = json.loads(text_of([pins]))
    whole["servers"]["s"]["trusted"][0]["bytes"] += "%"
    assert damage(json.dumps(whole)).reason == "its bytes are not base64"


def test_places_of_damage_have_lines_where_there_are_any() -> None:
    assert damage(CONFLICT).place == f":{line_of(CONFLICT, '<<<<<<<')}"
    cut = WHOLE[: len(WHOLE) // 2]
    assert damage(cut).place.startswith(":")
    assert damage("").place == ""


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_no_single_changed_byte_makes_another_text_trusted(data: st.DataObject) -> None:
    """The guard, broken at any place: a file that still reads holds the same definitions under the same pins."""
    whole = WHOLE.encode()
    at = data.draw(st.integers(0, len(whole) - 1))
    changed = whole[:at] + bytes([data.draw(st.integers(0, 255))]) + whole[at + 1 :]
    found = pins_of(changed, "f")
    if isinstance(found, dict):
        texts = {pin.text for pins in found.values() for pin in (*pins.pins, *pins.rejected)}
        assert texts <= {pin.text for pins in (pinned("a"), pinned("b")) for pin in (*pins.pins, *pins.rejected)}


@settings(deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: json.dumps(text).encode()))
def test_any_bytes_are_damage_or_a_lock_file(data: bytes) -> None:
    assert isinstance(pins_of(data, "f"), LockFileDamaged)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8"), min_size=1, max_size=8),
            st.dictionaries(
                st.text(st.characters(codec=None, exclude_categories=()), max_size=6), st.text(), max_size=3
            ),
        ),
        max_size=4,
    )
)
def test_whatever_was_decided_comes_back(rows: list[tuple[str, dict[str, str]]]) -> None:
    servers = {}
    for name, more in rows:
        texts = [definition("t", more=more), definition("p", "prompt")]
        servers[name] = decided(judge(look(*texts), ServerPins(server=name)).pins)
    assert pins_of(text_of(servers.values()).encode(), "f") == servers
