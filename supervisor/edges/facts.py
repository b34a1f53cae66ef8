"""What this machine can do, as far as a configuration depends on it; found out without loading trio."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from msgspec.structs import replace

from supervisor.config.specs import Facts
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


def with_engine(facts: Facts, environ: Mapping[str, str]) -> Facts:
    """Find out about the engine too: only for a config that asks for `mode: auto`, since it may take seconds."""
    from supervisor.container.ping import why_no_engine

    reason = why_no_engine(environ, sys.platform)
    return replace(facts, engine=not reason, engine_reason=reason)
