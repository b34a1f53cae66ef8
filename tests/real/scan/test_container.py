"""Plugins that are run in a container, by the contract of /scan, on a real engine."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
import trio
from msgspec.structs import replace
from real.docker import leftovers
from real.docker.engines import Cli, running_engine
from real.scan.conftest import Bench, Open

from supervisor.scan.plugins.manifests import Plugin
from supervisor.scan.words import ScannerReport

pytestmark = pytest.mark.real

IMAGE = "stockade-test/scanner:1"
"""scripts/testenv/scanner.py, which keeps the contract unless it is told not to."""
BOXED = Plugin(id="boxed", inputs=("source", "tools.json"), image=IMAGE, install="make the test images")
SLOW_S = 60.0
"""Seconds for what takes one, on a machine that runs many other tests."""
Box = Callable[..., AbstractAsyncContextManager[Bench]]


@pytest.fixture
def box(bench: Open, docker_host: str) -> Box:
    """A bench whose environment names the engine that all tests share; no container is left on it."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Bench]:
        with leftovers.none_left(Cli(docker_host)):
            async with bench(PATH=os.environ["PATH"], DOCKER_HOST=docker_host) as plugins:
                yield plugins

    return opened


def told(how: str, **fields: Any) -> Plugin:
    return replace(BOXED, **{"image_command": ("stockade-test-scanner", how), "timeout_s": SLOW_S, **fields})


async def test_it_finds_what_is_planted_and_gets_what_the_contract_says(box: Box, docker_host: str) -> None:
    cli = Cli(docker_host)
    async with box() as plugins:
        ran = await plugins.run(replace(BOXED, timeout_s=SLOW_S), mode="docker")
        assert ran.report.state == "ok", ran.report.detail
        found = {one.rule: one for one in ran.findings}
        assert {rule: one.place for rule, one in found.items() if rule != "given"} == {
            "executed-text": "server.py:16",
            "ssh-key": "server.py:14",
        }
        given = json.loads(found["given"].message)
        assert given["tools"] == ["add"]
        assert (given["writesSource"], given["interfaces"]) == (False, ["lo"])
        assert (int(given["capabilities"], 16), given["noNewPrivileges"]) == (0, "1")
        assert plugins.left == []
        assert cli.lines("ps", "-aq", "--filter", "label=stockade.server=weather/scan.boxed") == []


async def test_its_limits_are_those_of_the_manifest(box: Box, docker_host: str) -> None:
    cli = Cli(docker_host)
    async with box() as plugins, trio.open_nursery() as nursery:
        nursery.start_soon(plugins_run, plugins, told("hang"))
        (container,) = await running(cli)
        (inspected,) = json.loads(cli("inspect", container))
        host = inspected["HostConfig"]
        assert (host["Memory"], host["PidsLimit"], host["NetworkMode"]) == (512 * 2**20, 256, "none")
        assert host["ReadonlyRootfs"] is True
        modes = {mount["Destination"]: mount["RW"] for mount in inspected["Mounts"]}
        assert modes == {"/scan/source": False, "/scan/rules": False, "/scan/report": True}
        nursery.cancel_scope.cancel()
    assert cli.lines("ps", "-aq", "--no-trunc", "--filter", f"id={container}") == []


async def test_one_that_does_not_end_is_killed_by_its_id_and_has_timed_out(box: Box) -> None:
    async with box() as plugins:
        ran = await plugins.run(told("hang", timeout_s=3.0), mode="docker")
        assert (ran.report.state, ran.findings) == ("timed_out", ())


@pytest.mark.parametrize(
    ("how", "fields", "state", "said"),
    [
        ("fork", {}, "ok", ""),
        ("garbage", {}, "failed", "no SARIF"),
        ("failed", {}, "failed", "exit status 1"),
        ("successful200", {}, "failed", "exit status 200"),
        ("successful200", {"success_exit_codes": (200,)}, "ok", ""),
    ],
)
async def test_what_comes_of_it(how: str, fields: dict[str, Any], state: str, said: str, box: Box) -> None:
    async with box() as plugins:
        report = (await plugins.run(told(how, **fields), mode="docker")).report
        assert report.state == state
        assert said in report.detail


async def test_a_program_that_is_not_in_the_image_has_failed(box: Box) -> None:
    async with box() as plugins:
        report = (await plugins.run(replace(BOXED, image_command=("no-such-program",)), mode="docker")).report
        assert report.state == "failed"
        assert "no-such-program" in report.detail


async def test_an_image_that_is_missing_is_not_fetched_and_the_line_that_does_is_told(box: Box) -> None:
    async with box() as plugins:
        missing = replace(BOXED, image="stockade-test/none:1", install="")
        report = (await plugins.run(missing, mode="docker")).report
        assert (report.state, report.reason) == ("skipped", "not_installed")
        assert "docker pull stockade-test/none:1" in report.detail


async def test_a_native_command_comes_first_and_the_container_where_it_is_not_there(box: Box) -> None:
    async with box() as plugins:
        both = replace(BOXED, command=("no-such-scanner",), timeout_s=SLOW_S)
        assert (await plugins.run(both, mode="docker")).report.state == "ok"
        report = (await plugins.run(both, mode="sandbox")).report
        assert (report.state, report.reason) == ("skipped", "not_installed")


async def test_without_an_engine_it_is_skipped_with_the_engine_s_own_reason(bench: Open) -> None:
    async with bench(PATH=os.environ["PATH"], DOCKER_HOST="unix:///nowhere/docker.sock") as plugins:
        report = (await plugins.run(BOXED, mode="docker")).report
        assert (report.state, report.reason) == ("skipped", "docker_unusable")
        assert "/nowhere/docker.sock" in report.detail


async def test_one_whose_engine_goes_away_has_failed(bench: Open) -> None:
    if os.geteuid() != 0:
        pytest.skip("an engine of the test's own needs root")
    with running_engine("scanner") as private:
        async with bench(PATH=os.environ["PATH"], DOCKER_HOST=private.host) as plugins:
            reports: list[ScannerReport] = []

            async def run() -> None:
                reports.append(await plugins_run(plugins, told("hang")))

            async with trio.open_nursery() as nursery:
                nursery.start_soon(run)
                await running(private.docker)
                await trio.to_thread.run_sync(private.stop)
        (report,) = reports
        assert report.state == "failed"
        assert report.detail


async def plugins_run(plugins: Bench, plugin: Plugin) -> ScannerReport:
    return (await plugins.run(plugin, mode="docker")).report


async def running(cli: Cli) -> list[str]:
    """The plugin's container, once it runs."""
    with trio.fail_after(SLOW_S):
        while not (found := await trio.to_thread.run_sync(_running, cli)):
            await trio.sleep(0.05)  # between two questions to the engine
    return found


def _running(cli: Cli) -> list[str]:
    return cli.lines("ps", "-q", "--no-trunc", "--filter", "label=stockade.server=weather/scan.boxed")
