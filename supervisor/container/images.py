"""The image stage: an image is on the engine before a container is made of it, and is known by its digest then."""

from __future__ import annotations

from collections.abc import Callable

import trio

from supervisor.container.effects import Engine
from supervisor.container.extra_args import platform_in
from supervisor.container.facts import EngineFacts, ImageFacts, check_platform, is_for
from supervisor.container.words import Profile
from supervisor.errors import ImagePullFailed, LaunchError
from supervisor.events import ImagePulled

STEP_PERCENT = 10
"""Progress is told when it has come further by so much."""


class Images:
    """Fetches missing images, each one once however many servers wait for it."""

    def __init__(self, tell: Callable[[ImagePulled], None]) -> None:
        self._tell = tell
        self._locks: dict[tuple[str, str], trio.Lock] = {}

    async def ensure(self, engine: Engine, facts: EngineFacts, profile: Profile) -> ImageFacts:
        """See that a server's image is there; how long that may take is the caller's affair.

        Raises: LaunchError (ImageNotFound, ImagePullFailed, ImageWrongPlatform, or the engine's problems).
        """
        name, platform = profile.spec.image, platform_in(profile.spec.extra_args)
        async with self._locks.setdefault((facts.host, name), trio.Lock()):
            found = await engine.image(name)
            if found is None or (platform and not is_for(found, platform)):
                found = await self._pull(engine, profile, platform)
        check_platform(name, found, facts, platform)
        return found

    async def _pull(self, engine: Engine, profile: Profile, platform: str) -> ImageFacts:
        server, name, began = profile.server, profile.spec.image, trio.current_time()
        told = 0
        self._tell(ImagePulled(server=server, image=name, status="started"))

        def on_progress(percent: int | None) -> None:
            nonlocal told
            if percent is not None and percent >= told + STEP_PERCENT:
                told = percent
                self._tell(ImagePulled(server=server, image=name, status="progress", percent=percent))

        await engine.pull(name, on_progress, platform=platform or None)
        found = await engine.image(name)
        if found is None:
            reason = "the engine fetched it and does not have it"
            raise LaunchError(ImagePullFailed(image=name, reason=reason))
        seconds = round(trio.current_time() - began, 3)
        self._tell(ImagePulled(server=server, image=name, status="done", digest=found.digest, seconds=seconds))
        return found
