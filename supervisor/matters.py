"""What messages and events are about, so that one correlation tells one story from its first stage to its end. Pure.

* A start of a server is a story: its probe with all that this writes and is told of it, its scan, and that it is ready
  or has failed. Each further try is a story of its own.
* An instance that is started for clients later is one: its launch, its stderr, its exit.
* A session is one: opened, what was refused to it, closed.
"""

from __future__ import annotations

from msgspec import Struct

from supervisor.events import ImagePulled, ServerReady, ServerStarting
from supervisor.kernel.specs import Names

INSTANCE, SESSION, SERVER = "instance", "session", "server"
"""Kinds of things."""

BY_FIELD = (
    Names(field="instance_id", kind=INSTANCE),
    Names(field="instance", kind=INSTANCE),
    Names(field="ref", kind=INSTANCE),  # of questions to the docker command's resolver
    Names(field="session", kind=SESSION),
)
OF_A_START = frozenset({ServerStarting, ServerReady, ImagePulled})
"""They name the server only, and are about its present start."""


def about(kind: type[Struct]) -> tuple[Names, ...]:
    """Say by which fields a kind of message or event names what it is about."""
    fields = kind.__struct_fields__
    found = tuple(names for names in BY_FIELD if names.field in fields)
    if "server" not in fields:
        return found
    return (*found, Names(field="server", kind=SERVER, is_sure=kind in OF_A_START))
