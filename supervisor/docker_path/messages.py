"""What the resolver of the docker command says and hears."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from supervisor.errors import DockerNotFound

Source = Literal["path", "bundled", "login_shell"]
"""Where it was found: on PATH, at a well-known place, or by asking the login shell."""


class Resolve(Struct, frozen=True, kw_only=True, tag="docker_path.resolve"):
    """Say where the docker command is; answered by `Resolved` or `Absent`."""

    reply_to: str
    ref: str
    """Comes back in the answer, for whoever has asked several times."""


class Tried(Struct, frozen=True):
    """One place that was looked at, and what was there."""

    place: str
    found: str


class Resolved(Struct, frozen=True, kw_only=True, tag="docker_path.resolved"):
    """It is an absolute path to a regular, executable file, as of this moment."""

    ref: str
    path: str
    source: Source


class Absent(Struct, frozen=True, kw_only=True, tag="docker_path.absent"):
    """It is nowhere."""

    ref: str
    tried: list[Tried]
    retry_after_s: float
    """Seconds until a question leads to a thorough search again; well-known places are looked at each time."""


def problem_of(absent: Absent) -> DockerNotFound:
    """Say that the command is nowhere, for whoever needed it."""
    return DockerNotFound(tried=tried_text(absent.tried), retry_after_s=absent.retry_after_s)


def tried_text(tried: Sequence[Tried]) -> str:
    """Say in one line what was tried: `/usr/bin/docker (nothing is there), …`."""
    return ", ".join(f"{one.place} ({one.found})" for one in tried)
