"""The state directory: whose it is, and that one daemon works with it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from supervisor.config.specs import Config
from supervisor.edges import state
from supervisor.errors import DaemonNotRunning, StateLocked, StateUnusable, StockadeError


@pytest.mark.parametrize(
    ("environ", "path"),
    [
        ({"STOCKADE_STATE_DIR": "/a", "STATE_DIRECTORY": "/b", "HOME": "/h"}, "/a"),
        ({"STATE_DIRECTORY": "/b:/c", "XDG_STATE_HOME": "/x", "HOME": "/h"}, "/b"),
        ({"XDG_STATE_HOME": "/x", "HOME": "/h"}, "/x/stockade"),
        ({"HOME": "/h"}, "/h/.local/state/stockade"),
    ],
)
def test_the_folder_that_is_meant_when_nobody_names_one(environ: dict[str, str], path: str) -> None:
    assert str(state.default_path(environ)) == path
    assert str(state.chosen(None, Config(source=""), environ)) == path
    assert str(state.chosen("/asked", Config(source=""), environ)) == "/asked"


def test_it_is_made_private_with_all_folders_above_it(state_dir: Path) -> None:
    place = state.prepare(state_dir / "a" / "b")
    assert place.path.stat().st_mode & 0o777 == 0o700
    assert place.control_socket.parent == place.path


@pytest.mark.parametrize("mode", [0o770, 0o777, 0o702])
def test_one_that_others_may_write_to_is_refused(state_dir: Path, mode: int) -> None:
    state_dir.chmod(mode)
    assert "others may write to it" in refused(state_dir)


def test_one_that_is_somebody_elses_is_refused(state_dir: Path, root: None) -> None:
    os.chown(state_dir, 12345, -1)
    assert "belongs to user 12345" in refused(state_dir)


@pytest.mark.parametrize("path", ["/dev/null", "/dev/null/below", "/proc/nothing"])
def test_what_cannot_be_a_folder_is_refused(path: str) -> None:
    assert refused(Path(path))


def test_a_path_that_leaves_no_room_for_the_socket_is_refused(state_dir: Path) -> None:
    assert "too long for a socket" in refused(state_dir / ("x" * 90))


def refused(path: Path) -> str:
    with pytest.raises(StockadeError) as error:
        state.prepare(path)
    assert isinstance(error.value.problem, StateUnusable)
    return error.value.problem.reason


def test_one_daemon_at_a_time_and_the_second_is_told_whose_it_is(state_dir: Path) -> None:
    place = state.prepare(state_dir)
    with state.daemon_lock(place):
        with pytest.raises(StockadeError) as error, state.daemon_lock(place):
            pass
        assert error.value.problem == StateLocked(path=str(state_dir), pid=os.getpid())
        assert not state.wait_until_down(place, 0.01)
    assert state.wait_until_down(place, 1)
    with state.daemon_lock(place):
        pass


def test_a_lock_file_that_is_a_link_is_not_followed(state_dir: Path) -> None:
    place = state.prepare(state_dir)
    victim = state_dir / "victim"
    victim.write_text("precious")
    place.lock_file.symlink_to(victim)
    with pytest.raises(StockadeError), state.daemon_lock(place):
        pass
    assert victim.read_text() == "precious"


def test_each_run_has_a_token_of_its_own_that_only_its_user_can_read(state_dir: Path) -> None:
    place = state.prepare(state_dir)
    (state_dir / "control.token.new").symlink_to(state_dir / "victim")  # what a killed daemon, or an enemy, left
    first = state.write_token(place)
    assert state.read_token(place) == first
    assert place.token_file.stat().st_mode & 0o777 == 0o600
    assert state.write_token(place) != first
    assert len(first) >= 43
    assert [path.name for path in state_dir.iterdir()] == ["control.token"]


def test_where_no_daemon_runs_there_is_no_token(state_dir: Path) -> None:
    place = state.prepare(state_dir)
    for content in (None, b"\xff\xfe"):
        if content:
            place.token_file.write_bytes(content)
        with pytest.raises(StockadeError) as error:
            state.read_token(place)
        assert isinstance(error.value.problem, DaemonNotRunning)


def test_forgetting_a_daemon_twice_is_no_fault(state_dir: Path) -> None:
    place = state.prepare(state_dir)
    state.write_token(place)
    place.control_socket.touch()
    state.forget_daemon(place)
    state.forget_daemon(place)
    assert list(state_dir.iterdir()) == []
    assert state.wait_until_down(place, 1)
