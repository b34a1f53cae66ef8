"""What the actor that watches the engine orders of its effects, and what comes back.

Everything carries the number of the try to connect that it belongs to, so that what is late is known as late.
"""

from __future__ import annotations

from msgspec import Struct

from supervisor.engine.messages import Mended, Seen, Suspect, Watch
from supervisor.errors import AnyProblem


class Connect(Struct, frozen=True, kw_only=True):
    """Command: end what was connected before, shake hands, listen; answered by `Connected` or `Failed`."""

    docker: str
    number: int


class Hear(Struct, frozen=True, kw_only=True):
    """Command: wait for what the engine tells next; answered by `Heard` or `Ended`."""

    number: int


class Check(Struct, frozen=True, kw_only=True):
    """Command: ask something that the engine and its containerd have to answer; answered by `Checked`."""

    number: int


class AwaitSocket(Struct, frozen=True, kw_only=True):
    """Command: wait until the engine's socket is there anew; answered by `Appeared`, or never."""

    number: int


class Connected(Struct, frozen=True, kw_only=True, tag="engine.connected"):
    """The engine and its containerd answer, and whatever happens from now on is heard."""

    number: int
    host: str
    version: str
    running: list[str]
    """Ids of the containers of ours that run now."""


class Failed(Struct, frozen=True, kw_only=True, tag="engine.failed"):
    """A try to connect failed."""

    number: int
    host: str
    problem: AnyProblem


class Heard(Struct, frozen=True, kw_only=True, tag="engine.heard"):
    """What happened, in order."""

    number: int
    seen: list[Seen]


class Ended(Struct, frozen=True, kw_only=True, tag="engine.ended"):
    """The engine tells nothing any more."""

    number: int
    problem: AnyProblem


class Checked(Struct, frozen=True, kw_only=True, tag="engine.checked"):
    """What came of a check."""

    number: int
    problem: AnyProblem | None


class Appeared(Struct, frozen=True, kw_only=True, tag="engine.appeared"):
    """The engine's socket is there anew."""

    number: int


class RetryDue(Struct, frozen=True, kw_only=True, tag="engine.retry_due"):
    """It is time to try to connect again."""

    number: int


class CheckDue(Struct, frozen=True, kw_only=True, tag="engine.check_due"):
    """It is time to look whether an engine that says nothing still could."""

    number: int


class MendDue(Struct, frozen=True, kw_only=True, tag="engine.mend_due"):
    """Whoever uses the engine has had the time to look through what is left."""

    number: int


Command = Connect | Hear | Check | AwaitSocket
OwnResult = Connected | Failed | Heard | Ended | Checked | Appeared | RetryDue | CheckDue | MendDue
Incoming = Watch | Suspect | Mended | OwnResult
"""All that the actor hears."""
