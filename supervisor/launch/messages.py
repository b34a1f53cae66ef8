"""The contract that every isolation mode keeps.

A mode is an actor that takes `Launch` and `Halt` and answers `Launched` or `LaunchFailed`, and then `Exited`, exactly
once for every launched instance, to the name in `reply_to` of its `Launch`. Processes, streams, argument lists and
environments (with their secrets) stay in the table of the process layer; messages name them by id.

* after `Launched`, the streams of `instance` can be taken from the table;
* `Halt` is idempotent, may come before `Launched` (then the launch ends in `LaunchFailed` or `Launched` + `Exited`),
  and a `Halt` for an unknown or ended instance is ignored;
* `Exited` comes only when nothing of the instance is left: the whole process group and its leftovers are gone. If an
  engine that went away keeps that from being known, what is left is ended before the mode launches anything again;
* what cannot be executed ends in `LaunchFailed`; only where an engine has to find that out, it may be `Exited` with
  the same problem;
* after a `LaunchFailed` or an `Exited` whose problem is that of an engine, `Resumed` comes when it is over.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from supervisor.config.schema import SandboxSpec
from supervisor.config.specs import Grace, Limits
from supervisor.errors import AnyProblem
from supervisor.events import SandboxDenied

EndedBy = Literal["itself", "stop", "kill", "outside"]
"""Who ended an instance: its own exit, our closed stdin or SIGTERM, our SIGKILL, or a signal from elsewhere."""


class Launch(Struct, frozen=True, kw_only=True, tag="instance.launch"):
    """Start one instance of a server."""

    reply_to: str
    instance: str
    """An id that was never used before in this process."""
    server: str
    command: str
    """The id of the prepared command (arguments, environment, working directory) in the process table."""
    grace: Grace
    limits: Limits
    sandbox: SandboxSpec
    program: str = ""
    """The container engine's command that the server's own command line names, if it is to be used as it stands; empty
    if the docker command is to be found."""


class Halt(Struct, frozen=True, kw_only=True, tag="instance.halt"):
    """End one instance: the whole ladder, bounded."""

    instance: str
    stdin_s: float | None = None
    """Seconds between closing its stdin and SIGTERM, if that is less than the grace that it was launched with."""


class Launched(Struct, frozen=True, kw_only=True, tag="instance.launched"):
    """The instance runs; `confinement` says in a few words what holds it (`none`, `S2 abi7`, …)."""

    instance: str
    pid: int
    confinement: str
    degraded: bool = False
    """It runs with less than was asked for (`best_effort`)."""


class Confined(Struct, frozen=True, kw_only=True, tag="instance.confined"):
    """What really holds an instance, as found out after its start; from a mode's effects to its own actor."""

    server: str
    instance: str
    pid: int
    report: dict[str, object]
    degraded: str = ""
    """Why that is less than was asked for; empty if it is not."""


class Denied(Struct, frozen=True, kw_only=True, tag="instance.denied"):
    """What the sandbox refused to an instance, which goes on; from a mode's effects to its own actor."""

    instance: str
    facts: list[SandboxDenied]


class Known(Struct, frozen=True, kw_only=True, tag="instance.known"):
    """What an earlier incarnation of the mode's actor had launched; from the effects to the actor."""

    launched: dict[str, str]
    """Name to reply to, by instance."""
    lost: dict[str, str] = {}
    """The same of launches that ended with that incarnation, of which nothing runs."""


class LaunchFailed(Struct, frozen=True, kw_only=True, tag="instance.launch_failed"):
    """Nothing of the instance runs."""

    instance: str
    problem: AnyProblem


class Exited(Struct, frozen=True, kw_only=True, tag="instance.exited"):
    """The instance and everything it started are gone."""

    instance: str
    code: int | None
    """The exit code, None if a signal ended it."""
    signal: int | None
    ended_by: EndedBy
    leftovers: int
    """How many processes of its group outlived its first process and had to be ended."""
    stderr_tail: list[str]
    """Its last lines on stderr, at most 20, escaped and redacted."""
    diagnosis: str = ""
    """What the mode can add about the cause, for people."""
    problem: AnyProblem | None = None
    """The cause, if it is known to be none of the server's own: its engine went away (then it has not failed), or an
    engine had started it before it was clear that its program cannot be executed."""


class Resumed(Struct, frozen=True, kw_only=True, tag="instance.resumed"):
    """What had kept a mode from launching, or had ended what it had launched, is over: launches can work again.

    Told to everybody who got a `LaunchFailed` or an `Exited` for such a reason (errors.EngineProblem).
    """


def status_text(exited: Exited) -> str:
    """Say in words how a process ended: `exit status 1`, `signal 9`."""
    return f"signal {exited.signal}" if exited.signal is not None else f"exit status {exited.code}"
