"""The bus against raw trio memory channels: one way, fan-out, ask.

The peer is the plainest thing trio offers: a prebuilt object through a memory channel of 64, each send and receive
awaited. Ours carries a 1 KiB tagged Struct, encoded by the sender and decoded by each receiver. Both sides run in turn
within one trio run; figures are CPU time of the thread per message, medians over the rounds.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from statistics import median

import trio
from msgspec import Struct

from scripts.bench_parts.row import Row
from supervisor.kernel.actor import Actor, leaf_run
from supervisor.kernel.bus import Bus, envelope_decoder
from supervisor.kernel.specs import Branch, Decision, Leaf
from supervisor.kernel.subscription import Subscription
from supervisor.kernel.tree import Tree

BUFFER = 64
"""Messages: the raw channel's buffer and a mailbox's default alike."""
ROUNDS = 9
ONE_WAY = 8_000
"""Messages a round."""
DELIVERIES = 10_000
"""Messages times receivers in a round of fan-out."""
ASKS = 1_000
WIDTHS = {1: (4, 5.3), 10: (6, 8.9), 100: (6, 8.8)}
"""Receivers, and how many times the raw channels' rate is the goal and the stretch."""
ASK_LIMIT_S = 10.0


class Payload(Struct, frozen=True, tag="bench.payload"):
    """What is sent: 1 KiB once encoded."""

    number: int
    text: str


class Question(Struct, frozen=True, tag="bench.question"):
    """A request of an ask."""

    number: int
    reply_to: str = ""


class Answer(Struct, frozen=True, tag="bench.answer"):
    """Its answer."""

    number: int


Heard = Payload | Question
PAYLOAD = Payload(0, "x" * 994)


class Score:
    """Figures of both sides, round by round."""

    def __init__(self) -> None:
        self.ours: list[float] = []
        self.raw: list[float] = []
        self.wrong = 0

    def row(self, name: str, unit: str, rates: tuple[float, float]) -> Row:
        """Sum up; `rates` are goal and stretch as ratios of cost."""
        ratios = sorted(ours / raw for ours, raw in zip(self.ours, self.raw, strict=True))
        return Row(
            name=name,
            measured=median(self.ours) * 1e6,
            unit=unit,
            peer="awaited raw trio channels, a prebuilt object, buffer 64",
            against=median(self.raw) * 1e6,
            goal=rates[0],
            stretch=rates[1],
            wrong=self.wrong,
            details=f"{len(ratios)} rounds in turn, ratios from {ratios[0]:.3f} to {ratios[-1]:.3f}",
        )


def rows() -> list[Row]:
    """Measure everything of the kernel."""
    return trio.run(_measure)


async def _measure() -> list[Row]:
    found = [await _one_way(), await _actor()]
    for width, (goal, stretch) in WIDTHS.items():
        found.append(await _fan_out(width, (1 / goal, 1 / stretch)))
    return [*found, *await _asks()]


async def _cost(work: Callable[[], Awaitable[None]]) -> float:
    began = time.thread_time()
    await work()
    return time.thread_time() - began


# ----------------------------------------------------------------------------------------------------- one way


async def _one_way() -> Row:
    score = Score()
    for _ in range(ROUNDS):
        score.raw.append(await _cost(lambda: _raw_fan_out(1, ONE_WAY)) / ONE_WAY)
        score.ours.append(await _cost(lambda: _bus_one_way(score)) / ONE_WAY)
    return score.row("bus, one way, 1 KiB, CPU", "µs", (1 / 4, 1 / 5.6))


async def _raw_fan_out(width: int, messages: int) -> None:
    channels = [trio.open_memory_channel[Payload](BUFFER) for _ in range(width)]

    async def read(channel: trio.MemoryReceiveChannel[Payload]) -> None:
        for _ in range(messages):
            await channel.receive()

    async with trio.open_nursery() as nursery:
        for _, receive in channels:
            nursery.start_soon(read, receive)
        for _ in range(messages):
            for send, _ in channels:
                await send.send(PAYLOAD)


async def _bus_one_way(score: Score) -> None:
    """Tell one mailbox, read and decoded as the loop of an actor does it; the envelopes' ids show the order."""
    bus = Bus()
    box = bus.open("sink")
    decode = envelope_decoder(Heard).decode
    seen: list[int] = []

    async def read() -> None:
        while len(seen) < ONE_WAY:
            for data in await box.take():
                seen.append(decode(data).id)  # noqa: PERF401  (a loop, as an actor's is)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(read)
        for _ in range(ONE_WAY):
            await bus.tell("sink", PAYLOAD, sender="source")
    score.wrong += seen != list(range(1, ONE_WAY + 1))


# ------------------------------------------------------------------------------------------------------- actor


