"""What docker's own words are taken for: every text that was really said, and that every row of the table is needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from supervisor.container import classify
from supervisor.container.classify import classified, plain
from supervisor.errors import (
    AnyProblem,
    ContainerCommandNotExecutable,
    ContainerCommandNotFound,
    EngineNotRunning,
    EnginePermissionDenied,
    ImageWrongPlatform,
    SnapAppArmor,
)

TEXTS = Path(__file__).with_name("texts.txt")


class Text(NamedTuple):
    name: str
    exit_code: int
    code: str
    """Of the problem, `nothing` if it is none that is known."""
    lines: list[str]


def recorded() -> list[Text]:
    found = []
    for block in TEXTS.read_text().split("\n== ")[1:]:
        head, *lines = block.rstrip("\n").split("\n")
        name, exit_code, code = head.split(" | ")
        found.append(Text(name, int(exit_code), code, lines))
    return found


ALL = recorded()
BY_NAME = {text.name: text for text in ALL}


def judged(name: str, **said: Any) -> AnyProblem | None:
    text = BY_NAME[name]
    return classified(text.exit_code, text.lines, **{"command": "server", "image": "img", **said})


@pytest.mark.parametrize("text", ALL, ids=lambda text: text.name)
def test_each_text_means_what_is_recorded(text: Text) -> None:
    found = classified(text.exit_code, text.lines, command="server", image="img")
    assert (found.code if found else "nothing") == text.code
    if found:
        assert found.remedy
        assert "secret" not in found.text


def test_every_text_is_there_once() -> None:
    assert len(ALL) == len(BY_NAME) > 100


def outcomes(rows: Any) -> list[AnyProblem | None]:
    asked = classify._Case("", "", "server", "img", no_new_privileges=True)
    lines = ([line for line in text.lines if classify._SPOKEN.match(line)] for text in ALL)
    return [classify._judged(rows, spoken, asked) for spoken in lines]


@pytest.mark.parametrize("row", classify._ROWS, ids=lambda row: row.phrase)
def test_no_row_of_the_table_can_be_left_out_unnoticed(row: Any) -> None:
    assert outcomes([other for other in classify._ROWS if other is not row]) != outcomes(classify._ROWS)


def test_the_general_phrases_come_last_for_a_reason() -> None:
    assert outcomes(classify._ROWS[::-1]) != outcomes(classify._ROWS)


def test_a_success_is_no_problem_whatever_was_said() -> None:
    assert classified(0, BY_NAME["no-command, docker 28"].lines, command="x", image="y") is None


def test_the_facts_are_those_of_the_text() -> None:
    assert judged("no-command-init, docker 28") == ContainerCommandNotFound(image="img", command="nocmd")
    assert judged("no-interpreter, old runc") == ContainerCommandNotFound(image="img", command="server")
    assert judged("folder-init, docker 28") == ContainerCommandNotExecutable(
        image="img", command="/etc", reason="permission denied"
    )
    assert judged("platform-other, docker 28") == ImageWrongPlatform(
        image="img", platform="linux/amd64", engine="linux/arm64"
    )
    assert judged("emulation-missing, docker 20.10") == ImageWrongPlatform(
        image="img", platform="linux/amd64", engine="linux/arm64/v8"
    )


@pytest.mark.parametrize(
    "name", ["socket-missing, docker 28", "socket-missing, docker 20.10", "socket-missing, docker 29"]
)
def test_the_engines_address_is_read_from_the_text(name: str) -> None:
    found = judged(name)
    assert isinstance(found, EngineNotRunning)
    assert found.host in {"unix:///run/nope.sock", "unix:///var/run/docker.sock"}
    assert not found.reason.endswith(".")


def test_a_forbidden_socket_is_not_a_command_that_cannot_be_executed() -> None:
    found = judged("socket-forbidden, docker 28")
    assert isinstance(found, EnginePermissionDenied)
    assert found.host == "unix:///run/docker.sock"


@pytest.mark.parametrize(
    ("name", "no_new_privileges", "flag"),
    [
        ("snap-init", True, "no_new_privileges"),
        ("snap-init", False, "init"),
        ("snap-command", True, "no_new_privileges"),
        ("snap, old runc", True, "no_new_privileges"),
    ],
)
def test_docker_from_snap_names_the_flag_to_relax(name: str, no_new_privileges: bool, flag: str) -> None:
    found = judged(name, no_new_privileges=no_new_privileges)
    assert isinstance(found, SnapAppArmor)
    assert found.flag == flag
    assert f'"{flag}": false' in found.remedy


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("docker: Error response from daemon: no such thing: unknown.", "no such thing"),
        ("Error response from daemon: x", "x"),
        ('time="2026" level=error msg="error waiting: unexpected EOF"', "error waiting: unexpected EOF"),
        ("docker: Cannot connect to tcp://ada:secret@x:1.", "Cannot connect to tcp://x:1"),
    ],
)
def test_a_reason_has_no_frills_and_no_password(line: str, text: str) -> None:
    assert plain(line) == text
