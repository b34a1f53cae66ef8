"""Plugins that do what no scanner should: each ends with all that it has started, and none is taken for all-clear."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trio
from real.scan.conftest import ODD, Open, processes_with

from supervisor.scan.plugins.manifests import Plugin
from supervisor.scan.words import ScannerReport

pytestmark = pytest.mark.real

Odd = Callable[..., Plugin]


@pytest.fixture
def listener() -> Iterator[int]:
    """The port of something that can be reached where there is a network."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        yield found.getsockname()[1]


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """No process of an odd scanner outlives its test."""
    yield
    assert processes_with(ODD.name) == []


async def test_what_a_plugin_can_do(bench: Open, odd: Odd, listener: int, tmp_path: Path) -> None:
    secret = tmp_path / "home" / "secret"
    async with bench(A_SECRET="s3cret") as plugins:
        secret.write_text("s3cret")
        ran = await plugins.run(odd("surroundings", str(listener), str(secret)))
        (one,) = ran.findings
        given = json.loads(one.message) if one.message.endswith("}") else {}
        assert given, ran.report
        assert given["source"] == "done"
        assert given["write_source"] != "done"
        assert given["write_beside"] != "done"
        assert given["network"] != "done"
        assert given["secret"] != "done"
        assert given["home"] == []
        assert given["report"] == []
        assert "A_SECRET" not in given["variables"]
        assert given["tools"] == 1
        assert not (plugins.source / "written").exists()


async def test_a_network_and_a_key_are_given_where_they_are_declared(
    bench: Open, odd: Odd, listener: int, tmp_path: Path
) -> None:
    async with bench(ODD_KEY="k3y-of-some-length", OTHER="x") as plugins:
        plugin = odd("surroundings", str(listener), str(tmp_path), needs_network=True, needs_key=("ODD_KEY",))
        (one,) = (await plugins.run(plugin)).findings
        given = json.loads(one.message)
        assert given["network"] == "done"
        assert "ODD_KEY" in given["variables"]
        assert "OTHER" not in given["variables"]


@pytest.mark.parametrize(
    ("fields", "inputs", "reason"),
    [
        ({"needs_network": True}, {"has_network": False}, "needs_network"),
        ({"needs_key": ("ODD_KEY",)}, {}, "needs_key"),
        ({"enabled": False}, {}, "disabled"),
        ({}, {"source": "", "why_no_source": "it is in an image"}, "unsupported_input"),
        ({"inputs": ("image",)}, {}, "unsupported_input"),
        ({"inputs": ("tools.json",)}, {"tools": ()}, "unsupported_input"),
    ],
)
async def test_what_cannot_be_run_is_skipped(
    fields: dict[str, Any], inputs: dict[str, Any], reason: str, bench: Open, odd: Odd
) -> None:
    async with bench() as plugins:
        report = (await plugins.run(odd("empty", **fields), **inputs)).report
        assert (report.state, report.reason) == ("skipped", reason)


@pytest.mark.parametrize("how", ["hang", "hang_after_report", "flood"])
async def test_one_that_does_not_end_is_ended_and_has_timed_out(how: str, bench: Open, odd: Odd) -> None:
    """Not even what it wrote before counts: nobody knows what it would have found."""
    async with bench() as plugins:
        fields = {"output": "bandit", "output_from": "stdout"} if how == "flood" else {}
        ran = await plugins.run(odd(how, timeout_s=1.0, **fields))
        assert (ran.report.state, ran.findings) == ("timed_out", ())
        assert ran.report.detail == "it did not end within 1 s"
        assert processes_with(ODD.name) == []
        assert plugins.left == []


async def test_what_it_leaves_running_is_ended_with_it(bench: Open, odd: Odd) -> None:
    async with bench() as plugins:
        ran = await plugins.run(odd("fork"))
        assert (ran.report.state, len(ran.findings)) == ("ok", 1)
        assert processes_with(ODD.name) == []


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("garbage", "no SARIF"),
        ("silent", "wrote no report"),
        ("huge", "1073741824 bytes"),
        ("told", "it says itself that it failed"),
        ("killed", "it ended with"),  # signal 9, or 137 of the namespace's first process
        ("1", "exit status 1"),
        ("200", "exit status 200"),
    ],
)
async def test_what_went_wrong_has_failed_whatever_its_exit_code(how: str, said: str, bench: Open, odd: Odd) -> None:
    async with bench() as plugins:
        report = (await plugins.run(odd(how))).report
        assert report.state == "failed"
        assert said in report.detail


