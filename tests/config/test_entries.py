"""The clients' own keys of a server: what is run, and what is wrong with it."""

from __future__ import annotations

from typing import Any

import pytest
from config.worlds import World, one, refused, resolved, warned

from supervisor.config.specs import Remote
from supervisor.errors import KeyConflict, Unresolved, WrongType

WORLD = World(variables={"TOKEN": "t0ken-value", "DIR": "/srv", "NUL": "a\0b", "EMPTY": ""}, files={"/f": "from-file"})


def test_a_server_is_read_with_its_references_resolved() -> None:
    spec = one(
        {
            "command": "npx",
            "args": ["-y", "pkg@${VERSION:-latest}", "$$HOME"],
            "env": {"TOKEN": "${TOKEN}", "N": 1, "F": 1.5, "ON": True, "OFF": None},
            "cwd": "${DIR}/work",
        },
        world=WORLD,
    )
    assert (spec.command, spec.args, spec.cwd) == ("npx", ("-y", "pkg@latest", "$HOME"), "/srv/work")
    assert spec.env == {"TOKEN": "t0ken-value", "N": "1", "F": "1.5", "ON": "true"}
    assert spec.unset == ("OFF",)
    assert spec.secrets == ("t0ken-value",)


def test_null_is_the_same_as_nothing() -> None:
    spec = one({"args": None, "env": None, "cwd": None, "working_dir": "", "enabled": None, "isolation": None})
    assert (spec.args, spec.env, spec.cwd, spec.enabled) == ((), {}, None, True)


def test_secrets_that_stand_openly_are_remembered_too() -> None:
    entry = {"env": {"API_KEY": "literal-key"}, "args": ["--token", "tok-in-args", "https://u:passw0rd@h/"]}
    assert one(entry).secrets == ("literal-key", "tok-in-args", "passw0rd")
    spec = one({"isolation": {"extra_args": ["-e", "A_TOKEN=in-extra"]}}, isolation={"extra_args": ["-eB_TOKEN=no"]})
    assert spec.secrets == ("in-extra",)


@pytest.mark.parametrize(
    ("entry", "problems"),
    [
        ({}, ["mcpServers.one: the server has neither `command` nor `url`"]),
        ({"command": ""}, ["mcpServers.one: the server has neither `command` nor `url`"]),
        ({"command": " "}, ["mcpServers.one.command: the command is blank"]),
        ({"command": "${EMPTY}"}, ["mcpServers.one.command: the command is blank"]),
        ({"command": ["npx"]}, ["mcpServers.one.command: it is not a text"]),
        ({"command": "x", "args": "-y pkg"}, ["mcpServers.one.args: the arguments are not a list"]),
        ({"command": "x", "args": ["a", 8080, None]},
         ["mcpServers.one.args[1]: it is not a text", "mcpServers.one.args[2]: it is not a text"]),
        ({"command": "x", "args": ["${NUL}"]}, ["mcpServers.one.args[0]: it holds a NUL or a lone surrogate"]),
        ({"command": "x", "env": ["A=1"]}, ["mcpServers.one.env: the variables are not an object"]),
        ({"command": "x", "env": {"A": []}}, ["mcpServers.one.env.A: it is not a text"]),
        ({"command": "x", "env": {"": "1", "A=B": "1", "\0": "x"}},
         [f"mcpServers.one.env[{key}]: it is not a variable's name" for key in ('""', '"A=B"', '"\\u0000"')]),
        ({"command": "x", "env": {"A": "\ud800"}}, ["mcpServers.one.env.A: it holds a NUL or a lone surrogate"]),
        ({"command": "x", "cwd": 1}, ["mcpServers.one.cwd: it is not a text"]),
        ({"command": "x", "cwd": "${EMPTY}"}, ["mcpServers.one.cwd: the path is empty"]),
        ({"command": "x", "cwd": "/a", "working_dir": "/b"},
         ["mcpServers.one.working_dir: 'working_dir' and 'cwd' say the same thing differently"]),
        ({"command": "x", "enabled": "yes"}, ["mcpServers.one.enabled: it is neither true nor false"]),
        ({"command": "x", "isolation": "sandbox"},
         ["mcpServers.one.isolation: a text stands where a block belongs"]),
        ({"command": "x", "stockade": {"restrat": "never"}},
         ["mcpServers.one.stockade.restrat: unknown key 'restrat'; did you mean 'restart'?"]),
        ({"url": "https://x", "isolation": {"mod": "none"}},
         ["mcpServers.one.isolation.mod: unknown key 'mod'; did you mean 'mode'?"]),
    ],
)  # fmt: skip
def test_every_mistake_in_a_server_is_named(entry: dict[str, Any], problems: list[str]) -> None:
    assert [problem.text for problem in refused(entry, world=WORLD)] == problems


