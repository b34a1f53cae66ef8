"""What servers say on stderr when they fail, line by line, and what is made of it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from supervisor.diagnostics.texts import CAUSES, cause_in
from supervisor.diagnostics.words import Scene

SCENE = Scene(
    server="files",
    place="mcp.json mcpServers.files",
    mode="none",
    program="/usr/bin/python3",
    cwd="/srv/files",
    user="anna",
    network="allow",
    image="docker.io/library/python:3.11",
    memory="512m",
)

SAID = [
    ("ModuleNotFoundError: No module named 'mcp'", "module_missing", "'mcp'", "/usr/bin/python3 -m pip install mcp"),
    ("/usr/bin/python3: No module named mcp_server_git", "module_missing", "'mcp_server_git'", "pip install"),
    ("/usr/bin/python3: No module named a.b.__main__; 'a.b' is a package", "module_missing", "a.b", "pip install"),
    ("Error: Cannot find module 'express'", "module_missing", "'express'", "npm install express"),
    (
        "Error [ERR_MODULE_NOT_FOUND]: Cannot find package '@scope/sdk' imported from /srv/index.js",
        "module_missing",
        "'@scope/sdk'",
        "npm install @scope/sdk",
    ),
    ("<internal>: cannot load such file -- sinatra (LoadError)", "module_missing", "'sinatra'", "gem install sinatra"),
    (
        "python3: can't open file '/srv/files/server.py': [Errno 2] No such file or directory",
        "script_missing",
        "'/srv/files/server.py'",
        "absolute path",
    ),
    ("Error: Cannot find module '/srv/files/dist/index.js'", "script_missing", "dist/index.js", "build it first"),
    ("KeyError: 'GITHUB_TOKEN'", "variable_missing", "GITHUB_TOKEN", '"env": {"GITHUB_TOKEN": "…"}'),
    ("Error: GITHUB_TOKEN environment variable is required", "variable_missing", "GITHUB_TOKEN", "${env:GITHUB_TOKEN}"),
    ("Missing required environment variable: SLACK_BOT_TOKEN", "variable_missing", "SLACK_BOT_TOKEN", "${cred:…}"),
    ("Please set the API_KEY environment variable", "variable_missing", "API_KEY", "env"),
    ("error: 'SLACK_TEAM_ID' is not set", "variable_missing", "SLACK_TEAM_ID", "env"),
    ("error: SLACK_TEAM_ID isn't set", "variable_missing", "SLACK_TEAM_ID", "env"),
    ("the API_KEY env var was not provided", "variable_missing", "API_KEY", "env"),
    ("SLACK_TEAM_ID: required", "variable_missing", "SLACK_TEAM_ID", "env"),
    ("API_KEY has to be provided", "variable_missing", "API_KEY", "env"),
    ("Set the environment variable API_KEY first", "variable_missing", "API_KEY", "env"),
    ("fatal: DATABASE_URL must be set", "variable_missing", "DATABASE_URL", "env"),
    ("Error: listen EADDRINUSE: address already in use :::3000", "port_in_use", "(:::3000)", "ss -ltnp"),
    ("OSError: [Errno 98] Address already in use", "port_in_use", "another program has", "ss -ltnp"),
    (
        "npm error 404 Not Found - GET https://registry.npmjs.org/no-such-server - Not found",
        "package_missing",
        "'no-such-server'",
        "Correct the package's name",
    ),
    (
        "npm error 404 Not Found - GET https://registry.npmjs.org/@acme%2fno-such-server - Not found",
        "package_missing",
        "'@acme/no-such-server'",
        "Correct the package's name",
    ),
    (
        "  ╰─▶ Because no-such-server was not found in the package registry and you require no-such-server",
        "package_missing",
        "'no-such-server'",
        "Correct the package's name",
    ),
    ("the input device is not a TTY", "tty_wanted", "terminal", "`-t`"),
    ("stty: 'standard input': Inappropriate ioctl for device", "tty_wanted", "terminal", "interactive"),
    (
        "INFO:     Uvicorn running on http://127.0.0.1:8000 (Press CTRL+C to quit)",
        "http_mode",
        "127.0.0.1:8000",
        "stdio",
    ),
    ("Server listening on port 3001", "http_mode", "3001", "stdio"),
    ("FATAL ERROR: Reached heap limit - JavaScript heap out of memory", "out_of_memory", "512m", "memory_limit"),
    ("MemoryError", "out_of_memory", "512m", "memory_limit"),
    ("getaddrinfo EAI_AGAIN registry.npmjs.org", "network_missing", "network", "getent"),
    ("socket.gaierror: [Errno -3] Temporary failure in name resolution", "network_missing", "network", "getent"),
    ("  cause: invalid peer certificate: UnknownIssuer", "certificate_unknown", "certificate", "SSL_CERT_FILE"),
    (
        "Error: self-signed certificate in certificate chain",
        "certificate_unknown",
        "certificate",
        "NODE_EXTRA_CA_CERTS",
    ),
    ("OSError: [Errno 28] No space left on device", "disk_full", "no room", "df -h"),
    ("requests.HTTPError: 401 Client Error: Unauthorized for url", "not_authorised", "credentials", "Renew"),
    ("server.py: error: the following arguments are required: --root", "arguments_wrong", "--root", "args"),
    ("usage: server [-h] --root ROOT", "arguments_wrong", "--root ROOT", "args"),
    ("sh: 1: foo: not found", "program_missing", "'foo'", "PATH"),
    ("bash: line 3: foo: command not found", "program_missing", "'foo'", "PATH"),
    ("/usr/bin/env: 'nodejs': No such file or directory", "program_missing", "'nodejs'", "PATH"),
    ("OSError: [Errno 8] Exec format error: './server'", "format_wrong", "another kind of machine", "build"),
    (
        "PermissionError: [Errno 13] Permission denied: '/srv/x'",
        "permission_denied",
        "anna may not use /srv/x",
        "ls -ld",
    ),
    ("Error: EACCES: permission denied, open '/srv/x'", "permission_denied", "/srv/x", "ls -ld /srv/x"),
    ("cat: /srv/x: Permission denied", "permission_denied", "/srv/x", "ls -ld"),
    ("FileNotFoundError: [Errno 2] No such file or directory: 'data.json'", "file_missing", "/srv/files", "absolute"),
    ("Error: ENOENT: no such file or directory, open 'data.json'", "file_missing", "'data.json'", "absolute"),
]


@pytest.mark.parametrize(("line", "cause", "sentence", "remedy"), SAID, ids=[row[0][:40] for row in SAID])
def test_a_sentence_of_programs_names_its_cause(line: str, cause: str, sentence: str, remedy: str) -> None:
    found = cause_in(line, SCENE)
    assert found is not None
    assert found.id == cause
    assert sentence in found.sentence
    assert remedy in found.remedy
    assert "\n" not in found.sentence + found.remedy


def test_every_cause_of_the_table_is_tried() -> None:
    assert sorted({row[1] for row in SAID}) == sorted(CAUSES)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "INFO starting up",
        "Traceback (most recent call last):",
        '  File "/srv/files/server.py", line 3, in <module>',
        "ValueError: the limit must be positive",
        "Listening for messages",
        "KeyError: 'name'",
        "Error: GITHUB_TOKEN is set but invalid",
        "API_KEY is not required",
        "Using NODE_ENV provided by host",
        "log level set from environment variable LOG_LEVEL",
        "not required environment variable: LOG_LEVEL",
    ],
)
def test_any_other_line_names_none(line: str) -> None:
    assert cause_in(line, SCENE) is None


@pytest.mark.parametrize(
    ("program", "remedy"),
    [
        ("/opt/venv/bin/python3.11", "`/opt/venv/bin/python3.11 -m pip install foo`"),
        ("/usr/bin/uvx", "Have `uvx` add it: `--with foo` before"),
        ("/usr/bin/npx", "(`foo`) for the Python that /usr/bin/npx uses"),
        ("/home/anna/.local/bin/mcp-server-git", "for the Python that /home/anna/.local/bin/mcp-server-git uses"),
    ],
)
def test_a_module_is_installed_for_whatever_runs_python(program: str, remedy: str) -> None:
    found = cause_in("ModuleNotFoundError: No module named 'foo.bar'", replace(SCENE, program=program))
    assert found is not None
    assert "'foo.bar'" in found.sentence
    assert remedy in found.remedy


def test_in_a_container_the_image_is_what_to_mend() -> None:
    found = cause_in("No module named 'mcp'", replace(SCENE, mode="docker"))
    assert found is not None
    assert "`isolation.image` of mcp.json mcpServers.files" in found.remedy
    assert "docker.io/library/python:3.11" in found.remedy


@pytest.mark.parametrize(
    ("mode", "network", "line"),
    [
        ("docker", "none", '"isolation": {"network_mode": "bridge"}'),
        ("sandbox", "none", '"isolation": {"sandbox": {"network": "allow"}}'),
        ("sandbox", "ports", '"isolation": {"sandbox": {"network": "allow"}}'),
    ],
)
def test_where_the_config_closes_the_network_it_is_what_to_open(mode: str, network: str, line: str) -> None:
    found = cause_in("getaddrinfo ENOTFOUND example.org", replace(SCENE, mode=mode, network=network))
    assert found is not None
    assert line in found.remedy


@pytest.mark.parametrize(
    ("mode", "remedy"),
    [
        ("none", "Make it, or correct the path in mcp.json mcpServers.files."),
        ("sandbox", "`stockade explain files --denied /opt/x`"),
        ("docker", "Mount it"),
    ],
)
def test_a_whole_path_that_is_not_there_is_made_shown_or_mounted(mode: str, remedy: str) -> None:
    found = cause_in("FileNotFoundError: [Errno 2] No such file or directory: '/opt/x'", replace(SCENE, mode=mode))
    assert found is not None
    assert remedy in found.remedy


def test_what_a_line_names_is_never_taken_for_a_place_to_fill_in() -> None:
    found = cause_in("No such file or directory: '{place} {0} {{x}}'", SCENE)
    assert found is not None
    assert "{place} {0} {{x}}" in found.sentence


def test_a_line_that_never_ends_is_looked_at_in_part() -> None:
    assert cause_in("x" * 1_000_000 + " No module named 'late'", SCENE) is None
