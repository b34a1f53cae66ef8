"""Reading the owners file, and whose processes may be ended on its word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.process.procstat import Process, parse_stat
from supervisor.process.records import Began, Gone, Owner, Register, encode, owner_lives, read, reused, to_end
from supervisor.process.tag import FIRST, tag_of

TOKEN = "cafe00000000beef"
OWNER = Owner(pid=5, started=50, boot="boot ns", token="cafe")


def process(pid: int, started: int, *, session: int = 0, state: str = "S") -> Process:
    parsed = parse_stat(f"{pid} (x) {state} 1 0 {session} 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 {started} 0".encode())
    assert parsed
    return parsed


def table(*processes: Process) -> dict[int, Process]:
    return {one.pid: one for one in processes}


def register(*live: Began) -> Register:
    return Register(owner=OWNER, live={began.pid: began for began in live})


def test_what_is_written_is_read() -> None:
    text = encode(OWNER) + encode(Began(10, 100, "fs-1")) + encode(Began(11, 101, "fs-2")) + encode(Gone(10))
    found = read(text)
    assert (found.owner, list(found.live), found.damaged) == (OWNER, [11], 0)


@pytest.mark.parametrize(
    "damage",
    [b'{"is":"+","pid":1', b"\0\0\0\0", b"null", b"[]", b'{"is":"?"}', b'{"is":"+","pid":"x"}', b"\xff\xfe", b"{}"],
)
def test_a_damaged_line_is_counted_and_its_neighbours_are_read(damage: bytes) -> None:
    found = read(encode(OWNER) + damage + b"\n" + encode(Began(11, 101, "fs-2")) + damage)
    assert (found.owner, list(found.live), found.damaged) == (OWNER, [11], 2)


@given(st.binary(max_size=300))
def test_no_bytes_whatever_break_the_reader(data: bytes) -> None:
    read(data)
    assert read(encode(OWNER) + b"\n" + data).owner == OWNER


@pytest.mark.parametrize(
    ("pid", "started", "boot", "state", "lives"),
    [
        (5, 50, "boot ns", "S", True),
        (5, 51, "boot ns", "S", False),
        (6, 50, "boot ns", "S", False),
        (5, 50, "other ns", "S", False),
        (5, 50, "boot ns", "Z", False),
    ],
)
def test_an_owner_lives_only_with_its_own_pid_start_time_and_boot(
    pid: int, started: int, boot: str, state: str, lives: bool
) -> None:
    assert owner_lives(OWNER, table(process(pid, started, state=state)), boot) is lives


def ended(
    found: Register,
    processes: dict[int, Process],
    markers: dict[int, str] | None = None,
    *,
    tags: dict[int, int] | None = None,
    in_leaves: set[int] | None = None,
) -> set[int]:
    return {one.pid for one in to_end(found, processes, markers or {}, tags=tags or {}, in_leaves=in_leaves or set())}


def test_a_recorded_child_and_its_session_are_ended() -> None:
    processes = table(process(10, 100, session=10), process(12, 120, session=10), process(13, 130, session=13))
    assert ended(register(Began(10, 100, "a")), processes) == {10, 12}


def test_a_stranger_that_got_the_pid_is_spared_with_its_whole_session() -> None:
    processes = table(process(10, 999, session=10), process(12, 1000, session=10))
    assert ended(register(Began(10, 100, "a")), processes) == set()
    assert reused(register(Began(10, 100, "a")), processes) == 1


def test_a_session_whose_leader_is_gone_is_ended_only_if_it_carries_the_token() -> None:
    processes = table(process(12, 120, session=10), process(13, 130, session=10))
    assert ended(register(Began(10, 100, "a")), processes) == set()
    assert ended(register(Began(10, 100, "a")), processes, {12: "cafe/a"}) == {12}


def test_the_token_finds_what_was_never_recorded_but_not_what_only_resembles_it() -> None:
    processes = table(process(20, 200, session=20), process(21, 210, session=21), process(22, 220, session=22))
    assert ended(register(), processes, {20: "cafe/b", 21: "cafebabe/b", 22: "b"}) == {20}


def test_a_tag_finds_what_carries_no_marker_but_not_what_is_of_another_table() -> None:
    processes = table(process(20, 200, session=20), process(21, 210, session=21), process(22, 220, session=22))
    tags = {20: tag_of(TOKEN, 7), 21: tag_of("cafe00000100beef", 7), 22: FIRST}
    found = Register(owner=Owner(pid=5, started=50, boot="boot ns", token=TOKEN))
    assert ended(found, processes, tags=tags) == {20}


def test_what_lives_in_a_leaf_is_ended_with_what_it_has_started() -> None:
    child = process(21, 210, session=21)
    child.parent = 20
    processes = table(process(20, 200, session=20), child, process(22, 220, session=22))
    assert ended(register(), processes, in_leaves={20, 4194400}) == {20, 21}


def test_an_owner_of_an_earlier_version_is_read_without_its_subtree() -> None:
    text = b'{"is":"owner","pid":5,"started":50,"boot":"boot ns","token":"cafe"}'
    assert read(text).owner == OWNER
