"""Who may reach the daemon besides its own user: real groups, real users, real access control lists."""

from __future__ import annotations

import os
import pwd
import socket
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from supervisor.config.specs import Settings
from supervisor.edges import sharing
from supervisor.edges.door import bind_privately, open_door, tell_guests
from supervisor.edges.sharing import Guests, check_way, guests_of
from supervisor.edges.state import StateDir, prepare
from supervisor.errors import ConfigError, ControlOutOfReach, WrongType

if TYPE_CHECKING:
    from conftest import PlainUser

GROUP = "stockade-test-group"
TALK = """
import os, socket, sys
folder = sys.argv[1]
try:
    token = open(folder + "/control.token").read()
except OSError as error:
    token = error.strerror
with socket.socket(socket.AF_UNIX) as channel:
    try:
        channel.connect(folder + "/control.sock")
        reached = "reached"
        channel.recv(1)
    except OSError as error:
        reached = error.strerror
print(token, reached, sep="|")
"""


def place_in(state_dir: Path) -> StateDir:
    """A state directory, and a runtime directory beside it whose way is open."""
    state_dir.chmod(0o755)
    return prepare(state_dir / "s", state_dir / "run")


@pytest.fixture
def group(root: None) -> Iterator[int]:
    """A group that nobody is in."""
    subprocess.run(["groupadd", "--force", GROUP], check=True)
    import grp

    yield grp.getgrnam(GROUP).gr_gid
    subprocess.run(["groupdel", GROUP], check=True)


def talk(user: PlainUser, folder: Path, *groups: int) -> tuple[str, bool, str]:
    """What a process of this user, in these groups, reads as token and gets as connection; the door accepts once."""
    words = ["/usr/bin/env", "python3", "-c", TALK, str(folder)]
    done = subprocess.run(
        words, user=user.uid, group=user.gid, extra_groups=list(groups), cwd="/", capture_output=True, text=True
    )
    token, _, reached = done.stdout.strip().rpartition("|")
    return token, reached == "reached", reached


class Accepting:
    """Takes callers one after the other and says of each whether the door admits it."""

    def __init__(self, door: object, listener: socket.socket) -> None:
        from threading import Thread

        self.admitted: list[bool] = []
        self._listener = listener
        self._door = door
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self.admitted.append(self._door.admits(connection))  # type: ignore[attr-defined]


def test_exactly_the_members_of_the_group_read_the_token_and_are_let_in(
    state_dir: Path, group: int, plain_user: PlainUser
) -> None:
    place = place_in(state_dir)
    with open_door(place, Settings(control_group=GROUP, control_mode=0o660)) as (door, listener):
        accepting = Accepting(door, listener)
        folder = place.control_socket.parent
        assert talk(plain_user, folder, group) == (door.token, True, "reached")
        assert accepting.admitted == [True]
        assert talk(plain_user, folder) == ("Permission denied", False, "Permission denied")
        assert [stat.S_IMODE(path.stat().st_mode) for path in (folder, place.control_socket, place.token_file)] == [
            0o750, 0o660, 0o640,
        ]  # fmt: skip
        assert {path.stat().st_gid for path in (folder, place.control_socket, place.token_file)} == {group}
        assert stat.S_IMODE(place.path.stat().st_mode) == 0o700
        listener.shutdown(socket.SHUT_RDWR)


def test_exactly_the_users_that_are_named_read_the_token_and_are_let_in(
    state_dir: Path, root: None, plain_user: PlainUser
) -> None:
    place = place_in(state_dir)
    with open_door(place, Settings(allow_uids=(plain_user.uid,))) as (door, listener):
        accepting = Accepting(door, listener)
        folder = place.control_socket.parent
        assert talk(plain_user, folder) == (door.token, True, "reached")
        assert accepting.admitted == [True]
        other = plain_user._replace(uid=plain_user.uid + 1, gid=plain_user.gid + 1)
        assert talk(other, folder) == ("Permission denied", False, "Permission denied")
        listener.shutdown(socket.SHUT_RDWR)


