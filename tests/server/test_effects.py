"""The questioner of a server, with real small servers: what it finds out, within its clock, whatever they do."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import trio
from fakes.process import program
from servers.running import server_command

from supervisor.config.specs import Grace
from supervisor.errors import Problem
from supervisor.kernel.bus import Bus, envelope_decoder
from supervisor.process.spawn import spawn_plain
from supervisor.process.table import ProcessTable, open_processes
from supervisor.scan.words import Listing
from supervisor.server.effects import Prober
from supervisor.server.messages import Era, Heard, Listed, NotListed

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("no_leaks")]
MANY = Path(__file__).with_name("odd_server.py")


class Bench:
    """A process table with a questioner."""

    def __init__(self, table: ProcessTable) -> None:
        self.table = table
        self.held: set[str] = set()
        self.kept: list[tuple[str, Listing]] = []
        self._count = 0

    async def start(self, *argv: str) -> str:
        self._count += 1
        key = f"fs#x.{self._count}"
        grace = Grace(stdin_s=0.2, term_s=0.2)
        await self.table.start(key, self.table.prepare(program(*argv)), spawn_plain, grace=grace)
        return key

    def prober(self, *, limit_s: float = 30.0) -> Prober:
        return Prober(self.table, lambda: self.held, self.keep, version="1", limit_s=limit_s, max_message_bytes=2**20)

    def keep(self, server: str, listing: Listing) -> int:
        self.kept.append((server, listing))
        return len(self.kept)

    async def probe(self, *argv: str, era: Era | None = None, limit_s: float = 30.0) -> Listed | NotListed:
        key = await self.start(*argv)
        found = await self.prober(limit_s=limit_s).probe(key, era)
        assert found.instance == key
        return found

    async def ask(self, *flags: str, era: Era | None = None, limit_s: float = 30.0) -> Listed | NotListed:
        """Ask our own test server."""
        return await self.probe(*server_command(*flags), era=era, limit_s=limit_s)

    async def odd(self, *lines: object, era: Era | None = None, limit_s: float = 30.0) -> Listed | NotListed:
        """Ask a server that answers each line with the next of these, whatever was asked."""
        return await self.probe(sys.executable, "-S", str(MANY), *map(json.dumps, lines), era=era, limit_s=limit_s)


@pytest.fixture
async def bench(no_leaks: None) -> AsyncIterator[Bench]:
    with trio.fail_after(90):
        async with open_processes() as table:
            yield Bench(table)


def problem(found: Listed | NotListed) -> Problem:
    assert isinstance(found, NotListed)
    return found.problem


@pytest.mark.parametrize(
    ("flags", "era", "found"),
    [
        (["--era", "handshake"], None, "handshake"),
        (["--era", "stateless"], None, "stateless"),
        (["--era", "both"], None, "stateless"),
        (["--era", "both"], "handshake", "handshake"),
        (["--era", "stateless"], "handshake", "stateless"),
        (["--era", "handshake"], "stateless", "handshake"),
    ],
)
async def test_a_server_of_either_era_is_understood_whatever_was_known_of_it(
    bench: Bench, flags: list[str], era: Era | None, found: Era
) -> None:
    listed = await bench.ask(*flags, era=era)
    assert isinstance(listed, Listed)
    assert (listed.era, listed.name, listed.tools) == (found, "testserver", 4)


async def test_all_pages_of_tools_are_counted(bench: Bench) -> None:
    listed = await bench.ask("--tools", "50", "--page", "7")
    assert isinstance(listed, Listed)
    assert listed.tools == 54


async def test_what_was_listed_is_handed_over_and_the_message_names_its_edition(bench: Bench) -> None:
    listed = await bench.ask("--tools", "2")
    assert isinstance(listed, Listed)
    ((server, listing),) = bench.kept
    assert (server, len(listing.tools), listed.edition) == ("fs", 6, 1)
    assert json.loads(listing.tools[0])["name"]
    assert json.loads(listing.itself)["serverInfo"]["name"] == "testserver"


async def test_a_server_that_never_lists_what_it_declares_is_ready_without_it(bench: Bench) -> None:
    opening = {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}, "prompts": {}}}
    listed = await bench.odd(
        {"result": opening}, {"result": {"tools": [{"name": "a"}]}}, era="handshake", limit_s=2.0
    )  # fmt: skip
    assert isinstance(listed, Listed)
    ((_, listing),) = bench.kept
    assert listing.gaps == ("prompts/list: no answer in 2 s",)


async def test_a_server_that_did_not_come_so_far_has_listed_nothing(bench: Bench) -> None:
    await bench.ask("--die-on", "tools/list")
    assert bench.kept == []


async def test_a_banner_is_passed_over_and_quoted(bench: Bench) -> None:
    listed = await bench.ask("--banner", "3")
    assert isinstance(listed, Listed)
    assert (listed.garbage, listed.first_line) == (3, "Welcome, line 0")


@pytest.mark.parametrize(
    ("flags", "code", "wants_fresh"),
    [
        (["--exit", "3"], "server.exited_before_handshake", True),
        (["--die-on", "server/discover"], "server.exited_before_handshake", True),
        (["--die-on", "tools/list"], "server.exited_before_handshake", False),
        (["--close-stdout-on", "tools/list"], "server.exited_before_handshake", False),
        (["--endless"], "server.stdout_not_jsonrpc", False),
        (["--banner", "200"], "server.stdout_not_jsonrpc", False),
        (["--huge", "3000000"], "server.stdout_not_jsonrpc", False),
        (["--cursor-loop", "--tools", "9", "--page", "2"], "server.tools_endless", False),
        (["--lock-on-discover"], "server.handshake_refused", True),
    ],
)
async def test_what_is_wrong_with_a_server_has_a_code(
    bench: Bench, flags: list[str], code: str, wants_fresh: bool
) -> None:
    found = await bench.ask(*flags)
    assert isinstance(found, NotListed)
    assert (found.problem.code, found.wants_fresh) == (code, wants_fresh)


@pytest.mark.parametrize(
    ("flags", "status"),
    [(["--die-on", "tools/list"], "exit status 3"), (["--close-stdout-on", "tools/list"], "its stdout closed")],
)
async def test_the_end_of_its_stdout_is_told_with_how_it_ended_if_it_did(
    bench: Bench, flags: list[str], status: str
) -> None:
    assert status in problem(await bench.ask(*flags)).text


@pytest.mark.parametrize("flags", [["--silent"], ["--silent-on", "tools/list"], ["--silent-on", "initialize"]])
@pytest.mark.parametrize("era", [None, "handshake"])
async def test_silence_is_a_time_out_and_says_after_how_long(bench: Bench, flags: list[str], era: Era | None) -> None:
    assert problem(await bench.ask(*flags, era=era, limit_s=0.8)).text.endswith("within 0.8 s")


async def test_a_server_that_is_silent_on_the_newer_opening_gets_the_older_one_in_time(bench: Bench) -> None:
    listed = await bench.ask("--silent-on", "server/discover", limit_s=3.0)
    assert isinstance(listed, Listed)
    assert listed.era == "handshake"


async def test_one_that_floods_and_never_reads_does_not_keep_the_questioner(bench: Bench) -> None:
    script = 'while :; do echo \'{"jsonrpc":"2.0","id":1,"method":"ping"}\'; done'
    assert problem(await bench.probe("sh", "-c", script, limit_s=1.5)).code == "server.handshake_timeout"


async def test_blank_lines_without_end_are_a_time_out(bench: Bench) -> None:
    assert problem(await bench.probe("yes", "", limit_s=1.0)).code == "server.handshake_timeout"


INFO = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "serverInfo": {"name": "\ud800" * 3, "version": "x" * 9999},
}


@pytest.mark.parametrize(
    "answers",
    [
        [{"error": {"code": -32601, "message": "no"}}, {"result": INFO}, {"result": {"tools": []}}],
        [{"error": {"code": 10**40, "message": "\udfff no"}}] * 2,
        [{"error": {"code": True, "message": None}}] * 2,
        [
            {"error": {"code": -32601}},
            {"result": {"protocolVersion": "\udc80" * 5000, "serverInfo": 3}},
            {"result": {}},
        ],
        [{"result": []}, {"result": None}, {"error": []}],
    ],
    ids=["surrogates", "numbers", "truth", "versions", "shapes"],
)
async def test_whatever_a_server_says_what_is_found_fits_into_a_message(bench: Bench, answers: list[object]) -> None:
    found = await bench.odd(*answers, limit_s=2.0)
    data = Bus().envelope(found)
    assert envelope_decoder(Heard).decode(data).body == found
    assert len(msgspec.msgpack.encode(found)) < 5000


async def test_an_instance_that_is_gone_is_no_exception(bench: Bench) -> None:
    assert problem(await bench.prober().probe("fs#x.99", None)).code == "server.exited_before_handshake"


async def test_what_is_left_is_told_by_who_holds_it_and_for_the_own_server_only(bench: Bench) -> None:
    first, second = await bench.start("cat"), await bench.start("cat")
    bench.held.add(first)
    recovered = bench.prober().recover("fs")
    assert (recovered.attached, recovered.loose) == ([first], [second])
    other = bench.prober().recover("f")
    assert (other.attached, other.loose) == ([], [])


async def test_it_is_seen_whether_an_instance_is_there(bench: Bench) -> None:
    key = await bench.start("cat")
    prober = bench.prober()
    assert prober.look(key).is_live
    await bench.table.child(key).stop()
    assert not prober.look(key).is_live
    assert not prober.look("nobody").is_live


def test_every_incarnation_has_a_word_of_its_own() -> None:
    prober = Prober.__new__(Prober)
    assert len({prober.token() for _ in range(50)}) == 50
