"""Which variables travel by name, which by file, and which cannot be given at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.container.variables import LONGEST_LINE, env_file, split, steers
from supervisor.errors import ContainerVariableInvalid, LaunchError


@pytest.mark.parametrize(
    "name",
    [
        "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY", "DOCKER_API_VERSION",
        "HOME", "PATH", "TMPDIR", "LD_PRELOAD", "LD_LIBRARY_PATH", "DYLD_INSERT_LIBRARIES", "XDG_RUNTIME_DIR", "LANG",
        "HTTP_PROXY", "https_proxy", "No_Proxy", "ALL_PROXY", "SSH_AUTH_SOCK", "GODEBUG", "GOMAXPROCS", "BUILDKIT_HOST",
        "COMPOSE_FILE", "CONTAINER_HOST", "BASH_ENV", "ENV", "BASH_FUNC_x%%", "PYTHONPATH", "OTEL_EXPORTER_X",
        "SSL_CERT_FILE", "STOCKADE_INSTANCE", "NOTIFY_SOCKET", "USER", "TERM", "TZ",
    ],
)  # fmt: skip
def test_a_name_that_would_steer_the_docker_command_goes_by_file(name: str) -> None:
    assert steers(name)
    assert split({name: "x"}).by_file == {name: "x"}


@pytest.mark.parametrize(
    "name",
    [
        "API_KEY",
        "GITHUB_TOKEN",
        "SSH_PRIVATE_KEY",
        "SNAPSHOT",
        "STORAGE_KEY",
        "CONTAINER",
        "HOMEPAGE",
        "PATHS",
        "x",
        "GO",
    ],
)
def test_any_other_name_travels_in_the_docker_commands_environment(name: str) -> None:
    assert split({name: "a\nb"}).by_name == {name: "a\nb"}


def test_a_file_holds_what_would_steer_line_by_line_as_it_is() -> None:
    env = {"A": "1", "HOME": "/x", "PATH": " a=b #c 'd' \"e\" $f \\ ", "DOCKER_HOST": ""}
    assert env_file(split(env).by_file) == "HOME=/x\nPATH= a=b #c 'd' \"e\" $f \\ \nDOCKER_HOST=\n"
    assert env_file({}) == ""


@pytest.mark.parametrize(
    ("env", "reason"),
    [
        ({"PATH": "a\nb"}, "line break"),
        ({"PATH": "a\r"}, "line break"),
        ({"PATH": "a" * LONGEST_LINE}, "ends at"),
        ({"LC_ ALL": "x"}, "cannot hold its name"),
    ],
)
def test_what_a_line_cannot_hold_is_refused_by_name(env: dict[str, str], reason: str) -> None:
    with pytest.raises(LaunchError) as caught:
        env_file(split(env).by_file)
    problem = caught.value.problem
    assert isinstance(problem, ContainerVariableInvalid)
    assert problem.name == next(iter(env))
    assert reason in problem.reason
    assert "aaaa" not in problem.text


@pytest.mark.parametrize("env", [{"": "x"}, {"A=B": "x"}, {"A": "x\0"}, {"A\0": "x"}, {"A": "\udce9"}, {"\udce9": "x"}])
def test_what_no_container_could_get_whole_is_refused(env: dict[str, str]) -> None:
    with pytest.raises(LaunchError) as caught:
        split(env)
    problem = caught.value.problem
    assert isinstance(problem, ContainerVariableInvalid)
    problem.text.encode()


@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_every_variable_travels_one_way_or_all_are_refused(env: dict[str, str]) -> None:
    try:
        found = split(env)
        lines = env_file(found.by_file)
    except LaunchError:
        return
    assert {**found.by_name, **found.by_file} == env
    assert not set(found.by_name) & set(found.by_file)
    assert dict(line.split("=", 1) for line in lines.split("\n") if line) == found.by_file
