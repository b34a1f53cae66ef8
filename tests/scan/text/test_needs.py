"""What an expression needs of a text never hides what the expression would find."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scan import labelled

from scripts.literals import module
from scripts.literals.needed import Group, needed
from supervisor.scan.text.fold import fold
from supervisor.scan.text.held import Held
from supervisor.scan.text.lazy import Lazies, may_match
from supervisor.scan.text.needs import needs_of, plain_group

EXPRESSIONS = module.expressions()
AROUND = ("", " ", "x", "é", "，", ".", "_", "\n", "7")
"""What may stand beside a match: part of its words, or their end."""


def meets(groups: Iterable[Group], text: str) -> bool:
    """Whether a text holds what these groups ask for."""
    some = list(groups)
    return Held(some).of(text) == (1 << len(some)) - 1


def is_hidden(pattern: re.Pattern[str], groups: Iterable[Group], text: str) -> bool:
    """Whether an expression finds something in a text that lacks what it is said to need."""
    return pattern.search(text) is not None and not meets(groups, text)


@pytest.mark.parametrize(
    ("pattern", "groups"),
    [
        (r"\b(?:send|post)\b.{1,60}@", ["¦post¦ ¦send¦", "@"]),
        (r"(?<!\w)(?:e-?mail|cc)\b", ["¦cc¦ ¦email¦ ¦e¦-¦mail¦"]),
        (r"(?<![\w/])\.ssh\b", [".¦ssh¦"]),
        (r"(?!\w)-foo", ["-¦foo"]),
        (r"(?!\wa)foo", ["foo"]),
        (r"delet(?:es|e)|drops?", ["delete drop"]),
        (r"x{2,3}yz", ["xxyz"]),
        (r"(?:ab){2,}c", ["ababc", "abab"]),
        (r"id_ed25519|ID_RSA", ["id_ed00000 id_rsa"]),
        (r"iex ?\(", ["iex¦"]),
        ("忽略|无视", ["忽略 无视"]),
        (r"(?!)|abc", ["abc"]),
        (r"^abc$", ["¦abc¦"]),
        (r"(abc)\1", ["abc"]),
        (r"\w+|abc", []),
        (r"(?:abc)?", []),
        (r"(?i:abc)", []),
        (r"a¦bc", []),
        (r"[a-z]{4}", []),
    ],
)
def test_what_is_needed_follows_from_the_expression(pattern: str, groups: list[str]) -> None:
    assert list(needed(pattern)) == [frozenset(group.split()) for group in groups]


def test_nothing_is_known_of_an_expression_that_ignores_case() -> None:
    assert needed("abc", re.IGNORECASE) == ()


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_matches_holds_what_is_needed(data: st.DataObject) -> None:
    pattern, flags = data.draw(st.sampled_from(EXPRESSIONS))
    expression = re.compile(pattern, flags)
    match = data.draw(st.from_regex(expression))
    text = data.draw(st.sampled_from(AROUND)) + match + data.draw(st.sampled_from(AROUND))
    for one in (text, fold(text)):
        assert not is_hidden(expression, needs_of(pattern, flags), one)


@given(st.text(max_size=60))
def test_any_text_that_matches_holds_what_is_needed(text: str) -> None:
    for pattern in (r"\b\w\d", r"(?<!\w)[.$]\w", r"\s-\w\b", r"é|ß|ς", r"(?:a|\b1)+\b"):
        assert not is_hidden(re.compile(pattern), needed(pattern), text)


@pytest.mark.parametrize("wrong", ["¦sends¦", "send@", "SEND"])
def test_a_need_that_is_wrong_would_be_noticed(wrong: str) -> None:
    pattern = r"\bsend\b"
    assert not is_hidden(re.compile(pattern), needed(pattern), "Do send it.")
    assert is_hidden(re.compile(pattern), [frozenset((wrong,))], "Do send it.")


def test_anchors_of_tables_become_words() -> None:
    assert plain_group(("ignor", "no longer", " ai ", "to ai")) == frozenset(("ignor", "¦longer", "¦ai¦", "¦ai"))
    assert meets([plain_group((" ai ",))], "the ai says")
    assert not meets([plain_group((" ai ",))], "it said so")


def test_the_table_knows_nearly_all_expressions() -> None:
    """One that was just changed is tried on every text until the table is written again: results are the same."""
    unknown = [pattern for pattern, flags in EXPRESSIONS if needed(pattern, flags) and not needs_of(pattern, flags)]
    assert len(unknown) * 20 <= len(EXPRESSIONS), "run scripts/generate"


def test_the_table_says_what_follows_from_the_expressions() -> None:
    known = [key for key in EXPRESSIONS if needs_of(*key)]
    assert [key for key in known if set(needs_of(*key)) != set(needed(*key))] == [], "run scripts/generate"


def test_an_expression_is_not_even_compiled_for_a_text_that_lacks_what_it_needs() -> None:
    made = Lazies()
    pattern, flags = next(key for key in EXPRESSIONS if needs_of(*key))
    one = made(pattern, flags)
    assert one.search("") is None
    assert list(one.finditer("")) == one.findall("") == []
    assert "_compiled" not in vars(one)


def test_a_text_that_is_cut_is_not_asked_what_it_holds() -> None:
    """Where the cut ends a word, the whole text has another one."""
    key = next(key for key in EXPRESSIONS if needs_of(*key))
    one = Lazies()(*key)
    assert one.search("", 0, 0) is None
    assert "_compiled" in vars(one)


def test_what_is_made_later_is_asked_for_as_well() -> None:
    made = Lazies()
    (pattern, _), (other, _) = [key for key in EXPRESSIONS if needs_of(*key) and not key[1]][:2]
    assert made(pattern).search("") is None
    assert not may_match(made(other), "")
    assert may_match(made("no such expression"), "")


LOOK = """
import sys
from supervisor.scan.text import needs_table
if sys.argv[1] == "nothing":
    needs_table.NEEDS = ""
if sys.argv[1] == "wrong":
    needs_table.GROUPS = needs_table.GROUPS.replace("instructions", "nothing-like-it").replace("ssh", "nothing")
from supervisor.__main__ import main
main(["scan", "--batch"])
"""


@pytest.fixture(scope="module")
def requests() -> bytes:
    """The corpus, one request a line."""
    keys = ("id", "server", "tools", "instructions", "peers", "baseline")
    return b"".join(json.dumps({key: case[key] for key in keys}).encode() + b"\n" for case in labelled.cases())


def answers(requests: bytes, needs: str) -> bytes:
    root = Path(module.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", LOOK, needs], input=requests, stdout=subprocess.PIPE, check=True, cwd=root, timeout=300
    )
    return done.stdout


def test_findings_are_the_same_with_every_expression_tried_on_every_text(requests: bytes) -> None:
    known = answers(requests, "known")
    assert known.count(b"\n") == requests.count(b"\n")
    assert known == answers(requests, "nothing")


def test_needs_that_are_wrong_would_change_findings(requests: bytes) -> None:
    assert answers(requests, "wrong") != answers(requests, "known")
