"""How a plugin is run, or the reason why not: by the scanned server's own mode, and never by a wrong advice."""

from __future__ import annotations

import re
from typing import Any

import pytest
from msgspec.structs import replace

from supervisor.config.schema import Mode
from supervisor.edges.cli import run
from supervisor.scan.plugins.manifests import BANDIT, SHIPPED, TRIVY, Plugin
from supervisor.scan.plugins.runtimes import WAYS_OUT, Docker, Native, Situation, choose, image_missing, unknown
from supervisor.scan.words import ScannerReport, SkipReason

BOTH = Plugin(id="both", inputs=("source",), command=("lint",), image="lint:1", install="pipx install lint")
BOXED = replace(TRIVY, needs_network=False)


def reason(plugin: Plugin, **situation: Any) -> SkipReason | None:
    """Why it is not run."""
    chosen = choose(plugin, Situation(**{"mode": "docker", **situation}))
    assert isinstance(chosen, ScannerReport), chosen
    assert (chosen.state, chosen.scanner) == ("skipped", plugin.id)
    return chosen.reason


@pytest.mark.parametrize("mode", ["docker", "sandbox", "none"])
def test_what_can_be_run_natively_is_in_any_mode(mode: Mode) -> None:
    chosen = choose(BANDIT, Situation(mode=mode))
    assert isinstance(chosen, Native)
    assert isinstance(chosen.otherwise, ScannerReport)
    assert chosen.otherwise.reason == "not_installed"
    assert "pipx install bandit" in chosen.otherwise.detail


def test_what_is_not_installed_is_run_in_a_container_where_the_mode_is_docker() -> None:
    assert choose(BOTH, Situation(mode="docker")) == Native(Docker())


@pytest.mark.parametrize("mode", ["sandbox", "none"])
def test_elsewhere_the_advice_is_to_install_it(mode: Mode) -> None:
    chosen = choose(BOTH, Situation(mode=mode))
    assert isinstance(chosen, Native)
    assert isinstance(chosen.otherwise, ScannerReport)
    assert (chosen.otherwise.reason, "pipx install lint" in chosen.otherwise.detail) == ("not_installed", True)


@pytest.mark.parametrize("mode", ["sandbox", "none"])
def test_without_docker_nothing_that_needs_it_is_run_and_the_reason_names_the_mode(mode: Mode) -> None:
    chosen = choose(BOXED, Situation(mode=mode))
    assert isinstance(chosen, ScannerReport)
    assert chosen.reason == "docker_unusable"
    assert f"mode is `{mode}`" in chosen.detail
    assert WAYS_OUT in chosen.detail
    assert "pull" not in chosen.detail


def test_the_command_that_the_reason_names_tells_the_ways_out(capsys: pytest.CaptureFixture[str]) -> None:
    words = WAYS_OUT.strip("`").split()
    assert words[0] == "stockade"
    assert run(words[1:]) == 0
    assert re.findall(r"^(\d)\. \*\*", capsys.readouterr().out, re.MULTILINE) == ["1", "2", "3", "4"]


def test_in_mode_docker_it_is_run_there() -> None:
    assert choose(BOXED, Situation(mode="docker")) == Docker()


def test_an_image_that_is_missing_comes_with_the_line_that_fetches_it() -> None:
    assert image_missing(replace(BOXED, install="")).detail.endswith(f"docker pull {BOXED.image}")


@pytest.mark.parametrize("missing", [{"source": "it is in an image"}, {"source": "x", "tools.json": "y"}])
def test_an_input_that_there_is_not_is_told_with_its_reason(missing: Any) -> None:
    assert reason(BANDIT, missing=missing) == "unsupported_input"


def test_an_input_that_is_not_needed_may_be_missing() -> None:
    assert isinstance(choose(BANDIT, Situation(mode="none", missing={"tools.json": "there are none"})), Native)


def test_a_key_has_to_be_there() -> None:
    keyed = replace(BANDIT, needs_key=("A_KEY", "B_KEY"))
    assert reason(keyed, keys=frozenset({"A_KEY"})) == "needs_key"
    assert isinstance(choose(keyed, Situation(mode="none", keys=frozenset({"A_KEY", "B_KEY"}))), Native)


def test_a_network_is_given_unless_the_config_says_none() -> None:
    assert reason(TRIVY, has_network=False) == "needs_network"
    assert choose(TRIVY, Situation(mode="docker")) == Docker()
    assert isinstance(choose(BANDIT, Situation(mode="docker", has_network=False)), Native)


def test_what_is_switched_off_or_is_nothing_is_not_run() -> None:
    assert reason(replace(BANDIT, enabled=False)) == "disabled"
    assert reason(Plugin(id="empty", inputs=("source",))) == "disabled"


def test_a_name_that_nobody_knows_is_told_with_those_there_are() -> None:
    report = unknown("semgrap", {plugin.id: plugin for plugin in SHIPPED})
    assert (report.state, report.reason) == ("skipped", "not_installed")
    assert "bandit" in report.detail
    assert "semgrep" in report.detail
