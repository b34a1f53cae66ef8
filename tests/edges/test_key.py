"""The token of the control socket: new for each run, and by its lock a sign of life."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from supervisor.edges.door import bind_privately
from supervisor.edges.key import found, held_token, is_alive, is_listened_to, key_of, wait_until_down
from supervisor.edges.state import StateDir, daemon_lock, prepare
from supervisor.errors import ControlRefused, StateUnusable, StockadeError

if TYPE_CHECKING:
    from conftest import PlainPython, PlainUser


def read(place: StateDir) -> str | None:
    with key_of(place) as key:
        return key and key.token


def test_each_run_has_a_token_of_its_own_that_only_its_user_can_read(state_dir: Path) -> None:
    place = prepare(state_dir)
    (state_dir / "control.token.new").symlink_to(state_dir / "victim")  # what a killed daemon, or an enemy, left
    with held_token(place) as first:
        assert read(place) == first
        assert place.token_file.stat().st_mode & 0o777 == 0o600
        assert [path.name for path in state_dir.iterdir()] == ["control.token"]
    with held_token(place) as second:
        assert second != first
    assert len(first) >= 43
    assert list(state_dir.iterdir()) == []


def test_a_token_is_opened_to_others_before_anybody_can_find_it(state_dir: Path) -> None:
    place = StateDir(state_dir)

    def share(path: Path) -> None:
        assert path != place.token_file
        assert not place.token_file.exists()
        path.chmod(0o640)

    with held_token(place, share):
        assert place.token_file.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("content", [None, "", "t", "\udcff\udcfe"])
def test_what_nobody_holds_is_no_daemon_s(state_dir: Path, content: str | None) -> None:
    place = prepare(state_dir)
    if content is not None:
        place.token_file.write_bytes(os.fsencode(content))
    assert read(place) is None
    assert not is_alive(place)


def test_the_token_of_a_killed_daemon_is_not_taken_for_a_living_one_s(state_dir: Path) -> None:
    """The guard broken on purpose: the file is there, and says nothing."""
    place = StateDir(state_dir)
    program = (
        "import sys, time; from pathlib import Path; from supervisor.edges.key import held_token;"
        "from supervisor.edges.state import StateDir\n"
        "with held_token(StateDir(Path(sys.argv[1]))): print(flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program, state_dir], stdout=subprocess.PIPE) as daemon:
        assert daemon.stdout
        daemon.stdout.readline()
        assert is_alive(place)
        with key_of(place) as key:
            assert key is not None
            assert not key.wait_until_free(0.01)
            daemon.send_signal(signal.SIGKILL)
            assert key.wait_until_free(20)
    assert place.token_file.exists()
    assert not is_alive(place)


def test_a_token_that_this_user_may_not_read_is_a_refusal_and_no_absence(
    state_dir: Path, root: None, plain_user: PlainUser, plain_python: PlainPython
) -> None:
    state_dir.chmod(0o755)
    program = (
        f"import sys; sys.path.insert(0, {str(plain_python.packages)!r}); from pathlib import Path;"
        "from supervisor.edges.client import connect; from supervisor.edges.state import StateDir\n"
        "try: connect(StateDir(Path(sys.argv[1]))).__enter__()\n"
        "except Exception as error: print(error.problem.code, error)"
    )
    with held_token(StateDir(state_dir)):
        said = plain_user.run([plain_python.python, "-c", program, state_dir]).stdout
    assert said.startswith(f"{ControlRefused.__struct_config__.tag} ")
    assert "Permission denied" in said


def test_links_in_the_state_directory_lead_to_a_service_s_socket_and_token(state_dir: Path) -> None:
    place = prepare(state_dir / "s", state_dir / "run")
    known = StateDir(state_dir / "s")
    with held_token(place) as token, bind_privately(place.control_socket):
        assert read(known) == token
        assert known.control_socket.samefile(place.control_socket)
    assert list((state_dir / "s").iterdir()) == []


def test_a_folder_that_takes_no_token_is_a_problem_and_no_crash(state_dir: Path) -> None:
    with pytest.raises(StockadeError) as error, held_token(StateDir(state_dir / "missing")):
        pass
    assert isinstance(error.value.problem, StateUnusable)


def test_where_nobody_names_a_daemon_the_user_s_own_is_meant_and_else_the_machine_s(state_dir: Path) -> None:
    own, service = prepare(state_dir / "own"), prepare(state_dir / "service")
    assert found(own, service) == own  # there is neither
    with bind_privately(service.control_socket) as of_service:
        of_service.listen()
        assert found(own, service) == service
        with held_token(own):  # a daemon of one's own
            assert found(own, service) == own
        bind_privately(own.control_socket).close()  # what a killed one left
        assert found(own, service) == service
        own.control_socket.unlink()
        with bind_privately(own.control_socket) as of_own:  # a service manager's, for a daemon that is not up
            assert found(own, service) == service
            of_own.listen()
            assert is_listened_to(own.control_socket)
            assert found(own, service) == own


def test_a_daemon_is_down_when_another_may_take_its_place(state_dir: Path) -> None:
    place = prepare(state_dir)
    with daemon_lock(place), held_token(place), key_of(place) as key:
        assert key is not None
        assert not wait_until_down(place, key, 0.01)
    with held_token(place), key_of(place) as key:
        assert key is not None
        copy = key._replace(descriptor=os.dup(key.descriptor))
    try:
        assert wait_until_down(place, copy, 5)
        with daemon_lock(place):
            assert not wait_until_down(place, copy, 0.01)
        place.lock_file.unlink()
        assert wait_until_down(place, copy, 5)
    finally:
        os.close(copy.descriptor)
