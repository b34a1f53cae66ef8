"""Run a command where no user namespace can be made: `doctor_namespace.py UID GID COMMAND …`, by root.

In a user namespace of its own, in which the setting is this command's alone; every user is there under the old number.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

CLONE_NEWUSER = 0x10000000


def main(uid: int, gid: int, command: list[str]) -> None:
    """Make the namespace, forbid further ones, become the user and execute."""
    begun, mapped = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.read(begun[0], 1)
        for name in ("uid_map", "gid_map"):
            Path(f"/proc/{os.getppid()}/{name}").write_text("0 0 65536\n")
        os.write(mapped[1], b"x")
        os._exit(0)
    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(CLONE_NEWUSER):
        raise OSError(ctypes.get_errno(), "unshare")
    os.write(begun[1], b"x")
    os.read(mapped[0], 1)
    os.waitpid(child, 0)
    Path("/proc/sys/user/max_user_namespaces").write_text("0")
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
