"""Run by the tests, as any user: puts filters upon itself, tries things out and prints what came of each, as JSON.

    filtered.py '{"filters": ["2000…", …], "names": ["threads", …], "calls": {"mount": [165, -1, …], …}}'

Each is tried in a process of its own, in a folder that is gone afterwards: `done` means that it worked, `SIGSYS` that
it was killed by that signal, anything else is the name of the error.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from functools import partial

import msgspec
from real.sandbox import filtered_attacks, filtered_works

from supervisor.sandbox import landlock, seccomp

_NO_NEW_PRIVS = 38


class Asked(msgspec.Struct):
    """What to try, and under which programs (hexadecimal)."""

    filters: list[str] = []
    names: list[str] = []
    calls: dict[str, list[int]] = {}
    """System calls by a name for each: the number and the arguments."""


def outcome(attempt: Callable[[], object]) -> str:
    """Try it in a forked process, and say what came of it."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        os.write(writer, _tried(attempt).encode())
        os._exit(0)
    os.close(writer)
    with open(reader, encoding="utf-8") as source:
        text = source.read()
    status = os.waitpid(pid, 0)[1]
    return signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else text


def _tried(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except OSError as problem:
        return errno.errorcode.get(problem.errno or 0, repr(problem))
    except BaseException as problem:  # noqa: BLE001 - it is reported, and this process ends
        return repr(problem)
    return "done"


def main(asked: Asked) -> None:
    known = {name: attack.attempt for name, attack in filtered_attacks.ATTACKS.items()}
    known |= filtered_works.WORKS | filtered_works.WITH_A_NETWORK | filtered_works.UNSEALED
    attempts = {name: known[name] for name in asked.names}
    attempts |= {name: partial(landlock.system_call, *words) for name, words in asked.calls.items()}
    landlock.checked(landlock.libc().prctl(_NO_NEW_PRIVS, 1, 0, 0, 0))
    for code in asked.filters:
        seccomp.install(bytes.fromhex(code))
    with tempfile.TemporaryDirectory(prefix="st-", dir="/tmp") as folder:
        os.chdir(folder)
        tempfile.tempdir = os.environ["TMPDIR"] = folder
        found = {name: outcome(attempt) for name, attempt in attempts.items()}
        os.chdir("/")
    print(json.dumps(found))


if __name__ == "__main__":
    main(msgspec.json.decode(sys.argv[1], type=Asked))
