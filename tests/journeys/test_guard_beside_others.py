"""What clients are shown where there is more than one server, and inside another program."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from journeys.embedding import QUICK, client, opened
from servers.running import SERVER

from supervisor.events import ToolRefused, ToolWithheld

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("no_leaks")]
TURNCOAT = str(SERVER.with_name("turncoat.py"))
HONEST = ["echo", "turn", "count"]
ERAS = pytest.mark.parametrize("era", ["handshake", "stateless"])


def turncoat(era: str, *faces: str) -> dict[str, Any]:
    words = ["-S", TURNCOAT, "--era", era, "--faces", ",".join(faces)]
    stockade = {"grace": QUICK}
    return {"command": sys.executable, "args": words, "isolation": {"mode": "none"}, "stockade": stockade}


async def names(session: Any) -> list[str]:
    return [tool["name"] for tool in (await session.ask("tools/list"))["result"]["tools"]]


@ERAS
@pytest.mark.parametrize(("face", "tool"), [("shadow", "tidy"), ("clone", "send_invoice")])
async def test_a_tool_that_puts_itself_before_anothers_is_withheld_and_the_other_is_not(
    state_dir: Path, era: str, face: str, tool: str
) -> None:
    servers = {"shop": turncoat(era, "bills"), "notes": turncoat(era, "honest", face)}
    async with opened(servers, state_dir / "s") as house:
        await house.sup.wait_for("ready")
        async with client(house.sup, "notes", era) as notes, client(house.sup, "shop", era) as shop:
            assert await names(notes) == HONEST
            await notes.ask("tools/call", name="turn", arguments={})
            assert await names(notes) == HONEST
            refused = (await notes.ask("tools/call", name=tool, arguments={}))["error"]["data"]
            assert (refused["server"], refused["name"], refused["reason"]) == ("notes", tool, "dangerous")
            assert await names(shop) == ["send_invoice"]
            bill = await shop.ask("tools/call", name="send_invoice", arguments={})
            assert bill["result"]["content"][0]["text"] == "send_invoice was called"
        (withheld,) = await house.until(ToolWithheld, "notes")
        assert (withheld.tool, withheld.reason, withheld.source) == (tool, "dangerous", "session")
        assert "shadow.peer" in withheld.detail
        (told,) = await house.until(ToolRefused, "notes")
        assert (told.tool, told.reason) == (tool, "dangerous")
        assert house.events(ToolWithheld, "shop") == []


@ERAS
async def test_two_sessions_of_one_server_are_each_shown_what_their_own_process_is(state_dir: Path, era: str) -> None:
    async with opened({"demo": turncoat(era, "honest", "hint")}, state_dir / "s") as house:
        await house.sup.wait_for("ready")
        async with client(house.sup, "demo", era) as one, client(house.sup, "demo", era) as other:
            await one.ask("tools/call", name="turn", arguments={})
            assert await names(one) == ["echo", "turn"]
            assert await names(other) == HONEST
            assert "error" in await one.ask("tools/call", name="count", arguments={})
            assert "result" in await other.ask("tools/call", name="count", arguments={})


@ERAS
async def test_what_is_approved_for_one_session_is_another_text_for_the_other(state_dir: Path, era: str) -> None:
    async with opened({"demo": turncoat(era, "honest", "hint")}, state_dir / "s") as house:
        await house.sup.wait_for("ready")
        async with client(house.sup, "demo", era) as one, client(house.sup, "demo", era) as other:
            await one.ask("tools/call", name="turn", arguments={})
            assert await names(one) == ["echo", "turn"]
            await house.sup.trust.approve("demo", "count")
            assert await names(one) == HONEST
            assert "result" in await one.ask("tools/call", name="count", arguments={})
            assert await names(other) == ["echo", "turn"]
            assert "error" in await other.ask("tools/call", name="count", arguments={})
