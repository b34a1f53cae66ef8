"""Every page of the docs can be found: an index links to it, and every link leads somewhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

TREE = Path(__file__).parents[2]
DOCS = TREE / "docs"
LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)(?:#([^)\s]+))?")
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
PAGES = sorted([*TREE.glob("*.md"), *DOCS.rglob("*.md")])


def targets(page: Path) -> Iterator[tuple[Path, str]]:
    """The files that a page links to, each with the heading that is meant; examples in fenced blocks do not count."""
    for target, heading in LINK.findall(FENCED.sub("", page.read_text())):
        yield (page.parent / target).resolve(), heading


def links(page: Path) -> Iterator[Path]:
    """The files that a page links to."""
    yield from (target for target, _ in targets(page))


def anchors(page: Path) -> set[str]:
    """What a link may name of a page: its headings as the site and code hosting services write them."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", page.read_text()), re.MULTILINE)
    plain = (unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode() for heading in headings)
    return {re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", heading).strip().lower()) for heading in plain}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(TREE).as_posix())
def test_no_link_of_a_page_is_broken(page: Path) -> None:
    assert [target for target in links(page) if not target.exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(TREE).as_posix())
def test_every_heading_that_a_page_links_to_is_there(page: Path) -> None:
    meant = [(target, heading) for target, heading in targets(page) if heading and target.suffix == ".md"]
    assert [(target, heading) for target, heading in meant if heading not in anchors(target)] == []


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
    assert list(targets(page)) == [(tmp_path / "there.md", "part")]


def test_a_heading_is_named_as_the_site_names_it(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# `run --exec`: two, at once\n```sh\n# not a heading\n```\n## tree.gave_up\n")
    assert anchors(page) == {"run-exec-two-at-once", "treegave_up"}
