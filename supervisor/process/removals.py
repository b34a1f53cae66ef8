"""The guardian's part about workloads: which there are, and running the commands that remove them.

Lines of the owner's: `w WAY ARGV ENV` (a way to remove workloads: a command and its environment), `c NUMBER WAY SID
CIDFILE ID` (a workload: how it is removed, which child carries its bytes, where its id will be, and its id once that is
known; told again when more is known), `x NUMBER` (it is gone). Texts are in hexadecimal, lists joined by NUL, what is
not known is 0 or empty.

The guardian starts from this file, so it imports nothing that an interpreter has not loaded.
"""

from __future__ import annotations

import os
import signal

CIDFILE_S = 2.0
"""For a child that was just started to write the id of its workload, which takes a few tenths of a second: for so long
it is not ended. The removal has as long again before the guardian gives up."""
TRIES = 3
"""A command that fails is run again: an engine that is busy with a workload refuses to do anything else with it."""
ID_LENGTH = 64
DEAF_TO = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGPIPE, signal.SIGTSTP)
"""What the guardian ignores, and the commands that it runs do not."""


class Ward:
    """One workload."""

    __slots__ = ("cidfile", "identity", "session", "way")

    def __init__(self, way: int, session: int, cidfile: bytes, identity: bytes) -> None:
        self.way = way
        self.session = session
        self.cidfile = cidfile
        self.identity = identity

    def identify(self) -> bytes:
        """Its id, read from its file if nobody has told it; empty if it is not known yet."""
        if not self.identity:
            text = first_bytes(self.cidfile).strip()
            if len(text) == ID_LENGTH and all(byte in b"0123456789abcdef" for byte in text):
                self.identity = text
        return self.identity


class Removals:
    """The workloads that are to be removed if the owner dies; and then, their removal."""

    def __init__(self) -> None:
        self._ways: dict[int, tuple[list[bytes], dict[bytes, bytes]]] = {}
        self._wards: dict[int, Ward] = {}
        self._running: dict[int, tuple[int, list[bytes], int]] = {}
        """The way, the ids and the number of tries left, by the pid of the command."""

    def __len__(self) -> int:
        return len(self._wards)

    def note(self, line: bytes) -> None:
        """Take one line of the owner's; one that makes no sense is passed over."""
        sign, *fields = line.split(b" ")
        try:
            if sign == b"w":
                number, argv, env = fields
                pairs = (pair.partition(b"=") for pair in unpack(env))
                self._ways[int(number)] = unpack(argv), {name: value for name, _, value in pairs}
            elif sign == b"c":
                number, way, session, cidfile, identity = fields
                self._wards[int(number)] = Ward(int(way), int(session), b"".join(unpack(cidfile)), identity)
            elif sign == b"x":
                (number,) = fields
                self._wards.pop(int(number), None)
        except ValueError:
            pass

    def advance(self, elapsed_s: float, live: set[int] | None = None) -> set[int]:
        """Begin the removal of all whose id is known by now, and see to the commands that run.

        Answers the sessions that have still to say the ids of their workloads. `live` are those that were alive a
        moment ago, if that is known: a dead one says nothing any more.
        """
        ready: dict[int, list[bytes]] = {}
        for number, ward in list(self._wards.items()):
            is_silent = elapsed_s >= CIDFILE_S or (live is not None and ward.session not in {0, *live})
            if identity := ward.identify():
                ready.setdefault(ward.way, []).append(identity)
            if identity or is_silent:
                del self._wards[number]
        for way, identities in ready.items():
            self._remove(way, identities, TRIES)
        self._collect()
        return {ward.session for ward in self._wards.values()}

    @property
    def is_done(self) -> bool:
        """Nothing is left to be removed."""
        return not (self._wards or self._running)

    def give_up(self) -> None:
        """Kill the commands that have not ended: their engine is stuck."""
        for pid in self._running:
            os.killpg(pid, signal.SIGKILL)

    def _remove(self, way: int, identities: list[bytes], tries: int) -> None:
        argv, env = self._ways.get(way, ([], {}))
        try:
            pid = os.posix_spawn(
                argv[0],
                [*argv, *identities],
                env,
                file_actions=[(os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0)],  # not the owner's pipe
                setpgroup=0,
                setsigdef=DEAF_TO,
            )
        except (OSError, IndexError):
            return
        self._running[pid] = way, identities, tries - 1

    def _collect(self) -> None:
        for pid, (way, identities, tries) in list(self._running.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                del self._running[pid]
                if status and tries:
                    self._remove(way, identities, tries)


def pack(texts: list[str]) -> bytes:
    """A list of texts as one field of a line."""
    return b"\0".join(os.fsencode(text) for text in texts).hex().encode()


def unpack(field: bytes) -> list[bytes]:
    """The same list. Raises: ValueError."""
    data = bytes.fromhex(field.decode())
    return data.split(b"\0") if data else []


def first_bytes(path: bytes) -> bytes:
    """The first bytes of a file, nothing if it cannot be read."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except (OSError, ValueError):
        return b""
    try:
        return os.read(fd, 2 * ID_LENGTH)
    except OSError:
        return b""
    finally:
        os.close(fd)
