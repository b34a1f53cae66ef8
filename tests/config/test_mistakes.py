"""A file with ten planted mistakes: each is named with its place and a remedy, and the one good server still runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from config.worlds import World, document

from supervisor.config.report import check, check_lines
from supervisor.config.rules import resolve
from supervisor.config.specs import Config, Facts

FILE = Path(__file__).with_name("mistakes.json")
MISTAKES = {
    "typo-in-block": (
        "config.unknown_key",
        "4:55",
        "did you mean 'memory_limit'",
        "Write one of these instead, or remove it: ",
    ),
    "bad-size": ("config.wrong_type", "5:50", "'lots' is not a size", '"512m"'),
    "no-command": ("config.command_missing", "6:5", "neither `command` nor `url`", "Add `command`"),
    "no-value": ("config.unresolved", "7:44", "${NOT_SET_ANYWHERE} has no value", "${NAME:-default}"),
    "args-as-text": ("config.wrong_type", "8:40", "the arguments are not a list", '"args": ["-y", "package"]'),
    "bad/name": ("config.name_invalid", "9:5", "it contains a slash", "without `/`"),
    "twice": ("config.duplicate_name", "11:5", "already defined at mistakes.json:10:5", "Rename one of them"),
    "two-switches": ("config.key_conflict", "12:57", "say the same thing differently", "Keep one"),
    "waits-for-nobody": ("config.dependency_invalid", "13:5", "there is no such server", "`depends_on`"),
    "other-version": ("mode.unavailable", "", "mode 'docker' is not available", "`mode: sandbox`"),
}


@pytest.fixture
def config() -> Config:
    return resolve(document(FILE.read_text(), FILE.name), lookup=World(), facts=Facts(modes=("sandbox", "none")))


@pytest.mark.parametrize("server", MISTAKES)
def test_each_mistake_is_named_with_place_and_remedy(config: Config, server: str) -> None:
    code, place, text, remedy = MISTAKES[server]
    (problem,) = next(entry.problems for entry in config.invalid if entry.name == server)
    assert problem.code == code
    assert text in problem.text
    assert remedy in problem.remedy
    assert problem.text.startswith(f"mistakes.json:{place} " if place else "")


def test_nothing_else_is_wrong_and_the_good_server_runs(config: Config) -> None:
    assert {entry.name for entry in config.invalid} == set(MISTAKES)
    assert [spec.name for spec in config.servers] == ["fine"]
    assert (config.problems, config.warnings) == ((), ())


def test_check_tells_all_of_them(config: Config) -> None:
    report = check(config)
    assert report.exit_code == 2
    assert [remark.server for remark in report.remarks] == list(MISTAKES)
    assert check_lines(report)[-1] == "11 servers, 10 errors, 0 degraded, 0 warnings"
