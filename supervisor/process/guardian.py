"""The guardian: a tiny program that outlives a killed owner for a moment and ends what the owner had started.

It reads lines from a pipe: `+ SID` (a session to end, led by a child of the owner), `- SID` (it is gone), those about
workloads (`removals` has them), `.` (the owner has ended all by itself). When the pipe closes, or its parent dies,
without the last, it ends every session it still knows of: SIGTERM, SIGKILL after 1.5 s, nothing left after 5 s. It
finds them by session, by descent, and by the owner's token in the environment, in the tag and in the name of the leaf;
that finds also what was started and not told yet. Workloads are removed meanwhile, by the commands that it was told. It
runs in a session of its own, deaf to the signals that end an owner, with an empty environment so that no other owner
takes it for a leftover.

Start it with `program`; it imports nothing but files of this package that import no more, and what an interpreter has
built in.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time

from supervisor.process import leaves
from supervisor.process.chase import chase
from supervisor.process.pids import listings
from supervisor.process.procstat import Process, family, marker_in, parse_stat
from supervisor.process.removals import DEAF_TO, Removals
from supervisor.process.tag import is_of, tag_in

MARKER = b"STOCKADE_INSTANCE"
POLITE_S = 1.5
"""From SIGTERM to SIGKILL; nobody waits for what a server wants to save after its owner was killed."""
HUNT_S = 4.5
"""From the owner's death to giving up."""
PAUSE_S = 0.03
"""Between two looks, only while hunting."""
CHASE_S = 0.3
"""For catching what has outrun a SIGKILL, each time that is seen."""
QUIET_LOOKS = 2
"""So many looks in a row must find nothing: a fork that was under way has become visible by the second."""
BOOT = "import sys; sys.path.append(sys.argv[1]); from supervisor.process.guardian import main; main()"


class Quarry:
    """By what the owner's processes are known."""

    def __init__(self, token: str, since: int, subtree: str) -> None:
        self.token = token
        self.since = since
        """When the owner was started, in clock ticks since boot: what is older is not its."""
        self.subtree = subtree
        """The folder of the cgroup in which they have their leaves, "" if they have none."""

    def owns(self, pid: int) -> bool:
        """Whether the owner's token is in this process's limits, or in its environment."""
        if is_of(tag_in(content(f"/proc/{pid}/limits")), self.token):
            return True
        return (marker_in(content(f"/proc/{pid}/environ"), MARKER) or b"").startswith(self.token.encode() + b"/")


def program(token: str, subtree: str) -> list[str]:
    """The argument list that starts a guardian for the calling process."""
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    return [sys.executable, "-I", "-S", "-c", BOOT, root, str(os.getpid()), token, subtree]


def main() -> None:
    """Guard until the owner says good-bye or dies."""
    for number in DEAF_TO:
        signal.signal(number, signal.SIG_IGN)
    parent, token, subtree = int(sys.argv[2]), sys.argv[3], sys.argv[4]
    owner = look_at(parent)
    quarry = Quarry(token, owner.started if owner else 0, subtree)
    removals = Removals()
    known = listen(parent, removals)
    if known is not None:
        hunt(known, quarry, removals)


def listen(parent: int, removals: Removals) -> dict[int, int] | None:
    """Keep the list until the owner is gone; None if it said good-bye and nothing is left on the list."""
    known: dict[int, int] = {}
    rest = b""
    for data in chunks(parent):
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            if line == b".":
                return known if known or removals else None
            if line[:1] in b"+-":
                note(known, line, parent)
            else:
                removals.note(line)
    return known


def chunks(parent: int):  # type: ignore[no-untyped-def] # importing the type would cost more than all else here
    """What comes through the pipe, until it is closed or the owner is dead (a fork of it may hold the pipe open)."""
    poll = select.poll()
    poll.register(0, select.POLLIN)
    owner = -1
    if hasattr(os, "pidfd_open"):
        try:
            owner = os.pidfd_open(parent)
            poll.register(owner, select.POLLIN)
        except OSError:
            pass
    os.set_blocking(0, False)
    is_alive = True
    while is_alive:
        ready = [fd for fd, _ in poll.poll()]
        is_alive = owner not in ready and os.getppid() == parent
        while (data := available()) is not None:
            if not data:
                return
            yield data


def available() -> bytes | None:
    """What is in the pipe now: b"" if it is closed, None if it is empty."""
    try:
        return os.read(0, 65536)
    except BlockingIOError:
        return None


