"""What a reload says it does: a plan of names, never of values."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

When = Literal["now", "next_start"]
"""When a setting of the daemon comes into force: at once, or at the next start of stockade."""


class Change(Struct, frozen=True, kw_only=True):
    """One server whose entry differs."""

    server: str
    fields: tuple[str, ...]
    """Keys as they are written in a config, variables as `env.NAME`; never what they hold."""


class Refused(Struct, frozen=True, kw_only=True):
    """One entry that cannot be used."""

    server: str
    code: str
    reason: str
    enabled: bool
    """False if the entry says that it is not to be started anyway."""


class Setting(Struct, frozen=True, kw_only=True):
    """One setting of the daemon that differs."""

    key: str
    when: When


class Plan(Struct, frozen=True, kw_only=True):
    """What a reload does; every server of the two configurations is in exactly one of the first seven."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    restarted: tuple[Change, ...] = ()
    in_place: tuple[Change, ...] = ()
    """What differs holds for whatever is started or opened from now on; what runs goes on."""
    untouched: tuple[str, ...] = ()
    kept: tuple[Refused, ...] = ()
    """Servers that go on as they are, because their new entry is invalid."""
    invalid: tuple[Refused, ...] = ()
    """Entries that are not run, and were not before."""
    settings: tuple[Setting, ...] = ()
    warnings: tuple[str, ...] = ()
    """What the new configuration says that is allowed, and should not be so."""
    is_dry_run: bool = False
    """Nothing was changed."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing of what runs would change."""
        return not (self.added or self.removed or self.restarted or self.in_place)

    @property
    def refused(self) -> tuple[Refused, ...]:
        """Every enabled entry that cannot be used."""
        return tuple(one for one in (*self.kept, *self.invalid) if one.enabled)
