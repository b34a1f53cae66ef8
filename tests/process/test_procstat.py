"""Reading /proc, and who belongs to whom."""

from __future__ import annotations

import pytest

from supervisor.process.procstat import Process, family, marker_in, parse_stat

REST = b"S 10 20 30 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 3 0 5555 1000 200"


def process(pid: int, *, parent: int = 1, session: int = 0, state: str = "S", threads: int = 1) -> Process:
    line = f"{pid} (x) {state} {parent} {session} {session} 0 -1 0 0 0 0 0 0 0 0 0 20 0 {threads} 0 100 0 0"
    parsed = parse_stat(line.encode())
    assert parsed
    return parsed


def pids(found: list[Process]) -> set[int]:
    return {one.pid for one in found}


@pytest.mark.parametrize("name", [b"sh", b"a b", b"(", b")", b") S 1 2 3", b"((x))", b"", b"\xff\n", b"4 (x) S 1"])
def test_a_name_may_hold_anything(name: bytes) -> None:
    parsed = parse_stat(b"42 (" + name + b") " + REST)
    assert parsed is not None
    assert (parsed.pid, parsed.state, parsed.parent, parsed.group, parsed.session) == (42, b"S", 10, 20, 30)
    assert (parsed.threads, parsed.started) == (3, 5555)


@pytest.mark.parametrize("line", [b"", b"42", b"42 (sh", b"42 sh) " + REST, b"x (sh) " + REST, b"42 (sh) S 1 2", b")("])
def test_a_line_that_is_no_stat_is_nothing(line: bytes) -> None:
    assert parse_stat(line) is None


@pytest.mark.parametrize(
    ("environ", "value"),
    [
        (b"A=1\0MARK=x/1\0B=2\0", b"x/1"),
        (b"MARK=first\0", b"first"),
        (b"MARK=last", b"last"),
        (b"MARK=\0", b""),
        (b"A=MARK=no\0", None),
        (b"XMARK=no\0", None),
        (b"", None),
    ],
)
def test_a_marker_is_found_only_under_its_whole_name(environ: bytes, value: bytes | None) -> None:
    assert marker_in(environ, b"MARK") == value


def test_a_family_is_the_session_the_marked_and_all_their_descendants() -> None:
    processes = {
        one.pid: one
        for one in (
            process(10, session=10),
            process(11, parent=10, session=10),
            process(12, parent=11, session=12),  # left the session, still a descendant
            process(13, parent=12, session=12),
            process(20, session=20),  # daemonised, known by its mark
            process(21, parent=20, session=21),
            process(30, session=30),  # a stranger
            process(31, parent=30, session=30),
        )
    }
    assert pids(family(processes, {10}, {20})) == {10, 11, 12, 13, 20, 21}


def test_zombies_are_no_longer_there() -> None:
    processes = {1: process(1, session=10, state="Z"), 2: process(2, session=10, state="X")}
    assert family(processes, {10}, set()) == []


def test_a_process_whose_first_thread_alone_has_ended_is_alive() -> None:
    assert pids(family({1: process(1, session=10, state="Z", threads=2)}, {10}, set())) == {1}


def test_a_mark_of_a_process_that_is_gone_is_ignored() -> None:
    assert family({}, {10}, {99}) == []


def test_a_circle_of_parents_ends() -> None:
    processes = {1: process(1, parent=2, session=10), 2: process(2, parent=1)}
    assert pids(family(processes, {10}, set())) == {1, 2}
