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

from supervisor.kernel.asks import ASK, AskClock, AskFailed, AskTimeout, Slot
from supervisor.kernel.backlog import Backlog
from supervisor.kernel.mailbox import CAPACITY, Mailbox
from supervisor.kernel.matters import About, Matters, about_nothing
from supervisor.kernel.specs import Envelope, MessageDead, Published
from supervisor.kernel.subscription import Subscription
from supervisor.kernel.tap import Tap, Tapped

__all__ = ["UNDECODABLE", "AskFailed", "AskTimeout", "Bus", "envelope_decoder"]

DEAD_KEPT = 100
"""Dead letters kept for people to look at; all are counted."""

UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding raises for bytes that are not a message of the type asked for."""


@lru_cache(maxsize=256)
def envelope_decoder(accepts: Any) -> msgspec.msgpack.Decoder[Envelope[Any]]:
    """Return the decoder for envelopes around a closed union of messages."""
    return msgspec.msgpack.Decoder(Envelope[accepts])


class Bus:
    """Delivers messages between the names of one tree."""

    def __init__(self, about: About = about_nothing) -> None:
        self._mailboxes: dict[str, Mailbox] = {}
        self._slots: dict[str, Slot] = {}
        self.clock = AskClock(self._slots)
        self._ids = count(1)
        self.matters = Matters(about, self._ids)
        self._seqs = count(1)
        self._encode = msgspec.msgpack.Encoder().encode
        self._subscriptions: tuple[Subscription, ...] = ()
        self._taps: tuple[Tap, ...] = ()
        self.dead_count = 0
        self.dead_letters: deque[MessageDead] = deque(maxlen=DEAD_KEPT)

    # ------------------------------------------------------------------------------------------------- names

    def open(self, name: str, capacity: int = CAPACITY) -> Mailbox:
        """Give `name` a new, empty mailbox; a name that is in use already, or a slot's, is a bug (ValueError)."""
        if name in self._mailboxes or name.startswith(ASK):
            message = f"the name {name!r} is taken"
            raise ValueError(message)
        box = self._mailboxes[name] = Mailbox(name, capacity)
        return box

    def close(self, box: Mailbox) -> None:
        """Take the mailbox off the bus: what it holds becomes dead letters, and asks in flight to it fail at once."""
        if self._mailboxes.get(box.name) is not box:
            return  # closed already; the name may belong to the next incarnation
        del self._mailboxes[box.name]
        for data in box.close():
            self.bury(box.name, data, "its receiver ended")
        for slot in self._slots.values():
            if slot.receiver is box:
                slot.fill(AskFailed(f"{box.name} ended before it answered"))

    def names(self) -> list[str]:
        """Return the names that have a mailbox now."""
        return sorted(self._mailboxes)

    def mailbox(self, name: str) -> Mailbox | None:
        """Return the mailbox of a name, if it has one."""
        return self._mailboxes.get(name)

    # ---------------------------------------------------------------------------------------------- delivery

    def envelope(self, message: Struct, *, sender: str = "", correlation: int = 0) -> bytes:
        """Encode one message; if it is about nothing known, and without a correlation, it begins one of its own."""
        number = next(self._ids)
        reply = getattr(message, "reply_to", "")
        correlation = self.matters.of(message, correlation)
        return self._encode(Envelope(number, correlation or number, sender, reply, time.monotonic(), message))

    def post(self, name: str, data: bytes) -> bool:
        """Deliver an encoded envelope if there is room, and say so. To a name that is gone: a dead letter."""
        box = self._mailboxes.get(name)
        if box is None:
            self._deliver_elsewhere(name, data)
        elif not box.post(data):
            return False
        if self._taps:
            self._show(name, data)
        return True

    async def put(self, name: str, data: bytes) -> None:
        """Deliver an encoded envelope, waiting for room in the receiver's mailbox. Cancelled means not delivered."""
        await trio.lowlevel.checkpoint_if_cancelled()
        if self.post(name, data):
            # delivered, so it is too late to be cancelled; but who tells the gone in a loop must not starve the others
            await trio.lowlevel.cancel_shielded_checkpoint()
            return
        await self._mailboxes[name].put(data)  # if it closes meanwhile it is a dead letter like all that it holds
        if self._taps:
            self._show(name, data)

    async def tell(self, name: str, message: Struct, *, sender: str = "", correlation: int = 0) -> None:
        """Send a message, waiting for room; a checkpoint only if it has to wait, the name is gone, or someone taps."""
        # `envelope` and `post` without their calls: these are the busiest lines of the kernel
        number = next(self._ids)
        reply = getattr(message, "reply_to", "")
        data = self._encode(Envelope(number, correlation or number, sender, reply, time.monotonic(), message))
        box = self._mailboxes.get(name)
        if box is None or self._taps:
            await self.put(name, data)
            return
        try:
            box.send_nowait(data)
        except trio.WouldBlock:
            await box.put(data)

    def _deliver_elsewhere(self, name: str, data: bytes) -> None:
        slot = self._slots.get(name)
        if slot is None:
            self.bury(name, data, "nobody has this name")
        elif not slot.fill(data):
            self.bury(name, data, "it was answered before")

    async def ask(self, name: str, request: Struct, accepts: Any, *, timeout_s: float) -> Any:
        """Send a request (it has a `reply_to` field, filled in here) and return the answer, one of `accepts`.

        Raises: AskTimeout, AskFailed (the receiver is gone, ends meanwhile or does not accept the request),
        msgspec.ValidationError (an answer that is none of `accepts`).
        """
        box = self._mailboxes.get(name)
        if box is None:
            raise AskFailed(f"nobody has the name {name}")
        deadline_s = trio.current_time() + timeout_s
        reply_to = f"{ASK}{next(self._ids)}"
        slot = self._slots[reply_to] = Slot(box, deadline_s)
        data = self.envelope(msgspec.structs.replace(request, reply_to=reply_to), sender=reply_to)
        try:
            if self.clock.watches(deadline_s) and self.post(name, data):
                await slot.wait()
            else:
                with trio.CancelScope(deadline=deadline_s):
                    await self.put(name, data)
                    await slot.wait()
        finally:
            del self._slots[reply_to]
        answer = slot.answer
        if isinstance(answer, bytes):
            return envelope_decoder(accepts).decode(answer).body
        raise answer or AskTimeout(f"{name} did not answer within {timeout_s:g} s")

    # ----------------------------------------------------------------------------------- publication and taps

    def publish(self, fact: Struct, *, sender: str = "", correlation: int = 0) -> None:
        """Hand a fact to every subscriber, encoded once; never waits, and nobody can be too slow for it."""
        seq = next(self._seqs)
        if self._subscriptions:
            correlation = self.matters.of(fact, correlation)
            data = self._encode(Published(seq, time.time(), correlation, sender, fact))
            for subscription in self._subscriptions:
                subscription.offer(data)

    def subscribe(self, accepts: Any, *, capacity: int = 1000, reader: str = "") -> Subscription:
        """Begin to collect facts, at most `capacity` unread ones: past that the oldest are lost and counted.

        `reader` says who reads them, for people.
        """
        subscription = Subscription(accepts, capacity, self._forget, reader=reader)
        self._subscriptions = (*self._subscriptions, subscription)
        return subscription

    def subscriptions(self) -> tuple[Subscription, ...]:
        """Return those who collect facts now."""
        return self._subscriptions

    def tap(self, *, capacity: int = 1000) -> Tap:
        """Begin to collect envelopes as they are delivered, ticks excepted; the oldest are lost and counted."""
        tap = Tap(capacity, self._forget)
        self._taps = (*self._taps, tap)
        return tap

    def _show(self, name: str, data: bytes) -> None:
        for tap in self._taps:
            tap.offer(Tapped(name, data))

    def _forget(self, closed: Backlog[Any, Any]) -> None:
        self._subscriptions = tuple(other for other in self._subscriptions if other is not closed)
        self._taps = tuple(other for other in self._taps if other is not closed)

    # ------------------------------------------------------------------------------------------ dead letters

    def bury(self, name: str, data: bytes, reason: str) -> None:
        """Count a message that nobody took, publish that it was lost, and fail the ask that waits for its answer."""
        try:
            envelope = envelope_decoder(msgspec.Raw).decode(data)
        except UNDECODABLE:
            envelope = Envelope(0, 0, "", "", 0.0, None)
        slot = self._slots.get(envelope.reply)
        if slot is not None:
            slot.fill(AskFailed(f"{name} did not take the request: {reason}"))
        letter = MessageDead(receiver=name, reason=reason, message_sender=envelope.sender)
        self.dead_count += 1
        self.dead_letters.append(letter)
        self.publish(letter, sender=name, correlation=envelope.correlation)