@pytest.mark.parametrize(
    ("entry", "place", "reference"),
    [
        ({"command": "x", "env": {"A": "${GONE}"}}, "mcpServers.one.env.A", "${GONE}"),
        ({"command": "x", "args": ["a", "${file:/gone}"]}, "mcpServers.one.args[1]", "${file:/gone}"),
        ({"command": "x", "cwd": "${GONE}/x"}, "mcpServers.one.cwd", "${GONE}"),
        ({"command": "${GONE}"}, "mcpServers.one.command", "${GONE}"),
        ({"command": "x", "isolation": {"sandbox": {"deny": ["${GONE}"]}}},
         "mcpServers.one.isolation.sandbox.deny[0]", "${GONE}"),
    ],
)  # fmt: skip
def test_a_reference_without_a_value_is_named_with_its_field(entry: dict[str, Any], place: str, reference: str) -> None:
    (problem,) = refused(entry, world=WORLD)
    assert isinstance(problem, Unresolved)
    assert (problem.place, problem.reference) == (place, reference)


def test_no_problem_quotes_the_value_of_a_variable_or_argument() -> None:
    entry = {
        "command": "x",
        "env": {"A": ["hunter2"], "B": {"k": "hunter2"}},
        "args": [{"x": "hunter2"}],
        "cwd": "${NUL}",
    }
    config = resolved({"mcpServers": {"one": entry}}, world=WORLD)
    told = [problem.text + problem.remedy for problem in config.invalid[0].problems]
    assert len(told) == 4
    assert not any("hunter2" in text or "a\0b" in text for text in told)


@pytest.mark.parametrize(
    ("path", "absolute"),
    [
        ("/abs", "/abs"),
        ("~", "/home/ada"),
        ("~/x", "/home/ada/x"),
        ("./x", "/etc/mcp/x"),
        ("x/../y", "/etc/mcp/x/../y"),
        ("../x", "/etc/mcp/../x"),
        ("~bob", "/etc/mcp/~bob"),
    ],
)
def test_paths_become_absolute(path: str, absolute: str) -> None:
    spec = one({"cwd": path, "isolation": {"sandbox": {"read_write": [path]}}})
    assert spec.cwd == absolute
    assert spec.sandbox.read_write == (absolute,)


def test_the_home_sign_without_a_home_is_refused() -> None:
    config = resolved({"mcpServers": {"one": {"command": "x", "cwd": "~/x"}}}, home="")
    (problem,) = config.invalid[0].problems
    assert isinstance(problem, WrongType)
    assert problem.reason == "HOME is not set"


@pytest.mark.parametrize(
    ("command", "run"),
    [("./run.sh", "/etc/mcp/run.sh"), ("~/bin/x", "/home/ada/bin/x"), ("../x", "/etc/mcp/../x"), ("npx", "npx"),
     ("/bin/x", "/bin/x"), ("${DIR}/x", "/srv/x")],
)  # fmt: skip
def test_a_relative_command_is_relative_to_the_config(command: str, run: str) -> None:
    assert one({"command": command}, world=WORLD).command == run


def test_working_dir_is_another_name_of_cwd() -> None:
    assert one({"working_dir": "/w"}).cwd == "/w"
    assert one({"cwd": "/w", "working_dir": "/w"}).cwd == "/w"


@pytest.mark.parametrize(
    ("said", "enabled"),
    [({}, True), ({"enabled": True}, True), ({"enabled": False}, False), ({"disabled": True}, False),
     ({"disabled": False}, True), ({"enabled": False, "disabled": True}, False)],
)  # fmt: skip
def test_a_server_is_switched_off_by_either_key(said: dict[str, Any], enabled: bool) -> None:
    assert one(said).enabled is enabled


def test_switches_that_contradict_each_other_are_refused() -> None:
    problems = refused({"command": "x", "enabled": True, "disabled": True})
    assert problems == [KeyConflict(place="mcpServers.one.disabled", key="disabled", other="enabled")]


