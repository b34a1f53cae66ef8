"""Grants around what is denied."""

from __future__ import annotations

from fakes.file_tree import FileTree

from supervisor.sandbox import grants
from supervisor.sandbox.grants import spread
from supervisor.sandbox.messages import Access, Expanded, Refused, Skipped
from supervisor.sandbox.words import Grant, Wanted


def want(path: str, access: Access = "read", *, always: bool = False) -> Wanted:
    return Wanted(path, access, "test", always)


def granted(wanted: list[Wanted], denied: list[str], tree: FileTree) -> list[str]:
    return [grant.path for grant in spread(wanted, denied, tree).grants]


def test_a_folder_with_nothing_denied_below_is_granted_as_it_is() -> None:
    result = spread([want("/a")], ["/b/secret"], FileTree({"/a/x": "", "/b/secret": ""}))
    assert result == grants.Spread((Grant("/a", "read", "test"),), (), (), ())


def test_a_folder_with_a_denied_child_is_granted_by_its_other_children() -> None:
    tree = FileTree({"/home/u/.ssh/id": "", "/home/u/work/x": "", "/home/u/note": ""})
    result = spread([want("/home/u")], ["/home/u/.ssh"], tree)
    assert [grant.path for grant in result.grants] == ["/home/u/note", "/home/u/work"]
    assert result.expanded == (Expanded("/home/u", "read", 2),)


def test_expansion_goes_down_to_the_denied_path() -> None:
    tree = FileTree({"/e/ssl/private/key": "", "/e/ssl/certs/ca": "", "/e/hosts": ""})
    result = spread([want("/e")], ["/e/ssl/private"], tree)
    assert [grant.path for grant in result.grants] == ["/e/hosts", "/e/ssl/certs"]
    assert result.watched == ("/e", "/e/ssl")


def test_what_is_denied_and_not_there_yet_keeps_its_folder_from_being_granted() -> None:
    tree = FileTree({"/home/u/note": ""})
    assert granted([want("/home/u")], ["/home/u/.aws"], tree) == ["/home/u/note"]


def test_a_denied_path_is_denied_by_the_place_that_its_link_leads_to_as_well() -> None:
    tree = FileTree({"/home/u/.aws": "-> /data/aws", "/data/aws/keys": "", "/data/x": ""})
    assert granted([want("/data")], ["/home/u/.aws"], tree) == ["/data/x"]


def test_a_wanted_link_is_granted_where_it_leads() -> None:
    tree = FileTree({"/bin": "-> usr/bin", "/usr/bin/sh": ""})
    assert granted([want("/bin")], [], tree) == ["/usr/bin"]


def test_a_link_into_something_denied_is_refused() -> None:
    tree = FileTree({"/work/keys": "-> /home/u/.ssh", "/home/u/.ssh/id": ""})
    result = spread([want("/work/keys")], ["/home/u/.ssh"], tree)
    assert result.refused == (Refused("/work/keys", "/home/u/.ssh is always denied"),)
    assert not result.grants


def test_links_among_the_children_are_passed_over() -> None:
    tree = FileTree({"/a/link": "-> /home/u/.ssh", "/a/secret": "", "/a/x": "", "/home/u/.ssh/id": ""})
    assert granted([want("/a")], ["/a/secret"], tree) == ["/a/x"]


def test_a_path_that_is_denied_or_lies_in_something_denied_is_refused() -> None:
    tree = FileTree({"/s/servers/a/x": ""})
    for path in ("/s", "/s/servers/a"):
        assert spread([want(path)], ["/s"], tree).refused == (Refused(path, "/s is always denied"),)


def test_the_servers_own_folder_is_granted_inside_the_denied_state() -> None:
    tree = FileTree({"/s/servers/a/x": "", "/s/token": ""})
    assert granted([want("/s/servers/a", "write", always=True)], ["/s"], tree) == ["/s/servers/a"]


def test_a_missing_path_is_skipped_and_named() -> None:
    assert spread([want("/no")], [], FileTree({})).skipped == (Skipped("/no", "it is not there"),)


def test_a_folder_inside_one_that_is_granted_alike_is_not_granted_again() -> None:
    tree = FileTree({"/usr/bin/x": ""})
    wanted = [want("/usr/bin"), want("/usr"), want("/usr/bin", "write")]
    assert [(grant.path, grant.access) for grant in spread(wanted, [], tree).grants] == [
        ("/usr", "read"),
        ("/usr/bin", "write"),
    ]


def test_a_folder_with_too_many_entries_is_refused_instead_of_expanded() -> None:
    entries: dict[str, str | None] = {f"/big/{number}": "" for number in range(grants.MOST_CHILDREN + 1)}
    result = spread([want("/big")], ["/big/secret"], FileTree(entries))
    assert not result.grants
    assert "more than" in result.refused[0].reason


def test_a_file_beside_a_denied_path_of_the_same_beginning_is_not_denied() -> None:
    tree = FileTree({"/h/.ssh2/x": "", "/h/.ssh/id": ""})
    assert granted([want("/h/.ssh2")], ["/h/.ssh"], tree) == ["/h/.ssh2"]