def _told(state: int, message: Heard, _now: float) -> Decision[int]:
    match message:
        case Payload():
            return Decision(state + (message.number == state))
        case Question(number=number, reply_to=reply_to):
            return Decision(state, tell=((reply_to, Answer(state if number < 0 else number)),))


async def _nothing(_command: object) -> None:
    return None


def _tree(bus: Bus) -> Tree:
    actor = Actor(accepts=Heard, initial=lambda _: Decision(0, ready=True), decide=_told, perform=_nothing)
    return Tree(Branch(name="root", children=(Leaf(name="it", run=leaf_run(bus, actor)),)), bus)


async def _actor() -> Row:
    """The same through an actor: the whole loop with its decision. Only told: the table has no goal for it."""
    score = Score()
    for _ in range(ROUNDS):
        score.raw.append(await _cost(lambda: _raw_fan_out(1, ONE_WAY)) / ONE_WAY)
        bus = Bus()
        tree = _tree(bus)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(tree.run)
            await tree.wait_started()
            score.ours.append(await _cost(lambda bus=bus: _tell_actor(bus, score)) / ONE_WAY)  # type: ignore[misc]  # a default binds the loop's value
            tree.stop()
    row = score.row("actor, one way, 1 KiB, with its decision, CPU", "µs", (1, 1))
    return Row(**{name: getattr(row, name) for name in row.__struct_fields__} | {"goal": None, "stretch": None})


async def _tell_actor(bus: Bus, score: Score) -> None:
    text = PAYLOAD.text
    for number in range(ONE_WAY):
        await bus.tell("root/it", Payload(number, text), sender="source")
    answer = await bus.ask("root/it", Question(-1), Answer, timeout_s=ASK_LIMIT_S)  # behind all that was told
    score.wrong += answer.number != ONE_WAY


# ----------------------------------------------------------------------------------------------------- fan-out


async def _fan_out(width: int, rates: tuple[float, float]) -> Row:
    score = Score()
    messages = DELIVERIES // width
    for _ in range(ROUNDS):
        score.raw.append(await _cost(lambda: _raw_fan_out(width, messages)) / DELIVERIES)
        score.ours.append(await _cost(lambda: _publish(width, messages, score)) / DELIVERIES)
    return score.row(f"fan-out to {width}, 1 KiB, CPU per receiver", "µs", rates)


async def _publish(width: int, messages: int, score: Score) -> None:
    """Publish in bursts of a mailbox's size, as a loop does that works through a full mailbox."""
    bus = Bus()
    subscriptions = [bus.subscribe(Heard) for _ in range(width)]

    async def read(subscription: Subscription) -> None:
        seen = 0
        while seen < messages:
            seen += len(await subscription.take())
        score.wrong += subscription.lost

    async with trio.open_nursery() as nursery:
        for subscription in subscriptions:
            nursery.start_soon(read, subscription)
        text = PAYLOAD.text
        for number in range(messages):
            bus.publish(Payload(number, text), sender="source")
            if number % BUFFER == BUFFER - 1:
                await trio.lowlevel.checkpoint()


# --------------------------------------------------------------------------------------------------------- ask


async def _asks() -> list[Row]:
    """Ask an actor, one ask at a time; CPU, and the wall clock's median."""
    cpu, wall = Score(), Score()
    bus = Bus()
    tree = _tree(bus)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(tree.run)
        await tree.wait_started()
        for _ in range(ROUNDS):
            await _raw_asks(cpu, wall)
            await _bus_asks(bus, cpu, wall)
        tree.stop()
    rates = (1.2, 0.75)
    return [cpu.row("ask, CPU", "µs", rates), wall.row("ask, p50", "µs", rates)]


async def _bus_asks(bus: Bus, cpu: Score, wall: Score) -> None:
    took: list[float] = []

    async def work() -> None:
        for number in range(ASKS):
            began = time.perf_counter()
            answer = await bus.ask("root/it", Question(number), Answer, timeout_s=ASK_LIMIT_S)
            took.append(time.perf_counter() - began)
            wall.wrong += answer.number != number

    cpu.ours.append(await _cost(work) / ASKS)
    wall.ours.append(median(took))


async def _raw_asks(cpu: Score, wall: Score) -> None:
    to_server, requests = trio.open_memory_channel[Payload](BUFFER)
    to_client, replies = trio.open_memory_channel[Payload](BUFFER)
    took: list[float] = []

    async def serve() -> None:
        for _ in range(ASKS):
            await to_client.send(await requests.receive())

    async def work() -> None:
        for _ in range(ASKS):
            began = time.perf_counter()
            await to_server.send(PAYLOAD)
            await replies.receive()
            took.append(time.perf_counter() - began)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve)
        cpu.raw.append(await _cost(work) / ASKS)
    wall.raw.append(median(took))
