"""What a server was refused is held against its plan: the rule that decided, and the line that would allow it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from fakes.file_tree import FileTree
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from supervisor.config.schema import SandboxSpec
from supervisor.config.specs import Limits
from supervisor.sandbox.denials import Denial
from supervisor.sandbox.judge import ruling_on, sentence
from supervisor.sandbox.path_rulings import on_path
from supervisor.sandbox.phrases import Action, Code
from supervisor.sandbox.policy import plan_for
from supervisor.sandbox.rulings import Case, Ruling, Standing
from supervisor.sandbox.words import Asked, Chosen, Plan

STATE = "/home/u/.local/state/stockade"
ENTRIES: dict[str, str | None] = {
    "/usr/bin/node": "",
    "/etc/hosts": "",
    "/etc/shadow": "",
    "/etc/ssl/private/key": "",
    "/proc/1/environ": "",
    "/sys/kernel/x": "",
    "/dev/null": "",
    "/dev/tty": "",
    "/dev/kvm": "",
    "/dev/shm": None,
    "/tmp/other/x": "",
    "/srv/notes/a.txt": "",
    "/srv/data": None,
    "/srv/link": "-> /srv/notes/a.txt",
    "/srv/ro/r.txt": "",
    "/srv/tree/keep/x": "",
    "/srv/tree/secret/x": "",
    "/home/u/.ssh/id_rsa": "",
    "/home/u/.config/gh/hosts.yml": "",
    "/home/u/work/x": "",
    f"{STATE}/servers/a/home": None,
    f"{STATE}/token": "",
}


class Ground(FileTree):
    """A file system with files that some modes keep the server's user from."""

    def __init__(self, entries: Mapping[str, str | None], closed: Mapping[str, str] | None = None) -> None:
        super().__init__(entries)
        self._closed = closed or {}

    def obstacle(self, path: str, action: Action) -> str:
        return self._closed.get(self.real(path), "")


GROUND = Ground(ENTRIES)
S1, S2, S3 = (
    Chosen(level="S1", abi=0),
    Chosen(level="S2", abi=7),
    Chosen(level="S3", abi=7, bubblewrap="/usr/bin/bwrap"),
)


def case(chosen: Chosen = S2, ground: FileTree = GROUND, **spec: Any) -> Case:
    asked = Asked(
        argv=("/usr/bin/node",),
        search_path="/usr/bin",
        working_dir=None,
        homes=("/home/u",),
        state=f"{STATE}/servers/a",
        own=(STATE, "/home/u/mcp.json"),
        spec=SandboxSpec(**spec),
        limits=Limits(),
    )
    plan = plan_for(asked, chosen, ground)
    assert isinstance(plan, Plan)
    return Case(plan=plan, spec=asked.spec, homes=asked.homes, own=asked.own)


def judged(path: str, action: Action = "use", of: Case | None = None, code: Code = "EACCES") -> Ruling | None:
    return on_path(path, action, of or case(), GROUND, code=code)


def line(ruling: Ruling | None) -> Any:
    assert ruling is not None
    return json.loads(f"{{{ruling.line}}}")["isolation"]["sandbox"] if ruling.line else {}