@pytest.mark.parametrize(
    ("entry", "protocol"),
    [
        ({"url": "https://x"}, "http"),
        ({"serverUrl": "https://x"}, "http"),
        ({"url": "https://x", "type": "sse"}, "sse"),
        ({"url": "https://x", "protocol": "streamable-http", "command": ""}, "streamable-http"),
        ({"url": "https://x", "command": "x", "type": "http"}, "http"),
        ({"url": "https://x", "protocol": "auto"}, "auto"),
        ({"type": "http"}, "http"),
    ],
)
def test_a_server_with_a_url_is_remote_and_never_started(entry: dict[str, Any], protocol: str) -> None:
    config = resolved({"mcpServers": {"one": entry}})
    assert (config.servers, config.invalid) == ((), ())
    assert config.remote[0].protocol == protocol


def test_a_named_stdio_server_is_run_whatever_else_it_says() -> None:
    assert one({"type": "stdio", "url": "https://x"}).command == "run"
    assert one({"url": "https://x"}).command == "run"


def test_a_remote_url_is_kept_without_its_secrets() -> None:
    (remote,) = resolved({"mcpServers": {"r": {"url": "https://me:pw@host/mcp?key=1#x", "enabled": False}}}).remote
    assert remote == Remote(name="r", place="mcpServers.r", enabled=False, protocol="http", url="https://host/mcp")


@pytest.mark.parametrize(
    ("entry", "codes"),
    [
        ({}, []),
        ({"command": "npx -y pkg"}, ["config.command_has_blanks"]),
        ({"command": "/opt/my app/run"}, []),
        ({"args": ["${file:/f}"]}, ["config.secret_argument"]),
        ({"args": ["--key=${TOKEN}"]}, ["config.secret_argument"]),
        ({"args": ["${DIR}"]}, []),
        ({"env": {"X": "${TOKEN}"}}, []),
        ({"arg": ["x"]}, ["config.key_ignored"]),
        ({"mode": "sandbox"}, ["config.key_ignored"]),
        ({"restart": "never"}, ["config.key_ignored"]),
        ({"quarantined": True}, ["config.key_ignored"]),
        ({"quarantined": False}, []),
        ({"envFile": ".env"}, ["config.key_ignored"]),
        ({"timeout": 60, "autoApprove": [], "headers": {}, "created": "now", "disabledTools": []}, []),
    ],
)
def test_what_is_probably_not_meant_is_warned_about(entry: dict[str, Any], codes: list[str]) -> None:
    assert warned(entry, world=WORLD) == codes


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("sandbox", "it belongs into the server's `isolation` block"),
        ("environment", "it belongs into the server's `stockade` block"),
        ("comand", "did you mean 'command'?"),
    ],
)
def test_a_warning_about_a_key_says_where_it_belongs(key: str, reason: str) -> None:
    config = resolved({"mcpServers": {"one": {"command": "x", key: {}}}, "isolation": {"mode": "none"}})
    assert config.warnings[0].problem.text == f"mcpServers.one.{key}: {key!r} has no effect here: {reason}"
    assert config.warnings[0].server == "one"


def test_keys_of_other_programs_are_kept_and_reported() -> None:
    config = resolved({"mcpServers": {"one": {"command": "x", "created": "now"}}, "api_key": "secret", "inputs": []})
    assert [(key.server, key.place) for key in config.unused] == [
        ("", "api_key"), ("", "inputs"), ("one", "mcpServers.one.created"),
    ]  # fmt: skip


def test_paths_that_a_container_would_not_see_are_warned_about_with_the_mount() -> None:
    entry = {"command": "npx", "args": ["-y", "pkg", "/data"], "isolation": {"mode": "docker"}}
    config = resolved({"mcpServers": {"one": entry}})
    (warning,) = config.warnings
    assert warning.problem.code == "config.host_path_argument"
    assert '"-v", "/data:/data:ro"' in warning.problem.remedy
    assert warned({**entry, "isolation": {"mode": "sandbox"}}) == []


def test_a_warning_about_a_path_hides_the_secret_in_it() -> None:
    world = World(variables={"TOKEN": "t0ken-value"})
    entry = {"command": "x", "args": ["/data/${TOKEN}"], "isolation": {"mode": "docker"}}
    config = resolved({"mcpServers": {"one": entry}}, world=world)
    assert not any("t0ken-value" in warning.problem.text + warning.problem.remedy for warning in config.warnings)
