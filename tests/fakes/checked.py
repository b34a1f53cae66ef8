"""What one check finds in one tool, for tests of checks as tables."""

from __future__ import annotations

from typing import Any

from supervisor.scan.checks.check import Check
from supervisor.scan.context import Context, peer_index
from supervisor.scan.text.items import items_of
from supervisor.scan.words import Hit


def hits(
    check: Check, description: str, *, name: str = "tool", peers: dict[str, Any] | None = None, **more: Any
) -> list[Hit]:
    """The hits of a check on a tool of this name and description, beside these peers."""
    item = items_of("tool", {"name": name, "description": description, "inputSchema": {"type": "object"}, **more})
    context = Context(server="s", own={name: item}, peers=peer_index(peers or {}))
    return list(check.find(item, context))


def told(check: Check, description: str, **more: Any) -> list[tuple[str, str]]:
    """Tier and rule of each hit."""
    return [(hit.tier, hit.rule) for hit in hits(check, description, **more)]