@pytest.mark.parametrize("chosen", [S2, S3], ids=["S2", "S3"])
@pytest.mark.parametrize(
    ("path", "action", "rule", "allowed_by"),
    [
        ("/srv/notes/a.txt", "use", "not_granted", {"read_only": ["/srv/ro", "/srv/notes/a.txt"]}),
        ("/srv/notes/a.txt", "read", "not_granted", {"read_only": ["/srv/ro", "/srv/notes/a.txt"]}),
        ("/srv/notes/a.txt", "execute", "not_granted", {"read_only": ["/srv/ro", "/srv/notes/a.txt"]}),
        ("/srv/notes/a.txt", "write", "not_granted", {"read_write": ["/srv/notes/a.txt"]}),
        ("/srv/notes", "read", "not_granted", {"read_only": ["/srv/ro", "/srv/notes"]}),
        ("/srv/data/new", "write", "not_granted", {"read_write": ["/srv/data"]}),
        ("/srv/data/new", "use", "not_granted", {"read_write": ["/srv/data"]}),
        ("/srv/data/../notes/a.txt", "read", "not_granted", {"read_only": ["/srv/ro", "/srv/notes/a.txt"]}),
        ("/srv/ro/r.txt", "write", "read_only", {"read_write": ["/srv/ro/r.txt"]}),
        ("/srv/ro/r.txt", "use", "read_only", {"read_write": ["/srv/ro/r.txt"]}),
        ("/srv/ro/new", "write", "read_only", {"read_write": ["/srv/ro"]}),
        ("/home/u/new.txt", "write", "not_granted", {"read_write": ["/home/u/new.txt"]}),  # home itself is too much
        ("/home/u", "read", "not_granted", {}),
        ("/usr/lib-new", "write", "read_only", {}),
        ("/etc/hosts", "write", "read_only", {}),
        ("/home/u/.ssh/id_rsa", "read", "denied", {}),
        ("/home/u/.aws/credentials", "read", "denied", {}),
        ("/etc/shadow", "use", "denied", {}),
        (f"{STATE}/token", "read", "denied", {}),
        ("/home/u/mcp.json", "read", "denied", {}),
        ("/dev/tty", "use", "terminal", {}),
        ("/proc/1/environ", "use", "kernel", {}),
        ("/proc/sys/x", "write", "kernel", {}),
        ("/etc", "read", "expanded", {}),
        ("/etc/hosts", "read", "granted", {}),
        (f"{STATE}/servers/a/home/x", "write", "granted", {}),
        ("/dev/null", "write", "granted", {}),
    ],
)
def test_the_rule_that_decides_is_named_with_the_line_that_would_allow_it(
    path: str, action: Action, rule: str, allowed_by: dict[str, Any], chosen: Chosen
) -> None:
    ruling = on_path(path, action, case(chosen, read_only=("/srv/ro",)), GROUND)
    assert ruling is not None
    assert (ruling.rule, line(ruling)) == (rule, allowed_by)
    assert bool(ruling.option) == bool(allowed_by)


@pytest.mark.parametrize("path", ["/srv/notes/gone.txt", "/nowhere/at/all"])
def test_a_path_that_is_not_there_is_no_refusal_to_read_it(path: str) -> None:
    assert judged(path, "read") is None


def test_nor_is_one_whose_folder_is_not_there_a_refusal_to_write_it() -> None:
    assert judged("/nowhere/at/all", "write") is None


@pytest.mark.parametrize(("chosen", "is_ruled"), [(S2, False), (S3, True)], ids=["S2", "S3"])
def test_no_such_file_is_a_refusal_where_a_view_hides_it(chosen: Chosen, is_ruled: bool) -> None:
    ruling = judged("/srv/notes/a.txt", "use", case(chosen), "ENOENT")
    assert (ruling is not None and ruling.rule == "not_granted") is is_ruled
    assert judged("/srv/notes/gone.txt", "use", case(chosen), "ENOENT") is None
    assert judged("/etc/hosts/x", "use", case(chosen), "ENOENT") is None


def test_no_such_file_is_a_refusal_to_make_something_in_a_folder_that_is_hidden() -> None:
    assert line(judged("/srv/data/new", "write", case(S3), "ENOENT")) == {"read_write": ["/srv/data"]}
    in_view = judged("/srv/ro/new", "write", case(S3, read_only=("/srv/ro",)), "ENOENT")
    assert in_view is None


def test_a_read_only_file_system_is_the_sandboxs_at_the_level_that_mounts_one() -> None:
    of_view = judged("/srv/ro/new", "write", case(S3, read_only=("/srv/ro",)), "EROFS")
    assert of_view is not None
    assert of_view.rule == "read_only"
    of_disk = judged("/srv/ro/new", "write", case(S2, read_only=("/srv/ro",)), "EROFS")
    assert of_disk is not None
    assert (of_disk.rule, of_disk.is_by_sandbox) == ("file_system", False)
    assert judged("/srv/data/new", "write", case(S3, read_write=("/srv/data",)), "EROFS") == replace(
        of_disk, object="/srv/data/new"
    )


def test_a_mere_failure_counts_for_what_the_plan_refuses() -> None:
    assert line(judged("/srv/data/x.db", "write", code="")) == {"read_write": ["/srv/data"]}
    assert judged("/srv/notes/gone.js", "use", code="") is None
    granted = judged("/srv/data/x.db", "write", case(read_write=("/srv/data",)), "")
    assert granted is not None
    assert not granted.is_by_sandbox


def test_not_permitted_is_a_matter_of_privileges() -> None:
    ruling = judged("/srv/notes/a.txt", "write", code="EPERM")
    assert ruling is not None
    assert (ruling.rule, ruling.line) == ("privileges", "")


def test_what_the_config_denies_is_allowed_by_taking_it_out() -> None:
    denying = case(read_only=("/srv",), deny=("/srv/tree/secret", "/srv/data"))
    ruling = judged("/srv/tree/secret/x", "read", denying)
    assert ruling is not None
    assert (ruling.rule, line(ruling)) == ("deny", {"deny": ["/srv/data"]})