def test_without_guests_nobody_else_comes_in(state_dir: Path, root: None, plain_user: PlainUser) -> None:
    """The guard broken on purpose, seen from the other side: it is the settings that open the door."""
    place = place_in(state_dir)
    with open_door(place, Settings()):
        folder = place.control_socket.parent
        assert talk(plain_user, folder) == ("Permission denied", False, "Permission denied")


def test_who_is_in_the_group_is_asked_of_the_kernel_and_not_of_the_socket_s_permissions(
    state_dir: Path, group: int, plain_user: PlainUser
) -> None:
    place = place_in(state_dir)
    with open_door(place, Settings(control_group=GROUP, control_mode=0o666)) as (door, listener):
        place.control_socket.parent.chmod(0o755)
        accepting = Accepting(door, listener)
        assert talk(plain_user, place.control_socket.parent)[:2] == ("Permission denied", True)
        assert accepting.admitted == [False]
        listener.shutdown(socket.SHUT_RDWR)


def test_a_process_in_more_groups_than_fit_is_looked_up_by_its_user(state_dir: Path) -> None:
    ours = pwd.getpwuid(os.geteuid())
    one, other = socket.socketpair()
    with one, other:
        assert set(os.getgroups()) <= sharing.groups_of_peer(one, os.geteuid()) | {os.getegid()}
    with socket.socket(socket.AF_INET) as deaf:  # the kernel says nothing of its peer
        expected = frozenset(os.getgrouplist(ours.pw_name, ours.pw_gid))
        assert sharing.groups_of_peer(deaf, os.geteuid()) == expected
        assert sharing.groups_of_peer(deaf, 4_000_000_000) == frozenset()


def problem_of(settings: Settings) -> WrongType:
    with pytest.raises(ConfigError) as error:
        guests_of(settings)
    assert isinstance(error.value.problem, WrongType)
    return error.value.problem


def test_a_group_or_user_that_cannot_be_is_a_mistake_in_the_config() -> None:
    assert problem_of(Settings(control_group="no-such-group")).place == "stockade.control.group"
    assert problem_of(Settings(allow_uids=(-1,))).place == "stockade.control.allow_uids"
    assert problem_of(Settings(allow_uids=(2**32 - 1,))).place == "stockade.control.allow_uids"
    assert guests_of(Settings(control_group="4711")).gid == 4711


def test_a_group_that_we_are_not_in_is_said_to_be_so(state_dir: Path, group: int, plain_user: PlainUser) -> None:
    place = place_in(state_dir)
    os.chown(state_dir, plain_user.uid, plain_user.gid)
    (state_dir / "run").mkdir(exist_ok=True)
    os.chown(state_dir / "run", plain_user.uid, plain_user.gid)
    os.setegid(plain_user.gid)
    before = os.getgroups()
    os.setgroups([])
    os.seteuid(plain_user.uid)
    try:
        with (
            pytest.raises(ConfigError, match="cannot be given to the group"),
            open_door(StateDir(state_dir / "run", state_dir / "run"), Settings(control_group=GROUP)),
        ):
            pass
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(before)
    assert place.control_socket.exists() is False


def test_a_group_that_cannot_come_as_far_as_the_socket_is_said_to_be_so(state_dir: Path, group: int) -> None:
    place = prepare(state_dir / "s")
    for settings in (Settings(control_group=GROUP), Settings(allow_uids=(12345,))):
        with pytest.raises(ConfigError) as error, open_door(place, settings):
            pass
        assert isinstance(error.value.problem, ControlOutOfReach)
        assert error.value.problem.step == str(state_dir / "s")
    check_way(Path("/usr"), Guests(gid=group, uids=(12345,)))


