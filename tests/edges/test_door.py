"""The control socket: at no moment open to others, and who may come in."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from supervisor.config.specs import Settings
from supervisor.edges.door import Door, bind_privately, open_door, withdraw
from supervisor.edges.key import is_alive, key_of
from supervisor.edges.sharing import Guests, peer
from supervisor.edges.state import StateDir, prepare
from supervisor.errors import StateUnusable, StockadeError

if TYPE_CHECKING:
    from conftest import PlainUser


def door(state_dir: Path, **settings: object) -> Door:
    return Door(path=state_dir / "c.sock", token="t0ken", settings=Settings(**settings))  # type: ignore[arg-type]


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_socket_is_private_from_the_moment_it_is_bound_whatever_the_umask(state_dir: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from supervisor.edges.door import bind_privately;"
        "os.umask(0); bind_privately(Path(sys.argv[1]))"
    )
    path = state_dir / "s"
    subprocess.run([sys.executable, "-W", "ignore", "-c", program, path], check=True)
    assert mode_of(path) == 0o600


def test_a_plain_bind_would_have_been_open(state_dir: Path) -> None:
    """The guard broken on purpose: the mode comes from us, not from the system."""
    program = "import os, socket, sys; os.umask(0); socket.socket(socket.AF_UNIX).bind(sys.argv[1])"
    path = state_dir / "s"
    subprocess.run([sys.executable, "-W", "ignore", "-c", program, path], check=True)
    assert mode_of(path) == 0o777


def test_it_takes_the_place_of_what_a_dead_daemon_left(state_dir: Path) -> None:
    bind_privately(state_dir / "c.sock").close()
    with door(state_dir).listen() as listener, socket.socket(socket.AF_UNIX) as caller:
        caller.connect(listener.getsockname())
    assert mode_of(state_dir / "c.sock") == 0o600


def test_a_place_that_cannot_be_bound_is_a_problem_and_no_crash(state_dir: Path) -> None:
    (state_dir / "c.sock").mkdir()
    with pytest.raises(StockadeError) as error:
        door(state_dir).listen()
    assert isinstance(error.value.problem, StateUnusable)


@pytest.mark.parametrize("is_given", [False, True])
def test_a_door_that_is_withdrawn_is_found_by_nobody_and_its_daemon_still_holds_the_token(
    state_dir: Path, is_given: bool
) -> None:
    place = prepare(state_dir / "s", state_dir / "run")
    with ExitStack() as stack:
        given = stack.enter_context(bind_privately(place.control_socket)) if is_given else None
        if given is not None:
            given.listen()
        stack.enter_context(open_door(place, Settings(), given))
        with key_of(place) as key:
            assert key is not None
            for _twice in range(2):
                withdraw(place, given)
                assert not is_alive(place)
                assert not is_alive(StateDir(place.path))
                assert place.control_socket.exists() is is_given, "a service manager's is not ours to remove"
                assert not key.wait_until_free(0.01)
            stack.close()
            assert key.wait_until_free(20)


def test_only_the_very_token_is_known(state_dir: Path) -> None:
    ours = door(state_dir)
    assert ours.knows("t0ken")
    for wrong in ("", "t0ke", "t0kenn", "T0ken", "tök\udcff"):
        assert not ours.knows(wrong)


def test_we_ourselves_are_let_in(state_dir: Path) -> None:
    one, other = socket.socketpair()
    with one, other:
        assert peer(one) == (os.geteuid(), os.getegid())
        assert door(state_dir).admits(one)


def test_another_user_is_let_in_only_if_the_config_says_so(state_dir: Path, root: None, plain_user: PlainUser) -> None:
    state_dir.chmod(0o755)
    connect = "import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.recv(1)"
    with door(state_dir, control_mode=0o666).listen() as listener:
        words = ["/usr/bin/env", "python3", "-c", connect, str(state_dir / "c.sock")]
        with subprocess.Popen(
            words, user=plain_user.uid, group=plain_user.gid, cwd="/", stderr=subprocess.DEVNULL
        ) as caller:
            listener.settimeout(20)
            connection, _ = listener.accept()
            with connection:
                assert peer(connection)[0] == plain_user.uid
                assert not door(state_dir).admits(connection)
                assert replace(door(state_dir), guests=Guests(uids=(plain_user.uid,))).admits(connection)
            caller.wait(20)
