"""Where programs really live."""

from __future__ import annotations

import pytest
from fakes.file_tree import FileTree

from supervisor.sandbox.interpreters import is_too_broad, programs

HOMES = ("/home/u",)


def places(command: str, tree: dict[str, str | None], path: str = "/usr/bin:/bin") -> list[str]:
    return [want.path for want in programs(command, path, HOMES, FileTree(tree))]


def test_a_program_of_the_system_needs_nothing_more() -> None:
    assert places("/usr/bin/node", {"/usr/bin/node": ""}) == []


def test_a_python_of_pyenv_needs_its_version_s_prefix() -> None:
    tree: dict[str, str | None] = {"/home/u/.pyenv/versions/3.11/bin/python3": ""}
    assert places("/home/u/.pyenv/versions/3.11/bin/python3", tree) == ["/home/u/.pyenv/versions/3.11"]


def test_a_shim_needs_the_whole_of_its_tool() -> None:
    tree: dict[str, str | None] = {"/home/u/.pyenv/shims/python3": "#!/usr/bin/env bash\n", "/usr/bin/bash": ""}
    assert places("/home/u/.pyenv/shims/python3", tree) == ["/home/u/.pyenv"]


def test_npx_of_nvm_needs_the_prefix_of_its_node_once() -> None:
    node = "/home/u/.nvm/versions/node/v20"
    tree: dict[str, str | None] = {
        f"{node}/bin/npx": "-> ../lib/node_modules/npm/bin/npx-cli.js",
        f"{node}/lib/node_modules/npm/bin/npx-cli.js": "#!/usr/bin/env node\n",
        f"{node}/bin/node": "",
    }
    assert places(f"{node}/bin/npx", tree, f"{node}/bin:/usr/bin")[0] == node


def test_a_venv_needs_itself_and_the_python_it_was_made_from() -> None:
    tree: dict[str, str | None] = {
        "/srv/venv/bin/python": "-> /home/u/.local/share/uv/python/cpython/bin/python3.12",
        "/srv/venv/pyvenv.cfg": "home = /home/u/.local/share/uv/python/cpython/bin\nversion = 3.12\n",
        "/home/u/.local/share/uv/python/cpython/bin/python3.12": "",
    }
    assert places("/srv/venv/bin/python", tree) == ["/srv/venv", "/home/u/.local/share/uv/python/cpython"]


def test_a_venv_that_copied_its_python_needs_the_original_prefix_too() -> None:
    tree: dict[str, str | None] = {
        "/srv/venv/bin/python": "",
        "/srv/venv/pyvenv.cfg": "home = /opt/python3/bin\n",
        "/opt/python3/bin/python3": "",
    }
    assert places("/srv/venv/bin/python", tree) == ["/srv/venv", "/opt/python3"]


def test_a_console_script_leads_to_the_interpreter_in_its_first_line() -> None:
    tree: dict[str, str | None] = {
        "/srv/tool/bin/serve": "#!/opt/python3/bin/python3\nimport x\n",
        "/opt/python3/bin/python3": "",
    }
    assert places("/srv/tool/bin/serve", tree) == ["/srv/tool", "/opt/python3"]


def test_uvx_in_the_user_s_bin_needs_that_folder_only_and_the_python_on_the_path() -> None:
    tree: dict[str, str | None] = {
        "/home/u/.local/bin/uvx": "",
        "/home/u/.local/bin/uv": "",
        "/home/u/.pyenv/shims/python3": "#!/usr/bin/env bash\n",
        "/usr/bin/bash": "",
    }
    found = places("/home/u/.local/bin/uvx", tree, "/home/u/.pyenv/shims:/usr/bin")
    assert found == ["/home/u/.local/bin", "/home/u/.pyenv"]


def test_a_program_in_the_home_folder_itself_is_granted_alone() -> None:
    assert places("/home/u/server", {"/home/u/server": ""}) == ["/home/u/server"]


def test_a_bin_folder_in_the_home_folder_does_not_grant_the_home_folder() -> None:
    assert places("/home/u/bin/server", {"/home/u/bin/server": ""}) == ["/home/u/bin"]


def test_a_circle_of_links_and_scripts_comes_to_an_end() -> None:
    tree: dict[str, str | None] = {"/a/x": "#!/b/y\n", "/b/y": "#!/a/x\n"}
    assert places("/a/x", tree) == ["/a", "/b"]


@pytest.mark.parametrize(
    ("folder", "broad"),
    [
        ("/", True),
        ("/home", True),
        ("/home/u", True),
        ("/home/u/.local", True),
        ("/tmp", True),
        ("/opt", True),
        ("/home/u/work", False),
        ("/home/u/.local/bin", False),
        ("/opt/tool", False),
    ],
)
def test_shared_folders_and_homes_are_too_broad(folder: str, broad: bool) -> None:
    assert is_too_broad(folder, HOMES) is broad
