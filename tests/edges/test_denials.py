"""`explain NAME --denied`: what was refused and what would be, for people and for programs; nothing is started."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from supervisor.edges import cli
from supervisor.sandbox import refusals
from supervisor.sandbox.refusals import Refusal

pytestmark = pytest.mark.real
SECRET = "sesame-open-sesame"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file that nothing grants."""
    path = tmp_path / "kept" / "a.txt"
    path.parent.mkdir()
    path.touch()
    return path


class Place:
    """A config and a state directory, and the verb that works with both."""

    def __init__(self, state_dir: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.config = state_dir / "mcp.json"
        self.state = state_dir / "state"
        self._capfd = capfd

    def write(self, entry: dict[str, Any], **sandbox: Any) -> None:
        """A server `a` in mode sandbox."""
        server = {
            "command": "/bin/sh",
            "isolation": {"mode": "sandbox", "sandbox": {"level": "S2", **sandbox}},
            **entry,
        }
        self.config.write_text(json.dumps({"mcpServers": {"a": server}}))

    def keep(self, path: object, **changes: Any) -> None:
        """Something that was refused before."""
        facts: dict[str, Any] = {
            "at": "2026-01-01T00:00:00+00:00", "level": "S2", "code": "EACCES", "action": "use", "object": str(path),
            "rule": "not_granted", "reason": "nothing grants it", "advice": "To allow it, say so.", "line": "",
            "option": "", "said": f"cat: {path}: Permission denied",
        }  # fmt: skip
        self.state.mkdir(mode=0o700, exist_ok=True)
        refusals.keep(str(self.state), "a", [Refusal(**{**facts, **changes})])

    def explain(self, *words: str, code: int = 0) -> str:
        given = ["explain", "a", "--state-dir", str(self.state), "--config", str(self.config), "--denied", *words]
        assert cli.run(given) == code
        captured = self._capfd.readouterr()
        return captured.out + captured.err

    def answer(self, *words: str) -> Any:
        """The same for programs."""
        given = [
            "explain",
            "a",
            "--json",
            "--state-dir",
            str(self.state),
            "--config",
            str(self.config),
            "--denied",
            *words,
        ]
        assert cli.run(given) == 0
        return json.loads(self._capfd.readouterr().out)


@pytest.fixture
def place(state_dir: Path, capfd: pytest.CaptureFixture[str]) -> Place:
    return Place(state_dir, capfd)


def test_given_paths_are_judged_for_reading_and_for_writing(place: Place, secret: Path) -> None:
    place.write({}, read_only=[str(secret.parent)])
    answer = place.answer(str(secret), "/etc/shadow")
    found = [(one["object"], one["action"], one["allowed"], one["rule"]) for one in answer["judged"]]
    assert found == [
        (str(secret), "read", True, ""),
        (str(secret), "write", False, "read_only"),
        ("/etc/shadow", "read", False, "denied"),
        ("/etc/shadow", "write", False, "denied"),
    ]
    assert answer["judged"][1]["line"] == f'"isolation": {{"sandbox": {{"read_write": ["{secret}"]}}}}'
    assert answer["place"].startswith(f"{place.config}:1:")
    told = place.explain(str(secret))
    assert "read    allowed" in told
    assert "write   refused: it is granted for reading only. To allow it, write " in told
    assert "mcpServers.a" in told
    assert not place.state.exists(), "to explain changes nothing"


def test_a_relative_path_is_the_callers(place: Place, secret: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(secret.parent)
    place.write({})
    assert place.answer("a.txt")["judged"][0]["object"] == str(secret)


def test_a_path_that_is_not_there_is_said_to_be_so(place: Place) -> None:
    place.write({})
    assert place.explain("/nowhere/at/all").count("nothing is there") == 2


def test_what_was_refused_is_told_with_how_it_stands_now(place: Place, secret: Path) -> None:
    place.write({})
    place.keep(secret)
    told = place.explain()
    assert f"2026-01-01T00:00:00+00:00  use {secret}" in told
    assert f"said    cat: {secret}: Permission denied" in told
    assert "then    refused: nothing grants it. To allow it, say so." in told
    assert "now     refused: nothing grants it. To allow it, write" in told
    place.write({}, read_only=[str(secret)])
    assert "now     allowed" in place.explain()
    (one,) = place.answer()["denied"]
    assert (one["then"]["allowed"], one["now"]["allowed"]) == (False, True)


def test_a_refusal_of_the_network_is_judged_anew_too(place: Place) -> None:
    place.write({}, network="allow")
    place.keep("1.1.1.1:443", action="connect", rule="network", reason="its network is `none`")
    assert "now     allowed" in place.explain()


def test_a_server_to_which_nothing_was_refused(place: Place) -> None:
    place.write({})
    assert "nothing was refused to it, as far as it said" in place.explain()
    assert place.answer()["denied"] == []


def test_what_stockade_run_kept_needs_no_config(
    place: Place, secret: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    place.keep(secret)
    assert cli.run(["explain", "a", "--state-dir", str(place.state), "--denied"]) == 0
    assert str(secret) in capfd.readouterr().out
    assert cli.run(["explain", "b", "--state-dir", str(place.state), "--denied"]) == 2
    assert "config." in capfd.readouterr().err


def test_a_command_that_has_gone_leaves_what_was(place: Place, secret: Path) -> None:
    place.write({"command": "no-such-program-here"})
    place.keep(secret)
    told = place.explain()
    assert str(secret) in told
    assert "now " not in told
    assert "process.command_not_found" in place.explain(str(secret), code=127)


def test_an_unknown_server_is_said_to_be_one(place: Place, secret: Path) -> None:
    place.write({})
    place.config.write_text(place.config.read_text().replace('"a":', '"ab":'))
    place.keep(secret)
    assert "server.unknown" in place.explain(code=2)
    assert "server.unknown" in place.explain(str(secret), code=2)


def test_a_server_that_is_not_confined_is_refused_nothing(place: Place, secret: Path) -> None:
    place.write({"isolation": {"mode": "none"}})
    assert "runs in mode none: no sandbox refuses it anything" in place.explain(str(secret))
    assert "runs in mode none: no sandbox refuses it anything" in place.explain()


def test_secrets_and_control_characters_are_shown_to_nobody(place: Place) -> None:
    place.write({"env": {"API_KEY": SECRET}})
    place.keep("/x", said=f"\x1b[31m{SECRET}: Permission denied")
    for told in (place.explain(), json.dumps(place.answer())):
        assert SECRET not in told
        assert "\x1b" not in told