def test_a_group_that_nobody_is_in_is_told_and_refuses_nothing(
    state_dir: Path, group: int, capfd: pytest.CaptureFixture[str], plain_user: PlainUser
) -> None:
    place = place_in(state_dir)
    with open_door(place, Settings(control_group=GROUP)) as (door, _):
        tell_guests(replace(door, settings=Settings()))  # nobody has named a group: it came with the socket
        assert capfd.readouterr().err == ""
        tell_guests(door)
        said = capfd.readouterr().err
        assert "control.group_empty" in said
        assert GROUP in said
        subprocess.run(["gpasswd", "--add", plain_user.name, GROUP], check=True, capture_output=True)
        tell_guests(door)
        assert capfd.readouterr().err == ""


def test_a_socket_that_was_given_to_us_says_who_may_come_in_if_the_config_does_not(
    state_dir: Path, group: int, plain_user: PlainUser
) -> None:
    place = place_in(state_dir)
    folder = place.control_socket.parent
    with bind_privately(place.control_socket) as given:
        given.listen()
        assert guests_of(Settings(), given).is_nobody
        os.chown(place.control_socket, 0, group)
        place.control_socket.chmod(0o660)
        with open_door(place, Settings(), given) as (door, listener):
            assert listener is given
            accepting = Accepting(door, listener)
            assert talk(plain_user, folder, group) == (door.token, True, "reached")
            assert accepting.admitted == [True]
        assert place.control_socket.exists(), "it is the manager's, who listens on"
        with open_door(place, Settings(control_group="0", control_mode=0o600), given) as (door, _):
            assert talk(plain_user, folder, group)[:2] == ("Permission denied", False)
        given.shutdown(socket.SHUT_RDWR)


def test_a_user_who_is_no_longer_named_is_out_though_socket_and_folder_stay(
    state_dir: Path, group: int, plain_user: PlainUser
) -> None:
    """A service manager keeps both from one start of the daemon to the next."""
    place = place_in(state_dir)
    folder, outside = place.control_socket.parent, ("Permission denied", False, "Permission denied")
    with bind_privately(place.control_socket) as given:
        given.listen()
        os.chown(place.control_socket, 0, group)
        place.control_socket.chmod(0o660)
        with open_door(place, Settings(allow_uids=(plain_user.uid,)), given) as (door, listener):
            Accepting(door, listener)
            assert talk(plain_user, folder)[:2] == (door.token, True)
            member = plain_user._replace(uid=plain_user.uid + 1, gid=plain_user.gid + 1)
            assert talk(member, folder, group)[:2] == (door.token, True), "they come besides, not instead"
        for uids in ((), (plain_user.uid + 1,)):
            with open_door(place, Settings(allow_uids=uids), given):
                folder.chmod(0o755)  # even then: the list of the socket itself is another one
                assert talk(plain_user, folder) == outside
        assert [os.listxattr(path) for path in (folder, place.control_socket)] != [[], []]
        with open_door(place, Settings(control_group="0", control_mode=0o600), given):
            assert [os.listxattr(path) for path in (folder, place.control_socket)] == [[], []]
            assert [stat.S_IMODE(path.stat().st_mode) for path in (folder, place.control_socket)] == [0o750, 0o600]
        given.shutdown(socket.SHUT_RDWR)


def test_without_its_list_a_file_s_permissions_are_what_they_were(state_dir: Path) -> None:
    file = state_dir / "file"
    sharing.unshare(file)  # is not there
    file.touch()
    for mode in (0o600, 0o640, 0o660):
        sharing.share(file, mode, Guests(uids=(12345,)), 6)
        assert stat.S_IMODE(file.stat().st_mode) == mode | 0o060
        sharing.unshare(file)
        assert (os.listxattr(file), stat.S_IMODE(file.stat().st_mode)) == ([], mode)
    file.chmod(0o4755)
    sharing.unshare(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o4755


def test_a_file_system_without_lists_is_said_to_be_so() -> None:
    ours, theirs = os.openpty()
    try:
        with pytest.raises(ConfigError, match="without access control lists"):
            sharing.share(Path(os.ttyname(theirs)), 0o600, Guests(uids=(12345,)), 4)
    finally:
        os.close(ours)
        os.close(theirs)
