"""What check and explain say, and what they keep to themselves."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from config.worlds import EVERYTHING, World, one, resolved

from supervisor.config.report import Rendered, check, check_lines, explain, explain_lines, refusal
from supervisor.config.specs import Facts
from supervisor.errors import ContainerDoubtful, GrantRefused, ImageWithoutDigest, ShapeUnknown

FINE = {"command": "npx", "isolation": {"mode": "none"}}
BROKEN: dict[str, Any] = {"command": ""}
DEGRADED = {"command": "npx", "isolation": {"mode": "sandbox", "sandbox": {"best_effort": True}}}
UNSAID = {"command": "npx"}
OFF = {"enabled": False}
LESS = Facts(landlock=False, modes=("sandbox", "none"))


def exit_code(*entries: dict[str, Any], strict: bool = False, **top: Any) -> int:
    servers = {f"s{position}": entry for position, entry in enumerate(entries)}
    return check(resolved({"mcpServers": servers, **top}, facts=LESS), strict=strict).exit_code


def test_the_exit_code_is_that_of_the_worst() -> None:
    assert exit_code() == 0
    assert exit_code(FINE) == 0
    assert exit_code(FINE, UNSAID) == 1
    assert exit_code(FINE, UNSAID, DEGRADED) == 3
    assert exit_code(FINE, UNSAID, DEGRADED, BROKEN) == 2
    assert exit_code(FINE, isolation={"mod": 1}) == 2


def test_what_is_wrong_with_a_disabled_server_is_only_a_warning() -> None:
    assert exit_code({**BROKEN, **OFF}) == 1
    assert exit_code({**DEGRADED, **OFF}) == 0
    assert exit_code({"command": "x", "isolation": {"mode": "docker"}, **OFF}) == 1


def test_keys_of_other_programs_are_refused_only_when_strict() -> None:
    assert exit_code(FINE, theirs=1) == 0
    assert exit_code(FINE, theirs=1, strict=True) == 2
    assert exit_code(FINE, strict=True) == 0


def test_strict_names_each_key_that_it_refuses() -> None:
    config = resolved({"mcpServers": {"a": {**FINE, "created": "x"}}, "theirs": 1})
    assert check(config).remarks == ()
    assert [(remark.severity, remark.server, remark.text) for remark in check(config, strict=True).remarks] == [
        ("error", "", "theirs: 'theirs' has no effect here: it is another program's"),
        ("error", "a", "mcpServers.a.created: 'created' has no effect here: it is another program's"),
    ]


def test_the_table_shows_every_server_in_file_order_with_mode_and_reason() -> None:
    servers = {
        "far": {"url": "https://x/mcp"},
        "box": {"command": "npx", "isolation": {"mode": "docker"}},
        "sand": {"command": "npx", "isolation": {"mode": "sandbox"}},
        "own": {"command": "podman"},
        "off": {"command": "npx", "disabled": True},
        "bad": {"args": []},
        "bad-off": {"args": [], "disabled": True},
        "less": DEGRADED,
    }
    facts = msgspec.structs.replace(EVERYTHING, landlock=False, landlock_reason="too old")
    report = check(resolved({"mcpServers": servers, "docker_isolation": {"enabled": False}}, facts=facts))
    assert [(row.server, row.state, row.mode, row.runs) for row in report.servers] == [
        ("far", "remote", "-", "https://x/mcp"),
        ("box", "ok", "docker", "docker.io/library/node:20"),
        ("sand", "invalid", "sandbox", "ruleset"),
        ("own", "ok", "none", "own container"),
        ("off", "disabled", "none", "unconfined"),
        ("bad", "invalid", "-", "-"),
        ("bad-off", "disabled", "-", "-"),
        ("less", "degraded", "sandbox", "ruleset"),
    ]
    assert report.servers[4].why == "docker_isolation.enabled = false"
    assert msgspec.json.encode(report)


def test_objections_of_other_subjects_count_as_errors() -> None:
    config = resolved({"mcpServers": {"a": FINE, "b": {**FINE, **OFF}}})
    objection = GrantRefused(path="/")
    report = check(config, more={"a": [objection], "b": [objection]})
    assert [(remark.severity, remark.server, remark.code) for remark in report.remarks] == [
        ("error", "a", "sandbox.grant_refused"),
        ("warning", "b", "sandbox.grant_refused"),
    ]
    assert [row.state for row in report.servers] == ["invalid", "disabled"]


def test_notes_change_neither_the_exit_code_nor_the_state() -> None:
    config = resolved({"mcpServers": {"a": FINE}})
    report = check(config, more={"a": [ImageWithoutDigest(place="here", image="i", mend="Do.")]})
    assert (report.exit_code, report.servers[0].state, report.remarks[0].severity) == (0, "ok", "note")
    assert check_lines(report)[-1] == "1 servers, 0 errors, 0 degraded, 0 warnings, 1 notes"


def test_objections_tell_the_place_of_their_server_and_no_secret() -> None:
    config = resolved({"mcpServers": {"one": {"command": "x", **ENTRY}}}, world=SECRET)
    objections = [GrantRefused(path="/s3cr3t-value"), ContainerDoubtful(place="here", reason="r", mend="s3cr3t-value")]
    placed, own = check(config, more={"one": objections}).remarks[:2]
    assert placed.text.startswith("mcpServers.one: ")
    assert own.text == "here: r"
    assert "s3cr3t-value" not in f"{placed} {own}"


def test_a_mistake_in_a_global_block_is_told_once() -> None:
    report = check(resolved({"mcpServers": {"a": FINE, "b": FINE}, "isolation": {"mod": 1}}))
    assert [remark.server for remark in report.remarks] == [""]
    assert [row.state for row in report.servers] == ["invalid", "invalid"]


def test_the_lines_of_check_name_the_problem_its_code_and_its_remedy() -> None:
    servers = {"a": UNSAID, "b": {**DEGRADED, "created": "x"}, "c": BROKEN}
    lines = check_lines(check(resolved({"mcpServers": servers}, facts=LESS)))
    assert lines[0].split() == ["server", "state", "mode", "runs", "why"]
    assert lines[1].split() == ["a", "ok", "none", "unconfined", "nothing", "was", "said"]
    assert "error: c: mcpServers.c: the server has neither `command` nor `url` [config.command_missing]" in lines
    assert "    Add `command` (a stdio server) or `url` (a remote one)." in lines
    assert "degraded: b: level S1, not a file sandbox: Landlock is missing [server.degraded]" in lines
    assert any(line.startswith("warning: a: ") for line in lines)
    assert lines[-3:] == [
        "keys of other programs, without effect here:",
        "    mcpServers.b.created",
        "3 servers, 1 errors, 1 degraded, 1 warnings",
    ]


def test_a_file_that_cannot_be_used_has_a_report_too() -> None:
    report = refusal("x.json", ShapeUnknown(place="x.json"))
    assert report.exit_code == 2
    assert check_lines(report)[0].startswith("error: x.json: no `mcpServers`")
    assert check_lines(report)[-1] == "0 servers, 1 errors, 0 degraded, 0 warnings"


SECRET = World(variables={"TOKEN": "s3cr3t-value"})
ENTRY = {
    "args": ["--key", "${TOKEN}", "two words", "https://me:passw0rd@h/"],
    "env": {"A_TOKEN": "${TOKEN}"},
    "cwd": "/srv/${TOKEN}",
    "isolation": {"mode": "none"},
    "stockade": {"depends_on": [], "lazy": True},
}


def test_explain_shows_what_would_run_and_no_secret() -> None:
    spec = one(ENTRY, world=SECRET)
    explanation = explain(
        spec,
        argv=["/bin/run", *spec.args],
        environment=["PATH", "A_TOKEN"],
        confinement=Rendered(lines=["read s3cr3t-value", "write /x"]),
    )
    assert explanation.argv == ("/bin/run", "--key", "***", "two words", "https://me:***@h/")
    assert (explanation.cwd, explanation.environment) == ("/srv/***", ("A_TOKEN", "PATH"))
    assert explanation.confinement == ("read ***", "write /x")
    lines = explain_lines(explanation)
    for text in ("\n".join(lines), msgspec.json.encode(explanation).decode()):
        assert "s3cr3t-value" not in text
        assert "passw0rd" not in text
    assert "argv               /bin/run --key '***' 'two words' 'https://me:***@h/'" in lines
    assert "mode               none, because mcpServers.one.isolation.mode = none" in lines
    assert "lazy               true" in lines
    assert "depends_on         -" in lines
    assert "grace              stdin_s 2, term_s 5" in lines
    assert lines[-3:] == ["confinement", "    read ***", "    write /x"]


def test_explain_breaks_a_long_command_for_people_and_masks_what_is_known_of_the_container() -> None:
    spec = one({**ENTRY, "isolation": {"mode": "docker", "working_dir": "/srv"}}, world=SECRET)
    known = {"said": ["s3cr3t-value"], "s3cr3t-value": {"is_there": True, "id": None}}
    rendered = Rendered(parts=(("docker", "run"), ("-e", "s3cr3t-value"), ("img",)), container=known)
    explanation = explain(spec, argv=["docker"], environment=[], confinement=rendered)
    assert explanation.container == {"said": ["***"], "***": {"is_there": True, "id": None}}
    lines = explain_lines(explanation)
    at = lines.index("argv               docker run")
    assert lines[at + 1 : at + 3] == [f"{'':<23}-e '***'", f"{'':<23}img"]
    assert "cwd                /srv" in lines


def test_explain_says_when_a_server_is_disabled_or_degraded() -> None:
    entry = {**DEGRADED, "enabled": False, "stockade": {"depends_on": ["one"]}}
    config = resolved({"mcpServers": {"two": entry, "one": FINE}}, facts=LESS)
    lines = explain_lines(explain(config.servers[0], argv=["npx"], environment=[]))
    assert "server             two (mcpServers.two), disabled" in lines
    assert "degraded           level S1, not a file sandbox: Landlock is missing" in lines
    assert "cwd                the default of the mode" in lines
    assert "depends_on         one (ready)" in lines
    assert "environment" in lines


@pytest.mark.parametrize("place", ["check", "unused"])
def test_check_never_shows_a_value(place: str) -> None:
    entry = {**ENTRY, "headers": {"Authorization": "Bearer s3cr3t-value"}, "isolation": {"mode": "docker"}}
    report = check(resolved({"mcpServers": {"one": {"command": "x", **entry}}, "key": "s3cr3t-value"}, world=SECRET))
    assert "s3cr3t-value" not in "\n".join(check_lines(report)) + msgspec.json.encode(report).decode()
