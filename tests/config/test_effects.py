"""Reading from the world: files, stdin, credentials, and everything that can be wrong with them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import pytest
from msgspec.structs import replace

from supervisor.config import effects
from supervisor.config.effects import Surroundings, adopt, default_path, load
from supervisor.config.interpolation import Missing
from supervisor.config.specs import Facts
from supervisor.errors import ConfigError, FileUnreadable, NotParseable, ShapeUnknown

ONE = '{"isolation": {"mode": "none"}, "mcpServers": {"a": {"command": "x", "cwd": "work", "args": ["${A}"]}}}'


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def problem_of(path: Path | str) -> object:
    with pytest.raises(ConfigError) as caught:
        load(path, environ={}, facts=Facts())
    return caught.value.problem


def test_a_file_is_read_with_variables_and_paths_relative_to_it(tmp_path: Path) -> None:
    path = write(tmp_path / "mcp.json", ONE)
    config = load(path, environ={"A": "value"}, facts=Facts())
    (spec,) = config.servers
    assert (spec.args, spec.cwd) == (("value",), str(tmp_path / "work"))
    assert config.source == str(path)
    assert spec.place == f"{path}:1:48 mcpServers.a"


def test_a_relative_path_is_relative_to_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "sub" / "mcp.json", ONE)
    monkeypatch.chdir(tmp_path)
    config = load("sub/mcp.json", environ={"A": "x"}, facts=Facts())
    assert config.servers[0].cwd == str(tmp_path / "sub" / "work")
    assert config.source == "sub/mcp.json"


READS_STDIN = """
from supervisor.config.effects import load
from supervisor.config.specs import Facts
(spec,) = load("-", environ={"A": "x"}, facts=Facts()).servers
print(spec.place, spec.cwd)
"""


@pytest.mark.real
def test_a_dash_is_stdin(tmp_path: Path) -> None:
    program = [sys.executable, "-c", READS_STDIN]
    done = subprocess.run(program, input=ONE, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == f"stdin:1:48 mcpServers.a {tmp_path / 'work'}\n"


def test_the_engine_is_asked_only_where_its_answer_counts(tmp_path: Path) -> None:
    asked: list[Mapping[str, str]] = []

    def ask(facts: Facts, environ: Mapping[str, str]) -> Facts:
        asked.append(environ)
        return replace(facts, engine=True)

    def modes(mode: str) -> list[str]:
        tree = {"mcpServers": {"a": {"command": "x", "isolation": {"mode": mode}}}}
        path = write(tmp_path / "mcp.json", json.dumps(tree))
        read = [load(path, environ={"A": "x"}, facts=Facts(), ask_engine=ask)]
        read += [adopt(tree, environ={"A": "x"}, facts=Facts(), ask_engine=ask)]
        return [config.servers[0].mode for config in read]

    assert (modes("sandbox"), modes("docker"), asked) == (["sandbox"] * 2, ["docker"] * 2, [])
    assert modes("auto") == ["docker"] * 2
    assert asked == [{"A": "x"}] * 2


@pytest.mark.real
def test_checking_a_config_imports_nothing_heavy() -> None:
    heavy = ["trio", "anyio", "prettytable", "docker", "subprocess", "tomllib", "difflib"]
    code = "import sys, supervisor.config.effects, supervisor.config.report\n"
    code += f"print([module for module in {heavy} if module in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("path", "reason"),
    [("/nonexistent/x", "No such file or directory"), ("/", "Is a directory"), ("a\0b", "embedded null")],
)
def test_a_file_that_cannot_be_read_is_named_with_the_reason(path: str, reason: str) -> None:
    problem = problem_of(path)
    assert isinstance(problem, FileUnreadable)
    assert problem.reason.startswith(reason)


def test_a_file_that_is_not_utf8_is_refused_at_the_place(tmp_path: Path) -> None:
    problem = problem_of(write(tmp_path / "x.json", '{"ü": 1,\n "ä": "'.encode() + b'\xff"}'))
    assert isinstance(problem, NotParseable)
    assert problem.place == f"{tmp_path / 'x.json'}:2:8"


def test_a_file_that_is_no_json_is_refused_at_the_place(tmp_path: Path) -> None:
    problem = problem_of(write(tmp_path / "x.json", '{\n "a" 1}'))
    assert isinstance(problem, NotParseable)
    assert problem.place.endswith("x.json:2:6")


def test_a_file_without_servers_is_refused(tmp_path: Path) -> None:
    assert isinstance(problem_of(write(tmp_path / "x.json", "{}")), ShapeUnknown)


def test_the_file_of_the_user_is_found(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path)}
    folder = tmp_path / ".config" / "stockade"
    assert default_path(home) == str(folder / "config.json")
    write(folder / "config.toml", "")
    assert default_path(home) == str(folder / "config.toml")
    assert default_path({**home, "XDG_CONFIG_HOME": "/x"}) == "/x/stockade/config.json"
    assert default_path({**home, "STOCKADE_CONFIG": "/y.json"}) == "/y.json"
    assert default_path({}) == "/.config/stockade/config.json"


def test_without_a_path_the_users_file_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "c.json", ONE)
    config = load(None, environ={"STOCKADE_CONFIG": str(path), "A": "x"}, facts=Facts())
    assert [spec.name for spec in config.servers] == ["a"]


def test_a_config_in_memory_may_hold_what_programs_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    entry = {"command": PurePosixPath("/bin/x"), "args": ("a", "${A}"), "cwd": "work", "env": {1: "x"}}
    servers = {"one": entry}
    tree = {"mcpServers": servers, "isolation": {"mode": "none", "extra_args": ("-x",)}}
    (spec,) = adopt(tree, environ={"A": "value", "HOME": "/h"}, facts=Facts()).servers
    assert (spec.command, spec.args, spec.cwd) == ("/bin/x", ("a", "value"), str(tmp_path / "work"))
    assert (spec.env, spec.docker.extra_args) == ({"1": "x"}, ("-x",))
    assert servers == {"one": entry}


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    return Surroundings(
        {"CREDENTIALS_DIRECTORY": str(tmp_path / "cred"), "V": "1"}, tmp_path / "mcp.json", str(tmp_path)
    )


def test_files_are_read_without_the_newline_at_their_end(around: Surroundings, tmp_path: Path) -> None:
    write(tmp_path / "token", "s3cret\n")
    write(tmp_path / "dos", "s3cret\r\n")
    write(tmp_path / "two", "a\n\n")
    assert around.file(str(tmp_path / "token")) == "s3cret"
    assert around.file("token") == "s3cret"
    assert around.file("~/token") == "s3cret"
    assert around.file("dos") == "s3cret"
    assert around.file("two") == "a\n"


def test_a_file_that_holds_no_secret_is_refused_with_the_reason(around: Surroundings, tmp_path: Path) -> None:
    write(tmp_path / "binary", b"\xff")
    write(tmp_path / "long", b"x" * (effects.LARGEST_SECRET_BYTES + 1))
    assert around.file("gone") == Missing("No such file or directory")
    assert around.file(".") == Missing("it is not a regular file")
    assert around.file("binary") == Missing("it is not UTF-8 text")
    assert around.file("long") == Missing("it is too long to be a secret")
    assert around.file("a\0b") == Missing("there is no such path")


def test_a_pipe_that_nobody_writes_to_does_not_hold_up_the_start(around: Surroundings, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    found: list[object] = []
    reading = threading.Thread(target=lambda: found.append(around.file("pipe")), daemon=True)
    reading.start()
    reading.join(5)
    assert found == [Missing("it is not a regular file")]


def test_credentials_come_from_the_service_managers_folder(around: Surroundings, tmp_path: Path) -> None:
    write(tmp_path / "cred" / "api.key", "c-value\n")
    assert around.credential("api.key") == "c-value"
    assert around.credential("gone") == Missing("No such file or directory")
    assert around.credential("..") == Missing("it names no credential")
    nobody = Surroundings({}, tmp_path / "mcp.json", "")
    assert isinstance(nobody.credential("api.key"), Missing)


@pytest.mark.parametrize(
    ("config", "workspace"),
    [
        ("/w/.vscode/mcp.json", "/w"),
        ("/w/.cursor/mcp.json", "/w"),
        ("/w/.mcp.json", "/w"),
        ("/w/mcp.json", None),
    ],
)
def test_what_editors_put_in_is_told_by_the_place_of_the_file(config: str, workspace: str | None) -> None:
    around = Surroundings({}, Path(config), "/home/ada")
    assert around.editor("workspaceFolder") == workspace
    assert around.editor("workspaceFolderBasename") == (None if workspace is None else "w")
    assert (around.editor("userHome"), around.editor("/"), around.editor("other")) == ("/home/ada", "/", None)


def test_variables_are_those_that_were_handed_in(around: Surroundings) -> None:
    assert (around.variable("V"), around.variable("PATH")) == ("1", None)
    assert Surroundings({}, Path("/x"), "").editor("userHome") is None
