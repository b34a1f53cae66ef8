"""Lines for people."""

from __future__ import annotations

import typing
from string import Formatter

import msgspec
import pytest
from edges.events import recorded, said

from supervisor.edges import human
from supervisor.errors import UnknownServer
from supervisor.events import AnyEvent, ServerBackingOff, ServerFailed, SinkFailed, TreeStopped

KINDS = {str(kind.__struct_config__.tag): kind for kind in typing.get_args(AnyEvent)}


def test_every_event_has_a_sentence() -> None:
    assert KINDS.keys() == human.TEMPLATES.keys()


@pytest.mark.parametrize("tag", human.TEMPLATES)
def test_a_template_names_only_what_its_event_has(tag: str) -> None:
    fields = {field.name for field in msgspec.structs.fields(KINDS[tag])} | {"message"}
    names = {name.split("[")[0] for _, name, _, _ in Formatter().parse(human.TEMPLATES[tag]) if name}
    assert names <= fields


def test_a_line_says_when_where_and_what() -> None:
    fields = recorded(ServerBackingOff(server="github", delay_s=2.0, failures=3)).fields
    assert human.line(fields, coloured=False) == "22:13:20.250  github            tried again in 2.0 s (failure 3)"


def test_a_failure_is_told_with_what_the_server_wrote_last() -> None:
    problem = UnknownServer(server="b", known="a")
    tail = ["Traceback", "ValueError: no key", "", " "]
    failed = ServerFailed(server="b", stage="create", problem=problem, remedy="Do this.", status="", stderr_tail=tail)
    assert human.sentence(recorded(failed).fields).endswith("Do this. It wrote last: ValueError: no key")


def test_a_failure_is_told_with_its_code_and_remedy() -> None:
    problem = UnknownServer(server="b", known="a")
    failed = ServerFailed(server="b", stage="create", problem=problem, remedy="Do this.", status="", stderr_tail=[])
    told = human.sentence(recorded(failed).fields)
    assert told == "failed in create: there is no server 'b'; known: a [server.unknown]. Do this."


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "a.b", "x": 1},
        {"type": "server.ready", "x": 1},
        {"type": "server.backing_off", "delay_s": None, "x": 1},
    ],
)
def test_what_is_not_known_shows_its_fields(fields: dict[str, object]) -> None:
    assert "x=1" in human.sentence(fields)


def test_nothing_in_a_line_can_steer_a_terminal() -> None:
    evil = "\x1b]0;owned\x07\r\n\u202e\x9b31m"
    shown = human.line(recorded(said(evil, server=evil)).fields, coloured=False)
    assert shown.isprintable()


@pytest.mark.parametrize(
    ("fact", "colour"),
    [(SinkFailed(sink="x", reason="y"), human.YELLOW), (TreeStopped(reason="x"), ""), (said(), human.DIM)],
)
def test_colour_tells_severity(fact: object, colour: str) -> None:
    line = human.line(recorded(fact).fields, coloured=True)
    assert line.startswith(colour)
    assert line.endswith(human.PLAIN) == bool(colour)
    assert "\x1b" not in human.line(recorded(fact).fields, coloured=False)


@pytest.mark.parametrize(
    ("line", "suppressed", "text"),
    [("x", 0, "x\n"), ("", 0, "\n"), ("", 4, "… 4 lines left out\n"), ("x", 4, "… 4 lines left out\nx\n")],
)
def test_lines_left_out_are_counted(line: str, suppressed: int, text: str) -> None:
    assert human.said(line, suppressed) == text
