"""The life of one container, as a table: states × events → state. The page about it is generated from here.

* A pair that is not in the table changes nothing: the event is late, doubled, or of no meaning there.
* `gone` and `failed` are ends: nothing leads out of them, and nothing of the container is used any more.
* `running` means that it runs *and* is not paused: of a paused container the engine says Running as well.
* A stop is asked for once. A life that is `stopping` comes to its end whatever the engine does: the ladder is bounded,
  and what it could not verify is left to the next sweep.
* An engine that went away ends no life by itself: a stopped engine leaves its containers running, and what was asked of
  it before may still be done when it goes on.
"""

from __future__ import annotations

from typing import Literal

State = Literal[
    "absent", "resolving", "pulling", "creating", "running", "paused", "engine_down", "stopping", "gone", "failed"
]
Event = Literal[
    "launch", "resolved", "docker_absent", "image_present", "image_failed", "created", "started", "refused", "paused",
    "unpaused", "engine_lost", "engine_back", "died", "halt", "verified_gone", "unverified",
]  # fmt: skip

STATES: dict[State, str] = {
    "absent": "Nothing of it is there, and nothing was asked for.",
    "resolving": "The docker command is looked for.",
    "pulling": "The image is looked for, and fetched if it is missing.",
    "creating": "`docker run` was started; the container is made and begun by the engine.",
    "running": "Its program runs.",
    "paused": "Somebody has paused it: it is there and silent.",
    "engine_down": "The engine does not answer, so what the container does is not known.",
    "stopping": "It is being ended, or it has died and what is left of it is removed.",
    "gone": "The engine has said that it is gone.",
    "failed": "It never ran, or nobody could say whether it is gone.",
}
"""What each state means, in the order of a life."""

EVENTS: dict[Event, str] = {
    "launch": "A start is asked for.",
    "resolved": "The docker command was found, and the engine answers.",
    "docker_absent": "There is no docker command, or no engine that answers.",
    "image_present": "The image is on the engine.",
    "image_failed": "The image is not to be had.",
    "created": "The container has an id.",
    "started": "The engine says that it runs.",
    "refused": "The run has failed, and nothing of it is left.",
    "paused": "The engine says that it was paused.",
    "unpaused": "The engine says that it goes on.",
    "engine_lost": "The engine does not answer any more.",
    "engine_back": "The engine answers again, and the container runs as before.",
    "died": "Its program or the attached docker command has ended.",
    "halt": "A stop is asked for.",
    "verified_gone": "The engine says that there is no such container.",
    "unverified": "The ladder is at its end, and the engine could not be asked.",
}
"""What each event says."""

LIFE: dict[tuple[State, Event], State] = {
    ("absent", "launch"): "resolving",
    ("absent", "halt"): "gone",
    ("resolving", "resolved"): "pulling",
    ("resolving", "docker_absent"): "failed",
    ("pulling", "image_present"): "creating",
    ("pulling", "image_failed"): "failed",
    ("creating", "created"): "creating",
    ("creating", "started"): "running",
    ("creating", "refused"): "failed",
    ("creating", "died"): "stopping",
    ("running", "paused"): "paused",
    ("paused", "unpaused"): "running",
    ("running", "died"): "stopping",
    ("paused", "died"): "stopping",
    # The engine goes away.
    ("resolving", "engine_lost"): "engine_down",
    ("pulling", "engine_lost"): "engine_down",
    ("creating", "engine_lost"): "engine_down",
    ("running", "engine_lost"): "engine_down",
    ("paused", "engine_lost"): "engine_down",
    # … and comes back, or what was asked of it before has an outcome.
    ("engine_down", "engine_back"): "running",
    ("engine_down", "resolved"): "pulling",
    ("engine_down", "docker_absent"): "failed",
    ("engine_down", "image_present"): "creating",
    ("engine_down", "image_failed"): "failed",
    ("engine_down", "created"): "creating",
    ("engine_down", "started"): "running",
    ("engine_down", "refused"): "failed",
    ("engine_down", "paused"): "paused",
    ("engine_down", "unpaused"): "running",
    ("engine_down", "died"): "stopping",
    # A stop, from anywhere.
    ("resolving", "halt"): "stopping",
    ("pulling", "halt"): "stopping",
    ("creating", "halt"): "stopping",
    ("running", "halt"): "stopping",
    ("paused", "halt"): "stopping",
    ("engine_down", "halt"): "stopping",
    ("stopping", "verified_gone"): "gone",
    ("stopping", "unverified"): "failed",
}
"""The state that follows."""

FIRST: State = "absent"
ENDS: frozenset[State] = frozenset({"gone", "failed"})


def after(state: State, event: Event) -> State | None:
    """The state that follows; None if the event changes nothing there."""
    return LIFE.get((state, event))
