"""A document becomes a config: the global blocks first, then server by server, then what concerns them together.

Nothing here reads a file or looks at the machine: files and variables come in through a `Lookup`, and what the machine
can do as `Facts`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from types import MappingProxyType
from typing import Any, NamedTuple

from msgspec.structs import replace

from supervisor.config import dependencies
from supervisor.config.blocks import Said, said
from supervisor.config.documents import Document, located
from supervisor.config.entries import Reader
from supervisor.config.images import basename
from supervisor.config.interpolation import Lookup
from supervisor.config.notes import Notes
from supervisor.config.paths import Path
from supervisor.config.precedence import Level
from supervisor.config.schema import IsolationBlock, PluginBlock, SinkBlock, StockadeBlock
from supervisor.config.servers import Found, Surroundings, server, with_absolute_paths
from supervisor.config.shapes import GLOBAL_KEYS, SERVER_KEYS, entries, unfit
from supervisor.config.specs import Config, Facts, Invalid, Remote, ServerSpec, Settings, UnusedKey, Warned
from supervisor.config.suggest import nearest
from supervisor.errors import AnyProblem, ConfigError, DuplicateKey, KeyConflict
from supervisor.escaping import printable

MARK_DIGITS = 8
"""Hexadecimal digits that tell the command lines of one program apart; somebody has to type them to approve."""


_RELATIVE = ("./", "../", "~/")
"""How a word of a plugin's command begins that is a path."""


def resolve(document: Document, *, lookup: Lookup | None, facts: Facts, home: str = "") -> Config:
    """Resolve a whole document; without a lookup, texts are taken as they are.

    Raises ConfigError if it has no servers in any known shape.
    """
    found = entries(document)
    if not isinstance(found, list):
        raise ConfigError(found)
    notes = Notes(document)
    reader = Reader(notes=notes, lookup=lookup, folder=document.folder, home=home, secrets=[])
    isolation = _isolation(notes, reader)
    stockade = _stockade(notes)
    settings = _settings(stockade, reader)
    notes.problems.extend(_doubled_keys(document))
    unused = _unused(notes)
    around = Surroundings(
        lookup=lookup,
        facts=facts,
        folder=document.folder,
        home=home,
        everywhere=Level(isolation[0], stockade.get("defaults", {}), isolation[1]),
        problems=tuple(notes.problems),
    )
    return _config(notes, settings, [server(entry, around) for entry in found], unused)


def asks_for_engine(config: Config) -> bool:
    """Whether a server's mode depends on `Facts.engine`: `auto` is in force for it, and it runs no container itself."""
    specs = [*config.servers, *(one.spec for one in config.invalid if one.spec)]
    return any(spec.why.key == "mode" and spec.why.value == "auto" and not spec.own_container for spec in specs)


def _config(notes: Notes, settings: Settings, found: Sequence[Found], unused: Sequence[UnusedKey]) -> Config:
    servers = dependencies.checked([one.server for one in found])
    return Config(
        servers=tuple(one for one in servers if isinstance(one, ServerSpec)),
        invalid=tuple(one for one in servers if isinstance(one, Invalid)),
        remote=tuple(one for one in servers if isinstance(one, Remote)),
        order=tuple(one.name for one in servers),
        settings=settings,
        problems=tuple(notes.problems),
        warnings=(*map(_of_file, notes.warnings), *(warned for one in found for warned in one.warnings)),
        unused=(*unused, *(key for one in found for key in one.unused)),
        source=notes.document.name,
    )


def _of_file(problem: AnyProblem) -> Warned:
    return Warned(problem=problem)


def _isolation(notes: Notes, reader: Reader) -> tuple[Said, Path]:
    """What the global isolation block says, and where it stands; two of them are one too many."""
    tree = notes.document.tree
    present = [key for key in ("docker_isolation", "isolation") if tree.get(key) is not None]
    if len(present) == 2:
        place = notes.place(("isolation",))
        notes.problems.append(KeyConflict(place=place, key="isolation", other="docker_isolation"))
    if not present:
        return {}, ("isolation",)
    path: Path = (present[0],)
    return with_absolute_paths(said(IsolationBlock, tree[present[0]], path, notes), path, reader), path


def _stockade(notes: Notes) -> Said:
    block = notes.document.tree.get("stockade")
    return said(StockadeBlock, block, ("stockade",), notes) if block is not None else {}


def _settings(stockade: Said, reader: Reader) -> Settings:
    control = stockade.get("control", {})
    group = control.get("group")
    state_dir, lock_file = stockade.get("state_dir"), stockade.get("lock_file")
    return Settings(
        control_group=group,
        control_mode=control.get("mode", 0o660 if group else 0o600),
        allow_uids=control.get("allow_uids", ()),
        state_dir=reader.absolute(state_dir, ("stockade", "state_dir")) if state_dir else None,
        lock_file=reader.absolute(lock_file, ("stockade", "lock_file")) if lock_file else None,
        ready=stockade.get("ready", "core"),
        watch=stockade.get("watch", False),
        sinks=_sinks(stockade, reader),
        plugins={name: _plugin(name, block, reader) for name, block in stockade.get("plugins", {}).items()},
    )


