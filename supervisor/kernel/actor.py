"""The one loop that every actor runs in.

An actor is a pure `decide(state, message, now)` and an acting `perform(command)`. The loop receives, decides, hands
what is to be told to an ordered outbox and starts what is to be done as tasks, whose results come back through the
actor's own mailbox. It waits for nothing but its own mailbox, so it always hears what comes next.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import trio
from msgspec import Struct

from supervisor.kernel.bus import UNDECODABLE, Bus, envelope_decoder
from supervisor.kernel.mailbox import CAPACITY, Mailbox
from supervisor.kernel.outbox import CEILING, Outbox
from supervisor.kernel.specs import After, Decision, Life, Run, Stop

State = TypeVar("State")

FLUSH_S = 1.0
"""Seconds that an actor which is done waits for its last messages to be delivered: a full mailbox of a stuck receiver
must not hold up a stop."""


@dataclass(frozen=True, kw_only=True)  # with slots Python 3.11 cannot make an Actor[State](…)
class Actor(Generic[State]):
    """What makes an actor; the same value may be run any number of times, one incarnation after the other."""

    accepts: Any
    """The closed union of messages that it takes. If `Stop` is among them it ends by itself when asked to."""
    initial: Callable[[float], Decision[State]]
    """The first decision, given the time: its state and what it does at once."""
    decide: Callable[[State, Any, float], Decision[State]]
    """Pure and total: state, message, seconds on the monotonic clock (read once for all messages of a batch)."""
    perform: Callable[[Any], Awaitable[Struct | Sequence[Struct] | None]]
    """Carries out one command and returns what came of it, as messages to the actor itself; called as a task."""
    capacity: int = CAPACITY
    outbox_ceiling: int = CEILING


def leaf_run(bus: Bus, actor: Actor[Any]) -> Run:
    """Return the `run` of a leaf that is this actor, under the leaf's path as its name."""

    async def run(life: Life) -> None:
        box = bus.open(life.path, actor.capacity)
        try:
            await _Incarnation(bus, actor, box, life).run()
        finally:
            bus.close(box)

    return run


class _Incarnation(Generic[State]):
    """One run of an actor, from its first decision to its last."""

    def __init__(self, bus: Bus, actor: Actor[State], box: Mailbox, life: Life) -> None:
        self.bus = bus
        self.actor = actor
        self.box = box
        self.life = life
        self.outbox = Outbox(bus, actor.outbox_ceiling)
        self.decode = envelope_decoder(actor.accepts).decode
        self.state: State
        self.correlation = 0

    async def run(self) -> None:
        async with trio.open_nursery() as nursery:
            self.nursery = nursery
            nursery.start_soon(self.outbox.drain)
            nursery.start_soon(self.watch_for_stop)
            is_done = self.carry_out(self.actor.initial(trio.current_time()))
            while not is_done:
                is_done = self.handle(await self.box.take())
            with trio.move_on_after(FLUSH_S):
                await self.outbox.wait_empty()
            nursery.cancel_scope.cancel()

    def handle(self, batch: list[bytes]) -> bool:
        """Decide on each message of the batch; True when the actor is done."""
        box, decode, decide, clock = self.box, self.decode, self.actor.decide, time.perf_counter
        now = trio.current_time()
        rest = iter(batch)
        began = clock()
        try:
            for data in rest:
                try:
                    envelope = decode(data)
                except UNDECODABLE as error:
                    self.bury(data, str(error))
                    continue
                self.correlation = self.bus.matters.of(envelope.body, envelope.correlation)
                is_done = self.carry_out(decide(self.state, envelope.body, now))
                box.handled += 1
                ended = clock()
                box.durations_s.append(ended - began)
                began = ended
                if is_done:
                    return True
            return False
        finally:
            for data in rest:  # done, or a crash: the others are still to be accounted for
                self.bury(data, "its receiver ended")

    def bury(self, data: bytes, reason: str) -> None:
        self.bus.bury(self.box.name, data, reason)

    def carry_out(self, decision: Decision[State]) -> bool:
        self.state = decision.state
        for begin in decision.begins:
            self.bus.matters.begin(begin)
        if decision.tell:
            self.tell(decision.tell)
        for fact in decision.publish:
            self.bus.publish(fact, sender=self.box.name, correlation=self.correlation)
        for command in decision.do:
            self.nursery.start_soon(self.act, command, self.correlation)
        for thing in decision.ends:
            self.bus.matters.end(thing)
        if decision.ready:
            self.life.ready()
        return decision.done

    def tell(self, letters: tuple[tuple[str, Struct], ...]) -> None:
        """Hand over to the outbox; what goes to several names in a row is encoded once."""
        encoded: Struct | None = None
        data = b""
        for receiver, message in letters:
            if message is not encoded:
                data = self.bus.envelope(message, sender=self.box.name, correlation=self.correlation)
                encoded = message
            self.outbox.add(receiver, data)

    async def act(self, command: Any, correlation: int) -> None:
        """Carry out one command; its results come back as messages, under the correlation that caused it."""
        if isinstance(command, After):
            await trio.sleep(command.seconds)
            results: Sequence[Struct] = (command.message,)
        else:
            result = await self.actor.perform(command)
            results = (result,) if isinstance(result, Struct) else result or ()
        name = self.box.name
        for message in results:
            await self.bus.tell(name, message, sender=name, correlation=correlation)

    async def watch_for_stop(self) -> None:
        await self.life.wait_for_stop()
        stop = self.bus.envelope(Stop(), sender=self.box.name)
        try:
            self.decode(stop)
        except UNDECODABLE:
            self.nursery.cancel_scope.cancel()  # nothing to take leave of
            return
        await self.bus.put(self.box.name, stop)
