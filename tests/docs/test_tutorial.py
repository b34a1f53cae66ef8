"""The tutorial, command by command, as somebody types it who has nothing yet: an empty home, one shell for it all."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from docs.examples import Example, examples, matches

TREE = Path(__file__).parents[2]
PAGE = TREE / "docs" / "tutorial" / "index.md"
LIMIT_S = 280
"""Seconds for all of it: an installation with the official SDK is among it, on a machine that does other things too."""
MARK = "\x1e"
END = re.compile(rf"\n{MARK}(\d+) (\d+)\n")


def script(found: Sequence[Example]) -> str:
    """What is typed: files as an editor would leave them, commands as they stand, each followed by how it ended."""
    lines = ["shopt -s expand_aliases", "trap 'kill $(jobs -p) 2>/dev/null' EXIT"]
    for number, example in enumerate(found):
        if example.kind == "file":
            lines.append(f"cat > {shlex.quote(example.name)} <<'{MARK}'\n{example.text}{MARK}")
        else:
            lines.append(example.text)
        lines.append(f"printf '\\n{MARK}%d %d\\n' {number} $?")
    return "\n".join(lines) + "\n"


def typed(found: Sequence[Example], home: Path, cwd: Path) -> list[tuple[int, str]]:
    """How each example ended and what it printed, by one shell; fewer if the shell came to an end before the last."""
    (home / "typed").write_text(script(found))
    environ = {"HOME": str(home), "PATH": f"{sys.base_prefix}/bin:/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
    machine = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "HTTP", "http"))}
    with (home / "printed").open("w") as output:
        shell = subprocess.Popen(
            ["bash", home / "typed"], cwd=cwd, env=machine | environ,
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip
        try:
            shell.wait(LIMIT_S)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGKILL)
            shell.wait()
    pieces = END.split((home / "printed").read_text())
    return [(int(code), text) for text, code in zip(pieces[::3], pieces[2::3], strict=False)]


def wrong(found: Sequence[Example], outcomes: Sequence[tuple[int, str]]) -> Iterator[str]:
    """The examples that went another way than the page shows."""
    for example, (code, printed) in zip(found, outcomes, strict=False):
        if code != example.exit_code:
            yield f"line {example.line}: {example.text}\nended with {code}:\n{printed}"
        elif example.shown and not matches(example.shown, printed):
            yield f"line {example.line}: {example.text}\nprinted:\n{printed}"
    for example in found[len(outcomes) :]:
        yield f"line {example.line}: {example.text}\nwas not come to"


@pytest.mark.real
def test_the_tutorial_works_as_it_is_typed(state_dir: Path) -> None:
    found = list(examples(PAGE.read_text()))
    assert len(found) > 20
    assert list(wrong(found, typed(found, state_dir, TREE))) == []


def test_every_command_of_the_tutorial_is_run() -> None:
    blocks = re.findall(r"(.*)\n```console\n", PAGE.read_text())
    assert len(blocks) > 8
    assert [mark for mark in blocks if not mark.startswith("<!-- run")] == []


STORY = """
<!-- file: a.txt -->
```text
it's $HOME
```

<!-- run -->
```console
$ cd .. && mkdir there && alias shout='echo loud'
$ shout
loud
$ sleep 1000 &
$ pwd
…/there
```

<!-- run: exit 3 -->
```console
$ (exit 3)
```
"""


def test_one_shell_does_all_and_leaves_nothing_running(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    found = list(examples(STORY.replace("cd .. && mkdir there", "mkdir there && cd there")))
    outcomes = typed(found, tmp_path, tmp_path / "work")
    assert list(wrong(found, outcomes)) == []
    assert [code for code, _ in outcomes] == [0, 0, 0, 0, 0, 3]
    assert (tmp_path / "work" / "a.txt").read_text() == "it's $HOME\n"


@pytest.mark.parametrize(
    "story",
    [
        "<!-- run -->\n```console\n$ echo no\nyes\n```",
        "<!-- run -->\n```console\n$ false\n```",
        "<!-- run: exit 1 -->\n```console\n$ true\n```",
        "<!-- run -->\n```console\n$ exit 0\n$ echo never\n```",
    ],
)
def test_what_goes_another_way_is_caught(story: str, tmp_path: Path) -> None:
    found = list(examples(story))
    assert list(wrong(found, typed(found, tmp_path, tmp_path)))
