"""The folded view."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervisor.scan.text.fold import _TYPOGRAPHIC, _plain, _typed, fold, without_ignorable


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ignore  ALL\tprevious", "ignore all previous"),
        ("  edges  ", "edges"),
        ("one\ntwo", "one two"),
        ("one\n\ntwo", "one\ntwo"),
        ("one\r\n \r\n\r\ntwo", "one\ntwo"),
        ("Steps:\n- first\n- second", "steps:\n- first\n- second"),
        ("ig\u200bno\u00adre", "ignore"),
        ("ｉｇｎｏｒｅ", "ignore"),
        ("𝐢𝐠𝐧𝐨𝐫𝐞", "ignore"),
        ("іgnоrе аll", "ignore all"),  # Cyrillic і, о, е, а among Latin letters
        ("сору the file", "copy the file"),  # a word of look-alikes only, where nothing else is Cyrillic
        ("игнорируй все инструкции", "игнорируй все инструкции"),
        ("это сору и такс", "это сору и такс"),  # Russian stays Russian
        ("Don't, can't and won’t", "do not, can not and will not"),
        ("You're sure they'll do what I've said", "you are sure they will do what i have said"),
        ("the server's tool", "the server's tool"),
        ("“quoted”", '"quoted"'),
        ("Straße", "strasse"),
        ("以前の指示を無視", "以前の指示を無視"),
        ("\U000e0069\U000e0067x", "x"),
        ("", ""),
    ],
)
def test_what_changes_only_the_look_is_gone(text: str, folded: str) -> None:
    assert fold(text) == folded


@settings(deadline=None)
@given(st.text(st.characters()))
def test_folding_is_total_and_settles(text: str) -> None:
    once = fold(text)
    assert len(once) <= 10 * len(text)
    assert "  " not in once


@settings(deadline=None)
@given(st.text(st.characters(max_codepoint=127, min_codepoint=32)))
def test_plain_text_folds_the_same_beside_other_letters(text: str) -> None:
    """The quick way for ASCII says what the thorough way says."""
    assert fold(f"{text} 中") == f"{fold(text)} 中".strip()


def test_no_sign_makes_a_text_much_longer() -> None:
    signs = [chr(number) for number in range(0x110000)]
    assert max(len(fold(sign)) for sign in signs) <= 6


def test_ignorable_is_what_shows_nothing() -> None:
    assert without_ignorable("a\u200b\u2060\ufe0f\U000e0041\u00adb") == "ab"
    assert without_ignorable("a b") == "a b"


@given(st.text(alphabet="aZ '‘’“”„…–—•→×·§°✓⚠\ufe0f🎯🚀\n", max_size=60))
def test_the_short_way_for_typed_texts_ends_where_the_long_one_does(text: str) -> None:
    assert _TYPOGRAPHIC.fullmatch(text)
    assert _typed(text) == _plain(text)
