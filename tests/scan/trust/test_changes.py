"""How grave a change is, by where it is: one row for each rule, and for what must not be taken for it."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervisor.scan.trust.canonical import canonical
from supervisor.scan.trust.changes import GRAVITY, MOST_TOLD, compare, nameless
from supervisor.scan.words import ChangeClass, Kind

TOOL: dict[str, Any] = {
    "name": "send",
    "title": "Send",
    "description": "Send a message to a room. See https://docs.example.com/send.",
    "inputSchema": {
        "type": "object",
        "properties": {
            "room": {"type": "string", "enum": ["a", "b"], "description": "Where to"},
            "text": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 100, "minLength": 1},
            "count": {"type": "integer", "minimum": 1, "maximum": 5},
            "options": {"type": "object", "properties": {"loud": {"type": "boolean"}}, "additionalProperties": False},
        },
        "required": ["room", "text"],
        "additionalProperties": False,
    },
    "annotations": {"readOnlyHint": True, "destructiveHint": False},
}
GONE = object()


def text(value: Any) -> str:
    return canonical(json.dumps(value).encode())


def changed(pointer: str, value: Any, start: Any = TOOL) -> Any:
    """A copy of the definition with another value, or none, at one place."""
    whole = deepcopy(start)
    *path, last = pointer.removeprefix("/").split("/")
    target = whole
    for step in path:
        target = target[int(step)] if isinstance(target, list) else target[step]
    if value is GONE:
        del target[last]
    else:
        target[last] = value
    return whole


def schema(**properties: Any) -> Any:
    return changed("/inputSchema/properties", TOOL["inputSchema"]["properties"] | properties)


ROWS: list[tuple[str, Any, ChangeClass]] = [
    # blanks, orders, ornaments
    ("/description", "Send a  message\nto a room. See https://docs.example.com/send.", "cosmetic"),
    ("/title", " Send ", "cosmetic"),
    ("/inputSchema/required", ["text", "room"], "cosmetic"),
    ("/inputSchema/properties/room/enum", ["b", "a"], "cosmetic"),
    ("/icons", [{"src": "data:image/png;base64,AAAA"}], "cosmetic"),
    ("/inputSchema/$schema", "https://json-schema.org/draft/2020-12/schema", "cosmetic"),
    ("/annotations/openWorldHint", True, "cosmetic"),
    # blanks are something else where they are no prose
    ("/inputSchema/properties/text/pattern", "^[a-z] +$", "escalating"),
    ("/inputSchema/properties/text/const", "a ", "semantic"),
    # parameters
    ("/inputSchema/properties/subject", {"type": "string"}, "additive"),
    ("/inputSchema/properties/context_lines", {"type": "integer"}, "additive"),
    ("/inputSchema/properties/page_token", {"type": "string"}, "additive"),
    ("/inputSchema/properties/options/properties/bold", {"type": "boolean"}, "additive"),
    ("/inputSchema/properties/context", {"type": "string"}, "escalating"),
    ("/inputSchema/properties/systemPrompt", {"type": "string"}, "escalating"),
    ("/inputSchema/properties/user_password", {"type": "string"}, "escalating"),
    ("/inputSchema/properties/subject", {"description": "as on https://evil.example.net/"}, "escalating"),
    ("/inputSchema/properties/count", GONE, "semantic"),
    ("/inputSchema/properties/properties", {"type": "string"}, "additive"),
    ("/inputSchema/properties/enum", {"type": "string"}, "additive"),
    ("/inputSchema/properties/required", {"type": "string"}, "additive"),
    ("/inputSchema/required", ["room", "text", "count"], "escalating"),
    ("/inputSchema/required", ["room"], "semantic"),
    ("/inputSchema/required", GONE, "semantic"),
    # bounds
    ("/inputSchema/properties/text/pattern", GONE, "escalating"),
    ("/inputSchema/properties/text/pattern", "^.*$", "escalating"),
    ("/inputSchema/properties/count/pattern", "x", "semantic"),
    ("/inputSchema/properties/room/enum", ["a", "b", "c"], "escalating"),
    ("/inputSchema/properties/room/enum", ["a"], "semantic"),
    ("/inputSchema/properties/room/enum", GONE, "escalating"),
    ("/inputSchema/properties/text/maxLength", 1000, "escalating"),
    ("/inputSchema/properties/text/maxLength", 10, "semantic"),
    ("/inputSchema/properties/text/maxLength", GONE, "escalating"),
    ("/inputSchema/properties/count/minimum", 0, "escalating"),
    ("/inputSchema/properties/count/minimum", 2, "semantic"),
    ("/inputSchema/properties/text/type", ["string", "null"], "escalating"),
    ("/inputSchema/additionalProperties", True, "escalating"),
    ("/inputSchema/additionalProperties", GONE, "escalating"),
    ("/inputSchema/properties/options/additionalProperties", {"type": "string"}, "escalating"),
    ("/inputSchema/properties/room/description", "Where it goes", "semantic"),
    ("/inputSchema/properties/room/default", "a", "semantic"),
    # promises
    ("/annotations/readOnlyHint", False, "escalating"),
    ("/annotations/readOnlyHint", GONE, "escalating"),
    ("/annotations/readOnlyHint", "yes", "escalating"),
    ("/annotations/destructiveHint", True, "escalating"),
    ("/annotations/destructiveHint", GONE, "escalating"),
    ("/annotations/openWorldHint", False, "escalating"),
    ("/annotations", GONE, "escalating"),
    ("/annotations/idempotentHint", True, "semantic"),
    # texts and hosts
    ("/description", "Send a message to a house. See https://docs.example.com/send.", "semantic"),
    ("/description", "Send a message to a room. See https://docs.example.org/send.", "escalating"),
    ("/description", "Send a message to 203.0.113.9", "escalating"),
    ("/description", "Send a message by way of docs.example.com", "semantic"),
    ("/icons", [{"src": "https://evil.example.net/pixel.png"}], "escalating"),
    ("/_meta", {"build": "7"}, "semantic"),
    ("/outputSchema", {"type": "object"}, "semantic"),
    ("/description", GONE, "semantic"),
]  # fmt: skip


@pytest.mark.parametrize(("pointer", "value", "change"), ROWS)
def test_a_change_is_as_grave_as_its_place(pointer: str, value: Any, change: ChangeClass) -> None:
    compared = compare("tool", text(TOOL), text(changed(pointer, value)))
    assert compared.change == change, compared.details
    assert compared.pointers
    assert all(place.startswith("/" + pointer.split("/")[1]) for place in compared.pointers)
    assert all(detail.startswith("/") for detail in compared.details)


def test_a_required_parameter_that_is_new_is_told_as_such() -> None:
    wanted = changed("/inputSchema/required", ["room", "text", "key"], schema(key={"type": "string"}))
    compared = compare("tool", text(TOOL), text(wanted))
    assert compared.change == "escalating"
    assert "/inputSchema/properties/key is a new parameter that has to be given" in compared.details


def test_the_gravest_place_counts_and_is_told_first() -> None:
    both = changed("/annotations/readOnlyHint", False, changed("/description", "Send  a message."))
    compared = compare("tool", text(TOOL), text(both))
    assert compared.change == "escalating"
    assert compared.details[0].startswith("/annotations/readOnlyHint was true and is false")


def test_the_whole_annotations_count_as_their_worst_promise() -> None:
    without = changed("/annotations", GONE)
    assert (
        compare("tool", text(without), text(changed("/annotations", {"title": "Send"}, without))).change == "semantic"
    )
    promised = changed("/annotations", {"readOnlyHint": True}, without)
    assert compare("tool", text(without), text(promised)).change == "escalating"
    said = changed("/annotations", {"readOnlyHint": False}, without)
    assert compare("tool", text(without), text(said)).change == "cosmetic"


PROMPT = {"name": "review", "arguments": [{"name": "code", "required": True}, {"name": "tone"}]}


@pytest.mark.parametrize(
    ("arguments", "change"),
    [
        ([{"name": "tone"}, {"name": "code", "required": True}], "cosmetic"),
        ([{"name": "code", "required": True}, {"name": "tone"}, {"name": "length"}], "additive"),
        ([{"name": "code", "required": True}, {"name": "tone"}, {"name": "length", "required": True}], "escalating"),
        ([{"name": "code", "required": True}, {"name": "tone", "required": True}], "escalating"),
        ([{"name": "code"}, {"name": "tone"}], "semantic"),
        ([{"name": "code", "required": True}], "semantic"),
        ([{"name": "code", "required": True}, {"name": "tone"}, {"name": "tone"}], "semantic"),
    ],
)
def test_a_prompts_arguments_are_parameters(arguments: list[Any], change: ChangeClass) -> None:
    assert compare("prompt", text(PROMPT), text({**PROMPT, "arguments": arguments})).change == change


def test_what_cannot_be_read_is_never_harmless() -> None:
    doubled = canonical(b'{"name": "send", "name": "send"}')
    assert compare("tool", text(TOOL), doubled).change == "semantic"
    assert compare("tool", doubled, text(TOOL)).change == "semantic"


def test_equal_texts_differ_nowhere() -> None:
    compared = compare("tool", text(TOOL), text(TOOL))
    assert (compared.change, compared.pointers, compared.details) == ("cosmetic", (), ())


def test_a_renamed_definition_is_known_again() -> None:
    assert nameless(text(TOOL)) == nameless(text({**TOOL, "name": "transmit", "title": "Transmit"}))
    assert nameless(text(TOOL)) != nameless(text({**TOOL, "name": "transmit", "description": "Other"}))
    assert nameless(canonical(b'{"name": 1, "name": 2}')) != nameless(canonical(b'{"name": 1, "name": 3}'))
    assert nameless("[1]") == "[1]"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
KEYED = st.dictionaries(
    st.sampled_from(
        ["name", "description", "inputSchema", "annotations", "arguments", "properties", "required", "enum"]
    ),
    JSON
    | st.dictionaries(st.sampled_from(["properties", "required", "enum", "pattern", "readOnlyHint", "maximum"]), JSON),
)


@settings(deadline=None)
@given(
    kind=st.sampled_from(["tool", "prompt", "resource", "template", "server"]), before=KEYED | JSON, after=KEYED | JSON
)
def test_whatever_is_compared_has_a_class_and_only_equal_values_have_no_place(
    kind: Kind, before: Any, after: Any
) -> None:
    compared = compare(kind, text(before), text(after))
    assert compared.change in GRAVITY
    if text(before) != text(after) and kind != "prompt":
        assert compared.pointers
        assert compared.details
    if text(before) == text(after):
        assert not compared.pointers


def test_what_is_told_of_a_hostile_definition_is_short_and_shows_all() -> None:
    many = schema(**{f"p{n}\u202e{'x' * 300}": {"type": "string"} for n in range(1000)})
    required = changed("/inputSchema/required", [f"r{n}" for n in range(1000)], many)
    compared = compare("tool", text(TOOL), text(required))
    assert compared.change == "escalating"
    assert len(compared.pointers) <= MOST_TOLD
    assert compared.details[-1].startswith("… and ")
    told = "".join([*compared.details, *compared.pointers])
    assert told.isprintable()
    assert len(told) < 20_000
