"""A server that becomes another user: its rights, its folders, and what is refused."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from real.sandbox.accounts import Account
from real.sandbox.ground import Ground

if TYPE_CHECKING:
    from conftest import PlainUser

pytestmark = pytest.mark.real

SCRIPT = "id -u; id -G; grep -E 'CapBnd|CapEff' /proc/self/status; touch ~/made $TMPDIR/made && echo own; cat \"$0\""


@pytest.fixture
def root_ground(accounts: dict[str, Account], made_ground: Callable[[Account], Ground]) -> Ground:
    """The ground of root, open to others as far as the state directory's place goes."""
    if "root" not in accounts:
        pytest.skip("needs root")
    ground = made_ground(accounts["root"])
    ground.path.chmod(0o755)
    return ground


@pytest.fixture
def roots_file() -> Iterator[Path]:
    """A file of root's that a grant opens to nobody else."""
    folder = Path(tempfile.mkdtemp(prefix="of-root-"))
    folder.chmod(0o755)
    (folder / "file").write_text("secret of root")
    (folder / "file").chmod(0o600)
    yield folder / "file"
    shutil.rmtree(folder)


@pytest.mark.parametrize("level", ["S1", "S2", "S3"])
def test_it_has_only_the_rights_of_that_user(
    root_ground: Ground, plain_user: PlainUser, roots_file: Path, level: str
) -> None:
    spec = {"level": level, "user": plain_user.name, "read_only": [str(roots_file)]}
    done = root_ground.confined(["/bin/sh", "-c", SCRIPT, str(roots_file)], spec=spec)
    zeros = "\t0000000000000000"
    groups = " ".join(map(str, os.getgrouplist(plain_user.name, plain_user.gid)))
    assert done["stdout"] == f"{plain_user.uid}\n{groups}\nCapEff:{zeros}\nCapBnd:{zeros}\nown\n"
    assert "Permission denied" in done["stderr"][0]
    assert (done["report"]["user"], done["report"]["kernel"]["uid"]) == (plain_user.name, plain_user.uid)
    assert not any("uid 0" in gap for gap in done["report"]["gaps"])


def test_its_own_folder_is_its_own_and_a_new_one_for_each_user(root_ground: Ground, plain_user: PlainUser) -> None:
    root_ground.confined(["/bin/sh", "-c", "touch ~/of-root"], spec={"level": "S2"})
    spec = {"level": "S2", "user": str(plain_user.uid)}
    done = root_ground.confined(["/bin/sh", "-c", "ls ~; touch ~/of-user"], spec=spec)
    assert done["stdout"] == ""
    (made,) = root_ground.own.parent.glob("own@*/home/of-user")
    assert made.stat().st_uid == plain_user.uid
    assert (root_ground.path / "state").stat().st_mode & 0o777 == 0o711


def test_processes_of_a_user_of_its_own_are_counted(root_ground: Ground, plain_user: PlainUser) -> None:
    done = root_ground.confined(
        ["/bin/sh", "-c", "grep 'Max processes' /proc/self/limits"], spec={"level": "S2", "user": plain_user.name}
    )
    assert done["stdout"].split()[2:4] == ["256", "256"]
    limits = {limit["name"]: limit["enforcer"] for limit in done["report"]["limits"]}
    assert limits["pids"].startswith("rlimit nproc")


def test_a_way_that_the_user_may_not_go_is_refused_before_the_start(root_ground: Ground, plain_user: PlainUser) -> None:
    root_ground.path.chmod(0o700)
    done = root_ground.confined(["/bin/true"], spec={"level": "S2", "user": plain_user.name})
    assert done["problem"]["code"] == "sandbox.setting_unavailable"
    assert str(root_ground.path) in done["text"]


def test_a_user_that_is_not_there_is_refused(ground: Ground) -> None:
    done = ground.confined(["/bin/true"], spec={"user": "nobody-of-this-name"})
    assert (done["problem"]["setting"], done["problem"]["code"]) == ("user", "sandbox.setting_unavailable")


def test_only_root_becomes_another_user(accounts: dict[str, Account], made_ground: Callable[[Account], Ground]) -> None:
    refused = made_ground(accounts["plain"]).confined(["/bin/true"], spec={"user": "root"})
    assert "does not run as root" in refused["text"]


def test_to_become_oneself_is_no_change(ground: Ground) -> None:
    same = ground.confined(["/usr/bin/id", "-u"], spec={"user": str(ground.user.uid)})
    assert (same["stdout"].strip(), same["report"]["user"]) == (str(ground.user.uid), "")
