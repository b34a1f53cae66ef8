"""The bus: names, delivery, asks, publications and dead letters of one tree.

Nothing here is global: a process may hold any number of buses. A message is encoded once when it is sent and decoded
once by each receiver with the receiver's own typed decoder, so actors share nothing, and a message that a receiver does
not accept is caught at its address.
"""

from __future__ import annotations

import time
from collections import deque
from functools import lru_cache
from itertools import count
from typing import Any

import msgspec
import trio
from msgspec import Struct

from supervisor.kernel.mailbox import CAPACITY, Mailbox
from supervisor.kernel.specs import Envelope, MessageDead, Published
from supervisor.kernel.subscription import Subscription

ASK = "ask/"
"""The names of answers to an ask begin with this; no actor's path does."""

DEAD_KEPT = 100
"""Dead letters kept for people to look at; all are counted."""


class AskTimeout(Exception):  # noqa: N818  (a time-out is not an error of the program)
    """The answer did not come in time."""


class AskFailed(Exception):  # noqa: N818
    """The receiver is gone, or ended before it answered."""


class _Slot:
    """Where one ask waits for its answer."""

    __slots__ = ("answer", "receiver", "task")

    def __init__(self, receiver: str) -> None:
        self.receiver = receiver
        self.task: trio.lowlevel.Task | None = None
        self.answer: bytes | AskFailed | None = None

    def fill(self, answer: bytes | AskFailed) -> None:
        if self.answer is None:
            self.answer = answer
            if self.task is not None:
                trio.lowlevel.reschedule(self.task)
                self.task = None


@lru_cache(maxsize=256)
def envelope_decoder(accepts: Any) -> msgspec.msgpack.Decoder[Envelope[Any]]:
    """Return the decoder for envelopes around a closed union of messages."""
    return msgspec.msgpack.Decoder(Envelope[accepts])


