"""Whether a keyword of a JSON schema lets more through than before."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from supervisor.scan.text.reader_words import Number
from supervisor.scan.trust.differences import MISSING

_UPPER = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains"})
_LOWER = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains"})
_WHOLE = frozenset({"pattern", "format", "not", "propertyNames", "patternProperties", "multipleOf", "contentEncoding"})
KEYWORDS = (
    _UPPER | _LOWER | _WHOLE | {"enum", "const", "type", "additionalProperties", "unevaluatedProperties", "uniqueItems"}
)
"""Keywords that restrict what is valid."""


def is_relaxed(keyword: str, before: Any, after: Any) -> bool:
    """Whether more is valid than before, or may be: of two patterns nobody can say it, so a changed one counts."""
    if before is MISSING:
        return False
    if after is MISSING:
        return before is not True or keyword == "uniqueItems"
    if keyword in _UPPER or keyword in _LOWER:
        return _is_wider(before, after, is_upper=keyword in _UPPER)
    if keyword in ("enum", "type"):
        return not _listed(after) <= _listed(before)
    if keyword in ("additionalProperties", "unevaluatedProperties"):
        return after is not False
    return not (keyword == "uniqueItems" and after is True)


def _is_wider(before: Any, after: Any, *, is_upper: bool) -> bool:
    if not isinstance(before, Number) or not isinstance(after, Number):
        return True
    try:
        one, other = Decimal(before.text), Decimal(after.text)
        is_tighter = other <= one if is_upper else other >= one
    except ArithmeticError:  # no number, or none that can be compared
        return True
    return not is_tighter


def _listed(value: Any) -> frozenset[str]:
    """The values of a list, or the one that stands for a list of one; as text, so that any of them can be compared."""
    return frozenset(repr(one) for one in (value if type(value) is list else [value]))
