"""A program for tests that outruns whoever looks: each process of it forks the next one and ends at once.

Usage: chain.py FIFO [cleared]   All of them hold FIFO open for writing, lead sessions of their own, and ignore SIGTERM;
`cleared` replaces the environment first. It begins when a line comes, and the first process stays.
"""

from __future__ import annotations

import os
import signal
import sys


def run_on() -> None:
    """Fork and end, for ever."""
    while True:
        os.setsid()
        if os.fork():
            os._exit(0)


def main() -> None:
    """Begin the chain, or replace the environment and come here again."""
    fifo, *words = sys.argv[1:]
    if "begun" not in words:
        sys.stdin.readline()
        if "cleared" in words:
            os.execve(sys.executable, [sys.executable, "-I", "-S", __file__, fifo, "begun"], {})
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.open(fifo, os.O_WRONLY)
    if os.fork() == 0:
        for number in (0, 1, 2):
            os.close(number)
        run_on()
    print("begun", flush=True)
    sys.stdin.read()


main()
