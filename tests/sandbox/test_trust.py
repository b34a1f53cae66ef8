"""What lies where a server writes is believed only as far as it leads nowhere else."""

from __future__ import annotations

import pytest
from fakes.file_tree import FileTree

from supervisor.sandbox.grants import spread
from supervisor.sandbox.interpreters import programs
from supervisor.sandbox.trust import planted, writable
from supervisor.sandbox.words import Wanted

TREE = FileTree(
    {
        "/home/u/work/data": "-> /home/u/private",
        "/home/u/work/inner": "-> src",
        "/home/u/work/src/x": "",
        "/home/u/work/env/bin/python": "-> /home/u/.pyenv/versions/3.12/bin/python3.12",
        "/home/u/work/env/pyvenv.cfg": "home = /home/u/.pyenv/versions/3.12/bin",
        "/home/u/work/bad/bin/python": "-> /usr/bin/python3",
        "/home/u/work/bad/pyvenv.cfg": "home = /home/u/private/bin",
        "/home/u/.pyenv/versions/3.12/bin/python3.12": "",
        "/home/u/.pyenv/versions/3.12/lib/python3.12/os.py": "",
        "/home/u/private/bin/tool": "",
        "/usr/bin/python3": "",
        "/opt/link": "-> /home/u/private",
    }
)
WORK = Wanted("/home/u/work", "write", "working_dir")


@pytest.mark.parametrize(
    ("want", "witness"),
    [
        (Wanted("/home/u/work/data", "write", "read_write"), "/home/u/work/data"),
        (Wanted("/home/u/work/data/bin", "read_exec", "read_only"), "/home/u/work/data"),
        (Wanted("/home/u/work/inner", "read_exec", "read_only"), ""),
        (Wanted("/opt/link", "read_exec", "read_only"), ""),
        (Wanted("/home/u/private", "read_exec", "script", told_by="/home/u/work/server.py"), "/home/u/work/server.py"),
        (Wanted("/home/u/private", "read_exec", "script", told_by="/home/u/work/data/x"), "/home/u/work/data"),
        (Wanted("/home/u/private", "read_exec", "script", told_by="/opt/server.py"), ""),
        (Wanted("/home/u/private", "read_exec", "program", told_by="/home/u/work/run", is_installed=True), ""),
    ],
)
def test_what_leads_out_of_a_place_where_the_server_writes_is_not_believed(want: Wanted, witness: str) -> None:
    assert planted(want, writable((WORK, want), TREE), TREE) == witness


def test_what_is_not_believed_is_refused_with_the_link_by_its_name() -> None:
    made = spread((WORK, Wanted("/home/u/work/data", "write", "read_write")), (), TREE)
    assert [grant.path for grant in made.grants] == ["/home/u/work"]
    assert "/home/u/work/data leads there" in made.refused[0].reason


def granted(command: str) -> set[str]:
    wanted = (WORK, *programs(command, "/usr/bin", ("/home/u",), TREE))
    return {grant.path for grant in spread(wanted, (), TREE).grants}


def test_an_environment_in_a_project_keeps_the_python_that_it_was_made_of() -> None:
    assert "/home/u/.pyenv/versions/3.12" in granted("/home/u/work/env/bin/python")


def test_an_environment_that_names_any_other_folder_does_not_get_it() -> None:
    assert not any("private" in path for path in granted("/home/u/work/bad/bin/python"))
