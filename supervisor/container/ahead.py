"""Images fetched ahead of any start, by the same stage as a start's: each once, several side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal

import trio
from msgspec import Struct

from supervisor.container.effects import Engine
from supervisor.container.extra_args import platform_in
from supervisor.container.facts import EngineFacts
from supervisor.container.images import Images
from supervisor.container.words import Profile
from supervisor.errors import LaunchError, Problem, StageTimeout
from supervisor.events import ImagePulled

FETCH_S = 3600.0
"""Seconds for one image: somebody waits on purpose, for an image that may be too large for the clock of a start."""

Step = Literal["waiting", "fetching", "done"]
OnProgress = Callable[[str, Step, int | None], None]
"""Told of an image, how far it is, and the percentage of its known bytes; may neither block nor raise."""


class Wanted(Struct, frozen=True, kw_only=True):
    """An image, and who needs it."""

    profiles: tuple[Profile, ...]
    """At least one; all say the same about the image."""

    @property
    def image(self) -> str:
        """Its name."""
        return self.profiles[0].spec.image

    @property
    def servers(self) -> tuple[str, ...]:
        """Names of those who need it."""
        return tuple(one.server for one in self.profiles)


class Fetched(Struct, frozen=True, kw_only=True):
    """What came of one image."""

    image: str
    servers: tuple[str, ...]
    status: Literal["present", "fetched", "failed"]
    id: str = ""
    digest: str = ""
    """`name@sha256:…`, or the id where no registry has it."""
    seconds: float = 0.0
    problem: Problem | None = None


def wanted_by(profiles: Sequence[Profile]) -> list[Wanted]:
    """Say which images these servers need, in the order of the servers; one for two platforms is two."""
    found: dict[tuple[str, str], tuple[Profile, ...]] = {}
    for one in profiles:
        key = (one.spec.image, platform_in(one.spec.extra_args))
        found[key] = (*found.get(key, ()), one)
    return [Wanted(profiles=needing) for needing in found.values()]


async def fetch(engine: Engine, wanted: Sequence[Wanted], on_progress: OnProgress) -> list[Fetched]:
    """Fetch those that are missing. Raises: LaunchError, if the engine does not answer at all."""
    facts = await engine.facts()
    found: dict[int, Fetched] = {}

    async def fetch_one(position: int, one: Wanted) -> None:
        found[position] = await _fetched(engine, facts, one, on_progress)
        on_progress(one.image, "done", None)

    async with trio.open_nursery() as nursery:
        for position, one in enumerate(wanted):
            nursery.start_soon(fetch_one, position, one)
    return [found[position] for position in range(len(wanted))]


async def _fetched(engine: Engine, facts: EngineFacts, one: Wanted, on_progress: OnProgress) -> Fetched:
    result = partial(Fetched, image=one.image, servers=one.servers)
    began, is_missing = trio.current_time(), False

    def tell(event: ImagePulled) -> None:
        nonlocal is_missing
        is_missing = True
        on_progress(one.image, "fetching", event.percent)

    on_progress(one.image, "waiting", None)
    try:
        with trio.fail_after(FETCH_S):
            image = await Images(tell).ensure(engine, facts, one.profiles[0])
    except LaunchError as error:
        return result(status="failed", problem=error.problem)
    except trio.TooSlowError:
        return result(status="failed", problem=StageTimeout(stage="pull", limit_s=FETCH_S))
    seconds = round(trio.current_time() - began, 3) if is_missing else 0.0
    return result(status="fetched" if is_missing else "present", id=image.id, digest=image.digest, seconds=seconds)
