"""A child's environment is built from nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.environment.rules import (
    DOCKER_CLI,
    EVERYONE,
    MINIMAL_PATH,
    PROXIES,
    SCANNER,
    TOOL_HOMES,
    Allowance,
    environment,
    granted,
    scanner_environment,
    without_userinfo,
)

OURS = {
    "PATH": "/bin", "HOME": "/h", "LC_ALL": "C", "LC_TIME": "de", "LCX": "no", "XDG_RUNTIME_DIR": "/run", "TZ": "UTC",
    "AWS_SECRET_ACCESS_KEY": "no", "SSH_AUTH_SOCK": "no", "LD_PRELOAD": "no", "NVM_DIR": "/nvm", "DOCKER_HOST": "unix",
    "DOCKER_CONTENT_TRUST": "no", "NPM_CONFIG_CACHE": "/c", "NPM_TOKEN": "no", "HTTP_PROXY": "http://u:p@proxy:1",
    "http_proxy": "http://u:p@proxy:1", "NO_PROXY": "localhost", "BASH_FUNC_ls%%": "() { evil; }", "XDG_F": "() { :; }",
    "CREDENTIALS_DIRECTORY": "/cred", "NOTIFY_SOCKET": "/s",
}  # fmt: skip
EVERYONES = {"PATH": "/bin", "HOME": "/h", "LC_ALL": "C", "LC_TIME": "de", "XDG_RUNTIME_DIR": "/run", "TZ": "UTC"}


@pytest.mark.parametrize(
    ("allowance", "more"),
    [
        (Allowance(native=False), {}),
        (Allowance(), {"NVM_DIR": "/nvm"}),
        (Allowance(native=False, docker_cli=True), {"DOCKER_HOST": "unix"}),
        (Allowance(native=False, allow=("NPM_CONFIG_*", "AWS_SECRET_ACCESS_KEY")),
         {"NPM_CONFIG_CACHE": "/c", "AWS_SECRET_ACCESS_KEY": "no"}),
        (Allowance(native=False, allow=("NPM_CONFIG_CACHE*",)), {"NPM_CONFIG_CACHE": "/c"}),
        (Allowance(native=False, allow=("*", "", "npm_config_cache", "NPM")), {}),
        (Allowance(native=False, allow=("BASH_FUNC_*",)), {}),
        (Allowance(native=False, proxies=True),
         {"HTTP_PROXY": "http://proxy:1", "http_proxy": "http://proxy:1", "NO_PROXY": "localhost"}),
        (Allowance(native=False, allow=("HTTP_PROXY",)), {"HTTP_PROXY": "http://proxy:1"}),
        (Allowance(native=False, env={"HOME": "/own", "NEW": "1"}), {"HOME": "/own", "NEW": "1"}),
    ],
)  # fmt: skip
def test_only_what_is_named_is_taken_over(allowance: Allowance, more: dict[str, str]) -> None:
    assert environment(OURS, allowance, platform="linux") == {**EVERYONES, **more}


def test_a_variable_can_be_taken_away() -> None:
    assert "TZ" not in environment(OURS, Allowance(unset=("TZ",)), platform="linux")
    assert environment(OURS, Allowance(unset=("PATH",)), platform="linux")["PATH"] == MINIMAL_PATH["linux"]
    assert environment(OURS, Allowance(unset=("TZ",), env={"TZ": "own"}), platform="linux")["TZ"] == "own"


@pytest.mark.parametrize(
    ("platform", "path"),
    [
        ("linux", "/usr/local/bin:/usr/bin:/bin"),
        ("darwin", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"),
        ("freebsd14", "/usr/local/bin:/usr/bin:/bin"),
    ],
)
def test_there_is_always_a_path(platform: str, path: str) -> None:
    assert environment({}, Allowance(), platform=platform) == {"PATH": path}
    assert environment({"PATH": ""}, Allowance(), platform=platform) == {"PATH": path}
    assert scanner_environment({"PATH": ""}, platform=platform) == {"PATH": path}


def test_a_scanner_gets_the_least() -> None:
    assert scanner_environment(OURS, platform="linux") == {"PATH": "/bin", "HOME": "/h", "DOCKER_HOST": "unix"}


@pytest.mark.parametrize(
    ("url", "bare"),
    [
        ("http://user:pass@proxy:8080", "http://proxy:8080"),
        ("http://proxy:8080/", "http://proxy:8080/"),
        ("user:pass@proxy:8080", "proxy:8080"),
        ("http://us@er:p/a@ss@proxy", "http://proxy"),
        ("SOCKS5h://u@h", "SOCKS5h://h"),
        ("localhost,.example.com", "localhost,.example.com"),
        ("", ""),
    ],
)
def test_proxies_lose_user_name_and_password(url: str, bare: str) -> None:
    assert without_userinfo(url) == bare


KNOWN = (*EVERYONE, *TOOL_HOMES, *DOCKER_CLI, *PROXIES, "SECRET", "LD_PRELOAD", "BASH_FUNC_x%%")
NAMES = st.sampled_from(KNOWN) | st.text()
VALUES = st.text() | st.sampled_from(["() { :; }", "http://u:hunter2@h"])


@given(st.dictionaries(NAMES, VALUES), st.booleans(), st.lists(NAMES, max_size=3))
def test_nothing_comes_in_that_was_not_named(ours: dict[str, str], proxies: bool, allow: list[str]) -> None:
    child = environment(ours, Allowance(proxies=proxies, allow=tuple(allow)), platform="linux")
    named = {*EVERYONE, *TOOL_HOMES, *allow, *(PROXIES if proxies else ())}
    prefixes = tuple(name[:-1] for name in named if name.endswith("*") and name != "*")
    for name, value in child.items():
        assert name in named or name.upper() in named or name.startswith(prefixes)
        assert not value.startswith("() {")
        assert "hunter2" not in value or name.upper() not in PROXIES


@given(st.dictionaries(NAMES, VALUES), st.dictionaries(st.text(), st.text()))
def test_the_servers_own_variables_have_the_last_word(ours: dict[str, str], env: dict[str, str]) -> None:
    child = environment(ours, Allowance(allow=tuple(ours), env=env, unset=tuple(env)), platform="linux")
    assert child | env == child


@given(st.dictionaries(NAMES, VALUES))
def test_a_scanner_never_gets_more_than_its_list(ours: dict[str, str]) -> None:
    assert set(scanner_environment(ours, platform="linux")) <= set(SCANNER)


@pytest.mark.parametrize(
    ("allowance", "expected"),
    [
        (Allowance(native=False), {}),
        (Allowance(env={"OWN": "1"}), {}),
        (Allowance(allow=("NPM_CONFIG_*", "HOME")), {"NPM_CONFIG_CACHE": "/c", "HOME": "/h"}),
        (Allowance(allow=("*", "XDG_F", "BASH_FUNC_*")), {}),
        (Allowance(proxies=True), {"HTTP_PROXY": "http://proxy:1", "http_proxy": "http://proxy:1",
                                   "NO_PROXY": "localhost"}),
        (Allowance(proxies=True, unset=("http_proxy", "NO_PROXY")), {"HTTP_PROXY": "http://proxy:1"}),
        (Allowance(allow=("HTTP_PROXY",)), {"HTTP_PROXY": "http://proxy:1"}),
    ],
)  # fmt: skip
def test_what_the_config_takes_over_is_all_that_is_granted(allowance: Allowance, expected: dict[str, str]) -> None:
    assert granted(OURS, allowance) == expected
