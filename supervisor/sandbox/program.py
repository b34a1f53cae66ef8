"""The entry of both small programs, run as a file so that nothing else of stockade is loaded:

    python -I -S program.py serve FD      the fork server, on the socket FD (`serve FD plain`: without machine code)
    python -I -S program.py confine FD    confine this process by the job that FD holds, then execute it

`confine` ends with 2 (no job that can be understood), 5 (no Landlock here), 6 (a step failed), 126 or 127.
"""

from __future__ import annotations

import os
import socket
import sys


def main(words: list[str]) -> int:
    """Run the program that the words name."""
    # Last, so that nothing beside the package can stand in for a module of the standard library.
    sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    match words:
        case ["serve", number, *more] if number.isdecimal() and more in ([], ["plain"]):
            from supervisor.sandbox import forks

            forks.serve(socket.socket(fileno=int(number)), machine_code=not more)
            return 0
        case ["confine", number] if number.isdecimal():
            return _confine(int(number))
        case _:
            print(__doc__, file=sys.stderr)
            return 2


def _confine(descriptor: int) -> int:
    from supervisor.sandbox import child
    from supervisor.sandbox.job import decode

    try:
        with open(descriptor, "rb") as source:
            job = decode(source.read())
    except (OSError, ValueError, KeyError, TypeError) as problem:
        print(f"stockade: no job on descriptor {descriptor}: {problem}", file=sys.stderr)
        return child.NOT_UNDERSTOOD
    try:
        child.run(job)
    except child.StepError as failed:
        print(f"stockade: {failed.step}: {os.strerror(failed.code)} {failed.detail}".rstrip(), file=sys.stderr)
        return failed.exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
