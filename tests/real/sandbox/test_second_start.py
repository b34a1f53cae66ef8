"""What a server can plant in its first start so that the second one gets it more.

A server writes where it may: in its own folder, and in the working directory that its config names. What it wrote there
is read by stockade at the next start, when it looks for links, scripts and interpreters. Nothing of that may open what
the config did not: here a folder that is neither secret nor granted.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from real.sandbox.accounts import Account
from real.sandbox.ground import Ground

pytestmark = pytest.mark.real


@pytest.fixture
def ground(accounts: dict[str, Account], made_ground: Callable[[Account], Ground]) -> Ground:
    """That of a plain user: what is granted is worked out alike for everybody."""
    return made_ground(accounts["plain"])


@pytest.fixture(params=["S2", "S3"])
def level(request: pytest.FixtureRequest) -> str:
    """The levels that confine files."""
    found: str = request.param
    return found


@pytest.fixture
def private(ground: Ground) -> Path:
    """A folder of the user's that is no secret by its name, and granted to nobody."""
    folder = ground.path / "home" / "private"
    (folder / "bin").mkdir(parents=True)
    (folder / "letter").write_text(ground.secret)
    (folder / "server.py").write_text("")
    (folder / "bin" / "sh").write_bytes(Path("/bin/sh").read_bytes())
    (folder / "bin" / "sh").chmod(0o755)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, ground.user.uid, ground.user.gid)
    return folder


class Twice:
    """A server that is started twice; the first time it runs a script of the shell in its working directory."""

    def __init__(self, ground: Ground, level: str, **spec: Any) -> None:
        self.ground = ground
        self.work = ground.path / "home" / "work"
        self._more: dict[str, Any] = {"working_dir": str(self.work), "spec": {"level": level, **spec}}

    def plant(self, script: str) -> None:
        """The first start: what it plants, it may."""
        done = self.ground.confined(["/bin/sh", "-euc", script, str(self.ground.path)], **self._more)
        assert done.get("code") == 0, done

    def again(self, *argv: str) -> dict[str, Any]:
        """The second start."""
        return self.ground.confined(list(argv), **self._more)

    def opened(self, *argv: str) -> list[str]:
        """What of the home folder was granted to the second start, besides the working directory."""
        done = self.again(*argv)
        home = self.ground.path / "home"
        paths = [Path(item["path"]) for item in done["report"]["granted"]] if "report" in done else []
        return [str(path) for path in paths if path.is_relative_to(home) and not path.is_relative_to(self.work)]


@pytest.mark.parametrize("name", ["home", "tmp", "run"])
def test_a_link_in_place_of_a_folder_of_its_own_is_not_followed(ground: Ground, level: str, name: str) -> None:
    twice = Twice(ground, level)
    twice.plant(f'cd "$HOME/.."; rm -r {name}; ln -s "$0/home/.ssh" {name}')
    done = twice.again("/bin/sh", "-c", 'cat "$HOME/id_rsa" "$TMPDIR/id_rsa" "$XDG_RUNTIME_DIR/id_rsa"')
    assert ground.secret not in done.get("stdout", "")
    assert done["problem"]["code"] == "state.unusable"


@pytest.mark.parametrize("target", ["private", ".local"])
def test_a_link_in_place_of_a_writable_folder_is_not_followed(
    ground: Ground, level: str, private: Path, target: str
) -> None:
    twice = Twice(ground, level, read_write=[str(ground.path / "home/work/data")])
    twice.plant(f'ln -s "$0/home/{target}" data')
    assert twice.opened("/bin/true") == []


def test_a_link_to_the_home_folder_is_not_followed_where_that_could_be_granted(ground: Ground) -> None:
    twice = Twice(ground, "S3", read_write=[str(ground.path / "home/work/data")])
    twice.plant('ln -s "$0/home" data')
    assert twice.opened("/bin/true") == []


def test_a_link_in_place_of_a_readable_folder_is_not_followed(ground: Ground, private: Path) -> None:
    twice = Twice(ground, "S2", read_only=[str(ground.path / "home/work/assets")])
    twice.plant('ln -s "$0/home/private" assets')
    assert twice.opened("/bin/true") == []


def test_a_link_in_place_of_a_script_is_not_followed(ground: Ground, private: Path) -> None:
    twice = Twice(ground, "S2")
    twice.plant('ln -s "$0/home/private/server.py" server.py')
    assert twice.opened("/usr/bin/python3", str(twice.work / "server.py")) == []


