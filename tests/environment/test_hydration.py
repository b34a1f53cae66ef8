"""What is taken from the login shell, and when it is asked at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.environment.hydration import (
    CLOSED_LIST,
    Captured,
    current_context,
    is_minimal,
    merged_path,
    names_and_lengths,
    read_capture,
    taken,
    unasked,
    with_docker_first,
    with_taken,
)
from supervisor.environment.rules import DOCKER_CLI, Allowance, environment

FIVE = dict.fromkeys(DOCKER_CLI, "x")
LAUNCHD = "/usr/bin:/bin:/usr/sbin:/sbin"
SYSTEMD = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@pytest.mark.parametrize(
    ("platform", "ours", "context", "is_asked"),
    [
        ("linux", {}, "", True),
        ("linux", {"DOCKER_CONFIG": "/c", "DOCKER_TLS_VERIFY": "1"}, "", True),
        ("linux", {"DOCKER_HOST": "unix:///d"}, "", False),
        ("linux", {"DOCKER_HOST": ""}, "", False),
        ("linux", {"DOCKER_CONTEXT": ""}, "", False),
        ("linux", {}, "rootless", False),
        ("linux", {"PATH": "/usr/bin:/bin"}, "rootless", False),
        ("freebsd14", {}, "", True),
        ("darwin", {"PATH": "/usr/local/bin:/usr/bin", **FIVE}, "", False),
        ("darwin", {"PATH": "/opt/homebrew/bin:/usr/bin", **FIVE}, "", False),
        ("darwin", {"PATH": LAUNCHD, **FIVE}, "", True),
        ("darwin", {"PATH": "/usr/local/bin/more", **FIVE}, "", True),
        ("darwin", {"PATH": "/usr/local/bin", **FIVE, "DOCKER_CERT_PATH": ""}, "", False),
        ("darwin", {"PATH": "/usr/local/bin", "DOCKER_HOST": "x", "DOCKER_CONTEXT": "x"}, "colima", True),
        ("win32", {}, "", False),
    ],
)
def test_when_the_login_shell_is_asked(platform: str, ours: dict[str, str], context: str, is_asked: bool) -> None:
    assert (unasked(ours, platform=platform, context=context) == "") == is_asked


def test_on_macos_each_of_the_five_counts() -> None:
    for name in DOCKER_CLI:
        ours = {"PATH": "/usr/local/bin", **{key: "x" for key in DOCKER_CLI if key != name}}
        assert unasked(ours, platform="darwin", context="") == ""


@pytest.mark.parametrize(
    ("config", "context"),
    [
        (b'{"currentContext": "rootless"}', "rootless"),
        (b'{"currentContext": ""}', ""),
        (b'{"auths": {}}', ""),
        (b'{"currentContext": 7}', ""),
        (b"[]", ""),
        (b"", ""),
        (b"{garbage", ""),
        (b"\xff\xfe", ""),
    ],
)
def test_the_current_context_of_the_clis_own_config(config: bytes, context: str) -> None:
    assert current_context(config) == context


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        (b"A=1\0B=x=y\0", {"A": "1", "B": "x=y"}),
        (b"A=two\nlines\0", {"A": "two\nlines"}),
        (b"BASH_FUNC_f%%=() { :; }\0A=1\0A.B=2\0=3\0\0nothing\0", {"A": "1"}),
        ("Ä=1\0A=ä\0".encode(), {"A": "ä"}),
        (b"A=\xff\0", {"A": "\udcff"}),
        (b"A=\0", {"A": ""}),
    ],
)
def test_reading_a_capture(text: bytes, variables: dict[str, str]) -> None:
    assert read_capture(text) == Captured(variables=variables)


@pytest.mark.parametrize("text", [b"", b"A=1\nB=2\n", b"env: illegal option -- 0\n"])
def test_a_capture_without_any_nul_is_refused_whole(text: bytes) -> None:
    captured = read_capture(text)
    assert captured.variables == {}
    assert captured.reason


LOGIN = {
    "DOCKER_HOST": "tcp://login", "DOCKER_CONTEXT": "login", "DOCKER_CONFIG": "/login", "DOCKER_CERT_PATH": "/certs",
    "DOCKER_TLS_VERIFY": "1", "NVM_DIR": "/nvm", "COLIMA_HOME": "/colima", "HOME": "/evil", "USER": "evil",
    "SHELL": "/evil", "HTTP_PROXY": "http://evil", "AWS_SECRET_ACCESS_KEY": "evil", "DOCKER_PASSWORD": "evil",
    "LD_PRELOAD": "/evil", "PATH": "/evil/bin",
}  # fmt: skip
ALL = {name: LOGIN[name] for name in (*DOCKER_CLI, "NVM_DIR", "COLIMA_HOME")}
FULL_PATH = {"PATH": "/home/ann/bin:/usr/bin"}


@pytest.mark.parametrize(
    ("ours", "missing"),
    [
        ({}, ()),
        ({"DOCKER_CONFIG": "/ours"}, ("DOCKER_CONFIG",)),
        ({"DOCKER_CONFIG": ""}, ("DOCKER_CONFIG",)),
        ({"NVM_DIR": ""}, ("NVM_DIR",)),
        ({"DOCKER_TLS_VERIFY": ""}, ("DOCKER_TLS_VERIFY",)),
        # an address is taken as a whole: the profile's keys and context belong to the profile's engine
        ({"DOCKER_HOST": ""}, ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY")),
        ({"DOCKER_CONTEXT": "ours"}, ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY")),
    ],
)
def test_only_the_closed_list_is_taken_and_only_where_ours_has_nothing(
    ours: dict[str, str], missing: tuple[str, ...]
) -> None:
    wanted = {name: value for name, value in ALL.items() if name not in missing}
    assert taken({**FULL_PATH, **ours}, LOGIN, platform="linux") == wanted


def test_an_empty_variable_of_the_profile_says_nothing() -> None:
    assert taken(FULL_PATH, {"DOCKER_HOST": ""}, platform="linux") == {}


@pytest.mark.parametrize(
    ("platform", "path", "expected"),
    [
        ("linux", SYSTEMD, True),
        ("linux", "/usr/bin:/bin", True),
        ("linux", "/usr/bin/:/bin", True),
        ("linux", "", True),
        ("linux", "/usr/bin:/home/ann/bin", False),
        ("linux", "/snap/bin:/usr/bin", False),
        ("darwin", LAUNCHD, True),
        ("darwin", f"{LAUNCHD}:/usr/local/bin", False),
        ("darwin", f"/opt/homebrew/bin:{LAUNCHD}", False),
        ("darwin", f"/Users/ann/bin:{LAUNCHD}", True),
    ],
)
def test_a_minimal_path(platform: str, path: str, expected: bool) -> None:
    assert is_minimal(path, platform) == expected


@pytest.mark.parametrize(
    ("own", "login", "merged"),
    [
        ("/usr/bin:/bin", "/opt/bin:/usr/bin", "/opt/bin:/usr/bin:/bin"),
        ("/usr/bin:/bin", "/bin", "/bin:/usr/bin"),
        ("/usr/bin", "", "/usr/bin"),
        ("", "/a:/b", "/a:/b"),
        ("/usr/bin", "bin::.:/a", "/a:/usr/bin"),
        ("/usr/bin:/bin", "/a:/a", "/a:/usr/bin:/bin"),
    ],
)
def test_paths_are_merged_login_first_and_never_shrunk(own: str, login: str, merged: str) -> None:
    assert merged_path(own, login) == merged


def test_a_path_is_merged_only_when_it_is_minimal() -> None:
    assert taken({"PATH": "/usr/bin:/bin"}, {"PATH": "/opt/bin"}, platform="linux") == {
        "PATH": "/opt/bin:/usr/bin:/bin"
    }
    assert taken({"PATH": "/usr/bin:/own"}, {"PATH": "/opt/bin"}, platform="linux") == {}
    assert taken({"PATH": "/usr/bin"}, {"PATH": "/usr/bin"}, platform="linux") == {}


TEXT = st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]))
ANY = st.dictionaries(st.sampled_from([*CLOSED_LIST, "HOME", "USER", "SHELL", "http_proxy", "SECRET"]), TEXT)


@given(ANY, ANY)
def test_nothing_of_ours_is_changed_and_nothing_else_comes_in(ours: dict[str, str], login: dict[str, str]) -> None:
    more = taken({"PATH": "/own", **ours}, login, platform="linux")
    assert set(more) <= set(CLOSED_LIST) - set(ours)
    assert with_taken(ours, more) == {**more, **ours}


def test_which_child_gets_what_was_taken() -> None:
    ours = with_taken({"PATH": "/usr/bin"}, {"DOCKER_HOST": "tcp://x", "NVM_DIR": "/nvm", "PATH": "/opt:/usr/bin"})
    cli = environment(ours, Allowance(native=False, docker_cli=True), platform="linux")
    assert cli == {"PATH": "/opt:/usr/bin", "DOCKER_HOST": "tcp://x"}
    assert environment(ours, Allowance(), platform="linux") == {"PATH": "/opt:/usr/bin", "NVM_DIR": "/nvm"}


@pytest.mark.parametrize(
    ("path", "docker", "expected"),
    [
        ("/usr/bin:/bin", "/opt/docker/bin/docker", "/opt/docker/bin:/usr/bin:/bin"),
        ("/usr/bin:/opt/docker/bin", "/opt/docker/bin/docker", "/opt/docker/bin:/usr/bin"),
        ("/opt/docker/bin:/usr/bin", "/opt/docker/bin/docker", "/opt/docker/bin:/usr/bin"),
        ("", "/usr/bin/docker", "/usr/bin"),
    ],
)
def test_dockers_own_folder_comes_first_and_once(path: str, docker: str, expected: str) -> None:
    placed = with_docker_first({"PATH": path, "HOME": "/h"}, docker)
    assert placed == {"PATH": expected, "HOME": "/h"}
    assert with_docker_first(placed, docker) == placed


def test_of_values_only_their_length_is_told() -> None:
    assert names_and_lengths({"B": "hunter2", "A": ""}) == ("A (0)", "B (7)")
    assert "hunter2" not in repr(Captured(variables={"B": "hunter2"}))
