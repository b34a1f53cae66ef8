"""Where a command is looked for, and what the places mean."""

from __future__ import annotations

import pytest

from supervisor.errors import CommandNotExecutable, CommandNotFound
from supervisor.process.lookup import DEFAULT_PATH, Kind, Place, choose, interpreter_of, places
from supervisor.process.words import Command


def command(name: str, *, path: str | None = "/a:/b") -> Command:
    return Command(argv=(name,), env={} if path is None else {"PATH": path}, cwd="/work")


@pytest.mark.parametrize(
    ("name", "path", "looked_at"),
    [
        ("npx", "/a:/b", ["/a/npx", "/b/npx"]),
        ("npx", "bin:/b", ["/work/bin/npx", "/b/npx"]),
        ("npx", "/a::/b", ["/a/npx", "/work/npx", "/b/npx"]),
        ("npx", "", ["/work/npx"]),
        ("npx", None, [f"{folder}/npx" for folder in DEFAULT_PATH.split(":")]),
        ("./run", "/a", ["/work/./run"]),
        ("bin/run", "/a", ["/work/bin/run"]),
        ("/opt/run", "/a", ["/opt/run"]),
        ("", "/a", []),
        ("nu\0l", "/a", []),
    ],
)
def test_places_follow_the_path_of_the_child_and_its_directory(
    name: str, path: str | None, looked_at: list[str]
) -> None:
    assert places(command(name, path=path)) == looked_at


def at(path: str, kind: Kind, detail: str = "") -> Place:
    return Place(path, kind, detail)


def test_the_first_program_wins() -> None:
    found = choose(command("x"), [at("/a/x", "missing"), at("/b/x", "program"), at("/c/x", "program")])
    assert found == "/b/x"


@pytest.mark.parametrize("kind", ["directory", "not_a_file", "not_executable"])
def test_a_place_that_cannot_be_executed_does_not_hide_a_later_program(kind: Kind) -> None:
    assert choose(command("x"), [at("/a/x", kind), at("/b/x", "program")]) == "/b/x"


@pytest.mark.parametrize(
    ("kind", "words"),
    [("directory", "directory"), ("not_a_file", "regular file"), ("not_executable", "execute bit")],
)
def test_what_is_there_but_cannot_be_executed_is_not_called_missing(kind: Kind, words: str) -> None:
    problem = choose(command("x"), [at("/a/x", "missing"), at("/b/x", kind)])
    assert isinstance(problem, CommandNotExecutable)
    assert problem.command == "/b/x"
    assert words in problem.reason


def test_a_script_without_its_interpreter_stops_the_search_as_in_a_shell() -> None:
    problem = choose(command("x"), [at("/a/x", "bad_interpreter", "no /bin/none"), at("/b/x", "program")])
    assert problem == CommandNotExecutable(command="/a/x", reason="no /bin/none")


def test_nothing_anywhere_is_not_found_and_says_on_which_path() -> None:
    problem = choose(command("x\udcff"), [at("/a/x", "missing")])
    assert problem == CommandNotFound(command="x\\udcff", path="/a:/b")


@pytest.mark.parametrize(
    ("head", "interpreter"),
    [
        (b"#!/bin/sh\necho", "/bin/sh"),
        (b"#! /usr/bin/env node\n", "/usr/bin/env"),
        (b"#!\t/bin/sh -e\n", "/bin/sh"),
        (b"#!/bin/sh\r\n", "/bin/sh\r"),
        (b"#!/bin/sh", "/bin/sh"),
        (b"#!\n", ""),
        (b"#!", ""),
        (b"\x7fELF", None),
        (b"echo hi\n", None),
        (b"", None),
    ],
)
def test_the_interpreter_is_read_as_the_kernel_reads_it(head: bytes, interpreter: str | None) -> None:
    assert interpreter_of(head) == interpreter
