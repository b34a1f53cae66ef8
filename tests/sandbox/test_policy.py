"""What a server is granted, by default and by its config."""

from __future__ import annotations

from typing import Any

import pytest
from fakes.file_tree import FileTree
from msgspec.structs import replace

from supervisor.config.schema import SandboxSpec
from supervisor.config.specs import Limits
from supervisor.errors import GrantRefused, SettingUnavailable
from supervisor.sandbox.policy import plan_for
from supervisor.sandbox.words import Asked, Chosen, Plan

STATE = "/home/u/.local/state/stockade"
TREE = FileTree(
    {
        "/usr/bin/node": "",
        "/bin": "-> usr/bin",
        "/etc/hosts": "",
        "/etc/shadow": "",
        "/etc/ssl/certs/ca.pem": "",
        "/etc/ssl/private/key": "",
        "/etc/resolv.conf": "-> /run/systemd/resolve/stub-resolv.conf",
        "/run/systemd/resolve/stub-resolv.conf": "",
        "/proc/1/stat": "",
        "/sys/devices/system/cpu": None,
        "/dev/null": "",
        "/dev/sda": "",
        "/dev/shm": None,
        "/home/u/.ssh/id_rsa": "",
        "/home/u/.config/gh/hosts.yml": "",
        "/home/u/work/x": "",
        "/home/u/notes": "",
        f"{STATE}/servers/a/home": None,
        f"{STATE}/servers/b/home": None,
        f"{STATE}/token": "",
    }
)
ASKED = Asked(
    argv=("/usr/bin/node",),
    search_path="/usr/bin",
    working_dir=None,
    homes=("/home/u",),
    state=f"{STATE}/servers/a",
    own=(STATE, "/home/u/.config/stockade"),
    spec=SandboxSpec(),
    limits=Limits(),
)
S2 = Chosen(level="S2", abi=7)


def plan(chosen: Chosen = S2, working_dir: str | None = None, **spec: Any) -> Plan:
    asked = replace(ASKED, spec=SandboxSpec(**spec), working_dir=working_dir)
    made = plan_for(asked, chosen, TREE)
    assert isinstance(made, Plan)
    return made


def reach(made: Plan, path: str) -> set[str]:
    """The access classes under which a path can be reached."""
    return {grant.access for grant in made.grants if path == grant.path or path.startswith(grant.path + "/")}


@pytest.mark.parametrize(
    ("path", "access"),
    [
        ("/usr/bin/node", {"read_exec"}),
        ("/etc/hosts", {"read_exec"}),
        ("/etc/ssl/certs/ca.pem", {"read_exec"}),
        ("/run/systemd/resolve/stub-resolv.conf", {"read"}),
        ("/proc/1/stat", {"read"}),
        ("/sys/devices/system/cpu", {"read"}),
        ("/dev/null", {"device"}),
        ("/dev/shm/sem.x", {"shared_memory"}),
        (f"{STATE}/servers/a/home/x", {"write"}),
        (f"{STATE}/servers/b/home/x", set()),
        (f"{STATE}/token", set()),
        ("/etc/shadow", set()),
        ("/etc/ssl/private/key", set()),
        ("/home/u/.ssh/id_rsa", set()),
        ("/home/u/work/x", set()),
        ("/dev/sda", set()),
        ("/dev/tty", set()),
        ("/dev/pts/0", set()),
    ],
)
def test_the_defaults(path: str, access: set[str]) -> None:
    assert reach(plan(), path) == access


def test_reads_broad_reads_all_but_secrets_and_devices_and_writes_no_more() -> None:
    made = plan(reads="broad")
    assert reach(made, "/home/u/work/x") == {"read_exec"}
    assert reach(made, "/home/u/notes") == {"read_exec"}
    for secret in (
        "/home/u/.ssh/id_rsa",
        "/home/u/.config/gh/hosts.yml",
        f"{STATE}/token",
        f"{STATE}/servers/b/home",
        "/etc/shadow",
        "/dev/sda",
    ):
        assert not reach(made, secret)
    assert {grant.path for grant in made.grants if grant.access == "write"} == {f"{STATE}/servers/a"}


def test_read_write_grants_around_secrets() -> None:
    made = plan(read_write=("/home/u/.config",))
    assert not reach(made, "/home/u/.config/gh/hosts.yml")
    assert [item.path for item in made.expanded if item.access == "write"] == ["/home/u/.config"]


def test_a_secret_that_is_asked_for_is_refused_and_named() -> None:
    made = plan(read_only=("/home/u/.ssh",), read_write=("/home/u/.ssh/id_rsa",))
    assert not reach(made, "/home/u/.ssh/id_rsa")
    assert [item.path for item in made.refused] == ["/home/u/.ssh/id_rsa", "/home/u/.ssh"]


def test_what_the_config_denies_is_denied_below_a_grant() -> None:
    made = plan(read_write=("/home/u/work",), deny=("/home/u/work/x",))
    assert not reach(made, "/home/u/work/x")


@pytest.mark.parametrize("path", ["/", "/home", "/home/u", "/home/u/", "/home/u/../u"])
def test_writing_everywhere_or_in_the_home_folder_is_refused(path: str) -> None:
    asked = replace(ASKED, spec=SandboxSpec(read_write=(path,)))
    assert plan_for(asked, S2, TREE) == GrantRefused(path=path)


def test_a_named_working_directory_can_be_written() -> None:
    made = plan(working_dir="/home/u/work")
    assert reach(made, "/home/u/work/x") == {"write"}
    assert made.cwd == "/home/u/work"


def test_a_home_folder_as_working_directory_is_used_and_not_granted() -> None:
    made = plan(working_dir="/home/u")
    assert made.cwd == "/home/u"
    assert not reach(made, "/home/u/notes")
    assert [item.path for item in made.refused] == ["/home/u"]


def test_without_a_working_directory_the_server_s_own_folder_is_it() -> None:
    assert plan().cwd == f"{STATE}/servers/a"


def test_missing_paths_are_skipped_and_named() -> None:
    assert "/no/such" in [item.path for item in plan(read_only=("/no/such",)).skipped]


def test_home_and_caches_lie_in_the_server_s_own_folder() -> None:
    made = plan()
    for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"):
        assert made.environment[name].startswith(f"{STATE}/servers/a/")
    for name in ("npm_config_cache", "UV_CACHE_DIR", "UV_TOOL_DIR", "UV_PYTHON_INSTALL_DIR"):
        assert made.defaults[name].startswith(f"{STATE}/servers/a/")


def test_level_s1_grants_nothing_and_says_that_it_is_no_file_sandbox() -> None:
    made = plan(Chosen(level="S1", abi=0, degraded="why"))
    assert made.grants == ()
    assert made.denied == ()
    assert made.rlimits
    assert "not confined at all" in made.gaps[0]
    assert made.degraded == "why"


def test_an_unknown_limit_is_refused_instead_of_passed_over() -> None:
    asked = replace(ASKED, spec=SandboxSpec(rlimits={"nofiles": 3}))
    problem = plan_for(asked, S2, TREE)
    assert isinstance(problem, SettingUnavailable)
    assert problem.setting == "rlimits.nofiles"


def test_the_plan_stands_on_what_it_granted_and_on_the_folders_it_took_apart() -> None:
    made = plan()
    assert "/usr" in made.landmarks
    assert "/etc/hosts" not in made.landmarks
    assert {"/etc", "/etc/ssl"} <= set(made.watched)
