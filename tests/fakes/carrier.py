"""A child that carries the bytes of a workload, as the docker command does: stdin to the workload, its exit code back.

Usage: carrier.py INPUT_FIFO CODE_FIFO   Prints `ready` once the workload reads.
"""

from __future__ import annotations

import os
import sys
import threading

fd = os.open(sys.argv[1], os.O_WRONLY)
os.write(1, b"ready\n")


def carry() -> None:
    """Until the end of our stdin."""
    while data := os.read(0, 65536):
        os.write(fd, data)
    os.close(fd)


threading.Thread(target=carry, daemon=True).start()
with open(sys.argv[2], "rb") as file:
    code = int(file.readline())
os._exit(code)
