"""What programs have to be able to do under the filters."""

from __future__ import annotations

import asyncio
import ctypes
import mmap
import multiprocessing
import os
import pty
import resource
import select
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from multiprocessing import shared_memory
from pathlib import Path

from supervisor.sandbox import landlock, seccomp

NODE = """
const { Worker } = require("node:worker_threads");
const { spawnSync } = require("node:child_process");
const fs = require("node:fs"), os = require("node:os"), net = require("node:net");
if (spawnSync("/bin/sh", ["-c", "echo out"]).stdout.toString() !== "out\\n") process.exit(1);
fs.mkdtempSync(os.tmpdir() + "/st-");
os.networkInterfaces();
os.setPriority(os.constants.priority.PRIORITY_LOW);
const path = os.tmpdir() + "/st-" + process.pid;
net.createServer((socket) => socket.end("x")).listen(path, function () {
  net.connect(path).on("data", () => {
    this.close();
    fs.rmSync(path, { force: true });
    new Worker("require('node:worker_threads').parentPort.postMessage(1)", { eval: true })
      .on("message", () => process.exit(0));
  });
});
"""


def threads() -> None:
    many = [threading.Thread(target=lambda: None) for _ in range(20)]
    for thread in many:
        thread.start()
    for thread in many:
        thread.join()


def children() -> None:
    if subprocess.run(["/bin/sh", "-c", "echo a | cat; (exit 3)"], capture_output=True).returncode != 3:
        raise OSError("the shell ended otherwise")


def signals() -> None:
    child = subprocess.Popen(["/bin/sleep", "60"])
    signal.pidfd_send_signal(os.pidfd_open(child.pid), signal.SIGTERM)
    if child.wait() != -signal.SIGTERM:
        raise OSError("the signal did not arrive")


def pool(method: str) -> Callable[[], None]:
    def work() -> None:
        context = multiprocessing.get_context(method)
        with context.Pool(2) as workers, context.Semaphore(1):
            if workers.map(abs, [-1, -2]) != [1, 2]:
                raise OSError("the workers are wrong")

    return work


def memory_by_name() -> None:
    memory = shared_memory.SharedMemory(create=True, size=64)
    memory.close()
    memory.unlink()


def event_loop() -> None:
    async def work() -> None:
        child = await asyncio.create_subprocess_exec("/bin/true")
        await child.wait()
        await asyncio.to_thread(os.getpid)

    asyncio.run(work())


def names() -> None:
    socket.getaddrinfo("localhost", 80)
    socket.getaddrinfo("127.0.0.1", 80)
    socket.if_nameindex()


def local_sockets() -> None:
    one, other = socket.socketpair()
    one.send(b"x")
    other.recv(1)
    path = os.path.join(tempfile.mkdtemp(), "s")
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(path)
        server.listen()
        client.connect(path)
        socket.send_fds(client, [b"x"], [0])


def anonymous_files() -> None:
    descriptor = os.memfd_create("x")
    os.ftruncate(descriptor, 4096)
    mmap.mmap(descriptor, 4096).close()
    with tempfile.TemporaryFile() as file:
        file.write(b"x")


def folders() -> None:
    folder = Path(tempfile.mkdtemp())
    (folder / "a").write_text("x")
    (folder / "a").chmod(0o755)
    (folder / "b").mkdir(0o777)
    (folder / "b").chmod(0o1777)
    os.mkfifo(folder / "fifo")
    os.link(folder / "a", folder / "c")
    shutil.copytree(folder / "b", folder / "d")
    shutil.copy2(folder / "a", folder / "e")
    shutil.rmtree(folder)


def own_place_in_the_queue() -> None:
    os.nice(1)
    os.setpriority(os.PRIO_PROCESS, 0, os.getpriority(os.PRIO_PROCESS, 0))
    os.sched_setaffinity(0, os.sched_getaffinity(0))
    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def limits() -> None:
    resource.getrlimit(resource.RLIMIT_RTTIME)
    resource.prlimit(0, resource.RLIMIT_RTTIME)
    resource.setrlimit(resource.RLIMIT_NOFILE, resource.getrlimit(resource.RLIMIT_NOFILE))


def terminals() -> None:
    pid, master = pty.fork()
    if pid == 0:
        os.execv("/bin/sh", ["sh", "-c", "stty size"])
    os.read(master, 100)
    os.waitpid(pid, 0)


def waiting() -> None:
    reader, writer = os.pipe2(os.O_CLOEXEC)
    with select.epoll() as epoll:
        epoll.register(reader)
        os.write(writer, b"x")
        epoll.poll()
    library = ctypes.CDLL(None, use_errno=True)
    landlock.checked(library.inotify_init1(0))
    landlock.checked(os.eventfd(0))


def more_confinement() -> None:
    landlock.checked(landlock.libc().prctl(38, 1, 0, 0, 0))
    number = landlock.version()
    landlock.restrict_self(landlock.build(number, [(b"/", "read")]), number)
    for code in seccomp.programs(("base", "seal")):
        seccomp.install(code)


def fork_of_the_fork_server() -> None:
    """A child of one's own parent, as the fork server makes it before anything is sealed."""
    pid = landlock.system_call(56 if os.uname().machine == "x86_64" else 220, signal.SIGCHLD | 0x8000, 0, 0, 0, 0)
    if pid == 0:
        os._exit(0)


def databases() -> None:
    path = os.path.join(tempfile.mkdtemp(), "db")
    with sqlite3.connect(path) as database:
        database.execute("pragma journal_mode=wal")
        database.execute("create table t (x)")
    ssl.create_default_context()


def python() -> None:
    subprocess.run([sys.executable, "-c", "import ctypes, json, socket, uuid; uuid.uuid4()"], check=True)


def git() -> None:
    if program := shutil.which("git"):
        folder = tempfile.mkdtemp()
        subprocess.run([program, "init", "-q", folder], check=True, env={"HOME": folder, "PATH": os.defpath})
        Path(folder, "a").touch()
        who = ["-c", "user.name=x", "-c", "user.email=x"]
        for words in (["add", "a"], [*who, "commit", "-q", "-m", "x"], ["gc", "-q"]):
            subprocess.run([program, "-C", folder, *words], check=True, env={"HOME": folder, "PATH": os.defpath})


def node() -> None:
    if program := shutil.which("node"):
        subprocess.run([program, "-e", NODE], check=True, capture_output=True, timeout=30)


def connections() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.sendall(b"x")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x", ("127.0.0.1", 9))


WORKS: dict[str, Callable[[], object]] = {
    "threads": threads,
    "children": children,
    "signals": signals,
    "processes, forked": pool("fork"),
    "processes, spawned": pool("spawn"),
    "memory by name": memory_by_name,
    "event loop": event_loop,
    "names": names,
    "local sockets": local_sockets,
    "anonymous files": anonymous_files,
    "folders": folders,
    "own place in the queue": own_place_in_the_queue,
    "limits": limits,
    "terminals": terminals,
    "waiting": waiting,
    "more confinement": more_confinement,
    "databases": databases,
    "python": python,
    "git": git,
    "node": node,
}
"""Under every filter."""

WITH_A_NETWORK: dict[str, Callable[[], object]] = {"connections": connections}
UNSEALED: dict[str, Callable[[], object]] = {"fork of the fork server": fork_of_the_fork_server}
