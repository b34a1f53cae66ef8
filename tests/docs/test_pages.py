"""Every page of the docs can be found: an index links to it, and every link leads somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TREE = Path(__file__).parents[2]
DOCS = TREE / "docs"
LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)")
PAGES = sorted([*TREE.glob("*.md"), *DOCS.rglob("*.md")])


def links(page: Path) -> Iterator[Path]:
    """The files that a page links to; examples in fenced blocks do not count."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    yield from ((page.parent / target).resolve() for target in LINK.findall(text))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(TREE).as_posix())
def test_no_link_of_a_page_is_broken(page: Path) -> None:
    assert [target for target in links(page) if not target.exists()] == []


def test_every_page_is_reached_from_the_first() -> None:
    reached: set[Path] = set()
    waiting = [DOCS / "index.md"]
    while waiting:
        page = waiting.pop()
        if page not in reached:
            reached.add(page)
            waiting += [target for target in links(page) if target.suffix == ".md" and target.exists()]
    assert sorted(set(DOCS.rglob("*.md")) - reached) == []


def test_a_broken_link_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("[a](there.md#part) [b](https://example.org) [c](#part)\n```text\n[d](not-a-link.md)\n```\n")
    assert list(links(page)) == [tmp_path / "there.md"]
