"""The docs build as a site that finds what is broken in them, and that asks no other host for anything."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import test

TREE = Path(__file__).parents[2]
PLANTED = {
    "a link to a page that is not there": ("how-to/index.md", "[gone](gone.md)"),
    "a link to a heading that is not there": ("tutorial/index.md", "[gone](../index.md#no-such-heading)"),
    "a link from the root of some site": ("explanation/index.md", "[gone](/reference/config/)"),
    "a page that nobody finds": ("how-to/left-alone.md", "# Left alone"),
}
FOREIGN = re.compile(r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)=[\"']?(?:https?:)?//[^\"'> ]+", re.IGNORECASE)
FOREIGN_STYLE = re.compile(r"(?:@import\s+|url\()[\"']?(?:https?:)?//[^\"')]+", re.IGNORECASE)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The site of a copy in which something is broken in each way, and what was said about it."""
    tree = tmp_path_factory.mktemp("tree")
    shutil.copy(TREE / "mkdocs.yml", tree)
    shutil.copytree(TREE / "docs", tree / "docs")
    for name, text in PLANTED.values():
        with (tree / "docs" / name).open("a") as file:
            file.write(f"\n{text}\n")
    site = tree / "site"
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(site)]
    return site, subprocess.run(words, cwd=tree, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("what", PLANTED)
def test_what_is_broken_is_named_and_fails_the_build(
    what: str, built: tuple[Path, subprocess.CompletedProcess[str]]
) -> None:
    _, done = built
    page, _ = PLANTED[what]
    assert done.returncode
    assert page in done.stderr, what


def test_nothing_else_is_broken(built: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    _, done = built
    assert done.stderr.count("WARNING") == len(PLANTED), done.stderr
    assert re.findall(r"^  - (\S+)$", done.stderr, re.MULTILINE) == [PLANTED["a page that nobody finds"][0]]


def test_no_page_of_the_site_takes_anything_from_another_host(
    built: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    site, _ = built
    pages, styles = list(site.rglob("*.html")), list(site.rglob("*.css"))
    assert len(pages) > 100
    assert styles
    foreign = {
        str(path.relative_to(site)): found
        for pattern, paths in ((FOREIGN, pages), (FOREIGN_STYLE, styles))
        for path in paths
        if (found := pattern.findall(path.read_text()))
    }
    assert foreign == {}


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (FOREIGN, '<script src="https://cdn.example/x.js">'),
        (FOREIGN, "<link rel=stylesheet href='//fonts.example/css?family=Lato'>"),
        (FOREIGN_STYLE, '@import "https://fonts.example/css";'),
        (FOREIGN_STYLE, "src: url(//fonts.example/a.woff2)"),
    ],
)
def test_something_from_another_host_is_seen(pattern: re.Pattern[str], text: str) -> None:
    assert pattern.search(text)


def test_the_gate_builds_the_site() -> None:
    (site,) = (step for step in test.gate(Path(sys.executable), [], in_lanes=True) if step.name == "site")
    assert site.command[1:3] == ["build", "--strict"]
    assert "--quiet" not in site.command, "what is not said is not counted either, and nothing would fail"
