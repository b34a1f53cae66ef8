"""A second scan of an unchanged source runs no scanner again; one of a changed source, or a fresh one, does."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from real.scan.conftest import PLANTED
from real.scan.test_verbs import SERVER, config, stockade

pytestmark = pytest.mark.real

DOCUMENT = (
    '{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "once"}}, "results": '
    '[{"ruleId": "r", "level": "warning", "message": {"text": "%s"}}]}]}'
)
ONCE = {
    "command": [
        "/bin/sh",
        "-c",
        'read -r once </proc/sys/kernel/random/uuid; printf "$0" "$once" >"$1"',
        DOCUMENT,
        "{results}",
    ]
}
"""A plugin that finds something else each time that it is run."""


class Scans:
    """Scans of one server, each by a stockade of its own."""

    def __init__(self, folder: Path, *plugins: str, path: str | None = None, **declared: Any) -> None:
        self._folder = folder
        self._path = {"path": path} if path is not None else {}
        self.server = folder / "source" / "server.py"
        self.server.parent.mkdir()
        self.server.write_text(SERVER.read_text())
        (folder / "source" / "planted.py").write_text(PLANTED)
        self._config = config(folder, self.server, *plugins, declared=declared)

    def scan(self, *words: str) -> dict[str, Any]:
        """The report of one."""
        words = ("scan", "sandbox", "--json", "--config", str(self._config), *words)
        told = stockade(*words, "--state-dir", self._folder / "s", **self._path)
        (scan,) = json.loads(told.stdout)["scans"]
        report: dict[str, Any] = scan["report"]
        return report

    def found(self, *words: str) -> str:
        """What the plugin said that says something else each time."""
        (finding,) = self.scan(*words)["findings"]
        message: str = finding["message"]
        return message


def remembered(report: dict[str, Any]) -> dict[str, bool]:
    return {one["scanner"]: bool(one["looked_at"]) for one in report["scanners"]}


def test_an_unchanged_source_is_not_looked_at_again(state_dir: Path) -> None:
    scans = Scans(state_dir, "once", once={**ONCE, "inputs": ["source"]})
    first = scans.found()
    assert (scans.found(), scans.found()) == (first, first)
    fresh = scans.found("--fresh")
    assert fresh != first
    assert scans.found() == fresh, "what a fresh look found is what is remembered"
    with (scans.server.parent / "planted.py").open("a") as file:
        file.write("# one more line\n")
    changed = scans.found()
    assert changed not in (first, fresh)
    assert scans.found() == changed


def test_a_run_without_a_memory_would_be_seen(state_dir: Path) -> None:
    """A plugin that asks the network is not remembered: it finds something else each time."""
    scans = Scans(state_dir, "once", once={**ONCE, "inputs": ["source"], "needs_network": True})
    assert scans.found() != scans.found()


def test_semgrep_and_bandit_look_once_at_the_same_source(state_dir: Path, path_of: Callable[..., str]) -> None:
    scans = Scans(
        state_dir, "semgrep", "bandit", path=path_of("semgrep", "bandit"),
    )  # fmt: skip
    first = scans.scan()
    assert remembered(first) == {"engine": False, "semgrep": False, "bandit": False}
    assert {one["state"] for one in first["scanners"]} == {"ok"}, first["scanners"]
    second = scans.scan()
    assert remembered(second) == {"engine": False, "semgrep": True, "bandit": True}
    assert second["findings"] == first["findings"] != []
    (scans.server.parent / "more.py").write_text("import base64\nexec(base64.b64decode(b'eA=='))\n")
    third = scans.scan()
    assert remembered(third) == {"engine": False, "semgrep": False, "bandit": False}
    places = {one["place"].partition(":")[0] for one in third["findings"]}
    assert places == {one["place"].partition(":")[0] for one in first["findings"]} | {"more.py"}
