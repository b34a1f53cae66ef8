"""How a config is judged that was named to doctor."""

from __future__ import annotations

from config.worlds import resolved

from supervisor.diagnostics.configuration import config
from supervisor.errors import FileUnreadable


def test_servers_are_counted_by_mode() -> None:
    servers = {
        "a": {"command": "x", "isolation": {"mode": "docker"}},
        "b": {"command": "x", "isolation": {"mode": "docker"}},
        "c": {"command": "x", "isolation": {"mode": "sandbox"}},
        "own": {"command": "docker", "args": ["run", "x"]},
        "off": {"command": "x", "enabled": False},
    }
    check = config(resolved({"mcpServers": servers}))
    assert check.verdict == "ok"
    assert check.facts["modes"] == {"docker": 2, "sandbox": 1, "own container": 1}
    assert "2 of mode docker, 1 of mode own container, 1 of mode sandbox" in check.evidence


def test_a_config_without_servers_is_none_that_runs() -> None:
    assert "none that is to run" in config(resolved({"mcpServers": {}})).evidence


def test_invalid_servers_are_worth_a_warning() -> None:
    check = config(resolved({"mcpServers": {"a": {"command": "x"}, "b": {"command": 7}}}))
    assert (check.verdict, check.facts["invalid"]) == ("warning", ["b"])
    assert "invalid: b" in check.evidence
    assert "stockade check" in check.remedy


def test_a_config_that_cannot_be_read_is_a_failure() -> None:
    problem = FileUnreadable(place="x.json", reason="No such file or directory")
    check = config(problem)
    assert (check.verdict, check.evidence, check.remedy) == ("failure", problem.text, problem.remedy)
    assert check.facts == {"code": problem.code}
