"""What the actor that watches the Docker engine says and hears."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from supervisor.errors import AnyProblem

State = Literal["unwatched", "up", "paused", "down", "recovering"]
"""`paused`: it takes requests and does not answer. `recovering`: it answers again, and who uses it is looking through
what is left of his containers."""

Action = Literal["create", "start", "die", "oom", "pause", "unpause", "destroy"]
"""What the engine tells of a container, in its own words."""


class Watch(Struct, frozen=True, kw_only=True, tag="engine.watch"):
    """Begin to watch the engine that this docker command talks to, and tell of it; asking again changes nothing."""

    reply_to: str
    docker: str
    """The absolute path of the docker command."""


class Suspect(Struct, frozen=True, kw_only=True, tag="engine.suspect"):
    """Something hints that the engine is gone or stuck: look at once."""

    reason: str


class Mended(Struct, frozen=True, kw_only=True, tag="engine.mended"):
    """After `Stood(recovering)`: what was left has been looked through."""

    kept: int
    """Containers that run as before."""
    ended: int
    """Containers that were of no use any more and were removed."""


class Stood(Struct, frozen=True, kw_only=True, tag="engine.stood"):
    """How the engine stands: told after `Watch`, at each change, and when a `Suspect` has come to nothing."""

    state: State
    host: str = ""
    """Its address, without user name and password."""
    version: str = ""
    problem: AnyProblem | None = None
    """Why it is not up."""


class Seen(Struct, frozen=True, kw_only=True, tag="engine.seen"):
    """The engine says that something happened to a container of this instance of stockade."""

    container: str
    """The full id."""
    action: Action
    exit_code: int | None = None
    """With `die`."""


Reply = Stood | Seen
