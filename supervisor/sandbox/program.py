"""The entry of both small programs, run as a file so that nothing else of stockade is loaded:

    python -I -S program.py serve FD           the fork server, on the socket FD (`plain`: without machine code)
    python -I -S program.py serve FD launcher  another one, which starts what makes namespaces and is not filtered
    python -I -S program.py confine FD [OUT]   confine this process by the job that FD holds, then execute it; OUT is
                                               told so, or what failed

`confine` ends with 2 (no job that can be understood), 5 (no Landlock here), 6 (a step failed), 126 or 127.
"""

from __future__ import annotations

import os
import signal
import socket
import sys

_IGNORED = (signal.SIGTERM, signal.SIGPIPE, signal.SIGXFSZ)
"""By the launcher that started this, and by Python itself."""


def main(words: list[str]) -> int:
    """Run the program that the words name."""
    # Last, so that nothing beside the package can stand in for a module of the standard library.
    sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    match words:
        case ["serve", number, *more] if number.isdecimal() and set(more) <= {"plain", "launcher"}:
            from supervisor.sandbox import forks

            requests = socket.socket(fileno=int(number))
            forks.serve(requests, machine_code="plain" not in more, is_launcher="launcher" in more)
            return 0
        case ["confine", number, *more] if number.isdecimal() and len(more) < 2 and all(map(str.isdecimal, more)):
            return _confine(int(number), int(more[0]) if more else None)
        case _:
            print(__doc__, file=sys.stderr)
            return 2


def _confine(descriptor: int, report: int | None) -> int:
    from supervisor.sandbox import child
    from supervisor.sandbox.failures import NOT_UNDERSTOOD, StepError
    from supervisor.sandbox.job import decode

    try:
        with open(descriptor, "rb") as source:
            job = decode(source.read())
    except (OSError, ValueError, KeyError, TypeError) as problem:
        print(f"stockade: no job on descriptor {descriptor}: {problem}", file=sys.stderr)
        return NOT_UNDERSTOOD
    for number in _IGNORED:
        signal.signal(number, signal.SIG_DFL)  # what is ignored here would stay so in the server
    try:
        child.run(job, report)
    except StepError as failed:
        if report is None:
            print(f"stockade: {failed.step}: {os.strerror(failed.code)} {failed.detail}".rstrip(), file=sys.stderr)
        else:
            os.write(report, failed.told())
        return failed.exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
