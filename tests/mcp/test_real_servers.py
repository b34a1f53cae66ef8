"""Our own handshake with real servers: ours of every kind, the official SDKs', the reference server."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
import trio
from servers.running import server_command, start

from supervisor.mcp.framing import LineBuffer
from supervisor.mcp.handshake import Elsewhere, Failed, Handshake, Outcome, Ready

pytestmark = pytest.mark.real
SERVERS = Path(__file__).parents[1] / "servers"
BOUND_S = 60
"""A package runner from a warm cache, on a busy machine; nothing is measured."""


async def shake_hands(
    command: Sequence[str], *, discover: bool = True, silence_s: float = BOUND_S, env: dict[str, str] | None = None
) -> Outcome:
    with trio.fail_after(BOUND_S):
        async with trio.open_nursery() as nursery:
            server = await start(nursery, command, env=env)
            machine, buffer = Handshake("9.9", discover=discover), LineBuffer()
            step, lines = machine.start(), list[bytes]()
            while step.outcome is None:
                if step.send:
                    await server.stdin.send_all(b"".join(step.send))
                if lines:
                    step = machine.line(lines.pop(0))
                    continue
                step = machine.line(b"")
                with trio.move_on_after(silence_s) as scope:
                    chunk = await server.stdout.receive_some(65536)
                    lines += buffer.feed(bytes(chunk))
                    if not chunk:
                        await server.died.wait()
                        step = machine.died(server.ending)
                if scope.cancelled_caught:
                    step = machine.silence(silence_s)
            server.process.kill()
            return step.outcome


def ready(outcome: Outcome) -> Ready:
    assert isinstance(outcome, Ready), outcome
    return outcome


@pytest.mark.parametrize(
    ("flags", "era"),
    [
        (["--era", "handshake"], "handshake"),
        (["--era", "stateless"], "stateless"),
        (["--era", "both"], "stateless"),
        (["--banner", "50", "--garbage", "5", "--json-log", "--crlf"], "handshake"),
        (["--twice", "--stray"], "handshake"),
        (["--stderr", "20000"], "handshake"),
    ],
)
async def test_a_server_of_either_era_is_ready_also_with_noise(flags: list[str], era: str) -> None:
    found = ready(await shake_hands(server_command(*flags)))
    assert (found.era, found.name, len(found.tools)) == (era, "testserver", 4)


@pytest.mark.parametrize("era", ["handshake", "stateless"])
async def test_all_pages_of_a_long_list_come_together(era: str) -> None:
    found = ready(await shake_hands(server_command("--era", era, "--tools", "96", "--page", "7")))
    assert len(set(found.tools)) == 100


@pytest.mark.parametrize(
    ("flags", "code"),
    [
        (["--exit", "5"], "server.exited_before_handshake"),
        (["--cursor-loop"], "server.tools_endless"),
        (["--banner", "200"], "server.stdout_not_jsonrpc"),
        (["--die-on", "tools/list"], "server.exited_before_handshake"),
        (["--silent"], "server.handshake_timeout"),
    ],
)
async def test_a_server_that_never_gets_ready_has_a_reason(flags: list[str], code: str) -> None:
    outcome = await shake_hands(server_command(*flags), discover=False, silence_s=1 if "--silent" in flags else BOUND_S)
    assert isinstance(outcome, Failed)
    assert outcome.problem.code == code


@pytest.mark.parametrize("flags", [["--die-on", "server/discover"], ["--lock-on-discover"]])
async def test_a_server_that_discover_upsets_is_ready_on_a_fresh_instance(flags: list[str]) -> None:
    assert isinstance(await shake_hands(server_command(*flags)), Elsewhere)
    assert ready(await shake_hands(server_command(*flags), discover=False)).era == "handshake"


async def test_a_server_that_is_silent_on_discover_is_asked_to_initialize() -> None:
    found = ready(await shake_hands(server_command("--silent-on", "server/discover"), silence_s=1))
    assert found.era == "handshake"


async def test_servers_of_the_official_sdk_1(sdk1_python: Path) -> None:
    found = ready(await shake_hands([str(sdk1_python), str(SERVERS / "sdk1_server.py")]))
    assert (found.era, found.version, found.name) == ("handshake", "2025-11-25", "sdk-one")
    assert len(found.tools) == 3


async def test_servers_of_the_official_sdk_2(sdk2_python: Path) -> None:
    found = ready(await shake_hands([str(sdk2_python), str(SERVERS / "sdk2_server.py")]))
    assert (found.era, found.version, found.name) == ("stateless", "2026-07-28", "sdk-two")
    assert json.loads(found.itself)["instructions"] == "add, or die"
    older = ready(await shake_hands([str(sdk2_python), str(SERVERS / "sdk2_server.py")], discover=False))
    assert (older.era, older.version, len(older.tools)) == ("handshake", "2025-11-25", 2)


async def test_the_time_server(sdk2_python: Path) -> None:
    found = ready(await shake_hands([str(sdk2_python), "-m", "mcp_server_time"]))
    assert (found.era, found.name, len(found.tools)) == ("stateless", "mcp-time", 2)


async def test_the_reference_server_of_the_official_typescript_sdk(npx: Path) -> None:
    env = {**os.environ, "npm_config_cache": os.environ.get("STOCKADE_TEST_NPM_CACHE", "")}
    env = {name: value for name, value in env.items() if value} | {"PATH": f"{npx.parent}:{os.environ['PATH']}"}
    found = ready(await shake_hands([str(npx), "-y", "@modelcontextprotocol/server-everything"], env=env))
    assert (found.era, found.name) == ("handshake", "mcp-servers/everything")
    assert len(found.tools) > 5
