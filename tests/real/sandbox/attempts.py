"""Run by the tests, confined and unconfined: tries things out and prints what came of each, as JSON.

    attempts.py GROUND ABSTRACT_SOCKET ROUND

GROUND is a folder with `home`, `state`, `outside` and the server's own folder, which is the working directory.
`done` means that it worked, anything else is the name of the error.
"""

from __future__ import annotations

import ctypes
import errno
import json
import multiprocessing
import os
import signal
import socket
import ssl
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from multiprocessing import shared_memory
from pathlib import Path

# Imported for its names alone, it has no ground.
GROUND, ABSTRACT, ROUND = sys.argv[1:4] if __name__ == "__main__" else ("/", "", "")
HOME, STATE, OUTSIDE, OWN = Path(GROUND, "home"), Path(GROUND, "state"), Path(GROUND, "outside"), Path.cwd()


def through_a_link() -> None:
    link = OWN / "link"
    link.unlink(missing_ok=True)
    link.symlink_to(HOME / ".ssh")
    (link / "id_rsa").read_bytes()


def move_out() -> None:
    (OWN / "mine").write_text("x")
    os.rename(OWN / "mine", OUTSIDE / f"moved-{os.getpid()}")


def link_in() -> None:
    target = OWN / f"hard-{os.getpid()}"
    os.link(OUTSIDE / "file", target)
    target.read_bytes()


def run_outside() -> None:
    subprocess.run([str(OUTSIDE / "program")], check=True)


def connect_abstract() -> None:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect("\0" + ABSTRACT)


def give_away() -> None:
    path = OWN / f"given-{os.getpid()}"
    path.touch()
    os.chown(path, 1, 1)


def own_folders() -> None:
    one, other = Path(tempfile.mkdtemp(dir=OWN)), Path(tempfile.mkdtemp(dir=OWN))
    (one / "a").write_text("x")
    os.link(one / "a", other / "b")
    os.rename(one / "a", other / "c")
    os.truncate(other / "c", 0)
    (other / "c").unlink()
    os.mkfifo(other / "fifo")
    (other / "link").symlink_to("b")


def own_socket() -> None:
    path = str(OWN / f"s{os.getpid()}")
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(path)
        server.listen()
        client.connect(path)


def own_children() -> None:
    child = subprocess.Popen(["/bin/sleep", "60"])
    child.send_signal(signal.SIGTERM)
    if child.wait() != -signal.SIGTERM:
        raise OSError(errno.ECHILD, "the signal did not arrive")


def threads() -> None:
    many = [threading.Thread(target=lambda: None) for _ in range(20)]
    for thread in many:
        thread.start()
    for thread in many:
        thread.join()


def semaphore() -> None:
    with multiprocessing.Semaphore(1):
        pass


def shared() -> None:
    memory = shared_memory.SharedMemory(create=True, size=64)
    memory.close()
    memory.unlink()


def devices() -> None:
    Path("/dev/null").write_bytes(b"x")
    for name in ("zero", "urandom", "random"):
        with open(f"/dev/{name}", "rb", buffering=0) as file:
            file.read(1)


def terminal() -> None:
    os.close(os.open("/dev/tty", os.O_RDWR))