class Bus:
    """Delivers messages between the names of one tree."""

    def __init__(self) -> None:
        self._mailboxes: dict[str, Mailbox] = {}
        self._slots: dict[str, _Slot] = {}
        self._ids = count(1)
        self._seqs = count(1)
        self._encode = msgspec.msgpack.Encoder().encode
        self._subscriptions: tuple[Subscription, ...] = ()
        self.dead_count = 0
        self.dead_letters: deque[MessageDead] = deque(maxlen=DEAD_KEPT)

    # ------------------------------------------------------------------------------------------------- names

    def open(self, name: str, capacity: int = CAPACITY) -> Mailbox:
        """Give `name` a new, empty mailbox; a name that is in use already is a bug (ValueError)."""
        if name in self._mailboxes:
            message = f"the name {name!r} is taken"
            raise ValueError(message)
        box = self._mailboxes[name] = Mailbox(name, capacity)
        return box

    def close(self, box: Mailbox) -> None:
        """Take the mailbox off the bus: what it holds becomes dead letters, and asks in flight to it fail at once."""
        if self._mailboxes.get(box.name) is box:
            del self._mailboxes[box.name]
        for data in box.close():
            self.bury(box.name, data, "its receiver ended")
        gone = AskFailed(f"{box.name} ended before it answered")
        for slot in [slot for slot in self._slots.values() if slot.receiver == box.name]:
            slot.fill(gone)

    def names(self) -> list[str]:
        """Return the names that have a mailbox now."""
        return sorted(self._mailboxes)

    def mailbox(self, name: str) -> Mailbox | None:
        """Return the mailbox of a name, if it has one."""
        return self._mailboxes.get(name)

    # ---------------------------------------------------------------------------------------------- delivery

    def envelope(self, message: Struct, *, sender: str = "", correlation: int = 0) -> bytes:
        """Encode one message; without a correlation it begins one of its own."""
        number = next(self._ids)
        reply = getattr(message, "reply_to", "")
        return self._encode(Envelope(number, correlation or number, sender, reply, time.monotonic(), message))

    def post(self, name: str, data: bytes) -> bool:
        """Deliver an encoded envelope if there is room, and say so. To a name that is gone: a dead letter."""
        box = self._mailboxes.get(name)
        if box is not None:
            return box.post(data)
        self._deliver_elsewhere(name, data)
        return True

    async def put(self, name: str, data: bytes) -> None:
        """Deliver an encoded envelope, waiting for room in the receiver's mailbox."""
        box = self._mailboxes.get(name)
        if box is None:
            self._deliver_elsewhere(name, data)
            return
        try:
            await box.put(data)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            self.bury(name, data, "its receiver ended")

    async def tell(self, name: str, message: Struct, *, sender: str = "", correlation: int = 0) -> None:
        """Send a message, waiting for room; a checkpoint only if it has to wait. A name that is gone: a dead letter."""
        data = self.envelope(message, sender=sender, correlation=correlation)
        if not self.post(name, data):
            await self.put(name, data)

    def _deliver_elsewhere(self, name: str, data: bytes) -> None:
        slot = self._slots.get(name)
        if slot is not None:
            slot.fill(data)
        else:
            self.bury(name, data, "nobody has this name")

    async def ask(self, name: str, request: Struct, accepts: Any, *, timeout_s: float) -> Any:
        """Send a request (it has a `reply_to` field, filled in here) and return the answer, one of `accepts`.

        Raises: AskTimeout, AskFailed (the receiver is gone or ends meanwhile), msgspec.ValidationError (an answer that
        is none of `accepts`).
        """
        reply_to = f"{ASK}{next(self._ids)}"
        slot = self._slots[reply_to] = _Slot(name)
        try:
            if name not in self._mailboxes:
                raise AskFailed(f"nobody has the name {name}")
            with trio.move_on_after(timeout_s):
                await self.tell(name, msgspec.structs.replace(request, reply_to=reply_to), sender=reply_to)
                await _wait(slot)
        finally:
            del self._slots[reply_to]
        if isinstance(slot.answer, AskFailed):
            raise slot.answer
        if slot.answer is None:
            raise AskTimeout(f"{name} did not answer within {timeout_s:g} s")
        return envelope_decoder(accepts).decode(slot.answer).body

    # ------------------------------------------------------------------------------------------- publication

    def publish(self, fact: Struct, *, sender: str = "", correlation: int = 0) -> None:
        """Hand a fact to every subscriber, encoded once; never waits, and nobody can be too slow for it."""
        published = Published(next(self._seqs), time.time(), correlation, sender, fact)
        if self._subscriptions:
            data = self._encode(published)
            for subscription in self._subscriptions:
                subscription.offer(data)

    def subscribe(self, accepts: Any, *, capacity: int = 1000) -> Subscription:
        """Begin to collect facts, at most `capacity` unread ones: past that the oldest are lost and counted."""
        subscription = Subscription(accepts, capacity, self._unsubscribe)
        self._subscriptions = (*self._subscriptions, subscription)
        return subscription

    def _unsubscribe(self, subscription: Subscription) -> None:
        self._subscriptions = tuple(other for other in self._subscriptions if other is not subscription)

    # ------------------------------------------------------------------------------------------ dead letters

    def bury(self, name: str, data: bytes, reason: str) -> None:
        """Count a message that nobody took, and publish that it was lost."""
        sender = envelope_decoder(msgspec.Raw).decode(data).sender
        letter = MessageDead(receiver=name, reason=reason, message_sender=sender)
        self.dead_count += 1
        self.dead_letters.append(letter)
        self.publish(letter, sender=name)


async def _wait(slot: _Slot) -> None:
    if slot.answer is not None:
        await trio.lowlevel.checkpoint()
        return
    slot.task = trio.lowlevel.current_task()

    def abort(_raise: Any) -> trio.lowlevel.Abort:
        slot.task = None
        return trio.lowlevel.Abort.SUCCEEDED

    await trio.lowlevel.wait_task_rescheduled(abort)
