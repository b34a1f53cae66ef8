"""What a confined process is, as it sees itself."""

from __future__ import annotations

import ctypes
import errno
import os
import signal
from pathlib import Path


def facts() -> dict[str, object]:
    """Descriptors, session, terminal, limits, status, signals, variables, working directory."""
    death = ctypes.c_int()
    ctypes.CDLL(None).prctl(2, ctypes.byref(death), 0, 0, 0)
    return {
        "descriptors": sorted(int(name) for name in os.listdir("/proc/self/fd"))[:-1],
        "leads its session": os.getsid(0) == os.getpid(),
        "session leader is outside": os.getsid(0) == 0,
        "terminals": [number for number in (0, 1, 2) if os.isatty(number)],
        "terminal": _terminal(),
        "limits": Path("/proc/self/limits").read_text(),
        "status": Path("/proc/self/status").read_text(),
        "death signal": death.value,
        "ignored signals": [number for number in range(1, 32) if signal.getsignal(number) == signal.SIG_IGN],
        "blocked signals": len(signal.pthread_sigmask(signal.SIG_BLOCK, ())),
        "variables": sorted(os.environ),
        "cwd": os.getcwd(),
    }


def _terminal() -> str:
    """What comes of opening the controlling terminal."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR))
    except OSError as problem:
        return errno.errorcode[problem.errno or 0]
    return "open"
