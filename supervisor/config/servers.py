"""One entry of a document becomes a server: one that can start, an invalid one with its problems, or a remote one."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from supervisor.config.blocks import Said, laid_over, said
from supervisor.config.entries import Program, Reader, is_enabled, program, remote_url, unused_keys
from supervisor.config.images import is_own_container, unmounted_paths
from supervisor.config.interpolation import Lookup
from supervisor.config.notes import Notes
from supervisor.config.paths import Path
from supervisor.config.precedence import Level, Outcome, asked_mode, gated
from supervisor.config.redact import Redactor
from supervisor.config.resolved import Draft, spec_of
from supervisor.config.schema import IsolationBlock, SupervisionBlock
from supervisor.config.shapes import Entry
from supervisor.config.specs import Facts, Invalid, Remote, ServerSpec, UnusedKey, Warned
from supervisor.errors import AnyProblem, HostPathArgument, IsolationUnsaid, SharingUnavailable
from supervisor.escaping import printable


class Surroundings(Struct, frozen=True):
    """What every entry is read against."""

    lookup: Lookup | None
    facts: Facts
    folder: str
    home: str
    everywhere: Level
    """The global blocks."""
    problems: tuple[AnyProblem, ...] = ()
    """What is wrong in the global blocks: nothing may start under a policy that was half understood."""

    def reader(self, notes: Notes) -> Reader:
        """A reader of texts, with a memory for secrets of its own."""
        return Reader(notes=notes, lookup=self.lookup, folder=self.folder, home=self.home, secrets=[])


class Found(Struct, frozen=True):
    """What one entry came to, and what is to be said about it."""

    server: ServerSpec | Invalid | Remote
    warnings: tuple[Warned, ...]
    unused: tuple[UnusedKey, ...]


def server(entry: Entry, around: Surroundings) -> Found:
    """Read one entry."""
    unused = unused_keys(entry)
    found = _server(entry, around)
    return Found(found, tuple(Warned(problem=one, server=entry.name) for one in entry.notes.warnings), unused)


def _server(entry: Entry, around: Surroundings) -> ServerSpec | Invalid | Remote:
    reader = around.reader(entry.notes)
    enabled, level = is_enabled(entry), _own_level(entry, reader)
    remote = remote_url(entry)
    what = None if remote else program(entry, reader)
    place = entry.notes.place(entry.path)
    if entry.notes.problems:
        return Invalid(name=entry.name, place=place, problems=tuple(entry.notes.problems), enabled=enabled)
    if what is None:
        protocol, url = remote or ("", "")
        return Remote(name=entry.name, place=place, enabled=enabled, protocol=printable(protocol), url=printable(url))
    return _local(entry, what, level, around=around, enabled=enabled)


def _own_level(entry: Entry, reader: Reader) -> Level:
    """What the entry says in its own `isolation` and `stockade` blocks."""
    path, notes = (*entry.path, "isolation"), entry.notes
    isolation, own = entry.value.get("isolation"), entry.value.get("stockade")
    says = said(IsolationBlock, isolation, path, notes) if isolation is not None else {}
    return Level(
        isolation=with_absolute_paths(says, path, reader),
        supervision=said(SupervisionBlock, own, (*entry.path, "stockade"), notes) if own is not None else {},
        isolation_path=path,
    )


def with_absolute_paths(isolation: Said, path: Path, reader: Reader) -> Said:
    """The block with the paths of its sandbox made absolute, references and `~` replaced."""
    sandbox = dict(isolation.get("sandbox", {}))
    for key in ("read_write", "read_only", "deny"):
        if key in sandbox:
            below = (*path, "sandbox", key)
            found = [reader.absolute(text, (*below, position)) for position, text in enumerate(sandbox[key])]
            sandbox[key] = tuple(text for text in found if text)
    return {**isolation, "sandbox": sandbox} if sandbox else isolation


def _local(entry: Entry, what: Program, level: Level, *, around: Surroundings, enabled: bool) -> ServerSpec | Invalid:
    asked = asked_mode(level, around.everywhere, entry.notes.place)
    sandbox = laid_over(level.isolation, around.everywhere.isolation).get("sandbox", {})
    own = is_own_container(what.command)
    outcome = gated(asked, own_container=own, sandbox=sandbox, facts=around.facts)
    spec = spec_of(Draft(entry, enabled, what, level, around.everywhere, outcome))
    if enabled and not asked.why.key and not own:
        entry.notes.warnings.append(IsolationUnsaid(place=spec.place))
    entry.notes.warnings.extend(_hidden_paths(entry, spec))
    problems = (*_obstacles(spec, outcome, around.facts), *around.problems)
    if problems:
        return Invalid(name=spec.name, place=spec.place, problems=problems, enabled=enabled, spec=spec)
    return spec


def _obstacles(spec: ServerSpec, outcome: Outcome, facts: Facts) -> Iterator[AnyProblem]:
    """What keeps a well-written server from starting here."""
    if outcome.problem:
        yield outcome.problem
    if spec.sharing not in facts.sharings:
        yield SharingUnavailable(sharing=spec.sharing)


def _hidden_paths(entry: Entry, spec: ServerSpec) -> Iterator[AnyProblem]:
    """Arguments that a container would not see."""
    if spec.mode != "docker":
        return
    redactor = Redactor(spec.secrets)
    for position, path in unmounted_paths(spec.args, spec.docker.extra_args):
        shown = printable(redactor.redact(path))
        place = entry.notes.place((*entry.path, "args", position))
        yield HostPathArgument(place=place, argument=shown, mount=f"{shown}:{shown}:ro")
