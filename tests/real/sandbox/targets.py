"""What lies outside a sandbox to be attacked: files, processes, sockets, shared memory, and a daemon of ours."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import pty
import shutil
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from real.sandbox.attacks import kernel

_IPPROTO_UDPLITE = 136
_IPC_PRIVATE, _IPC_CREAT, _IPC_RMID = 0, 0o1000, 0
LOOPBACK = "127.0.0.1"
BOUND_S = 30.0


def accepting(family: int, kind: int, address: object, *, descriptor: int | None = None) -> socket.socket:
    """A listener that lets everybody in, and out again, for as long as this process lives."""
    listener = socket.socket(family, kind)
    if family == socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    listener.bind(address)  # type: ignore[arg-type] # of whatever family
    if kind == socket.SOCK_DGRAM:
        return listener
    listener.listen(64)

    def answer() -> None:
        while True:
            client, _ = listener.accept()
            with client, contextlib.suppress(OSError):
                if descriptor is not None:
                    socket.send_fds(client, [b"x"], [descriptor])

    threading.Thread(target=answer, daemon=True).start()
    return listener


def echoing(family: int, protocol: int, address: object) -> socket.socket:
    """Somebody who sends every datagram back to where it came from."""
    listener = socket.socket(family, socket.SOCK_DGRAM, protocol)
    listener.bind(address)  # type: ignore[arg-type] # of whatever family

    def answer() -> None:
        while True:
            with contextlib.suppress(ConnectionError):
                data, sender = listener.recvfrom(100)
                listener.sendto(data, sender)

    threading.Thread(target=answer, daemon=True).start()
    return listener


class Targets:
    """What is there in every round."""

    def __init__(self, ground: Path, secret: str) -> None:
        self.ground = ground
        self.secret = secret
        self.abstract = f"stockade-attack-{os.getpid()}"
        self._stay = contextlib.ExitStack()
        self._sockets()
        self._left_open()
        self.disk = _disk()
        self.daemon = self._daemon()

    def _sockets(self) -> None:
        tcp = accepting(socket.AF_INET, socket.SOCK_STREAM, (LOOPBACK, 0))
        port = tcp.getsockname()[1]
        key = os.open(self.ground / "home/.ssh/id_rsa", os.O_RDONLY)
        udp = echoing(socket.AF_INET, 0, (LOOPBACK, 0))
        self.tcp, self.udp = port, udp.getsockname()[1]
        self.allowed = accepting(socket.AF_INET, socket.SOCK_STREAM, (LOOPBACK, 0)).getsockname()[1]
        self.listeners = [
            tcp,
            udp,
            echoing(socket.AF_INET6, 0, ("::1", self.udp)),
            echoing(socket.AF_INET, _IPPROTO_UDPLITE, (LOOPBACK, self.udp)),
            accepting(socket.AF_INET6, socket.SOCK_STREAM, ("::1", port)),
            accepting(socket.AF_UNIX, socket.SOCK_STREAM, "\0" + self.abstract),
            accepting(socket.AF_UNIX, socket.SOCK_DGRAM, f"\0{self.abstract}-datagram"),
            accepting(socket.AF_UNIX, socket.SOCK_STREAM, str(self.ground / "socket")),
            accepting(socket.AF_UNIX, socket.SOCK_STREAM, str(self.ground / "home/.ssh/agent")),
            accepting(socket.AF_UNIX, socket.SOCK_STREAM, str(self.ground / "broker"), descriptor=key),
            accepting(socket.AF_UNIX, socket.SOCK_DGRAM, str(self.ground / "datagrams")),
        ]
        with socket.socket() as one, socket.socket() as other:
            one.bind((LOOPBACK, 0))
            other.bind((LOOPBACK, 0))
            self.free, self.bindable = one.getsockname()[1], other.getsockname()[1]

    def _left_open(self) -> None:
        """Descriptors that a careless parent hands on."""
        one, self._other = socket.socketpair()
        self._keeper, terminal = pty.openpty()
        careless = [
            os.open(self.ground / "home/diary", os.O_RDONLY),
            os.open(self.ground / "outside/left-open", os.O_WRONLY | os.O_CREAT, 0o600),
            os.open(self.ground, os.O_RDONLY | os.O_DIRECTORY),
            one.detach(),
            terminal,
        ]
        for descriptor in careless:
            os.set_inheritable(descriptor, True)

    def _daemon(self) -> subprocess.Popen[bytes]:
        place = self.ground / "notify"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as said:
            said.bind(str(place))
            said.settimeout(BOUND_S)
            environment = {
                **os.environ,
                "STOCKADE_STATE_DIR": str(self.ground / "state"),
                "NOTIFY_SOCKET": str(place),
                "LD_LIBRARY_PATH": "",
            }
            # Whatever becomes of this process, no daemon is left behind.
            bound = ["setpriv", "--pdeathsig", "KILL"]
            serve = [sys.executable, "-m", "supervisor", "serve", "--config", str(self.ground / "config/mcp.json")]
            with (self.ground / "log").open("wb") as log:
                daemon = subprocess.Popen(
                    [*bound, *serve], env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
                )
            self._stay.callback(daemon.wait)
            self._stay.callback(daemon.terminate)
            while "READY=1" not in said.recv(4096).decode().splitlines():
                if daemon.poll() is not None:
                    raise RuntimeError((self.ground / "log").read_text())
        return daemon

    @contextlib.contextmanager
    def world(self, name: str, **pids: int) -> Iterator[Path]:
        """What only this round has; written to a file that the attacker reads."""
        with contextlib.ExitStack() as stay:
            facts = {
                "ground": str(self.ground),
                "outside": str(self._outside(name)),
                "secret": self.secret,
                "uid": os.geteuid(),
                "gid": os.getegid(),
                "stockade": os.getpid(),
                "daemon": self.daemon.pid,
                "abstract": self.abstract,
                "tcp": self.tcp,
                "udp": self.udp,
                "network": os.readlink("/proc/self/ns/net"),
                "allowed": self.allowed,
                "free": self.free,
                "bindable": self.bindable,
                "disk": self.disk,
                "disk_number": os.stat(self.disk).st_rdev if self.disk else 0,
                "control_groups": _control_groups(),
                **self._processes(stay),
                **self._shared(name, stay),
                **pids,
            }
            held = os.open(self._outside(name) / "held", os.O_WRONLY | os.O_CREAT, 0o600)
            stay.callback(os.close, held)
            path = self.ground / "scripts" / f"{name}.json"
            path.write_text(json.dumps({**facts, "open_file": held}))
            yield path

    def _outside(self, name: str) -> Path:
        folder = self.ground / "outside" / name
        if not folder.exists():
            (folder / "folder to remove").mkdir(parents=True)
            for file in ("file", "to remove", "replaced"):
                (folder / file).write_text(self.secret)
            shutil.copy("/bin/true", folder / "program")
        return folder

    def _processes(self, stay: contextlib.ExitStack) -> dict[str, Any]:
        neighbour, victim = (self._sleeper(stay) for _ in range(2))
        stack = next(line for line in Path(f"/proc/{neighbour}/maps").read_text().splitlines() if "[stack]" in line)
        address = int(stack.split()[0].split("-")[1], 16) - 64
        with open(f"/proc/{neighbour}/mem", "rb", buffering=0) as memory:
            memory.seek(address)
            held = memory.read(16).hex()
        return {"neighbour": neighbour, "victim": victim, "neighbour_address": address, "neighbour_bytes": held}

    def _sleeper(self, stay: contextlib.ExitStack) -> int:
        words = [f"sleep-{self.secret}", "120"]
        process = subprocess.Popen(words, executable="/bin/sleep", env={"SECRET": self.secret}, start_new_session=True)
        stay.callback(process.wait)
        stay.callback(process.kill)
        return process.pid

    def _shared(self, name: str, stay: contextlib.ExitStack) -> dict[str, Any]:
        text = self.secret.encode()
        file = Path("/dev/shm", f"{self.abstract}-{name}")
        file.write_bytes(text)
        stay.callback(file.unlink)
        segments = [kernel.call("shmget", _IPC_PRIVATE, 4096, _IPC_CREAT | 0o600) for _ in range(2)]
        address = kernel.call("shmat", segments[0], 0, 0)
        ctypes.memmove(address, text, len(text))
        queue = kernel.call("msgget", _IPC_PRIVATE, _IPC_CREAT | 0o600)
        kernel.call("msgsnd", queue, struct.pack("l", 1) + text.ljust(64, b"\0"), 64, 0)
        for call, key in (*(("shmctl", key) for key in segments), ("msgctl", queue)):
            stay.callback(_quietly, call, key, _IPC_RMID, 0)
        named = f"{self.abstract}-{name}".replace(" ", "-")
        shape = struct.pack("8l", 0, 4, 64, 0, 0, 0, 0, 0)
        opened = kernel.call("mq_open", named.encode(), os.O_CREAT | os.O_RDWR, 0o600, shape)
        kernel.call("mq_timedsend", opened, text, len(text), 0, 0)
        os.close(opened)
        stay.callback(_quietly, "mq_unlink", named.encode())
        return {
            "shared_memory": file.name,
            "sysv_memory": segments[0],
            "sysv_spare": segments[1],
            "sysv_queue": queue,
            "queue": named,
        }

    def close(self) -> None:
        """End the daemon."""
        self._stay.close()


def _quietly(name: str, *arguments: int | bytes) -> None:
    with contextlib.suppress(OSError):  # an attack may have removed it
        kernel.call(name, *arguments)


def _disk() -> str:
    """The device of the root file system; if even root may not open that here, any disk that this user may open."""
    found = []
    for entry in Path("/sys/dev/block").iterdir():
        lines = (entry / "uevent").read_text().splitlines()
        name = next((line[8:] for line in lines if line.startswith("DEVNAME=")), "")
        device = Path("/dev", name)
        with contextlib.suppress(OSError), device.open("rb", buffering=0):
            found.append((device.stat().st_rdev != os.stat("/").st_dev, str(device)))
    return min(found)[1] if found else ""


def _control_groups() -> str:
    places = ("/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd")
    return next((place for place in places if os.path.exists(f"{place}/cgroup.procs")), "")
