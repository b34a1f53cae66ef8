"""The daemon with one part of it broken on purpose: `python stuck.py PART TRIGGER serve …`.

When the file TRIGGER is there, the part breaks: with `actor` the loop of a server's actor never comes back for its next
message, with `ring` that of the ring; with `crash` that of scans crashes again and again. A part gets stuck once,
for the file is removed then: the daemon that systemd starts in its place is well.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import trio

from supervisor.__main__ import main
from supervisor.kernel.backlog import Backlog
from supervisor.kernel.mailbox import Mailbox

part, trigger = sys.argv[1], Path(sys.argv[2])


class Broken(Exception):  # noqa: N818
    """A crash on purpose."""


def is_hit(what: str) -> bool:
    """Whether it is this part's turn to get stuck."""
    if what != part or not trigger.exists():
        return False
    trigger.unlink()
    return True


take_mail, take_facts = Mailbox.take, Backlog.take


async def mailbox_take(self: Mailbox) -> list[bytes]:
    if self.name.startswith("root/servers/") and is_hit("actor"):
        await trio.sleep_forever()
    if self.name != "root/work/scan" or part != "crash":
        return await take_mail(self)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(crash_when_told)
        batch = await take_mail(self)
        nursery.cancel_scope.cancel()
    return batch


async def crash_when_told() -> None:
    while not trigger.exists():
        await trio.sleep(0.05)
    raise Broken


async def backlog_take(self: Backlog[Any, Any]) -> list[Any]:
    if getattr(self, "reader", "") == "ring" and is_hit("ring"):
        await trio.sleep_forever()
    return await take_facts(self)


Mailbox.take = mailbox_take  # type: ignore[method-assign]  # the breaking on purpose
Backlog.take = backlog_take  # type: ignore[method-assign]  # the same
sys.exit(main(sys.argv[3:]))
