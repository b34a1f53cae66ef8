"""The words of the command line."""

from __future__ import annotations

import argparse

import pytest

from supervisor.edges import cli, reading, trust_verbs, verbs
from supervisor.errors import StockadeError, UsageWrong


def verbs_of(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    (found,) = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(found.choices)


VERBS = verbs_of(cli.build_parser())
WITHOUT_STATE = {"errors", "install-unit"}
WITHOUT_DAEMON = {"run", "serve", "check", "explain", "doctor", "pull", "sweep"} | WITHOUT_STATE


def test_every_verb_of_the_control_socket_is_on_the_command_line() -> None:
    assert set(verbs.VERBS) | set(reading.VERBS) | set(trust_verbs.VERBS) | WITHOUT_DAEMON == set(VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_takes_a_state_dir_and_explains_itself(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        cli.run([verb, "--help"])
    assert end.value.code == 0
    shown = capsys.readouterr().out
    assert ("--state-dir" in shown) is (verb not in WITHOUT_STATE)
    assert "usage: stockade" in shown


@pytest.mark.parametrize("verb", sorted(set(VERBS) - WITHOUT_STATE))
def test_what_asks_a_daemon_says_that_it_finds_the_machines_service(verb: str) -> None:
    asks = verb == "doctor" or verb not in WITHOUT_DAEMON
    assert ("machine's service" in " ".join(VERBS[verb].format_help().split())) is asks


@pytest.mark.parametrize(
    "verb",
    ["status", "start", "stop", "restart", "events", "logs", "wait", "check", "explain", "doctor", "pull", "sweep"],
)
def test_every_verb_that_answers_answers_in_json_too(verb: str) -> None:
    assert "--json" in VERBS[verb].format_help()


@pytest.mark.parametrize(
    ("words", "ours", "command"),
    [
        (["run"], ["run"], None),
        (["run", "--"], ["run"], []),
        (["run", "--exec", "--", "a", "--", "b"], ["run", "--exec"], ["a", "--", "b"]),
    ],
)
def test_what_stands_behind_the_first_two_dashes_is_the_command(
    words: list[str], ours: list[str], command: list[str] | None
) -> None:
    assert cli._split(words) == (ours, command)


@pytest.mark.parametrize(
    "words",
    [["nonsense"], ["start"], ["status", "--", "x"], ["wait", "--for", "ever"], ["run", "--mode", "x", "--", "y"]],
)
def test_words_that_mean_nothing_end_with_two(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        cli.run(words)
    assert end.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "stockade" in said.err


def test_without_a_verb_the_help_goes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "VERB" in said.err


def test_the_version_is_an_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("stockade ")


@pytest.mark.parametrize(
    ("text", "seconds"), [("500ms", 0.5), ("30s", 30), ("1m30s", 90), ("5", 5), ("0", 0), ("2.5", 2.5)]
)
def test_a_time_is_written_with_a_unit_or_in_seconds(text: str, seconds: float) -> None:
    assert verbs.seconds_of(text, "wait") == seconds


@pytest.mark.parametrize(
    "text", ["", "soon", "-1", "-1s", "1e9", "nan", "inf", "²", "1.2.3", "9" * 400, "٣", "2 s x", "400d"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(StockadeError) as error:
        verbs.seconds_of(text, "wait")
    assert isinstance(error.value.problem, UsageWrong)
    assert "stockade wait --help" in error.value.problem.remedy
