"""Which mode on the way to a path refuses a user."""

from __future__ import annotations

import stat

import pytest

from supervisor.sandbox.permissions import Step, Who, obstacle
from supervisor.sandbox.phrases import Action

FOLDER, FILE = stat.S_IFDIR, stat.S_IFREG
ROOT = Step("/", FOLDER | 0o755, 0, 0)
US = Who(7, frozenset({7, 100}))


def found(last: Step, action: Action, *around: Step, is_whole: bool = True, who: Who = US) -> str:
    return obstacle((ROOT, *around, last), who, action, is_whole=is_whole)


@pytest.mark.parametrize(
    ("mode", "uid", "gid", "action", "refuses"),
    [
        (0o600, 7, 0, "read", False),
        (0o600, 0, 0, "read", True),
        (0o604, 0, 0, "read", False),
        (0o640, 0, 100, "read", False),
        (0o604, 0, 100, "read", True),  # the group's bits decide for its members
        (0o044, 7, 0, "read", True),  # the owner's for the owner
        (0o444, 7, 0, "write", True),
        (0o644, 7, 0, "execute", True),
        (0o755, 0, 0, "execute", False),
    ],
)
def test_the_bits_that_are_ones_own_decide(mode: int, uid: int, gid: int, action: Action, refuses: bool) -> None:
    text = found(Step("/x", FILE | mode, uid, gid), action)
    assert bool(text) is refuses
    if refuses:
        assert text == f"the file /x has mode {mode:04o} and belongs to user {uid}"


def test_root_without_capabilities_is_a_user_like_any_other() -> None:
    assert found(Step("/x", FILE | 0o600, 7, 7), "read", who=Who(0, frozenset({0})))


def test_a_folder_on_the_way_has_to_be_passed() -> None:
    closed = Step("/home", FOLDER | 0o700, 0, 0)
    assert found(Step("/home/x", FILE | 0o644, 0, 0), "read", closed).startswith("the folder /home has mode 0700")
    assert found(closed, "read", is_whole=False).startswith("the folder /home")


def test_what_is_made_needs_a_folder_that_can_be_written() -> None:
    assert not found(Step("/w", FOLDER | 0o777, 0, 0), "write", is_whole=False)
    assert found(Step("/w", FOLDER | 0o755, 0, 0), "write", is_whole=False)
    assert not found(Step("/w", FOLDER | 0o755, 0, 0), "read", is_whole=False)
