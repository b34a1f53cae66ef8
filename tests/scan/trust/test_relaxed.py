"""Keywords of a schema: which change lets more through."""

from __future__ import annotations

from typing import Any

import pytest

from supervisor.scan.text.reader import read
from supervisor.scan.trust.differences import MISSING
from supervisor.scan.trust.relaxed import is_relaxed


def value(text: str) -> Any:
    return MISSING if text == "" else read(text.encode()).value


@pytest.mark.parametrize(
    ("keyword", "before", "after", "expected"),
    [
        ("maximum", "5", "6", True),
        ("maximum", "5", "5.0", False),
        ("maximum", "5", "4", False),
        ("maximum", "5", '"many"', True),
        ("maximum", "5", "", True),
        ("maximum", "", "5", False),
        ("maximum", "1", "1e400", True),
        ("maximum", "1", "NaN", True),
        ("maximum", "NaN", "NaN", True),
        ("maximum", "1", "-Infinity", False),
        ("maximum", "1e99999999999999999999", "1", True),
        ("maximum", "1e999999999", "1e1000000000", True),
        ("minimum", "1", "0", True),
        ("minimum", "1", "2", False),
        ("minLength", "1", "", True),
        ("enum", '["a"]', '["a", "b"]', True),
        ("enum", '["a", "b"]', '["b"]', False),
        ("enum", "[1]", "[1.0]", True),
        ("enum", "[1]", "[true]", True),
        ("enum", '["a"]', "", True),
        ("const", '"a"', '"b"', True),
        ("const", '"a"', "", True),
        ("type", '"string"', '["string", "null"]', True),
        ("type", '["string", "null"]', '"string"', False),
        ("type", '"integer"', '"string"', True),
        ("pattern", '"a"', '"b"', True),
        ("pattern", '"a"', "", True),
        ("pattern", "", '"a"', False),
        ("additionalProperties", "false", "true", True),
        ("additionalProperties", "false", "", True),
        ("additionalProperties", "true", "", False),
        ("additionalProperties", "true", "false", False),
        ("additionalProperties", "{}", "false", False),
        ("uniqueItems", "true", "false", True),
        ("uniqueItems", "true", "", True),
        ("uniqueItems", "false", "true", False),
    ],
)
def test_more_is_valid_than_before(keyword: str, before: str, after: str, *, expected: bool) -> None:
    assert is_relaxed(keyword, value(before), value(after)) is expected
