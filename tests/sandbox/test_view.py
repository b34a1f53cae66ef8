"""The view of level S3: what is bound, hidden, linked, and in which order."""

from __future__ import annotations

from typing import Any

import pytest
from fakes.file_tree import FileTree

from supervisor.sandbox.namespaces import Namespaces, launcher
from supervisor.sandbox.view import view_of
from supervisor.sandbox.words import Grant, Mount

TREE = FileTree(
    {
        "/usr/bin/node": "",
        "/bin": "-> usr/bin",
        "/etc/shadow": "",
        "/etc/hosts": "",
        "/home": "-> /data/home",
        "/data/home/u/.ssh/id": "",
        "/data/home/u/.netrc": "",
        "/data/home/u/work/x": "",
        "/data/home/u/state/servers/a/home": None,
        "/data/home/u/bin/tool": "-> ../apps/tool/run",
        "/data/home/u/apps/tool/run": "",
        "/tmp/x": None,
    }
)
DENIED = ("/etc/shadow", "/home/u/.ssh", "/home/u/.netrc", "/home/u/.aws", "/home/u/state")


def view(*grants: Grant, named: tuple[str, ...] = (), cwd: str = "/") -> tuple[Mount, ...]:
    return view_of(grants, DENIED, named, cwd, TREE)


def read(path: str) -> Grant:
    return Grant(path, "read_exec", "")


def write(path: str) -> Grant:
    return Grant(path, "write", "")


def test_what_is_denied_below_a_granted_folder_is_hidden_and_what_is_not_there_needs_no_hiding() -> None:
    seen = view(write("/data/home/u"))
    assert [mount for mount in seen if mount.kind.startswith("no_")] == [
        Mount("no_file", "/data/home/u/.netrc"),
        Mount("no_folder", "/data/home/u/.ssh"),
        Mount("no_folder", "/data/home/u/state"),
    ]


def test_a_granted_folder_below_a_hidden_one_is_bound_into_it_afterwards() -> None:
    seen = view(write("/data/home/u"), write("/data/home/u/state/servers/a"))
    assert seen.index(Mount("no_folder", "/data/home/u/state")) < seen.index(
        Mount("bind", "/data/home/u/state/servers/a")
    )


@pytest.mark.parametrize("inner", [read("/data/home/u/work"), write("/data/home/u/work")])
def test_what_a_writable_folder_shows_already_is_not_bound_again(inner: Grant) -> None:
    assert [mount.path for mount in view(write("/data/home/u"), inner) if mount.kind in ("bind", "read_only")] == [
        "/data/home/u"
    ]


def test_a_writable_folder_below_a_readable_one_is_bound_after_it() -> None:
    binds = [
        mount for mount in view(read("/data/home/u"), write("/data/home/u/work")) if mount.path.startswith("/data")
    ]
    assert [mount for mount in binds if mount.kind != "folder"][:2] == [
        Mount("read_only", "/data/home/u"),
        Mount("no_file", "/data/home/u/.netrc"),
    ]
    assert binds[-1] == Mount("bind", "/data/home/u/work")


def test_links_on_the_way_are_made_and_those_inside_of_what_is_bound_are_not() -> None:
    seen = view(read("/usr"), read("/data/home/u/bin"), named=("/bin/node", "/home/u/bin/tool"))
    assert [mount for mount in seen if mount.kind == "link"] == [
        Mount("link", "/bin", "usr/bin"),
        Mount("link", "/home", "/data/home"),
    ]


def test_a_link_beside_the_granted_place_that_it_leads_to_is_made() -> None:
    seen = view(read("/data/home/u/apps/tool/run"), named=("/data/home/u/bin/tool",))
    assert Mount("link", "/data/home/u/bin/tool", "../apps/tool/run") in seen


def test_a_working_directory_that_is_not_granted_is_there_and_empty() -> None:
    assert Mount("folder", "/data/home/u") in view(cwd="/data/home/u")
    assert Mount("folder", "/data/home/u/work") not in view(write("/data/home/u"), cwd="/data/home/u/work")


def test_folders_that_lead_to_a_bound_place_are_made_also_inside_of_what_is_hidden() -> None:
    seen = view(write("/data/home/u"), write("/data/home/u/state/servers/a"))
    made = [mount.path for mount in seen if mount.kind == "folder"]
    assert made == ["/data", "/data/home", "/data/home/u/state/servers"]
    assert seen.index(Mount("no_folder", "/data/home/u/state")) < seen.index(Mount("folder", made[-1]))


def test_there_is_a_tmp_of_its_own_unless_something_is_bound_below_it() -> None:
    assert Mount("temporary", "/tmp") in view()
    assert Mount("temporary", "/tmp") not in view(write("/tmp/x"))


def test_processes_and_devices_are_its_own_and_never_those_of_the_machine() -> None:
    seen = view(read("/proc"), Grant("/dev/null", "device", ""), Grant("/dev/shm", "shared_memory", ""))
    assert {mount.kind for mount in seen} == {"proc", "devices", "temporary"}


def words(**more: Any) -> list[str]:
    view = (Mount("no_folder", "/x"), Mount("no_file", "/y"))
    return list(launcher(Namespaces(bubblewrap="/b", view=view, **{"is_root": False, **more}), ("program", "3")))


def test_the_launcher_ends_with_us_and_gives_no_capabilities() -> None:
    made = words()
    assert {"--die-with-parent", "--unshare-pid", "--unshare-ipc", "--unshare-user"} <= set(made)
    assert "--cap-add" not in made
    assert "--unshare-net" not in made
    assert made[-3:] == ["--", "program", "3"]


def test_root_needs_no_user_namespace_and_keeps_only_what_the_confining_program_gives_up_itself() -> None:
    made = words(is_root=True)
    assert "--unshare-user" not in made
    assert [made[at + 1] for at, word in enumerate(made) if word == "--cap-add"] == ["CAP_SETPCAP"]
    becoming = words(is_root=True, becomes_another=True)
    assert "CAP_SETUID" in becoming


def test_no_network_is_a_network_of_its_own() -> None:
    assert "--unshare-net" in words(own_network=True)


def test_what_is_hidden_cannot_be_written_to() -> None:
    made = words()
    at = made.index("--tmpfs")
    assert made[at + 1] == "/x"
    assert made[made.index("--remount-ro") : made.index("--remount-ro") + 2] == ["--remount-ro", "/x"]
