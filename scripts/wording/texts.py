"""The labelled texts that the wording rule is trained on: where they are, and what each line says.

One text a line in texts/*.jsonl: `label` (malicious or benign), `lang`, `place`, `tool`, `text` (or several, of one
definition); where it is from a published server, also its `source` and `license`. Each file is one source, and a source
is what is left out whole when the rule is evaluated: one writer's wording says little of another's. The cases of
tests/scan/corpus count too: what the rule finds of them says nothing of what it finds of others' texts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from supervisor.scan.checks.phrases.wording import prose
from supervisor.scan.text.items import items_of

ROOT = Path(__file__).parents[2]
TEXTS = Path(__file__).with_name("texts")
CASES = ROOT / "tests" / "scan" / "corpus"
_NOT_PROSE = frozenset(("text", "relations"))
"""Files of cases whose malicious ones are so by signs or names, not by what they say."""


class Labelled(NamedTuple):
    """Texts of one definition: if it is malicious, at least one of them is."""

    source: str
    group: str
    """Of texts that must be left out together; the same as the source but for servers."""
    is_malicious: bool
    texts: tuple[str, ...]


def labelled() -> list[Labelled]:
    """All of them, in an order that depends on nothing but the files."""
    return [*_written(), *_cases()]


def inputs() -> list[Path]:
    """The files that are read."""
    return [*sorted(TEXTS.glob("*.jsonl")), *sorted(CASES.glob("*.jsonl"))]


def _written() -> Iterator[Labelled]:
    for path in sorted(TEXTS.glob("*.jsonl")):
        for row in _rows(path):
            texts = _texts({"texts": row["text"]})
            if texts:
                yield Labelled(path.stem, row.get("source", path.stem), row["label"] == "malicious", texts)


def _cases() -> Iterator[Labelled]:
    for path in sorted(CASES.glob("*.jsonl")):
        for case in _rows(path):
            is_malicious = case["label"] == "malicious"
            definitions = [*case["tools"], {"instructions": case["instructions"]}]
            texts = tuple(text for one in definitions if isinstance(one, dict) for text in _texts(one))
            if texts and not (is_malicious and path.stem in _NOT_PROSE):
                yield Labelled("cases", "cases", is_malicious, texts)


def _texts(definition: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(unit.raw for unit in prose(items_of("tool", definition)))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)
