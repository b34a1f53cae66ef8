"""`depends_on` across servers: every name must be a server that can be started, and nobody may wait for itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from supervisor.config.specs import Invalid, Remote, ServerSpec
from supervisor.errors import DependencyInvalid
from supervisor.escaping import printable

AnyServer = ServerSpec | Invalid | Remote


def checked(servers: Sequence[AnyServer]) -> list[AnyServer]:
    """The same servers; those with an impossible dependency have become invalid."""
    names = {server.name: server for server in servers}
    waits = {spec.name: [one.name for one in spec.depends_on] for spec in filter(None, map(_spec, servers))}
    circular = _circular(waits)
    return [_checked(server, names, circular) for server in servers]


def _spec(server: AnyServer) -> ServerSpec | None:
    if isinstance(server, Invalid):
        return server.spec
    return server if isinstance(server, ServerSpec) else None


def _checked(server: AnyServer, names: Mapping[str, AnyServer], circular: Mapping[str, str]) -> AnyServer:
    if (spec := _spec(server)) is None:
        return server
    faults = [(one.name, _fault(spec.name, one.name, names, circular)) for one in spec.depends_on]
    problems = [
        DependencyInvalid(place=spec.place, name=printable(name), reason=reason) for name, reason in faults if reason
    ]
    if not problems:
        return server
    before = server.problems if isinstance(server, Invalid) else ()
    return Invalid(name=spec.name, place=spec.place, problems=(*before, *problems), enabled=spec.enabled, spec=spec)


def _fault(name: str, needed: str, names: Mapping[str, AnyServer], circular: Mapping[str, str]) -> str | None:
    if needed not in names:
        return "there is no such server"
    if isinstance(names[needed], Remote):
        return "it is a remote server, which is never started"
    return "they wait for each other" if needed == circular.get(name) else None


def _circular(waits: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """For each server on a circle, the one that it waits for there."""
    return {
        name: needed
        for name, needs in waits.items()
        for needed in needs
        if name in _reached(needed, lambda server: waits.get(server, ()))
    }


def _reached(start: str, following: Callable[[str], Iterable[str]]) -> set[str]:
    """Everything that start waits for, directly or not, and start itself."""
    reached: set[str] = set()
    ahead = [start]
    while ahead:
        name = ahead.pop()
        if name not in reached:
            reached.add(name)
            ahead.extend(following(name))
    return reached