ATTACKS: dict[str, Callable[[], object]] = {
    "read the ssh key": (HOME / ".ssh/id_rsa").read_bytes,
    "read the cloud credentials": (HOME / ".aws/credentials").read_bytes,
    "read a file at home": (HOME / "notes").read_bytes,
    "list the home folder": lambda: os.listdir(HOME),
    "read the ssh key through a link": through_a_link,
    "read the control token": (STATE / "token").read_bytes,
    "write the control token": lambda: (STATE / "token").write_text("mine"),
    "list our state": lambda: os.listdir(STATE),
    "read another server's folder": (STATE / "servers/other/secret").read_bytes,
    "write to another server's folder": lambda: (STATE / "servers/other/new").write_text("x"),
    "read our config": Path(GROUND, "config/mcp.json").read_bytes,
    "create a file outside": lambda: (OUTSIDE / f"new-{os.getpid()}").write_text("x"),
    "write to a file outside": lambda: (OUTSIDE / "file").write_text("x"),
    "create a file in /tmp": lambda: os.close(tempfile.mkstemp(dir="/tmp")[0]),
    "make a folder outside": (OUTSIDE / f"dir-{os.getpid()}").mkdir,
    "make a link outside": lambda: (OUTSIDE / f"link-{os.getpid()}").symlink_to("x"),
    "remove a file outside": (OUTSIDE / f"remove-{ROUND}").unlink,
    "truncate a file outside": lambda: os.truncate(OUTSIDE / "file", 0),
    "move a file out": move_out,
    "link a file in": link_in,
    "run a program outside": run_outside,
    "signal a process outside": lambda: os.kill(os.getppid(), 0),
    "connect to an abstract socket outside": connect_abstract,
    "read the environment of a process outside": lambda: Path(f"/proc/{os.getppid()}/environ").read_bytes(),
    "list shared memory": lambda: os.listdir("/dev/shm"),
}
ATTACKS_OF_ROOT: dict[str, Callable[[], object]] = {
    "change the groups": lambda: os.setgroups(os.getgroups()),
    "give a file away": give_away,
    "make a device node": lambda: os.mknod(OWN / f"node-{os.getpid()}", stat.S_IFCHR | 0o600, os.makedev(1, 3)),
    "read the password hashes": lambda: Path("/etc/shadow").read_bytes(),
    "write to the system": lambda: os.close(os.open("/etc/hosts", os.O_WRONLY)),
    "change the root": lambda: os.chroot("/"),
}
WORKS: dict[str, Callable[[], object]] = {
    "write, link and move in the own folder": own_folders,
    "a temporary file": lambda: tempfile.NamedTemporaryFile().close(),
    "a file at home": lambda: Path("~/x").expanduser().write_text("x"),
    "a unix socket in the own folder": own_socket,
    "children and signals to them": own_children,
    "threads": threads,
    "a semaphore": semaphore,
    "shared memory": shared,
    "plain devices": devices,
    "certificates of the system": ssl.create_default_context,
    "name and time services": lambda: (socket.getaddrinfo("localhost", 80), Path("/etc/localtime").exists()),
    "its own entries in /proc": lambda: Path("/proc/self/status").read_text(),
    "the number of processors": lambda: os.cpu_count() and os.listdir("/sys/devices/system/cpu"),
}


def outcome(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except OSError as problem:
        return errno.errorcode.get(problem.errno or 0, repr(problem))
    return "done"


def facts() -> dict[str, object]:
    death = ctypes.c_int()
    ctypes.CDLL(None).prctl(2, ctypes.byref(death), 0, 0, 0)
    return {
        "descriptors": sorted(int(name) for name in os.listdir("/proc/self/fd"))[:-1],
        "session": os.getsid(0) == os.getpid(),
        "terminals": [number for number in (0, 1, 2) if os.isatty(number)],
        "open /dev/tty": outcome(terminal),
        "limits": Path("/proc/self/limits").read_text(),
        "status": Path("/proc/self/status").read_text(),
        "death signal": death.value,
        "ignored signals": [number for number in range(1, 32) if signal.getsignal(number) == signal.SIG_IGN],
        "blocked signals": len(signal.pthread_sigmask(signal.SIG_BLOCK, ())),
        "variables": sorted(os.environ),
        "cwd": os.getcwd(),
    }


if __name__ == "__main__":
    seen = facts()  # first: some of the attempts leave descriptors open
    found = {name: outcome(attempt) for group in (ATTACKS, ATTACKS_OF_ROOT, WORKS) for name, attempt in group.items()}
    print(json.dumps({"outcomes": found, "facts": seen}))
