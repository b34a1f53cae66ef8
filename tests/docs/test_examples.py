"""Every marked example in the README and in docs/ works as it is shown."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from pathlib import Path

import pytest
from docs.examples import Example, examples, matches
from real.docker.engines import Cli
from real.docker.leftovers import none_left

from scripts import engine

TREE = Path(__file__).parents[2]
TUTORIAL = TREE / "docs" / "tutorial"
"""Is one story, typed into one shell: tests/docs/test_tutorial.py."""
PAGES = sorted(
    path
    for path in [*TREE.glob("*.md"), *(TREE / "docs").rglob("*.md")]
    if TUTORIAL not in path.parents and any(examples(path.read_text()))
)
LIMIT_S = 120
"""Seconds that one example may take: a cold package runner is among them."""


class Folder:
    """Where the examples of one page run, one after the other, and everything that they have started."""

    def __init__(self, path: Path, docker_host: str = "") -> None:
        self.path = path
        self.docker_host = docker_host
        self.groups: list[int] = []

    def do(self, example: Example) -> None:
        """Do what the example says and compare."""
        if example.kind == "file":
            (self.path / example.name).parent.mkdir(parents=True, exist_ok=True)
            (self.path / example.name).write_text(example.text)
            return
        if example.needs_engine and not self.docker_host:
            pytest.skip(f"{engine.VARIABLE} is not set: scripts/test prepares it")
        words = [sys.executable, "-"] if example.kind == "python" else ["bash", "-c", example.text]
        more = {"DOCKER_HOST": self.docker_host} if example.needs_engine else {}
        code, printed = self._run(words, example.text if example.kind == "python" else "", more)
        assert code == example.exit_code, f"line {example.line}: {example.text}\nended with {code}:\n{printed}"
        if example.shown:
            assert matches(example.shown, printed), f"line {example.line}: {example.text}\nprinted:\n{printed}"

    def _run(self, words: list[str], program: str, more: dict[str, str]) -> tuple[int, str]:
        # a file, not a pipe: what a command leaves in the background would hold a pipe open
        source, output = self.path.parent / "source", self.path.parent / "output"
        source.write_text(program)
        with source.open() as stdin, output.open("w") as stdout:
            process = subprocess.Popen(
                words,
                cwd=self.path,
                env=self.environment() | more,
                stdin=stdin,
                stdout=stdout,
                stderr=stdout,
                start_new_session=True,
            )
            self.groups.append(process.pid)
            code = process.wait(LIMIT_S)
        return code, output.read_text()

    def environment(self) -> dict[str, str]:
        """A home of its own, and the commands of the environment that the tests run in."""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        return {
            "HOME": str(self.path.parent),
            "PATH": path,
            "LANG": "C.UTF-8",
            "NO_COLOR": "1",
            "XDG_RUNTIME_DIR": str(self.path.parent),
        }

    def end(self) -> None:
        """End what the page's commands have left running."""
        for group in self.groups:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)


@pytest.fixture
def folder(state_dir: Path) -> Iterator[Folder]:
    """An empty folder, with room beside it."""
    (state_dir / "work").mkdir()
    folder = Folder(state_dir / "work", os.environ.get(engine.VARIABLE, ""))
    with none_left(Cli(folder.docker_host)) if folder.docker_host else nullcontext():
        yield folder
        folder.end()


def of_pages() -> Iterator[object]:
    """Each page with examples; those that speak to a Docker engine are marked so."""
    for page in PAGES:
        marks = [pytest.mark.engine] if any(one.needs_engine for one in examples(page.read_text())) else []
        yield pytest.param(page, marks=marks, id=page.relative_to(TREE).as_posix())


@pytest.mark.real
@pytest.mark.parametrize("page", list(of_pages()))
def test_the_examples_of_a_page_work_as_shown(page: Path, folder: Folder) -> None:
    for example in examples(page.read_text()):
        folder.do(example)


PAGE = """
<!-- file: sub/answer.py -->
```python
ANSWER = 42
```

Not marked, so not run:

```console
$ false
```

<!-- run -->
```python
import sys
sys.path.append("sub")
import answer
assert answer.ANSWER == 42
```

<!-- run -->
```console
$ cat sub/answer.py
ANSWER = …
$ printf 'a\\nb\\nc\\n'
a
…
c
$ sleep 1000 &
$ echo one \\
    two
one two
```

<!-- run: exit 3 -->
```console
$ exit 3
```
"""


ENGINE = """
<!-- run: engine -->
```console
$ docker info --format '{{.ServerVersion}}'
2…
```

<!-- run: engine, exit 1 -->
```console
$ docker inspect nobody
…
```

<!-- run -->
```console
$ printenv DOCKER_HOST || echo none
none
```
"""


@pytest.mark.real
@pytest.mark.engine
def test_an_engine_is_given_to_those_who_ask_for_it_only(folder: Folder) -> None:
    found = list(examples(ENGINE))
    assert [(example.needs_engine, example.exit_code) for example in found] == [(True, 0), (True, 1), (False, 0)]
    for example in found:
        folder.do(example)


def test_without_an_engine_the_rest_of_a_page_is_skipped(folder: Folder) -> None:
    folder.docker_host = ""
    with pytest.raises(pytest.skip.Exception):
        folder.do(next(examples(ENGINE)))


def test_marked_examples_run_in_their_order(folder: Folder) -> None:
    found = list(examples(PAGE))
    assert [example.kind for example in found] == ["file", "python", *["console"] * 5]
    for example in found:
        folder.do(example)


@pytest.mark.parametrize(
    "block",
    [
        "<!-- run -->\n```console\n$ echo no\nyes\n```",
        "<!-- run -->\n```console\n$ exit 1\n```",
        "<!-- run: exit 2 -->\n```console\n$ true\n```",
        "<!-- run -->\n```python\nraise SystemExit(1)\n```",
    ],
)
def test_an_example_that_does_something_else_is_caught(folder: Folder, block: str) -> None:
    (example,) = examples(block)
    with pytest.raises(AssertionError):
        folder.do(example)


@pytest.mark.parametrize(
    "block",
    [
        "<!-- run -->\n\n```console\n$ true\n```",
        "<!-- run -->\n```toml\na = 1\n```",
        "<!-- run: slowly -->\n```console\n$ true\n```",
        "<!-- run: engine exit 1 -->\n```console\n$ true\n```",
        "<!-- run -->\n```console\nno command\n```",
    ],
)
def test_a_mark_that_would_run_nothing_is_refused(block: str) -> None:
    with pytest.raises(ValueError, match=r"line|mark"):
        list(examples(block))
