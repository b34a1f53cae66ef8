"""The catalogue of events is complete and in its grammar."""

from __future__ import annotations

import re
import typing

import msgspec
import pytest

from supervisor import events
from supervisor.events import AnyEvent, Event, Severity

GRAMMAR = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
CATALOGUE = typing.get_args(AnyEvent)


def leaves(root: type[msgspec.Struct]) -> set[type[msgspec.Struct]]:
    """The events below a root that have a tag of their own."""
    below = root.__subclasses__()
    tagged = {kind for kind in below if "." in str(kind.__struct_config__.tag)}
    return tagged.union(*(leaves(kind) for kind in below))


def test_every_event_is_in_the_closed_union() -> None:
    assert {kind for kind in leaves(Event) if kind.__module__ == events.__name__} <= set(CATALOGUE)


def test_the_union_can_be_told_apart_by_its_tags() -> None:
    assert len({kind.__struct_config__.tag for kind in CATALOGUE}) == len(CATALOGUE)
    msgspec.json.Decoder(AnyEvent)


@pytest.mark.parametrize("kind", CATALOGUE, ids=lambda kind: kind.__name__)
def test_an_event_has_a_tag_a_meaning_and_a_severity(kind: type[msgspec.Struct]) -> None:
    assert GRAMMAR.fullmatch(str(kind.__struct_config__.tag))
    assert kind.__doc__
    severity = getattr(kind, "severity", None) or events.KERNEL_SEVERITY.get(kind)
    assert isinstance(severity, Severity)


def test_an_event_outside_the_union_is_caught() -> None:
    class Planted(Event, frozen=True, tag="planted.done"):
        """Nobody listed it."""

    assert Planted in leaves(Event) - set(CATALOGUE)
