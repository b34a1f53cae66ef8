"""What the actor of mode `docker` hears from its own effects, beside the contract of every mode (launch/messages)."""

from __future__ import annotations

from msgspec import Struct

from supervisor.events import (
    ContainerCreated,
    ContainerExited,
    ContainerPaused,
    ContainerRemoved,
    ContainerStarted,
    ContainerStopAsked,
    ContainerStopped,
    ContainerSwept,
    ImagePulled,
)

Fact = (
    ImagePulled | ContainerCreated | ContainerStarted | ContainerPaused | ContainerStopAsked | ContainerStopped
    | ContainerExited | ContainerRemoved | ContainerSwept
)  # fmt: skip
"""What is told about images and containers."""


class ImageReady(Struct, frozen=True, kw_only=True, tag="container.image_ready"):
    """The image of a launch is on the engine, or is the user's own affair."""

    instance: str
    image: str
    digest: str


class Told(Struct, frozen=True, kw_only=True, tag="container.told"):
    """Facts that are to leave as events, in order."""

    facts: list[Fact]
    is_listening: bool = False
    """It answers the command to listen, which is given again then."""


class Surveyed(Struct, frozen=True, kw_only=True, tag="container.surveyed"):
    """Every container of ours that the engine knows of has been looked at, and what is of no use was ended."""

    kept: int
    ended: int
    facts: list[Fact]


OwnResult = ImageReady | Told | Surveyed
