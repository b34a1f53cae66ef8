"""What a branch's inbox takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import trio

from supervisor.kernel.specs import Spec

if TYPE_CHECKING:
    from supervisor.kernel.node import Node


@dataclass(slots=True, eq=False)
class Ended:
    """A child's run returned or crashed."""

    node: Node


@dataclass(slots=True, eq=False)
class Add:
    """Start one more child."""

    spec: Spec
    done: trio.Event = field(default_factory=trio.Event)
    error: Exception | None = None


@dataclass(slots=True, eq=False)
class Remove:
    """Stop a child and forget it; a name that is not there is no error."""

    name: str
    done: trio.Event = field(default_factory=trio.Event)
    error: Exception | None = None


Request = Ended | Add | Remove
