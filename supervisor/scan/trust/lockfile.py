"""The lock file: what is trusted and what was rejected, of all servers, as one JSON text for people and for git.

The order is always the same, a key stands on a line, and whatever would not show is escaped (layout.py), so that a
change of trust is a difference that can be reviewed. Each entry holds the definition itself beside its pin: a text that
does not match its pin makes the whole file worthless, because nobody can say which of the two was approved.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from supervisor.errors import LockFileDamaged
from supervisor.scan.text.reader import Read, read
from supervisor.scan.text.reader_words import Number
from supervisor.scan.trust import locked
from supervisor.scan.trust.layout import STEP, laid_out, shown
from supervisor.scan.trust.locked import DEPTH, WrongError
from supervisor.scan.trust.pins import Pin, ServerPins

VERSION = 1
"""Of the form of the file; a reader that does not know it refuses the file."""
ABOUT = "What may be served, and what may not. Made by `stockade approve` and `stockade reject`; review every change."
_MARGIN = STEP * 2
_END = "\n}"


def text_of(servers: Iterable[ServerPins]) -> str:
    """Write the decided part of these pins; servers of which nothing was decided are left out."""
    return joined({one.server: block_of(one) for one in servers if is_decided(one)})


def block_of(pins: ServerPins) -> str:
    """One server's part of the file: what is written anew when something was decided of it."""
    return laid_out(locked.server_row(pins), _MARGIN)


def joined(blocks: Mapping[str, str]) -> str:
    """The file that is made of these parts."""
    head = {"stockade_lock": Number(str(VERSION)), "about": ABOUT}
    rows = ",\n".join(f"{_MARGIN}{shown(name)}: {blocks[name]}" for name in sorted(blocks))
    servers = f"{{\n{rows}\n{STEP}}}" if blocks else "{}"
    return f'{laid_out(head).removesuffix(_END)},\n{STEP}"servers": {servers}{_END}\n'


def fault_of(pins: ServerPins, path: str) -> LockFileDamaged | None:
    """Why a server's part could not be read again as what it is: such a part would take all approvals away."""
    found = pins_of(text_of([pins]).encode(), path)
    if isinstance(found, LockFileDamaged):
        return found
    if same_decisions(of_server(found, pins.server), pins):
        return None
    return LockFileDamaged(path=path, place="", reason="it would be read as something else")


def is_decided(pins: ServerPins) -> bool:
    """Whether there is anything of a server that a lock file keeps."""
    return bool(pins.since or pins.is_settled or pins.pins or pins.rejected)


def pins_of(data: bytes, path: str) -> dict[str, ServerPins] | LockFileDamaged:
    """Read a lock file; or say where it is damaged, and then none of it counts. Never raises."""
    try:
        return _servers(_sound(data))
    except WrongError as wrong:
        line = _line(data, wrong)
        place = f"{f':{line}' if line else ''}{f': {wrong.place}' if wrong.place else ''}"
        return LockFileDamaged(path=path, place=place, reason=wrong.reason)


def _sound(data: bytes) -> Any:
    """The file's value, if it could be read without loss. Raises WrongError."""
    if not data.strip():
        _refuse("it is empty")
    found = read(data, depth_limit=DEPTH)
    if found.losses:
        _refuse_lossy(data, found)
    if found.duplicates:
        raise WrongError(found.duplicates[0], "stands twice")
    return found.value


def _refuse_lossy(data: bytes, found: Read) -> NoReturn:
    """Say why a text could not be read. Raises WrongError."""
    if "not_utf8" in found.losses:
        _refuse("it is not UTF-8")
    if "not_json" not in found.losses:
        _refuse("it is nested too deep, or too large")
    text = data.decode()
    if any(line.startswith(("<<<<<<<", "=======", ">>>>>>>")) for line in text.splitlines()):
        line = next(
            n for n, line in enumerate(text.splitlines(), 1) if line.startswith(("<<<<<<<", "=======", ">>>>>>>"))
        )
        raise WrongError("", "two versions of it were merged and the conflict stands in it", line=line)
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise WrongError("", f"it is not JSON: {error.msg[:1].lower()}{error.msg[1:]}", line=error.lineno) from None
    except (RecursionError, ValueError):
        pass
    _refuse("it is not JSON")


def _refuse(reason: str) -> NoReturn:
    raise WrongError("", reason)


def _servers(value: Any) -> dict[str, ServerPins]:
    if not isinstance(value, dict) or "stockade_lock" not in value:
        _refuse("it is no lock file of stockade")
    if value["stockade_lock"] != Number(str(VERSION)):
        _refuse(f"its version is not {VERSION}: another version of stockade wrote it")
    locked.only("", value, {"stockade_lock", "about", "servers"})
    servers = value.get("servers")
    if not isinstance(servers, dict):
        raise WrongError("servers", "is no object")
    return {name: locked.server(name, row) for name, row in servers.items()}


def _line(data: bytes, wrong: WrongError) -> int:
    """The line, from 1, that the mistake is on; 0 if nothing says so."""
    if wrong.line or not wrong.near:
        return wrong.line
    at = data.find(wrong.near.encode())
    return data.count(b"\n", 0, at) + 1 if at >= 0 else 0


def same_decisions(one: ServerPins, other: ServerPins) -> bool:
    """Whether two states of a server would be written alike."""
    return _decisions(one) == _decisions(other)


def _decisions(pins: ServerPins) -> tuple[str, bool, str, tuple[Pin, ...], tuple[Pin, ...]]:
    return pins.since, pins.is_settled, pins.origin, pins.pins, pins.rejected


def of_server(servers: Mapping[str, ServerPins], name: str) -> ServerPins:
    """One server's pins; empty ones if nothing was decided."""
    return servers.get(name, ServerPins(server=name))
