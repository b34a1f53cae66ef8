"""Signs that show nothing: the first of each kind is told, however many there are, and work stays small."""

from __future__ import annotations

import pytest

from supervisor.scan.text import bidi, invisible
from supervisor.scan.text.bidi import misdirections
from supervisor.scan.text.invisible import strays
from supervisor.scan.text.items import Unit


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("a\u200bb" * 5000, {("zero_width", True)}),
        ("a\u200bb" * 5000 + "\ufeff c", {("zero_width", True), ("zero_width", False)}),
        ("\u05d0\u05d0\u05d0\u05d0\u200e a\n" * 400 + "a\u200eb", {("mark", False)}),
        ("a\ufe0fb\ufe0f" * 5000, {("selector", True)}),
        ("a\ufe00 \u2061\u2061" * 5000, {("selector", True), ("operator", True)}),
        ("\u2061\u2061a\ufe00 \ufe01\ufe02", {("selector", True), ("selector", False), ("operator", True)}),
        ("a\u00adb" * 5000 + "\u00ad\u00ad\u206a", {("soft_hyphen", False), ("soft_hyphen", True)}),
    ],
)
def test_the_first_of_each_kind_is_told(text: str, kinds: set[tuple[str, bool]]) -> None:
    found = list(strays(text))
    assert {(stray.rule, stray.is_deliberate) for stray in found} == kinds
    assert len(found) <= len(kinds) + 2


def test_places_that_look_the_same_are_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked, beside = 0, invisible._beside

    def counted(text: str, start: int, end: int) -> tuple[str, str]:
        nonlocal looked
        looked += 1
        return beside(text, start, end)

    monkeypatch.setattr(invisible, "_beside", counted)
    list(strays("a\u200bb c\u200dd " * 5000))
    assert 0 < looked < 10


def test_scopes_are_read_so_far_and_more_of_them_are_odd(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = "\u2067" + "\u05d0\u05d1 " * 100 + "\u2069"
    assert list(misdirections(honest * 20)) == []
    monkeypatch.setattr(bidi, "READ_LIMIT", 10 * len(honest))
    (stray,) = misdirections(honest * 20)
    assert (stray.rule, stray.is_deliberate, stray.start) == ("bidi", False, 10 * len(honest))


def test_short_scopes_that_are_the_same_are_judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[str] = []
    monkeypatch.setattr(bidi, "_judged", lambda scope, is_closed: judged.append(scope))
    assert list(misdirections("\u2067\u05d0\u2069 " * 5000)) == []
    assert judged == ["\u2067\u05d0"]


def test_a_text_is_searched_once_for_both_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    unit = Unit("/description", "text", "a\u200bb")
    assert [stray.rule for stray in unit.strays] == ["zero_width"]
    monkeypatch.setattr("supervisor.scan.text.items.strays", None)
    assert len(unit.strays) == 1
