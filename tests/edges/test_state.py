"""The state directory: whose it is, and that one daemon works with it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from supervisor.config.specs import Config
from supervisor.edges import state
from supervisor.errors import StateLocked, StateUnusable, StockadeError


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
    with state.daemon_lock(place):
        pass


def test_one_daemon_at_a_time_has_a_runtime_directory(state_dir: Path) -> None:
    """However different their state is: each would take the other's socket and token."""
    runtime = state_dir / "run"
    first, second = (state.prepare(state_dir / name, runtime) for name in ("a", "b"))
    with state.daemon_lock(first):
        with pytest.raises(StockadeError) as error, state.daemon_lock(second):
            pass
        assert error.value.problem == StateLocked(path=str(runtime), pid=os.getpid())
        with state.daemon_lock(state.prepare(state_dir / "b")):
            pass
        assert (runtime / "daemon.lock").stat().st_mode & 0o777 == 0o600, "who could open it could keep daemons out"
    with state.daemon_lock(second):
        pass
    same = state.prepare(state_dir / "c", state_dir / "c")
    with state.daemon_lock(same):
        pass


def test_a_lock_file_that_is_a_link_is_not_followed(state_dir: Path) -> None:
    place = state.prepare(state_dir)
    victim = state_dir / "victim"
    victim.write_text("precious")
    place.lock_file.symlink_to(victim)
    with pytest.raises(StockadeError), state.daemon_lock(place):
        pass
    assert victim.read_text() == "precious"


def test_a_service_s_runtime_directory_holds_the_socket_and_has_to_be_ours_alone_to_write(state_dir: Path) -> None:
    runtime = state_dir / "run"
    place = state.prepare(state_dir / "s", runtime)
    assert (place.control_socket.parent, place.token_file.parent) == (runtime, runtime)
    assert place.lock_file.parent == state_dir / "s"
    runtime.chmod(0o770)
    with pytest.raises(StockadeError, match="others may write to it"):
        state.prepare(state_dir / "s", runtime)
    with pytest.raises(StockadeError, match="too long for a socket"):
        state.prepare(state_dir / "s", state_dir / ("x" * 90))


@pytest.mark.parametrize(
    ("environ", "path"), [({}, None), ({"RUNTIME_DIRECTORY": ""}, None), ({"RUNTIME_DIRECTORY": "/a:/b"}, Path("/a"))]
)
def test_the_service_manager_says_where_sockets_go(environ: dict[str, str], path: Path | None) -> None:
    assert state.runtime_path(environ) == path


def test_links_on_the_way_are_followed_once(state_dir: Path) -> None:
    (state_dir / "real").mkdir()
    (state_dir / "link").symlink_to("real")
    assert state.prepare(state_dir / "link" / "s").path == state_dir / "real" / "s"