def _sinks(stockade: Said, reader: Reader) -> tuple[SinkBlock, ...]:
    sinks = tuple(_sink(sink, n, reader) for n, sink in enumerate(stockade.get("sinks", ())))
    for number, sink in enumerate(sinks):
        if sink.to and sink.to in [other.to for other in sinks[:number]]:  # each would rotate it under the other
            place: Path = ("stockade", "sinks", number, "to")
            reader.notes.wrong(place, "another sink writes there too", "a file of its own")
    return sinks


def _sink(sink: str | SinkBlock, position: int, reader: Reader) -> SinkBlock:
    if not isinstance(sink, SinkBlock):
        return SinkBlock(type=sink)  # type: ignore[arg-type]  # the block's reader let only its words through
    place: Path = ("stockade", "sinks", position, "to")
    if sink.type == "journal" and sink.to:
        reader.notes.wrong(place, "the journal is not a file", "no `to` here, or a sink of type json or human")
    to = reader.absolute(sink.to, place) if sink.to else None
    return SinkBlock(type=sink.type, to=to, max_size=sink.max_size, keep=sink.keep)


def _plugin(name: str, block: PluginBlock, reader: Reader) -> PluginBlock:
    """The manifest with its paths absolute: it is run in a folder of its own."""
    place = ("stockade", "plugins", name)

    def absolute(text: str, key: str) -> str:
        return reader.absolute(text, (*place, key)) or text

    return replace(
        block,
        command=tuple(absolute(word, "command") if word.startswith(_RELATIVE) else word for word in block.command),
        read_only=tuple(absolute(path, "read_only") for path in block.read_only),
        known_bad=absolute(block.known_bad, "known_bad") if block.known_bad else None,
    )


def _doubled_keys(document: Document) -> Iterator[AnyProblem]:
    """Keys that stand twice at the top of the file or in our global blocks; those in servers are the servers' own."""
    for duplicate in document.duplicates:
        if len(duplicate.path) == 1 or duplicate.path[0] in GLOBAL_KEYS:
            place = located(document.name, duplicate.second, duplicate.path)
            first_place = located(document.name, duplicate.first)
            yield DuplicateKey(place=place, key=printable(str(duplicate.path[-1])), first_place=first_place)


def _unused(notes: Notes) -> list[UnusedKey]:
    """Keys at the top that are not ours; one that is nearly ours gets a warning."""
    known = (*SERVER_KEYS, *GLOBAL_KEYS)
    unused = [key for key in notes.document.tree if key not in known]
    for key in unused:
        if meant := nearest(key, known, cutoff=0.8):
            notes.ignored((key,), f"did you mean {meant!r}?")
    return [UnusedKey(key=printable(key), place=notes.place((key,))) for key in unused]


class Command(NamedTuple):
    """A command line to run as one server, with what its options say; the blocks as people write them."""

    argv: Sequence[str]
    name: str | None = None
    """Unsaid, the name of the program."""
    isolation: Mapping[str, Any] = MappingProxyType({})
    """Keys of an `isolation` block; the mode is `sandbox` if unsaid."""
    supervision: Mapping[str, Any] = MappingProxyType({})
    """Keys of a server's `stockade` block."""
    env: Mapping[str, str] = MappingProxyType({})
    cwd: str | None = None


def from_command(command: Command, *, facts: Facts, folder: str = "/", home: str = "") -> Config:
    """A config of one server for one command line; every word is taken as it is, for the shell has seen it already.

    `folder` is what relative paths are relative to: the working directory.
    """
    program, *args = command.argv or ("",)
    entry = {
        "command": program,
        "args": args,
        "env": dict(command.env),
        "cwd": command.cwd,
        "isolation": {"mode": "sandbox", **command.isolation},
        "stockade": dict(command.supervision),
    }
    own_name = basename(program)
    name = command.name or ("server" if unfit(own_name) else own_name)
    config = resolve(Document(tree={"mcpServers": {name: entry}}, folder=folder), lookup=None, facts=facts, home=home)
    if command.name:
        return config
    # `npx one` and `npx other` are two servers: what the one is trusted with says nothing of the other.
    mark = sha256("\0".join(command.argv).encode("utf-8", "surrogatepass")).hexdigest()[:MARK_DIGITS]
    return replace(config, servers=tuple(replace(spec, pinned_as=f"{name}-{mark}") for spec in config.servers))
