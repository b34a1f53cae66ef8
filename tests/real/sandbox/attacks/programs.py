"""Programs that servers start, and what those need: part of what has to work in every sandbox."""

from __future__ import annotations

import asyncio
import concurrent.futures
import multiprocessing
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from real.sandbox.attacks.world import NotHereError, RefusedError

NODE = """
const { Worker } = require("node:worker_threads");
const { execFileSync } = require("node:child_process");
const fs = require("node:fs"), http = require("node:http"), os = require("node:os"), path = require("node:path");
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "node-"));
fs.watch(folder).close();
if (execFileSync("/bin/echo", ["x"]).toString() !== "x\\n") process.exit(2);
const server = http.createServer((_, answer) => answer.end("ok")).listen(path.join(folder, "s"), () => {
  http.get({ socketPath: path.join(folder, "s") }, (answer) => answer.on("data", (data) => {
    if (data.toString() !== "ok") process.exit(3);
    new Worker("0", { eval: true }).on("exit", (code) => process.exit(code));
  }));
});
"""


def here() -> Path:
    """The own folder: where a server starts."""
    return Path.cwd()


def program(name: str) -> str:
    """A program that not every machine has."""
    path = shutil.which(name)
    if path is None:
        raise NotHereError(name)
    return path


def run(*words: str, text: str | None = None, **variables: str) -> str:
    """Run a program to its end, and give what it said."""
    environment = {**os.environ, **variables}
    done = subprocess.run(words, input=text, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise RefusedError(f"{words[0]} ended with {done.returncode}: {done.stderr[-300:]}")
    return done.stdout


def same(found: object, wanted: object) -> None:
    """Raise RefusedError if they differ."""
    if found != wanted:
        raise RefusedError(f"{found!r} instead of {wanted!r}")


def children() -> None:
    child = subprocess.Popen(["/bin/sleep", "60"])
    child.send_signal(signal.SIGTERM)
    same(child.wait(), -signal.SIGTERM)
    os.close(os.pidfd_open(os.getpid()))


def groups() -> None:
    child = subprocess.Popen(["/bin/sleep", "60"], start_new_session=True)
    os.killpg(child.pid, signal.SIGKILL)
    same(child.wait(), -signal.SIGKILL)


def pipelines() -> None:
    run("/bin/sh", "-c", 'f=$(mktemp) && cat <<X > "$f" && rm "$f"\nx\nX')
    script = "printf 'b\\na\\nb\\n' | sort | uniq -c | tr -d ' ' > out; cat < out"
    same(run("/bin/sh", "-c", script), "1a\n2b\n")


def shell_of_programmers() -> None:
    same(run(program("bash"), "-c", "cat <(echo x) <<< y; echo z > /dev/null; ulimit -n > /dev/null"), "x\n")


def event_loop() -> None:
    async def main() -> None:
        child = await asyncio.create_subprocess_exec("/bin/echo", "x", stdout=asyncio.subprocess.PIPE)
        same((await child.communicate())[0], b"x\n")
        await asyncio.to_thread(lambda: None)

    asyncio.run(main())


def database() -> None:
    with sqlite3.connect(here() / "works.db") as connection:
        same(connection.execute("pragma journal_mode=wal").fetchone(), ("wal",))
        connection.execute("create table if not exists works (x)")
        connection.execute("insert into works values (1)")


def repository() -> None:
    git, folder = program("git"), tempfile.mkdtemp(dir=here())
    words = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-C", folder)
    run(git, "-C", folder, "init", "--quiet")
    Path(folder, "file").write_text("x")
    run(git, *words, "add", ".")
    run(git, *words, "commit", "--quiet", "-m", "x")
    same(run(git, *words, "log", "--format=%s"), "x\n")
    run(git, "clone", "--quiet", folder, f"{folder}-copy")


def script_of_node() -> None:
    run(program("node"), "-e", NODE)


def own_environment() -> None:
    folder = here() / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", str(folder))
    same(run(str(folder / "bin" / "python"), "-c", "print('x')"), "x\n")


def own_program() -> None:
    path = Path(tempfile.mkdtemp(dir=here())) / "program"
    path.write_text("#!/bin/sh\necho x\n")
    path.chmod(0o700)
    same(run(str(path)), "x\n")


def double(number: int) -> int:
    """What a pool is asked for."""
    return 2 * number


def pool(start: str) -> Callable[[], None]:
    def work() -> None:
        with concurrent.futures.ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(start)) as workers:
            same(list(workers.map(double, (1, 2, 3))), [2, 4, 6])

    return work


def modules() -> None:
    import ctypes
    import ctypes.util
    import curses
    import lzma
    import zoneinfo

    del curses, lzma
    ctypes.CDLL("libc.so.6")
    zoneinfo.ZoneInfo("Europe/Berlin")


WORKS: dict[str, Callable[[], object]] = {
    "children and signals to them": children,
    "groups of children": groups,
    "a pool of forked processes": pool("fork"),
    "a pool of fresh processes": pool("spawn"),
    "a pool of a fork server": pool("forkserver"),
    "pipelines of the shell": pipelines,
    "bash": shell_of_programmers,
    "an event loop with children": event_loop,
    "sqlite in the own folder": database,
    "git in the own folder": repository,
    "node with workers, children and a server": script_of_node,
    "a virtual environment of its own": own_environment,
    "a program of its own": own_program,
    "modules of the interpreter and the C library": modules,
}