def test_a_link_in_place_of_its_modules_is_not_followed(ground: Ground, private: Path) -> None:
    twice = Twice(ground, "S2")
    twice.plant('echo > server.py; ln -s "$0/home/private" node_modules')
    assert twice.opened("/usr/bin/python3", str(twice.work / "server.py")) == []


def test_an_environment_that_claims_to_come_from_elsewhere_is_not_believed(ground: Ground, private: Path) -> None:
    twice = Twice(ground, "S2")
    twice.plant('mkdir -p env/bin; ln -s /bin/sh env/bin/python; echo "home = $0/home/private/bin" > env/pyvenv.cfg')
    assert twice.opened(str(twice.work / "env/bin/python"), "-c", "true") == []


def test_a_program_that_names_another_interpreter_opens_no_folder_for_it(ground: Ground, private: Path) -> None:
    twice = Twice(ground, "S2")
    twice.plant('printf "#!$0/home/private/bin/sh\\n" > run; chmod 755 run')
    assert twice.opened(str(twice.work / "run")) == []


SWAP = """
import ctypes, os, sys
from supervisor.config.schema import SandboxSpec
from supervisor.config.specs import Limits
from supervisor.sandbox import abi, landlock
from supervisor.sandbox.apply import announced, asked_for, chosen_level, plan_here, ruleset_of
from supervisor.sandbox.words import Order, Places, Profile
home, state = sys.argv[1:3]
work, inner = f"{home}/work", f"{home}/work/inner"
os.makedirs(inner)
spec, profile = SandboxSpec(level="S2", read_only=(inner,)), Profile(working_dir=work)
order = Order(server="x", spec=spec, limits=Limits(), profile=profile)
asked = asked_for(order, Places(state_dir=state, homes=(home,)), ("/bin/sh",), "")
plan = plan_here(asked, chosen_level(order, announced()), None)
os.rmdir(inner)
os.symlink(f"{home}/.ssh", inner)   # what an instance that runs already does between the two
try:
    ruleset = ruleset_of(plan)
except Exception as refused:
    print("refused", refused)
    sys.exit()
landlock.libc().prctl(38, 1, 0, 0, 0)
landlock.restrict_self(ruleset, plan.abi)
try:
    print(open(f"{home}/.ssh/id_rsa").read())
except PermissionError:
    print("denied")
"""
"""A plan is made of what is there; what the ruleset is made of has to be the same."""


def test_a_folder_that_is_swapped_for_a_link_while_a_start_is_prepared_opens_nothing(ground: Ground) -> None:
    done = ground.user.call("-c", SWAP, str(ground.path / "home"), str(ground.path / "state"))
    assert done.returncode == 0, done.stderr
    assert ground.secret not in done.stdout


GONE = """
import os, sys
from supervisor.config.schema import SandboxSpec
from supervisor.config.specs import Limits
from supervisor.sandbox import landlock
from supervisor.sandbox.apply import announced, asked_for, chosen_level, plan_here, ruleset_of
from supervisor.sandbox.words import Order, Places, Profile
home, state = sys.argv[1:3]
stays, goes = f"{home}/stays", f"{home}/goes"
for folder in (stays, goes):
    os.mkdir(folder)
open(f"{stays}/file", "w").write("there")
spec = SandboxSpec(level="S2", reads="broad")
order = Order(server="x", spec=spec, limits=Limits(), profile=Profile())
asked = asked_for(order, Places(state_dir=state, homes=(home,)), ("/bin/sh",), "")
plan = plan_here(asked, chosen_level(order, announced()), None)
assert {stays, goes} <= {grant.path for grant in plan.grants}
os.rmdir(goes)   # what happens all the time in a folder such as /tmp
ruleset = ruleset_of(plan)
os.mkdir(goes)
open(f"{goes}/file", "w").write("new")
landlock.libc().prctl(38, 1, 0, 0, 0)
landlock.restrict_self(ruleset, plan.abi)
print(open(f"{stays}/file").read())
try:
    print(open(f"{goes}/file").read())
except PermissionError:
    print("denied")
"""


def test_what_has_gone_while_a_start_is_prepared_stops_nothing_and_is_granted_to_nobody(ground: Ground) -> None:
    done = ground.user.call("-c", GONE, str(ground.path / "home"), str(ground.path / "state"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["there", "denied"]
