"""A small real MCP server over stdio, of the standard library alone, that misbehaves in whatever way it is asked to.

Run it as a program: `python tests/servers/mcp_server.py [--era …] [misdeeds]`. Without misdeeds it is well-behaved.
Tools: `echo` gives back its arguments, `pid` the process id, `die` ends the process without an answer, `ask` sends a
request of its own (`roots/list`) to the client and answers with what came back.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from typing import Any

STATELESS = "2026-07-28"
META = "io.modelcontextprotocol/"


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--era", choices=["handshake", "stateless", "both"], default="handshake")
    parser.add_argument("--name", default="testserver")
    parser.add_argument("--instructions", default="")
    parser.add_argument("--pid-in-name", action="store_true", help="another name in every process")
    parser.add_argument("--tools", type=int, default=0, help="so many tools more than the usual")
    parser.add_argument("--page", type=int, default=0, help="tools a page; 0 is all at once")
    parser.add_argument("--cursor-loop", action="store_true", help="the same cursor for ever")
    parser.add_argument("--list-changed", action="store_true", help="declare tools.listChanged")
    parser.add_argument("--banner", type=int, default=0, help="lines of text on stdout first")
    parser.add_argument("--garbage", type=int, default=0, help="lines of text before each answer")
    parser.add_argument("--json-log", action="store_true", help="a JSON line that is no message before each answer")
    parser.add_argument("--silent", action="store_true", help="read everything, answer nothing")
    parser.add_argument("--silent-on", default="", help="answer nothing to this method")
    parser.add_argument("--exit", type=int, default=None, help="exit with this code at once")
    parser.add_argument("--die-on", default="", help="exit with code 3 on this method")
    parser.add_argument("--lock-on-discover", action="store_true", help="after server/discover, refuse initialize")
    parser.add_argument("--huge", type=int, default=0, help="bytes of one text line on stdout first")
    parser.add_argument("--endless", action="store_true", help="text on stdout without a newline, for ever")
    parser.add_argument("--twice", action="store_true", help="answer everything twice")
    parser.add_argument("--stray", action="store_true", help="an answer to an id that nobody used before each answer")
    parser.add_argument("--close-stdout-on", default="", help="close stdout on this method, and live on")
    parser.add_argument("--close-stdin-on", default="", help="close stdin on this method, and live on")
    parser.add_argument("--orphan-on", default="", help="leave a child that holds stdout on this method, and exit")
    parser.add_argument("--ignore-term", action="store_true")
    parser.add_argument("--ignore-eof", action="store_true", help="live on when stdin ends")
    parser.add_argument("--stderr", type=int, default=0, help="lines on stderr first")
    parser.add_argument("--crlf", action="store_true", help="end lines as Windows does")
    parser.add_argument("--slow-start", type=float, default=0.0, help="seconds before the first read")
    return parser.parse_args(arguments)


class Server:
    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.locked = ""
        self.waiting: dict[object, object] = {}
        self.asked = 0
        name = f"{options.name}-{os.getpid()}" if options.pid_in_name else options.name
        self.info = {"name": name, "version": "1.0"}
        self.capabilities: dict[str, Any] = {"tools": {"listChanged": options.list_changed}}

    def write(self, message: dict[str, Any]) -> None:
        end = b"\r\n" if self.options.crlf else b"\n"
        put(json.dumps({"jsonrpc": "2.0", **message}).encode() + end)

    def reply(self, key: object, result: dict[str, Any]) -> None:
        self.answer({"id": key, "result": result})

    def refuse(self, key: object, code: int, message: str, data: object = None) -> None:
        self.answer({"id": key, "error": {"code": code, "message": message, "data": data}})

    def answer(self, message: dict[str, Any]) -> None:
        for number in range(self.options.garbage):
            put(b"garbage %d\n" % number)
        if self.options.json_log:
            put(b'{"level":"info","msg":"working"}\n')
        if self.options.stray:
            self.write({"id": "nobody-used-this", "result": {}})
        self.write(message)
        if self.options.twice:
            self.write(message)

    def misbehave_on(self, method: str) -> bool:
        """Whether the message is to be forgotten."""
        options = self.options
        if method == options.die_on:
            os._exit(3)
        if method == options.orphan_on:
            subprocess.Popen([sys.executable, "-S", "-c", ORPHAN], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            os._exit(3)
        if method == options.close_stdout_on:
            os.close(1)
            return True
        if method == options.close_stdin_on:
            os.close(0)
            time.sleep(600)
        return bool(options.silent or method == options.silent_on)

    def take(self, line: bytes) -> None:
        try:
            message = json.loads(line)
        except ValueError:
            self.write({"id": None, "error": {"code": -32700, "message": "Parse error"}})
            return
        for one in message if isinstance(message, list) else [message]:
            self.take_one(one)

    def take_one(self, message: dict[str, Any]) -> None:
        method, key = message.get("method"), message.get("id")
        if method is None:
            call = self.waiting.pop(key, None)
            if call is not None:
                self.reply(call, content(json.dumps(message.get("result", message.get("error")))))
            return
        if self.misbehave_on(method) or key is None:
            return
        meta = (message.get("params") or {}).get("_meta") or {}
        if method == "server/discover":
            self.discover(key)
        elif method == "initialize":
            self.initialize(key, message["params"])
        elif self.options.era != "handshake" and self.locked != "handshake" and f"{META}protocolVersion" not in meta:
            self.refuse(key, -32602, "params._meta lacks the protocol version")
        else:
            self.serve(key, method, message.get("params") or {})

    def discover(self, key: object) -> None:
        if self.options.lock_on_discover:
            self.locked = "stateless"
        if self.options.era == "handshake":
            self.refuse(key, -32601, "Method not found")
            return
        self.locked = "stateless"
        meta = {f"{META}serverInfo": self.info}
        found = {"supportedVersions": [STATELESS], "capabilities": self.capabilities, "_meta": meta}
        self.reply(key, {**found, "instructions": self.options.instructions, "resultType": "complete"})

    def initialize(self, key: object, params: dict[str, Any]) -> None:
        if self.options.era == "stateless" or self.locked == "stateless":
            self.refuse(key, -32022, "this connection is stateless", {"supported": [STATELESS]})
            return
        self.locked = "handshake"
        found = {"protocolVersion": params["protocolVersion"], "capabilities": self.capabilities}
        self.reply(key, {**found, "serverInfo": self.info, "instructions": self.options.instructions})

    def serve(self, key: object, method: str, params: dict[str, Any]) -> None:
        if method == "ping":
            self.reply(key, {})
        elif method == "tools/list":
            self.list_tools(key, params.get("cursor"))
        elif method == "tools/call":
            self.call(key, params.get("name"), params.get("arguments") or {})
        else:
            self.refuse(key, -32601, "Method not found")

    def list_tools(self, key: object, cursor: str | None) -> None:
        names = ["echo", "pid", "die", "ask", *(f"tool-{number}" for number in range(self.options.tools))]
        tools = [{"name": name, "description": name, "inputSchema": {"type": "object"}} for name in names]
        start = int(cursor or 0)
        size = self.options.page or len(tools)
        result: dict[str, Any] = {"tools": tools[start : start + size]}
        if self.options.cursor_loop:
            result["nextCursor"] = "0"
        elif start + size < len(tools):
            result["nextCursor"] = str(start + size)
        self.reply(key, result)

    def call(self, key: object, name: str | None, arguments: dict[str, Any]) -> None:
        if name == "echo":
            self.reply(key, content(json.dumps(arguments)))
        elif name == "pid":
            self.reply(key, content(str(os.getpid())))
        elif name == "die":
            os._exit(4)
        elif name == "ask":
            self.waiting[self.asked] = key
            self.write({"id": self.asked, "method": "roots/list"})
            self.asked += 1
        else:
            self.refuse(key, -32602, f"no tool {name!r}")


def content(text: str) -> dict[str, Any]:
    return {"content": [{"type": "text", "text": text}], "resultType": "complete"}


def put(data: bytes) -> None:
    while data:
        data = data[os.write(1, data) :]


def open_badly(options: argparse.Namespace) -> None:
    """Everything that is done before the first message is read."""
    if options.ignore_term:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for number in range(options.stderr):
        os.write(2, b"stderr line %d\n" % number)
    if options.exit is not None:
        os._exit(options.exit)
    for number in range(options.banner):
        put(b"Welcome, line %d\n" % number)
    if options.huge:
        put(b"x" * options.huge + b"\n")
    while options.endless:
        put(b"x" * 4096)
    time.sleep(options.slow_start)


ORPHAN = "import select; end = select.poll(); end.register(1, 0); end.poll(600_000)"
"""Holds stdout for as long as somebody may read it."""


def main() -> None:
    options = parse()
    open_badly(options)
    server = Server(options)
    for line in sys.stdin.buffer:
        if line.strip():
            server.take(line)
    while options.ignore_eof:
        time.sleep(600)


if __name__ == "__main__":
    try:
        main()
    except (BrokenPipeError, KeyboardInterrupt):
        os._exit(1)
