"""What this machine can do, as far as a configuration depends on it; found out without loading trio."""

from __future__ import annotations

import sys

from supervisor.config.schema import Facts
from supervisor.sandbox import landlock


def facts_here() -> Facts:
    """Find it out: one system call."""
    if sys.platform != "linux":
        return Facts(platform=sys.platform, landlock=False, landlock_reason="Landlock is a part of Linux")
    try:
        landlock.version()
    except OSError as error:
        return Facts(platform=sys.platform, landlock=False, landlock_reason=error.strerror or "the kernel has none")
    return Facts(platform=sys.platform, landlock=True)
