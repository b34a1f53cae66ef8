"""A program for tests that leaves a daemon behind: session left, parents dead, environment replaced.

Usage: escapee.py MARK stay|leave [deaf] [forged]   The daemon's argv[0] is MARK. `deaf` ignores SIGTERM, `forged`
carries the marker of another instance of the same table.
"""

from __future__ import annotations

import os
import signal
import sys


def become_daemon(mark: str, words: list[str]) -> None:
    """The last of three processes: nothing is left of what it came from."""
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    token = os.environ["STOCKADE_INSTANCE"].split("/")[0]
    environment = {"STOCKADE_INSTANCE": f"{token}/another"} if "forged" in words else {}
    if "deaf" in words:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.execve("/bin/sleep", [mark, "1000"], environment)


def main() -> None:
    """Wait for the word, daemonise, say so, and stay or leave."""
    mark, ending, *words = sys.argv[1:]
    sys.stdin.readline()
    seen, held = os.pipe()  # closed by the exec
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            become_daemon(mark, words)
        os._exit(0)
    os.wait()
    os.close(held)
    os.read(seen, 1)
    print("daemonised", flush=True)
    if ending == "stay":
        sys.stdin.read()


main()
