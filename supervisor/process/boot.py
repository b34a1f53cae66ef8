"""Within what a pid means something."""

from __future__ import annotations

import os
from pathlib import Path


def here() -> str:
    """This boot and this pid namespace; pids mean something within both only. Empty where there is no /proc."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return ""
