"""`stockade errors` says what errors.py says, finds codes by all their names, and is at no loss for a wrong one."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from supervisor.edges import error_catalogue
from supervisor.edges.cli import run
from supervisor.edges.error_catalogue import all_kinds, code_of, facts, in_full, meaning, named, shown
from supervisor.errors import LockFileDamaged, SessionBusy, SnapAppArmor, StockadeError, UnknownKey, UsageWrong

CODES = [code_of(kind) for kind in all_kinds()]


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What the verb prints."""
    assert run(["errors", *words]) == 0
    return capsys.readouterr().out


def test_without_a_word_each_code_has_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys).splitlines()
    assert [line.split()[0] for line in lines] == sorted(CODES)
    assert all(len(line.split()) > 3 for line in lines), "each says what it means"


@pytest.mark.parametrize("word", ["engine.snap_apparmor", "Engine.Snap_AppArmor", "MCPX_DOCKER_SNAP_APPARMOR"])
def test_a_code_is_found_by_itself_and_by_the_name_that_others_have_for_it(word: str) -> None:
    assert named(word) == [SnapAppArmor]


def test_the_beginning_of_codes_lists_their_family(capsys: pytest.CaptureFixture[str]) -> None:
    assert {line.split()[0] for line in said(capsys, "engine").splitlines()} == {
        code for code in CODES if code.startswith("engine.")
    }


def test_a_family_of_one_is_shown_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "docker_path") == said(capsys, "docker_path.not_found")


def test_a_code_in_full_says_meaning_remedy_facts_and_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "pins.lock_file_damaged")
    assert "what you see  <path><place>: <reason>; nothing in this file counts as approved\n" in text
    assert "what to do    Take the last good one back (`git checkout -- <path>`)" in text
    assert "exit code     4, " in text
    about = "place (str): Line and entry, each with a colon before it; empty if it concerns the whole file."
    assert about in " ".join(text.split())


@pytest.mark.parametrize("code", CODES)
def test_every_code_can_be_shown_without_a_link_or_a_page_that_is_not_installed(code: str) -> None:
    (kind,) = named(code)
    text = "\n".join(in_full(kind))
    assert re.findall(r"\]\(|\.md\b|docs/", text) == []
    assert max(map(len, text.splitlines())) <= error_catalogue.WIDTH


def test_for_programs_one_code_and_all_have_one_shape(capsys: pytest.CaptureFixture[str]) -> None:
    (one,) = json.loads(said(capsys, "--json", "MCPX_DOCKER_SNAP_APPARMOR"))["errors"]
    every = json.loads(said(capsys, "--json"))["errors"]
    assert one in every
    assert len(every) == len(CODES)
    assert one["known_as"] == ["MCPX_DOCKER_SNAP_APPARMOR"]
    assert one["facts"] == [
        {"name": "reason", "type": "str", "meaning": ""},
        {"name": "flag", "type": "str", "meaning": "The hardening flag to relax."},
    ]
    assert (one["exit_code"], one["message"]) == (1, "Docker from snap refused to start the container: <reason>")


@pytest.mark.parametrize(
    ("word", "suggestion"),
    [
        ("engine.snap_aparmor", "did you mean 'engine.snap_apparmor'?"),
        ("MCPX_DOCKER_SNAP_APARMOR", "did you mean 'MCPX_DOCKER_SNAP_APPARMOR'?"),
        ("nothing like it", "`stockade errors` lists all of them"),
        ("\x1b[31m", "'\\x1b[31m'"),
    ],
)
def test_an_unknown_code_is_a_wrong_usage_with_a_suggestion(
    word: str, suggestion: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(StockadeError) as raised:
        named(word)
    assert isinstance(raised.value.problem, UsageWrong)
    assert suggestion in raised.value.problem.text.replace("\\\\", "\\")
    assert run(["errors", word]) == 2


def test_what_is_said_of_a_fact_by_an_ancestor_holds_for_its_descendants() -> None:
    assert {fact["name"]: fact["meaning"] for fact in facts(UnknownKey)}["known"]
    assert [fact["name"] for fact in facts(SessionBusy)] == ["server", "state", "retry_after_s"]


def test_placeholders_and_escaped_braces_are_told_apart() -> None:
    assert shown('{path!r} {limit_s:g} {{"{flag}": 1}}') == '<path> <limit_s> {"<flag>": 1}'
    assert shown(LockFileDamaged.sentence).startswith("<path><place>: <reason>")


def test_a_link_into_the_docs_keeps_its_words_and_one_to_the_web_its_address() -> None:
    assert "Use your engine (in the docs)" in meaning(SnapAppArmor)
    assert "its own packages (https://docs.docker.com/engine/install/)" in meaning(SnapAppArmor)


def test_nothing_but_the_installed_package_is_needed(tmp_path: Path) -> None:
    program = "import sys; from supervisor.edges.cli import run; sys.exit(run(['errors', 'engine.lost']))"
    words = [sys.executable, "-OO", "-c", program]
    done = subprocess.run(words, cwd=tmp_path, env={}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), "docstrings are left out: the rest is still said"
    assert "what to do    Start the engine" in done.stdout
