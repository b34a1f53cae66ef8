"""stockade: stdio MCP servers, isolated and supervised, as a library for trio applications.

Everything public is re-exported here, and loaded at the first use, so that `import supervisor` costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from supervisor.edges.embed import Session as Session
    from supervisor.edges.embed import Stockade as Stockade
    from supervisor.edges.embed import open_supervisor as open_supervisor
    from supervisor.errors import ConfigError as ConfigError
    from supervisor.errors import ControlError as ControlError
    from supervisor.errors import LaunchError as LaunchError
    from supervisor.errors import Problem as Problem
    from supervisor.errors import SessionError as SessionError
    from supervisor.errors import StockadeError as StockadeError
    from supervisor.events import AnyEvent as AnyEvent
    from supervisor.server.messages import Described as Described

__version__ = "0.1.0.dev0"

_HOME = {
    "open_supervisor": "supervisor.edges.embed",
    "Session": "supervisor.edges.embed",
    "Stockade": "supervisor.edges.embed",
    "AnyEvent": "supervisor.events",
    "Described": "supervisor.server.messages",
    "ConfigError": "supervisor.errors",
    "ControlError": "supervisor.errors",
    "LaunchError": "supervisor.errors",
    "Problem": "supervisor.errors",
    "SessionError": "supervisor.errors",
    "StockadeError": "supervisor.errors",
}
"""Where each public name lives."""

__all__ = [
    "AnyEvent", "ConfigError", "ControlError", "Described", "LaunchError", "Problem", "Session", "SessionError",
    "Stockade", "StockadeError", "__version__", "open_supervisor",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Load a public name at its first use."""
    if name not in _HOME:
        message = f"module 'supervisor' has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)
