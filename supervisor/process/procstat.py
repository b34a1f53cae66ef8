"""The rules for reading /proc: one process out of its `stat` line, a marker out of an `environ`, a family out of all.

The guardian starts from this file too, with no more of the standard library than an interpreter has loaded anyway:
so it imports nothing.
"""

from __future__ import annotations


class Process:
    """What of /proc/PID/stat matters here."""

    __slots__ = ("environment_end", "group", "parent", "pid", "session", "started", "state", "threads")

    def __init__(self, pid: int, fields: list[bytes]) -> None:
        self.pid = pid
        self.state = fields[0]
        self.parent = int(fields[1])
        self.group = int(fields[2])
        self.session = int(fields[3])
        self.threads = int(fields[17])
        self.started = int(fields[19])
        """Clock ticks since boot: with the pid it names a process for ever (within one boot)."""
        self.environment_end = int(fields[48]) if len(fields) > 48 else 0
        """Where its environment ends in its memory; 0 in the midst of an exec, and if we may not know (proc(5))."""

    @property
    def is_dead(self) -> bool:
        """A zombie. One with further threads is not: only its first thread has ended, the process runs on."""
        return self.state in {b"Z", b"X", b"x"} and self.threads <= 1


def parse_stat(line: bytes) -> Process | None:
    """Read one line of `stat`, whose second field is a name in parentheses that may itself hold blanks and both."""
    opening, closing = line.find(b"("), line.rfind(b")")
    if opening < 0 or closing < opening:
        return None
    try:
        return Process(int(line[:opening]), line[closing + 1 :].split())
    except (ValueError, IndexError):
        return None


def marker_in(environ: bytes, name: bytes) -> bytes | None:
    """The value of `name` in the NUL-separated text of /proc/PID/environ."""
    searched = b"\0" + environ
    begin = searched.find(b"\0" + name + b"=")
    if begin < 0:
        return None
    begin += len(name) + 2
    end = searched.find(b"\0", begin)
    return searched[begin:] if end < 0 else searched[begin:end]


def family(processes: dict[int, Process], sessions: set[int], marked: set[int]) -> list[Process]:
    """Everything alive that is in one of the sessions, or carries a mark, or descends from such a process."""
    chosen = {p.pid for p in processes.values() if p.session in sessions or p.pid in marked}
    children: dict[int, list[int]] = {}
    for process in processes.values():
        children.setdefault(process.parent, []).append(process.pid)
    waiting = list(chosen)
    while waiting:
        for pid in children.get(waiting.pop(), ()):
            if pid not in chosen:
                chosen.add(pid)
                waiting.append(pid)
    return [processes[pid] for pid in chosen if pid in processes and not processes[pid].is_dead]