def test_a_folder_around_something_denied_can_be_used_by_its_entries_only() -> None:
    around = case(read_write=("/srv/tree",), deny=("/srv/tree/secret",))
    for ruling in (judged("/srv/tree", "read", around), judged("/srv/tree/new", "write", around)):
        assert ruling is not None
        assert ruling.rule == "expanded"
        assert "/srv/tree/secret is denied" in ruling.reason
        assert "Restart" not in ruling.remedy


def test_an_entry_that_came_later_is_reached_after_a_restart() -> None:
    around = case(read_only=("/srv/tree",), deny=("/srv/tree/secret",))
    later = Ground({**ENTRIES, "/srv/tree/late/x": ""})
    ruling = on_path("/srv/tree/late/x", "read", around, later, code="EACCES")
    assert ruling is not None
    assert (ruling.rule, ruling.remedy) == ("expanded", "Restart the server.")
    assert "/srv/tree/late has come" in ruling.reason


def test_what_the_config_names_and_was_not_there_is_reached_after_a_restart() -> None:
    early = case(read_only=("/srv/later",))
    later = Ground({**ENTRIES, "/srv/later/x": ""})
    ruling = on_path("/srv/later/x", "read", early, later, code="EACCES")
    assert ruling is not None
    assert (ruling.rule, ruling.remedy) == ("skipped", "Restart the server.")
    missing = judged("/srv/later", "write", early)
    assert missing is not None
    assert missing.remedy == "Make it, then restart the server."


def test_a_files_own_mode_is_said_to_be_what_refuses() -> None:
    closed = Ground(ENTRIES, {"/srv/notes/a.txt": "the file /srv/notes/a.txt has mode 0600 and belongs to user 7"})
    granted = on_path("/srv/notes/a.txt", "read", case(read_only=("/srv/notes",)), closed)
    assert granted is not None
    assert (granted.rule, granted.is_by_sandbox, granted.line) == ("permissions", False, "")
    assert "mode 0600" in granted.reason
    both = on_path("/srv/notes/a.txt", "read", case(), closed)
    assert both is not None
    assert both.is_by_sandbox
    assert "besides, the file /srv/notes/a.txt has mode 0600" in both.reason


def test_what_cannot_be_looked_at_is_not_taken_for_missing() -> None:
    hidden = Ground(ENTRIES, {"/root/x": "the folder /root has mode 0700 and belongs to user 0"})
    ruling = on_path("/root/x", "read", case(), hidden, code="EACCES")
    assert ruling is not None
    assert "/root has mode 0700" in ruling.reason


def test_a_link_is_judged_by_where_it_leads() -> None:
    ruling = judged("/srv/link", "read")
    assert ruling is not None
    assert "it leads to /srv/notes/a.txt" in ruling.reason
    allowed = judged("/srv/link", "read", case(read_only=("/srv/notes",)))
    assert allowed is not None
    assert allowed.rule == "granted"


def test_without_a_file_sandbox_only_modes_refuse() -> None:
    assert judged("/home/u/.ssh/id_rsa", "read", case(S1)) is None
    closed = Ground(ENTRIES, {"/srv/notes/a.txt": "mode 0600"})
    ruling = on_path("/srv/notes/a.txt", "read", case(S1), closed, code="EACCES")
    assert ruling is not None
    assert (ruling.rule, ruling.is_by_sandbox) == ("unconfined", False)


def test_a_folder_of_its_own_in_memory_is_not_the_machines() -> None:
    assert any(mount.kind == "temporary" for mount in case(S3).plan.view)
    assert line(judged("/tmp/other/x", "read", case(S3), "ENOENT")) == {"read_only": ["/tmp/other/x"]}
    assert judged("/tmp/other/x", "read", case(S3), "EACCES") is None, "that is a file of its own"
    asked = on_path("/tmp/other/x", "read", case(S3), GROUND)
    assert asked is not None
    assert asked.rule == "not_granted"
    for path in ("/tmp", "/tmp/new"):
        own = on_path(path, "write", case(S3), GROUND)
        assert own is not None
        assert own.rule == "granted"


def test_devices_of_the_machine_are_not_to_be_had_in_a_namespace() -> None:
    assert line(judged("/dev/kvm", "read", case(S2))) == {"read_only": ["/dev/kvm"]}
    ruling = judged("/dev/kvm", "read", case(S3), "ENOENT")
    assert ruling is not None
    assert (ruling.rule, ruling.line) == ("not_granted", "")


