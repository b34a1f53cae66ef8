"""What a new configuration changes in a running one. Pure.

Resolved values are compared, so a changed `${file:…}` or `${cred:…}` is a change of what it stands in. A server that
runs and whose new entry is invalid is kept as it is: a mistake in a file ends nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from supervisor.config.specs import Config, Invalid, ServerSpec, Settings
from supervisor.reload.fields import BLOCKS, SERVER, SETTINGS, Effect
from supervisor.reload.words import Change, Plan, Refused, Setting


def plan(old: Config, new: Config) -> Plan:
    """Say what comes of going over from one configuration to the other."""
    before = {spec.name: spec for spec in old.servers}
    after = {spec.name: spec for spec in new.servers}
    broken = {entry.name: entry for entry in new.invalid}
    both = [(before[name], spec) for name, spec in after.items() if name in before]
    changes = {effect: tuple(_changed(both, effect)) for effect in ("restart", "in_place")}
    changed = {change.server for found in changes.values() for change in found}
    return Plan(
        added=tuple(name for name in after if name not in before),
        removed=tuple(name for name in before if name not in after and name not in broken),
        restarted=changes["restart"],
        in_place=changes["in_place"],
        untouched=tuple(spec.name for _, spec in both if spec.name not in changed),
        kept=tuple(_refused(entry) for name, entry in broken.items() if name in before),
        invalid=tuple(_refused(entry) for name, entry in broken.items() if name not in before),
        settings=tuple(_settings(old.settings, new.settings)),
        warnings=tuple(warned.problem.text for warned in new.warnings),
    )


def in_force(old: Config, new: Config) -> Config:
    """The configuration that is in force once the plan is carried out.

    Servers that are kept are among its servers, and settings that come later are as they were.
    """
    before = {spec.name: spec for spec in old.servers}
    running = {spec.name: spec for spec in new.servers}
    running |= {entry.name: before[entry.name] for entry in new.invalid if entry.name in before}
    later = [name for name, (_, when) in SETTINGS.items() if when == "next_start"]
    return replace(
        new,
        servers=tuple(running[name] for name in new.order if name in running),
        invalid=tuple(entry for entry in new.invalid if entry.name not in before),
        settings=replace(new.settings, **{name: getattr(old.settings, name) for name in later}),
        source=new.source or old.source,
    )


def effect_of(old: ServerSpec, new: ServerSpec) -> Effect | None:
    """The strongest thing that a change of one server asks for; None if nothing that counts differs."""
    effects = {SERVER[name].effect for name in _differing(old, new)}
    return next((effect for effect in ("restart", "in_place") if effect in effects), None)


def fields_of(old: ServerSpec, new: ServerSpec) -> tuple[str, ...]:
    """Name what differs, by the keys of a config, each once."""
    named: dict[str, None] = {}
    for name in _differing(old, new):
        if SERVER[name].effect != "followed":
            named.update(dict.fromkeys(_keys(name, old, new)))
    if len(named) > 1:
        named.pop(SERVER["secrets"].key, None)  # it follows from the values that are named beside it
    return tuple(named)


def _changed(both: list[tuple[ServerSpec, ServerSpec]], effect: str) -> Iterator[Change]:
    for old, new in both:
        if effect_of(old, new) == effect:
            yield Change(server=new.name, fields=fields_of(old, new))


def _differing(old: ServerSpec, new: ServerSpec) -> list[str]:
    return [
        name
        for name, row in SERVER.items()
        if getattr(old, name) != getattr(new, name) and (not row.only_in or row.only_in in (old.mode, new.mode))
    ]


def _keys(name: str, old: ServerSpec, new: ServerSpec) -> Iterator[str]:
    key, before, after = SERVER[name].key, getattr(old, name), getattr(new, name)
    if name in BLOCKS:
        found = [BLOCKS[name][part] for part in _parts(before, after)]
        yield from (f"{key}.{part}" for part in found if part)
    elif name == "env":
        yield from (f"{key}.{variable}" for variable in _variables(before, after))
    elif name == "unset":
        yield from (f"{key}.{variable}" for variable in sorted(set(before) ^ set(after)))
    else:
        yield key


def _parts(before: Struct, after: Struct) -> list[str]:
    return [name for name in before.__struct_fields__ if getattr(before, name) != getattr(after, name)]


def _variables(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    return [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]


def _refused(entry: Invalid) -> Refused:
    problem = entry.problems[0]
    return Refused(server=entry.name, code=problem.code, reason=problem.text, enabled=entry.enabled)


def _settings(old: Settings, new: Settings) -> Iterator[Setting]:
    for name, (key, when) in SETTINGS.items():
        if getattr(old, name) != getattr(new, name):
            yield Setting(key=key, when=when)
