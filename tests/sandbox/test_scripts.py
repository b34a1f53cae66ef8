"""The folder of the script that an interpreter runs."""

from __future__ import annotations

import pytest
from fakes.file_tree import FileTree

from supervisor.sandbox.scripts import script_folders

TREE = FileTree(
    {
        "/home/u/work/server.py": "",
        "/home/u/top.py": "",
        "/tmp/loose.js": "",
        "/home/u/proj/dist/index.js": "",
        "/home/u/proj/package.json": "{}",
        "/home/u/proj/node_modules/x/index.js": "",
        "/home/u/mono/node_modules/y/index.js": "",
        "/home/u/mono/packages/a/package.json": "{}",
        "/home/u/mono/packages/a/main.js": "",
        "/home/u/link.py": "-> work/server.py",
        "/usr/share/tool/run.py": "",
    }
)


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        ("/usr/bin/python3 /home/u/work/server.py", ["/home/u/work"]),
        ("/usr/bin/python3.12 -u server.py --flag", ["/home/u/work"]),
        ("/usr/bin/python3 -m module /home/u/work/server.py", []),
        ("/usr/bin/python3 -c pass /home/u/work/server.py", []),
        ("/usr/bin/python3 /home/u/top.py", ["/home/u/top.py"]),
        ("/usr/bin/node /tmp/loose.js", ["/tmp/loose.js"]),
        ("/usr/bin/python3 /home/u/link.py", ["/home/u/link.py", "/home/u/work"]),
        ("/usr/bin/python3 /usr/share/tool/run.py", []),
        ("/usr/bin/python3 missing.py", []),
        ("/usr/bin/npx -y /home/u/work/server.py", []),
        ("/home/u/work/server.py /home/u/top.py", []),
        ("/usr/bin/uv --directory /home/u/proj run x", ["/home/u/proj"]),
        ("/usr/bin/uv --directory / run x", []),
    ],
)
def test_the_script_s_folder_is_granted_and_nothing_broader(argv: str, expected: list[str]) -> None:
    words = tuple(argv.split())
    assert [want.path for want in script_folders(words, "/home/u/work", ("/home/u",), TREE)] == expected


def test_a_node_script_brings_its_package_and_its_modules() -> None:
    found = script_folders(("/usr/bin/node", "/home/u/proj/dist/index.js"), "/", ("/home/u",), TREE)
    assert [want.path for want in found] == [
        "/home/u/proj/dist",
        "/home/u/proj",
        "/home/u/proj/node_modules",
    ]


def test_modules_of_a_workspace_are_found_above_the_package() -> None:
    found = script_folders(("/usr/bin/node", "/home/u/mono/packages/a/main.js"), "/", ("/home/u",), TREE)
    assert [want.path for want in found] == ["/home/u/mono/packages/a", "/home/u/mono/node_modules"]
