"""How far a pull is: the engine tells it layer by layer, people want one number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

DOWNLOAD, EXTRACT = "Downloading", "Extracting"
DONE = {"Download complete": 0.5, "Pull complete": 1.0, "Already exists": 1.0}
"""How much of a layer's way is behind it: the bytes are here, or they are unpacked too."""


class Layer(Struct, frozen=True):
    """One layer."""

    size: int = 0
    """Bytes, 0 until the engine says."""
    share: float = 0.0
    """Of its way, 0 to 1: half is the download, half the unpacking."""


class Pull(Struct, frozen=True):
    """One pull, so far."""

    layers: Mapping[str, Layer] = {}
    error: str = ""
    """Why it failed, in the engine's words."""

    @property
    def percent(self) -> int | None:
        """Of the bytes that are known of so far, 0 to 100; None before any is."""
        total = sum(layer.size for layer in self.layers.values())
        if not total:
            return None
        return int(100 * sum(layer.size * layer.share for layer in self.layers.values()) / total)


def advanced(pull: Pull, line: Mapping[str, Any]) -> Pull:
    """The pull after one more line of the engine's; a layer never goes back."""
    if "error" in line or "errorDetail" in line:
        detail = line.get("errorDetail") or {}
        return replace(pull, error=str(line.get("error") or detail.get("message") or "it failed and said no reason"))
    key, status = line.get("id"), line.get("status")
    if not isinstance(key, str) or not isinstance(status, str):
        return pull
    known = pull.layers.get(key, Layer())
    detail = line.get("progressDetail") or {}
    total, current = detail.get("total"), detail.get("current")
    size = total if isinstance(total, int) and total > 0 else known.size
    share = DONE.get(status, 0.0)
    if status in {DOWNLOAD, EXTRACT} and isinstance(current, int) and size:
        share = (0.5 if status == EXTRACT else 0.0) + 0.5 * min(current / size, 1.0)
    elif status not in DONE:
        return pull
    layer = Layer(size=size, share=max(share, known.share))
    return replace(pull, layers={**pull.layers, key: layer})