def note(known: dict[int, int], line: bytes, parent: int) -> None:
    """Take one line of the owner's; one that makes no sense is passed over.

    The start time is read here, to spare the owner the system calls. What is no child of the owner (any more) is not
    the process that was meant.
    """
    sign, _, rest = line.partition(b" ")
    try:
        sid = int(rest)
    except ValueError:
        return
    if sign == b"-":
        known.pop(sid, None)
    elif sign == b"+" and not has_proc():
        known[sid] = 0
    elif sign == b"+" and (leader := look_at(sid)) is not None and leader.parent == parent:
        known[sid] = leader.started


def hunt(known: dict[int, int], quarry: Quarry, removals: Removals) -> None:
    """End everything that is found, until nothing is found any more and its leaves are gone; bounded."""
    began = time.monotonic()
    asked: set[tuple[int, int]] = set()
    quiet = kills = 0
    removals.advance(0)  # before the first look: an engine takes its time
    while (quiet < QUIET_LOOKS or not removals.is_done) and (elapsed_s := time.monotonic() - began) < HUNT_S:
        found, is_whole = search(known, quarry)
        awaited = removals.advance(elapsed_s, {process.session for process in found} if has_proc() else None)
        prey = [process for process in found if process.session not in awaited]
        if elapsed_s < POLITE_S:
            ask(prey, asked)
        else:
            kill(prey, quarry, is_all=not awaited)
            kills += bool(prey)
        is_outrun = (kills > 1 or not (found or is_whole)) and not awaited
        caught = chase(quarry.owns, CHASE_S) if is_outrun else 0
        quiet = 0 if found or caught or not remove_leaves(quarry) else quiet + 1
        time.sleep(PAUSE_S)
    removals.give_up()
    if not has_proc():
        hunt_groups(known)


def ask(found: list[Process], asked: set[tuple[int, int]]) -> None:
    """SIGTERM to each, once."""
    for process in found:
        if (process.pid, process.started) not in asked:
            asked.add((process.pid, process.started))
            send(process, signal.SIGTERM)
            send(process, signal.SIGCONT)


def kill(found: list[Process], quarry: Quarry, *, is_all: bool) -> None:
    """SIGKILL to each, and, if these are all, at once to all that is in a leaf."""
    for leaf in leaves.leaves_of(quarry.subtree, quarry.token) if is_all else ():
        leaves.kill(leaf)
    for process in found:
        send(process, signal.SIGKILL)


def remove_leaves(quarry: Quarry) -> bool:
    """Remove the leaves; False if something still lives in one."""
    gone = [leaves.remove(leaf) for leaf in leaves.leaves_of(quarry.subtree, quarry.token)]
    return all(gone)


def hunt_groups(known: dict[int, int]) -> None:
    """Where there is no /proc: the groups, blindly."""
    for number, pause_s in ((signal.SIGTERM, POLITE_S), (signal.SIGKILL, 0)):
        for sid in known:
            try:  # noqa: SIM105 - contextlib is not loaded in a bare interpreter
                os.killpg(sid, number)
            except OSError:
                pass
        time.sleep(pause_s)


def search(known: dict[int, int], quarry: Quarry) -> tuple[list[Process], bool]:
    """Everything that belongs to the owner's children, and whether nobody had ended before it could be looked at."""
    processes: dict[int, Process] = {}
    marked: set[int] = set()
    for leaf in leaves.leaves_of(quarry.subtree, quarry.token):
        marked |= leaves.members(leaf)
    gone = 0
    for number, pids in enumerate(listings()):
        for pid in pids:
            process = look_at(pid)
            gone += number > 0 and (process is None or process.is_dead)
            if process is None or pid == os.getpid():
                continue
            processes[pid] = process
            if process.started >= quarry.since and not process.is_dead and quarry.owns(pid):
                marked.add(pid)
    sessions = {sid for sid, started in known.items() if sid not in processes or processes[sid].started == started}
    return family(processes, sessions, marked), not gone


def has_proc() -> bool:
    """This system tells of its processes."""
    return os.path.exists("/proc/self/stat")


def look_at(pid: int) -> Process | None:
    """One process, None if it is gone."""
    return parse_stat(content(f"/proc/{pid}/stat"))


def content(path: str) -> bytes:
    """The first MiB of a file, nothing if it cannot be read."""
    try:
        with open(path, "rb", buffering=0) as file:
            return file.read(1 << 20) or b""
    except OSError:
        return b""


def send(process: Process, number: int) -> None:
    """Signal exactly this process, not one that got its pid meanwhile."""
    try:
        fd = os.pidfd_open(process.pid)
    except OSError:
        return
    try:
        now = look_at(process.pid)
        if now is not None and now.started == process.started:
            signal.pidfd_send_signal(fd, number)
    except OSError:
        pass
    finally:
        os.close(fd)
