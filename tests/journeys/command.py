"""The real command in processes of its own, for journeys: a daemon that says when it is ready, and short verbs."""

from __future__ import annotations

import json
import os
import secrets
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from servers.running import server_command

COMMAND = (sys.executable, "-m", "supervisor")
BOUND_S = 30.0
"""For whatever takes milliseconds on a machine that has nothing else to do."""


def entry(*flags: str, mode: str = "none", **keys: Any) -> dict[str, Any]:
    """A server of our own, as it stands in a config."""
    program, *arguments = server_command(*flags)
    return {"command": program, "args": arguments, "isolation": {"mode": mode}, **keys}


def word() -> str:
    """A name that no other process on the machine carries in its environment."""
    return f"j{secrets.token_hex(4)}"


class Home:
    """A state directory with a config, and the command that works with both."""

    def __init__(self, state_dir: Path, servers: Mapping[str, Any], stockade: Mapping[str, Any] | None = None) -> None:
        self.state = state_dir / "s"
        self.config = state_dir / "mcp.json"
        self.config.write_text(json.dumps({"mcpServers": servers, "stockade": stockade or {}}))
        self.log = state_dir / "log"
        self._notify = state_dir / "notify"

    @property
    def environ(self) -> dict[str, str]:
        return {**os.environ, "STOCKADE_STATE_DIR": str(self.state)}

    def words(self, *words: str) -> list[str]:
        return [*COMMAND, *words]

    def verb(self, *words: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run a short verb to its end."""
        return subprocess.run(
            self.words(*words), env=self.environ, input=text, capture_output=True, text=True, timeout=60
        )

    def asked(self, *words: str) -> Any:
        """What a verb answers with --json; it has to succeed."""
        done = self.verb(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def records(self, kind: str = "") -> list[dict[str, Any]]:
        """Events of the daemon's log whose type begins so; a line that is just being written is not one yet."""
        lines = self.log.read_text().rpartition("\n")[0].splitlines()
        return [record for line in lines if (record := json.loads(line))["type"].startswith(kind)]

    def follow(self, *words: str) -> Iterator[dict[str, Any]]:
        """Events of the daemon, those to come too."""
        with Talk(self.words("events", "--follow", "--json", *words), self.environ) as follower:
            while True:
                yield follower.line()

    def settled(self, servers: int) -> None:
        """Wait until every server is ready and its probe has gone, so that what is left is one spare of each."""
        gone: set[str] = set()
        for record in self.follow("--type", "instance.exited"):
            if record["role"] == "probe":
                gone.add(record["server"])
            if len(gone) == servers:
                break
        assert self.verb("wait", "--timeout", "60s").returncode == 0

    @contextmanager
    def daemon(self) -> Iterator[subprocess.Popen[bytes]]:
        """A daemon that is ready; killed at the end if it is still there."""
        with self.starting() as (process, said):
            told(said, "READY=1", process)
            yield process

    @contextmanager
    def starting(self) -> Iterator[tuple[subprocess.Popen[bytes], socket.socket]]:
        """A daemon that was only just started, and the socket on which it tells how it stands; killed at the end."""
        self._notify.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as said, self.log.open("ab") as log:
            said.bind(str(self._notify))
            said.settimeout(BOUND_S)
            environ = {**self.environ, "NOTIFY_SOCKET": str(self._notify)}
            words = self.words("serve", "--config", str(self.config))
            with subprocess.Popen(words, env=environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log) as process:
                try:
                    yield process, said
                finally:
                    process.kill()


def told(said: socket.socket, line: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until the daemon has told the line."""
    while line not in said.recv(4096).decode().splitlines():
        assert process.poll() is None, f"the daemon has ended with {process.returncode}"


def carriers(text: str) -> list[int]:
    """Processes that carry a text in their marker: all that was started for servers of such a name."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            with suppress(OSError):
                variables = (folder / "environ").read_bytes().split(b"\0")
                if any(one.startswith(b"STOCKADE_INSTANCE=") and text.encode() in one for one in variables):
                    found.append(int(folder.name))
    return found


def wait_until_gone(text: str, limit_s: float) -> None:
    """Wait until no process carries the text any more."""
    deadline = time.monotonic() + limit_s
    while left := carriers(text):
        for pid in left:
            wait_for_end(pid, deadline - time.monotonic())


def wait_for_end(pid: int, limit_s: float) -> None:
    """Wait for the end of a process that need not be our child."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        assert poll.poll(max(limit_s, 0) * 1000), f"process {pid} is still there: {command_line(pid)}"
    finally:
        os.close(descriptor)


def heard(fifo: Path) -> str:
    """What somebody writes into a named pipe that nobody wrote to before; waits for that, bounded."""
    descriptor = os.open(fifo, os.O_RDWR)  # with a writer of our own it is not at its end before the first word
    try:
        assert select.select([descriptor], [], [], BOUND_S)[0], f"nobody has written to {fifo}"
        return os.read(descriptor, 4096).decode()
    finally:
        os.close(descriptor)


def command_line(pid: int) -> str:
    try:
        return Path("/proc", str(pid), "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return "(gone)"


def descendants(pid: int) -> list[int]:
    """Every process below another one."""
    found: list[int] = []
    for task in Path("/proc", str(pid), "task").iterdir():
        with suppress(OSError):
            for child in (task / "children").read_text().split():
                found += [int(child), *descendants(int(child))]
    return found


def request(number: int, method: str, **params: Any) -> str:
    """One JSON-RPC request as a line."""
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}) + "\n"


def opening() -> str:
    """What a client of the handshake era says first."""
    version = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    initialized = json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}) + "\n"
    return request(0, "initialize", **version) + initialized


def call(number: int, tool: str, **arguments: Any) -> str:
    """A tool call as a line."""
    return request(number, "tools/call", name=tool, arguments=arguments)


class Talk:
    """A client of a program that speaks JSON-RPC on stdin and stdout."""

    def __init__(self, words: Sequence[str], environ: Mapping[str, str], *, stderr: Any = None) -> None:
        self.process = subprocess.Popen(
            words, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.stdin = self.process.stdin
        self.stdout = self.process.stdout
        self._rest = b""

    def say(self, text: str) -> None:
        self.stdin.write(text.encode())
        self.stdin.flush()

    def hear(self, number: int) -> dict[str, Any]:
        """The answer to a request; whatever else comes before it is passed over."""
        while True:
            message = self.line()
            if message.get("id") == number and "method" not in message:
                return message

    def line(self) -> dict[str, Any]:
        """The next line."""
        while b"\n" not in self._rest:
            assert select.select([self.stdout], [], [], BOUND_S)[0], "nothing was heard"
            chunk = os.read(self.stdout.fileno(), 65536)
            assert chunk, "the conversation has ended"
            self._rest += chunk
        line, _, self._rest = self._rest.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        return message

    def ask(self, number: int, tool: str, **arguments: Any) -> str:
        """Call a tool and return the text of its answer."""
        self.say(call(number, tool, **arguments))
        text: str = self.hear(number)["result"]["content"][0]["text"]
        return text

    def ask_again(self, number: int, tool: str) -> str:
        """Call a tool once more for as long as the answer is that it may be tried again."""
        for count in range(1000):
            self.say(call(number + count, tool))
            answer = self.hear(number + count)
            if "result" in answer:
                text: str = answer["result"]["content"][0]["text"]
                return text
            assert answer["error"]["data"]["retryable"], answer
        raise AssertionError("it never came back")

    def end(self) -> int:
        """Say that we are done, and wait for the end."""
        self.stdin.close()
        return self.process.wait(BOUND_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.process.kill()
        with suppress(OSError):
            self.stdin.close()
        self.stdout.close()
        self.process.wait()
        if self.process.stderr:
            self.process.stderr.close()
