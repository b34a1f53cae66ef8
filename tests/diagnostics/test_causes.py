"""Why a server failed: what is known by structure decides, its own words come last."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from diagnostics.test_texts import SCENE
from msgspec.structs import replace

from supervisor.diagnostics import causes
from supervisor.diagnostics.causes import better, cause_of, script_missing
from supervisor.diagnostics.texts import CAUSES
from supervisor.diagnostics.words import Denied, Failing
from supervisor.errors import CommandNotExecutable, CommandNotFound, CwdMissing, Unresolved

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "doctor.md"
ENDED = Failing(
    code="server.exited_before_handshake",
    text="the server ended during initialize with exit status 1",
    remedy="Read its last lines.",
    status="exit status 1",
)
SHADOW = Denied(action="read", object="/etc/shadow", reason="it may hold secrets", remedy="Nothing allows it.")
LATE = replace(ENDED, code="server.handshake_timeout", text="it did not answer within 5 s", status="")


@pytest.mark.parametrize(
    ("failing", "cause", "sentence"),
    [
        (replace(ENDED, tail=("No module named 'a'", "")), "module_missing", "'a'"),
        (replace(ENDED, tail=("No module named 'a'", "OSError: [Errno 28] No space left on device")), "disk_full", ""),
        (replace(ENDED, tail=("No module named 'a'",), is_over_memory=True), "over_memory", "512m"),
        (replace(ENDED, tail=("cannot read /etc/shadow",), denied=(SHADOW,)), "sandbox_denied", "/etc/shadow"),
        (
            replace(ENDED, tail=("cannot read /etc/shadow", "No module named 'a'"), denied=(SHADOW,)),
            "module_missing",
            "",
        ),
        (replace(ENDED, tail=("something else",), denied=(SHADOW,)), "sandbox_denied", "/etc/shadow"),
        (replace(ENDED, tail=("cat: x: /x: Permission denied",), denied=(SHADOW,)), "sandbox_denied", "/etc/shadow"),
        (replace(ENDED, status="exit status 0"), "ended_at_once", "without a word"),
        (replace(ENDED, status="exit status 0", tail=("bye",)), "", "its last line on stderr: bye"),
        (replace(ENDED, status="signal 11"), "", "wrote nothing to stderr"),
        (LATE, "silent", "wrote nothing to stderr"),
        (replace(LATE, status="exit status 0"), "silent", "wrote nothing to stderr"),
        (replace(LATE, tail=("Server listening on port 3001",)), "http_mode", "HTTP"),
        (replace(LATE, tail=("warming up",)), "", "its last line on stderr: warming up"),
    ],
)
def test_the_likeliest_cause_is_told(failing: Failing, cause: str, sentence: str) -> None:
    found = cause_of(failing, SCENE)
    assert (found.id, sentence in found.sentence) == (cause, True)
    assert found.remedy


def test_the_page_lists_every_cause_and_no_other() -> None:
    package = Path(causes.__file__).parents[1]
    sources = [Path(causes.__file__), package / "edges" / "doctor" / "dry.py"]
    known = {one for file in sources for one in re.findall(r'Cause\(\s*id="(\w+)"', file.read_text())}
    part = PAGE.read_text().partition("Causes that are known by structure")[2].partition("They are stable")[0]
    structural, _, read = part.partition("read out")
    assert set(re.findall(r"`(\w+)`", structural)) == known
    assert re.findall(r"`(\w+)`", read) == list(CAUSES)


def test_words_are_not_asked_where_the_code_says_why() -> None:
    known = Failing(
        code="server.stdout_not_jsonrpc", text="its stdout is not JSON-RPC", remedy="Log to stderr.",
        tail=("No module named 'a'",),
    )  # fmt: skip
    assert cause_of(known, SCENE).sentence == "its stdout is not JSON-RPC"


@pytest.mark.parametrize(
    ("action", "object_", "sentence"),
    [
        ("use", "/x", "does not let it have /x"),
        ("listen", ":80", "does not let it listen on :80"),
        ("resolve", "", "does not let it use the network"),
        ("use", "", "does not let it do something that it does not name"),
    ],
)
def test_what_the_sandbox_refused_is_said_in_words(action: str, object_: str, sentence: str) -> None:
    denied = Denied(action=action, object=object_, reason="r", remedy="m")
    assert sentence in cause_of(replace(ENDED, denied=(denied,)), SCENE).sentence


@pytest.mark.parametrize(
    ("command", "elsewhere", "remedy"),
    [
        ("npx", "", "apt install npm"),
        ("uvx", "", "pipx install uv"),
        ("python", "", "python3"),
        ("acme-server", "", "Install it"),
        ("npx", "/opt/node/bin/npx", "It is at /opt/node/bin/npx"),
        ("npx -y server", "", "Leave `npx` in `command`"),
        ("bin/server", "", "looked for in /srv/files"),
        ("/opt/server", "", "Correct the path"),
    ],
)
def test_a_command_that_is_missing_is_looked_after(command: str, elsewhere: str, remedy: str) -> None:
    found = better(CommandNotFound(command=command, path="/bin"), SCENE, elsewhere=elsewhere)
    assert remedy in found.remedy


def test_what_lacks_the_execute_bit_is_to_get_it() -> None:
    problem = CommandNotExecutable(
        command="/srv/server", reason="it may not be executed by this user (no execute bit, …)"
    )
    assert better(problem, SCENE).remedy == "`chmod +x /srv/server`."


def test_a_credential_is_for_the_unit_and_by_hand_for_a_folder() -> None:
    problem = Unresolved(place="mcp.json", reference="${cred:TOKEN}", reason="no credentials")
    assert "LoadCredential=TOKEN:" in better(problem, SCENE, is_service=True).remedy
    assert "by hand" not in better(problem, SCENE, is_service=True).remedy
    assert "CREDENTIALS_DIRECTORY" in better(problem, SCENE).remedy


def test_any_other_problem_speaks_for_itself() -> None:
    problem = CwdMissing(cwd="/gone")
    found = better(problem, SCENE)
    assert (found.sentence, found.remedy) == (problem.text, problem.remedy)


@pytest.mark.parametrize(
    ("script", "is_sandboxed", "remedy"),
    [("/x.py", False, "Correct its path"), ("x.py", True, "in a folder of its own"), ("x.py", False, "set `cwd`")],
)
def test_a_script_that_is_missing_is_to_be_named_whole(script: str, is_sandboxed: bool, remedy: str) -> None:
    found = script_missing(script, "/srv", SCENE, is_sandboxed=is_sandboxed)
    assert "looked for in /srv" in found.sentence
    assert remedy in found.remedy