def test_of_several_paths_the_one_that_the_sandbox_refuses_is_meant() -> None:
    moved = Denial(code="EACCES", action="write", candidates=("/srv/data/x", "/srv/ro/r.txt"))
    ruling = ruling_on(moved, case(read_write=("/srv/data",), read_only=("/srv/ro",)), GROUND)
    assert ruling is not None
    assert (ruling.object, ruling.rule) == ("/srv/ro/r.txt", "read_only")


def test_of_a_path_with_blanks_what_is_there_is_meant() -> None:
    ground = Ground({**ENTRIES, "/srv/my dir/x": ""})
    for candidates in (("/srv/my dir/x", "/srv/my"), ("/srv/notes/a.txt for reading", "/srv/notes/a.txt")):
        ruling = ruling_on(Denial(code="EACCES", candidates=candidates), case(), ground)
        assert ruling is not None
        assert ruling.object in ("/srv/my dir/x", "/srv/notes/a.txt")


def test_a_name_without_its_folder_is_followed_only_where_it_leads_somewhere() -> None:
    vague = Denial(code="EACCES", candidates=("notes.txt",), is_sure=True)
    ruling = ruling_on(vague, case(), GROUND)
    assert ruling is not None
    assert (ruling.rule, ruling.is_by_sandbox) == ("unsaid", False)
    assert ruling_on(replace(vague, is_sure=False), case(), GROUND) is None
    up = ruling_on(replace(vague, candidates=("../../../../../work/x",)), case(), GROUND)
    assert up is not None
    assert up.object == "/home/u/work/x"


def test_a_name_that_no_config_can_hold_gets_no_line() -> None:
    ground = Ground({**ENTRIES, "/srv/\udcff/x": ""})
    ruling = on_path("/srv/\udcff/x", "read", case(), ground)
    assert ruling is not None
    assert (ruling.rule, ruling.line) == ("not_granted", "")


def test_the_sentence_names_path_rule_line_and_place() -> None:
    of_config = replace(case(), standing=Standing(place="mcp.json:3:5 mcpServers.notes"))
    ruling = judged("/srv/notes/a.txt", "read", of_config)
    assert ruling is not None
    assert sentence(ruling, of_config.standing.place) == (
        "reading /srv/notes/a.txt was refused: nothing grants it. To allow it, write "
        '"isolation": {"sandbox": {"read_only": ["/srv/notes/a.txt"]}} into mcp.json:3:5 mcpServers.notes.'
    )
    assert sentence(ruling, "").endswith("To allow it, give `stockade run` --read-only /srv/notes/a.txt.")


NAMES = st.sampled_from(
    ["srv", "notes", "a.txt", "..", ".", "", "home", "u", ".ssh", "tmp", "dev", "proc", "1", "data"]
)
PATHS = st.lists(NAMES, max_size=6).map("/".join)
ACTIONS = st.sampled_from(["read", "write", "execute", "use"])
CODES = st.sampled_from(["EACCES", "EPERM", "EROFS", "ENOENT", ""])
CASES = (case(S1), case(S2), case(S3), case(S2, reads="broad"), case(S3, read_write=("/srv",), deny=("/srv/tree",)))


@settings(deadline=None, max_examples=60)
@given((PATHS | st.text()).map("/".__add__), ACTIONS, CODES, st.sampled_from(CASES))
def test_every_path_gets_a_ruling_or_none(path: str, action: Action, code: Code, of: Case) -> None:
    ruling = ruling_on(Denial(code=code, action=action, candidates=(path,)), of, GROUND)
    if ruling is not None:
        assert ruling.reason
        assert ruling.is_by_sandbox or not ruling.line
        assert sentence(ruling, "place")


@settings(deadline=None, max_examples=40)
@given(PATHS.map("/srv/".__add__), ACTIONS, st.sampled_from([S2, S3]))
def test_a_line_allows_what_it_says_it_allows(path: str, action: Action, chosen: Chosen) -> None:
    """The line is put into the config, and what is to be made beforehand is made."""
    ruling = on_path(path, action, case(chosen, read_only=("/srv/ro",)), GROUND)
    if ruling is None or not ruling.line:
        return
    spec = {"read_only": ("/srv/ro",), **{key: tuple(value) for key, value in line(ruling).items()}}
    ground = Ground({**ENTRIES, ruling.object: ""}) if "yourself" in ruling.remedy else GROUND
    done: Action = action if action != "use" else "write" if "read_write" in ruling.line else "read"
    after = on_path(path, done, case(chosen, ground, **spec), ground)
    assert after is not None
    assert after.rule == "granted"
