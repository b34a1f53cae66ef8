"""The catalogue of problems is complete, and every entry of it can be shown to a person."""

from __future__ import annotations

import re
import string
import types
import typing
from typing import Any

import msgspec
import pytest

from supervisor import errors
from supervisor.errors import AnyProblem, ExitCode, Problem

GRAMMAR = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
CATALOGUE = typing.get_args(AnyProblem)
SAMPLES: dict[Any, Any] = {str: "x", int: 7, float: 1.5, bool: True, tuple: (), dict: {}, list: []}


def sample(annotation: Any) -> Any:
    """Any value of the type."""
    if isinstance(annotation, types.UnionType):
        annotation = typing.get_args(annotation)[0]
    return SAMPLES[typing.get_origin(annotation) or annotation]


def made(kind: type[Problem]) -> Problem:
    """One problem of the kind, with any facts."""
    return kind(**{field.name: sample(field.type) for field in msgspec.structs.fields(kind)})


def leaves(root: type[Problem]) -> set[type[Problem]]:
    """The problems below a root that have a code of their own."""
    below = root.__subclasses__()
    tagged = {kind for kind in below if "." in str(kind.__struct_config__.tag)}
    return tagged.union(*(leaves(kind) for kind in below))


def unknown_placeholders(template: str, fields: tuple[str, ...]) -> set[str]:
    """Names in a template that are no fields."""
    names = {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
    return names - set(fields)


def test_every_problem_is_in_the_closed_union() -> None:
    assert {kind for kind in leaves(Problem) if kind.__module__ == errors.__name__} == set(CATALOGUE)


def test_codes_are_unique() -> None:
    codes = [kind.__struct_config__.tag for kind in CATALOGUE]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("kind", CATALOGUE, ids=lambda kind: kind.__name__)
def test_a_problem_has_a_code_a_sentence_a_remedy_and_a_page(kind: type[Problem]) -> None:
    assert GRAMMAR.fullmatch(str(kind.__struct_config__.tag))
    assert kind.sentence
    assert kind.advice
    assert kind.__doc__
    assert isinstance(kind.exit_code, ExitCode)
    assert kind.__struct_fields__, "what it is about is a fact, for programs"
    assert "{" in kind.sentence, "a sentence that says nothing of this very case helps nobody"
    assert unknown_placeholders(kind.sentence, kind.__struct_fields__) == set()
    assert unknown_placeholders(kind.advice, kind.__struct_fields__) == set()


VAGUE = re.compile(
    r"^(Check|Verify|Ensure|Make sure)\b|\b(check|verify) (the|your) (configuration|config|settings|setup)\b"
    r"|\bdocs/|\.md\b|\blines? (above|below)\b|\bsee (above|below)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("kind", CATALOGUE, ids=lambda kind: kind.__name__)
def test_a_remedy_is_something_to_do_wherever_it_is_read(kind: type[Problem]) -> None:
    assert VAGUE.findall(kind.advice) == []


@pytest.mark.parametrize(
    "advice",
    [
        "Check the path and its permissions.",
        "If it fails, check your configuration.",
        "Correct it; docs/reference/config.md lists every key.",
        "Read its last stderr lines below.",
    ],
)
def test_a_remedy_that_is_none_is_caught(advice: str) -> None:
    assert VAGUE.search(advice)


@pytest.mark.parametrize("kind", CATALOGUE, ids=lambda kind: kind.__name__)
def test_a_problem_can_be_told_and_travels_whole(kind: type[Problem]) -> None:
    problem = made(kind)
    assert problem.text
    assert problem.remedy
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(problem), type=AnyProblem) == problem


def test_a_problem_outside_the_union_is_caught() -> None:
    class Planted(Problem, frozen=True, tag="planted.here"):
        """Nobody listed it."""

    assert Planted in leaves(Problem) - set(CATALOGUE)


def test_a_placeholder_without_a_field_is_caught() -> None:
    assert unknown_placeholders("{path!r} and {reason:g} and {{this}}", ("path",)) == {"reason"}
