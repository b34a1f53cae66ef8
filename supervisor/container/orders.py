"""What the actor of mode `docker` has its effects do, beside what every mode does (launch/rules)."""

from __future__ import annotations

from msgspec import Struct

from supervisor.engine.messages import Seen
from supervisor.launch.messages import Launch
from supervisor.launch.rules import Await, End, Forget, Recall


class Expect(Struct, frozen=True, kw_only=True):
    """Command: remember that a launch has begun, beyond the life of this actor."""

    launch: Launch


class Prepare(Struct, frozen=True, kw_only=True):
    """Command: see to the image of a launch; answered by `ImageReady` or `LaunchFailed`."""

    launch: Launch
    docker: str


class Make(Struct, frozen=True, kw_only=True):
    """Command: make and start the container; answered by `Launched` or `LaunchFailed`."""

    launch: Launch
    docker: str
    image: str
    digest: str


class Abandon(Struct, frozen=True, kw_only=True):
    """Command: a launch that is being prepared is not wanted any more."""

    instance: str


class Listen(Struct, frozen=True):
    """Command: wait for facts that are to leave as events; answered by `Told`, over and over."""


class Survey(Struct, frozen=True, kw_only=True):
    """Command: look at every container of ours on the engine, end what is of no use; answered by `Surveyed`."""

    docker: str


class Note(Struct, frozen=True, kw_only=True):
    """Command: take what the engine says of a container to what is known of it."""

    seen: Seen
    docker: str
    """The docker command whose engine says so."""


Own = Expect | Prepare | Make | Abandon | Listen | Survey | Note
Command = Own | Await | End | Forget | Recall
