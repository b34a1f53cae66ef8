"""Images fetched ahead of any start, by the same stage as a start's: each once, several side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal

import trio
from msgspec import Struct

from supervisor.container.effects import Engine
from supervisor.container.facts import EngineFacts, check_platform
from supervisor.container.flags import read_run
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

    image: str
    servers: tuple[str, ...]
    is_any_platform: bool = False
    """Somebody says by `--platform` which one is meant."""


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
    """Say which images these servers need, in the order of the servers."""
    found: dict[str, Wanted] = {}
    for one in profiles:
        name = one.spec.image
        before = found.get(name, Wanted(image=name, servers=()))
        has_platform = any(option.name == "platform" for option in read_run(one.spec.extra_args).options)
        found[name] = Wanted(
            image=name,
            servers=(*before.servers, one.server),
            is_any_platform=before.is_any_platform or has_platform,
        )
    return list(found.values())


async def fetch(engine: Engine, wanted: Sequence[Wanted], on_progress: OnProgress) -> list[Fetched]:
    """Fetch those that are missing. Raises: LaunchError, if the engine does not answer at all."""
    facts = await engine.facts()
    found: dict[str, Fetched] = {}

    async def fetch_one(one: Wanted) -> None:
        found[one.image] = await _fetched(engine, facts, one, on_progress)
        on_progress(one.image, "done", None)

    async with trio.open_nursery() as nursery:
        for one in wanted:
            nursery.start_soon(fetch_one, one)
    return [found[one.image] for one in wanted]


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
            image = await Images(tell).ensure(engine, facts, one.servers[0], one.image)
        if not one.is_any_platform:
            check_platform(one.image, image, facts)
    except LaunchError as error:
        return result(status="failed", problem=error.problem)
    except trio.TooSlowError:
        return result(status="failed", problem=StageTimeout(stage="pull", limit_s=FETCH_S))
    seconds = round(trio.current_time() - began, 3) if is_missing else 0.0
    return result(status="fetched" if is_missing else "present", id=image.id, digest=image.digest, seconds=seconds)
