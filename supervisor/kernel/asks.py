"""The asking side of a request: a slot with a name of its own, where the one answer arrives."""

from __future__ import annotations

from typing import Any

import trio

from supervisor.kernel.mailbox import Mailbox

ASK = "ask/"
"""The names of slots begin with this; the bus opens no mailbox under such a name."""


class AskTimeout(Exception):  # noqa: N818  (a time-out is not an error of the program)
    """The answer did not come in time."""


class AskFailed(Exception):  # noqa: N818
    """The receiver is gone, ended before it answered, or did not accept the request."""


class Slot:
    """Where one task waits for the answer of one incarnation of a receiver."""

    __slots__ = ("_task", "answer", "receiver")

    def __init__(self, receiver: Mailbox) -> None:
        self.receiver = receiver
        self.answer: bytes | AskFailed | None = None
        self._task: trio.lowlevel.Task | None = None

    def fill(self, answer: bytes | AskFailed) -> bool:
        """Take the answer and wake who waits for it; False for a second one."""
        if self.answer is not None:
            return False
        self.answer = answer
        if self._task is not None:
            trio.lowlevel.reschedule(self._task)
            self._task = None
        return True

    async def wait(self) -> None:
        """Return when there is an answer; without parking first it still is a checkpoint."""
        if self.answer is not None:
            await trio.lowlevel.checkpoint()
            return
        self._task = trio.lowlevel.current_task()
        await trio.lowlevel.wait_task_rescheduled(self._abort)

    def _abort(self, _raise_cancel: Any) -> trio.lowlevel.Abort:
        self._task = None
        return trio.lowlevel.Abort.SUCCEEDED
