"""Two commands of one program are the same; whatever is not known for sure to be, is not."""

from __future__ import annotations

import pytest

from supervisor.sandbox.runners import installation
from supervisor.scan.trust.program import program_of


def program(*argv: str, cwd: str = "") -> str:
    return program_of(argv, installation(argv), cwd)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["uvx", "mcp-server-time"], ["uvx", "mcp-server-time", "--local-timezone", "UTC"]),
        (["uvx", "mcp-server-time"], ["/x/uvx", "mcp_server_time==1.0"]),
        (["uvx", "mcp-server-time"], ["python3.11", "-m", "mcp_server_time"]),
        (["uvx", "--from", "mcp-server-time[all]>=1", "time"], ["/v/bin/python", "-u", "-m", "mcp_server_time.main"]),
        (["npx", "-y", "@scope/server"], ["npx", "--yes", "@scope/server@1.2", "/data"]),
        (["npx", "@Scope/Server"], ["npx", "@scope/server"]),
        (
            ["npx", "-p", "@scope/server", "-p", "more", "run"],
            ["npx", "-p", "more", "-p", "@scope/server", "run", "-v"],
        ),
        (["uvx", "--from", "git+https://a.example/x", "x"], ["uvx", "--from", "git+https://a.example/x", "x", "-v"]),
        (["/a/server", "--port", "1"], ["/a/server", "--port", "1"]),
    ],
)
def test_the_same(one: list[str], other: list[str]) -> None:
    assert program(*one) == program(*other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["uvx", "mcp-server-time"], ["uvx", "mcp-server-times"]),
        (["npx", "-y", "@scope/server"], ["npx", "-y", "@other/server"]),
        (["npx", "-y", "@scope/server"], ["npx", "-y", "server"]),
        (["npx", "-p", "typescript", "-p", "one", "run"], ["npx", "-p", "typescript", "-p", "other", "run"]),
        (["npx", "./one"], ["npx", "./other"]),
        (["npx", "github:one/server"], ["npx", "github:one/other"]),
        (["uvx", "--from", "git+https://a.example/x", "x"], ["uvx", "--from", "git+https://a.example/y", "x"]),
        (["python", "-m", "a"], ["python", "-m", "b"]),
        (["python", "a.py"], ["python", "b.py"]),
        (["/a/server", "x"], ["/a/server", "y"]),
        (["/a/server", "x y"], ["/a/server", "x", "y"]),
    ],
)
def test_not_the_same(one: list[str], other: list[str]) -> None:
    assert program(*one) != program(*other)


@pytest.mark.parametrize(
    "argv",
    [
        ["python", "server.py"],
        ["node", "dist/index.mjs"],
        ["./server"],
        ["npx", "./server"],
        ["uv", "run", "--directory", "..", "serve"],
        ["uvx", "--from", ".", "serve"],
    ],
)
def test_what_is_named_from_its_folder_is_another_in_another_folder(argv: list[str]) -> None:
    assert program(*argv, cwd="/x/a") == program(*argv, cwd="/x/a")
    assert program(*argv, cwd="/x/a") != program(*argv, cwd="/y/b")


@pytest.mark.parametrize(
    "argv",
    [
        ["python", "/srv/server.py"],
        ["uvx", "mcp-server-time"],
        ["npx", "-y", "@scope/server", "."],
        ["/srv/server", "--root=data", "https://a.example/x.js"],
        ["python", "-m", "mcp_server_time"],
    ],
)
def test_what_is_named_wholly_is_the_same_in_any_folder(argv: list[str]) -> None:
    assert program(*argv, cwd="/a") == program(*argv, cwd="/b")


def test_a_script_is_the_same_however_its_place_is_written() -> None:
    assert program("python", "server.py", cwd="/a/b") == program("python", "/a/b/server.py")
    assert program("python", "../b/server.py", cwd="/a/c") == program("python", "./server.py", cwd="/a/b")


def test_a_file_is_not_the_program_of_its_name_that_a_path_has() -> None:
    assert program("./server") != program("server")


def test_no_word_of_a_command_that_is_not_known_stands_in_it() -> None:
    assert "sesame" not in program("/a/server", "--token", "sesame")