async def test_a_report_that_leads_elsewhere_is_not_read(bench: Open, odd: Odd, tmp_path: Path) -> None:
    target = tmp_path / "other.sarif"
    target.write_text('{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": []}]}')
    async with bench() as plugins:
        report = (await plugins.run(odd("link", str(target)))).report
        assert report.state == "failed"
        assert "cannot be opened" in report.detail


async def test_an_exit_code_that_is_declared_means_success(bench: Open, odd: Odd) -> None:
    async with bench() as plugins:
        ran = await plugins.run(odd("200", success_exit_codes=(0, 200)))
        assert (ran.report.state, len(ran.findings)) == ("ok", 1)


async def test_garbage_on_stdout_is_no_report_and_too_much_of_it_neither(bench: Open, odd: Odd) -> None:
    async with bench() as plugins:
        report = (await plugins.run(odd("flood_and_end", output="bandit", output_from="stdout"))).report
        assert report.state == "failed"
        assert "more than 20 MiB" in report.detail
        assert (await plugins.run(odd("flood_and_end"))).report.detail == "it wrote no report"


async def test_places_outside_of_the_source_are_refused(bench: Open, odd: Odd) -> None:
    async with bench() as plugins:
        ran = await plugins.run(odd("climb"))
        assert [one.place for one in ran.findings] == ["", "server.py:1", ""]
        assert ran.report.detail == "2 places outside of what it was given were refused"


async def test_what_a_terminal_would_obey_is_taken_away(bench: Open, odd: Odd) -> None:
    async with bench() as plugins:
        (one,) = (await plugins.run(odd("ansi"))).findings
        assert one.message == "wiped"


async def test_cancelling_it_really_ends_it(bench: Open, odd: Odd) -> None:
    async with bench() as plugins:
        reports: list[ScannerReport] = []

        async def run(plugin: Plugin) -> None:
            reports.append((await plugins.run(plugin)).report)

        (listening,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
        port = listening.socket.getsockname()[1]
        async with listening, trio.open_nursery() as nursery:
            nursery.start_soon(run, odd("call", str(port), needs_network=True))
            with trio.fail_after(30):
                call = await listening.accept()
            assert len(processes_with(ODD.name)) > 0
            nursery.cancel_scope.cancel()
        assert reports == []
        async with call:
            with trio.fail_after(5):
                assert await call.receive_some() == b""  # who held it is gone
        assert processes_with(ODD.name) == []
        assert plugins.left == []


async def test_two_at_once_do_not_meet(bench: Open, odd: Odd) -> None:
    async with bench() as plugins:
        found: list[str] = []

        async def run(how: str) -> None:
            ran = await plugins.run(odd(how, id=f"odd-{how}", timeout_s=20.0))
            found.append(f"{how}: {ran.report.state}, {len(ran.findings)}")

        async with trio.open_nursery() as nursery:
            for how in ("empty", "climb", "garbage", "fork"):
                nursery.start_soon(run, how)
        assert sorted(found) == ["climb: ok, 3", "empty: ok, 0", "fork: ok, 1", "garbage: failed, 0"]


async def test_a_broken_guard_would_be_seen(bench: Open, odd: Odd, listener: int, tmp_path: Path) -> None:
    """The same questions, asked where nothing is refused: else the answers above would prove nothing."""
    source = tmp_path / "open"
    source.mkdir()
    (source / "server.py").write_text("")
    (source / "tools.json").write_text('{"tools": []}')
    (tmp_path / "home").mkdir(exist_ok=True)
    results = tmp_path / "results.sarif"
    words: list[str | Path] = ["surroundings", source, results, str(listener), str(source / "server.py")]
    environment = {"HOME": str(tmp_path / "home"), "A_SECRET": "x"}
    subprocess.run([sys.executable, ODD, *words], env=environment, check=True)
    message = json.loads(results.read_text())["runs"][0]["results"][0]["message"]["text"]
    given = json.loads(message)
    assert [given[key] for key in ("write_source", "write_beside", "network", "secret")] == ["done"] * 4
    assert "A_SECRET" in given["variables"]
