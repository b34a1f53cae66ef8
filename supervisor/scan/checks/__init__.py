"""The checks of the engine, one file each."""

from __future__ import annotations

from supervisor.scan.checks import duplicate_key
from supervisor.scan.checks.check import Check

CHECKS: tuple[Check, ...] = (duplicate_key.CHECK,)
"""All checks, in the order in which they are documented."""
