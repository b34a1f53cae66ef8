"""What the manager is told of a reload, by a real tree on a real socket."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from supervisor.edges.embed import open_supervisor
from supervisor.edges.service.contact import Contact
from supervisor.edges.service.extension import GRANT_S, STEP_S
from supervisor.reload.words import Plan

if TYPE_CHECKING:
    from edges.service.conftest import Manager

GRANT = b"EXTEND_TIMEOUT_USEC=%d" % (GRANT_S * 1_000_000)


def config(*names: str) -> dict[str, Any]:
    entry = {"command": "true", "enabled": False, "isolation": {"mode": "none"}}
    return {"mcpServers": dict.fromkeys(names, entry)}


async def test_more_time_is_asked_for_while_a_reload_goes_on_and_no_longer(
    manager: Manager, state_dir: Path, mock_clock: MockClock
) -> None:
    mock_clock.rate = 1.0
    contact = Contact({"NOTIFY_SOCKET": manager.address})
    async with open_supervisor(config("a"), state_dir=state_dir / "s") as sup, trio.open_nursery() as nursery:
        nursery.start_soon(contact.extend_reloads)
        for name in ("b", "c"):
            held, done = trio.Event(), list[Plan]()

            async def begun(held: trio.Event = held) -> None:
                await contact.tell_reloading()
                await held.wait()

            async def reload(name: str = name, done: list[Plan] = done) -> None:
                done.append(await sup.reload(config(name)))

            sup.reloads.begun, sup.reloads.ended = begun, partial(contact.tell_reloaded, sup)
            nursery.start_soon(reload)
            await wait_all_tasks_blocked(0.01)
            assert sorted(line.split(b"\n")[0] for line in manager.heard()) == [GRANT, b"RELOADING=1"]
            for _ in range(3):
                mock_clock.jump(STEP_S)
                await wait_all_tasks_blocked(0.01)
                assert manager.heard() == [GRANT]
            held.set()
            with trio.fail_after(10):
                while not done:
                    await trio.sleep(0.01)
            assert manager.heard() == [b"READY=1\nSTATUS=1 disabled"]
            mock_clock.jump(2 * STEP_S)
            await wait_all_tasks_blocked(0.01)
            assert manager.heard() == []
        nursery.cancel_scope.cancel()
