"""Shows the main job with nothing installed by hand: five real MCP servers, sandboxed, supervised, reached, killed.

Installs stockade and the official SDK (1.x and 2.x) into environments of their own, starts the daemon on a config such
as clients write, prints what holds each server, calls tools through `stockade connect`, kills a server in the middle of
a session, and stops everything. `--stay` leaves the daemon running until Ctrl-C. `--docker` shows three servers in
containers instead, on an engine of its own with images made here.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from scripts import engine, testbed
from scripts.demo_parts import containers
from scripts.testbed import CACHE, ROOT

FOLDER = CACHE / "demo-run"
PARTS = ROOT / "scripts" / "demo_parts"
COLD_S = 300
"""Seconds for cold package runners to fetch and start on a slow line."""
STOP_S = 2.0
"""Seconds in which a clean stop has to be done."""


class Demo:
    """The demo's installation, folders and daemon."""

    def __init__(self, docker_host: str = "") -> None:
        with testbed.locked():
            self.stockade = testbed.environment(CACHE / "demo", ".", recipe=_tree_state()).parent / "stockade"
            self.sdk1 = testbed.environment(CACHE / "sdk1", *testbed.SDK1, recipe=None)
            self.sdk2 = testbed.environment(CACHE / "sdk2", *testbed.SDK2, *testbed.TIME, recipe=None)
            node = testbed.node_folder()
        shutil.rmtree(FOLDER, ignore_errors=True)
        self.data = FOLDER / "data"
        self.data.mkdir(parents=True)
        (self.data / "hello.txt").write_text("hello from the shared folder\n")
        # A home of the demo's own with a key in it, so that what is tried on it below is tried on nothing of yours.
        self.key = FOLDER / "home" / ".ssh" / "id_ed25519"
        self.key.parent.mkdir(parents=True, mode=0o700)
        self.key.write_text("not a real key\n")
        self.config = FOLDER / "mcp.json"
        self.state = FOLDER / "state"
        path = os.pathsep.join([os.environ.get("PATH", os.defpath), str(node), str(self.sdk2.parent)])
        self.environ = {**os.environ, "PATH": path, "HOME": str(FOLDER / "home")}
        if docker_host:
            self.environ["DOCKER_HOST"] = docker_host
        settings = containers.settings(self.data) if docker_host else self.settings()
        self.config.write_text(json.dumps(settings, indent=2) + "\n")

    def settings(self) -> dict[str, Any]:
        """The config: what a client has, one block that asks for isolation, and patience for cold package runners."""
        return {
            "mcpServers": {
                "everything": {"command": "npx", "args": ["-y", "@modelcontextprotocol/server-everything"]},
                "files": {
                    "command": "npx",
                    "args": ["-y", "@modelcontextprotocol/server-filesystem", str(self.data)],
                    "isolation": {"sandbox": {"read_write": [str(self.data)]}},
                },
                "time": {"command": "uvx", "args": ["mcp-server-time"]},
                "git": {"command": "uvx", "args": ["mcp-server-git"]},
                "notes": {"command": str(self.sdk2), "args": [str(PARTS / "server.py")]},
            },
            "isolation": {"mode": "sandbox"},
            "stockade": {
                "defaults": {
                    "startup": {"handshake": f"{COLD_S}s"},
                    "environment": {"allow": [*CERTIFICATES, "PIP_*", "UV_*", "npm_config_*"]},
                },
            },
        }

    def run(self, *words: str, check: bool = True) -> str:
        """Run a verb against the demo's daemon and return what it printed."""
        command = [str(self.stockade), *words, "--state-dir", str(self.state)]
        outcome = subprocess.run(command, env=self.environ, stdout=subprocess.PIPE, text=True, check=False)
        if check and outcome.returncode:
            raise SystemExit(f"demo: {' '.join(words)} ended with {outcome.returncode}")
        return outcome.stdout

    def client(self, python: Path, server: str, calls: list[Any], *, kill: bool = False) -> None:
        """Let the official SDK's client talk to a server through `stockade connect`."""
        status = f"{self.stockade} status --json --state-dir {self.state}"
        command = [str(python), str(PARTS / "client.py"), *(["--kill", status] if kill else []), json.dumps(calls)]
        command += [str(self.stockade), "connect", "--state-dir", str(self.state), server]
        if subprocess.run(command, env=self.environ, check=False).returncode:
            raise SystemExit("demo: the client failed")


CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE")
"""Where this machine keeps its certificate authorities, if it says so: package runners need them."""


def _tree_state() -> str:
    """Something that changes whenever the package does, so that the demo shows this tree."""
    files = sorted((ROOT / "supervisor").rglob("*.py"))
    return str([(str(file.relative_to(ROOT)), file.stat().st_mtime_ns) for file in files])


def step(text: str) -> None:
    """Say what comes next."""
    print(f"\n== {text}", flush=True)


def tour(demo: Demo) -> None:
    """Everything between the start and the stop."""
    step(f"waiting for five servers (cold package runners may take up to {COLD_S} s)")
    demo.run("wait", "--for", "ready", "--timeout", f"{COLD_S + 20}s")
    print(demo.run("status"))
    step("what holds them, as it was really applied")
    for name, report in reports(demo).items():
        kernel = report["kernel"]
        writable = [grant["path"] for grant in report["granted"] if grant["access"] == "write"]
        print(
            f"{name:<11} {report['level']} Landlock ABI {report['landlock_abi']}, "
            f"NoNewPrivs {kernel['no_new_privs']}, may write {', '.join(writable)}"
        )
    step("calls through `stockade connect`, by the official SDK 1.x and 2.x")
    demo.client(demo.sdk1, "everything", [["echo", {"message": "hello"}]])
    demo.client(demo.sdk2, "files", [["read_text_file", {"path": str(demo.data / "hello.txt")}]])
    demo.client(demo.sdk1, "time", [["get_current_time", {"timezone": "UTC"}]])
    step("what a server must not do")
    demo.client(
        demo.sdk2,
        "notes",
        [
            ["add_note", {"text": "written in its own folder"}],
            ["try_to_read", {"path": str(demo.key)}],
            ["try_to_read", {"path": str(demo.state / "control.token")}],
            ["try_to_write", {"path": str(FOLDER / "outside.txt")}],
        ],
    )
    step("kill -9 in the middle of a session: the session goes on")
    call = ["get_current_time", {"timezone": "Europe/Paris"}]
    demo.client(demo.sdk1, "time", [call, call], kill=True)
    demo.client(demo.sdk2, "time", [call, call], kill=True)
    print(demo.run("status"))


def reports(demo: Demo) -> dict[str, Any]:
    """The sandbox report of the newest instance of each server."""
    lines = demo.run("events", "--type", "sandbox.launched", "--json").splitlines()
    return {record["server"]: record["report"] for record in map(json.loads, lines)}


def stop(demo: Demo, daemon: subprocess.Popen[bytes]) -> bool:
    """End the daemon; True if that was quick and nothing is left."""
    step("stop")
    began = time.monotonic()
    demo.run("shutdown", check=False)
    status = daemon.wait(timeout=60)
    took = time.monotonic() - began
    left = leftovers(str(demo.state)) + (containers.left(demo) if "DOCKER_HOST" in demo.environ else [])
    print(f"stopped in {took:.2f} s with exit status {status}; processes and containers left: {left or 'none'}")
    return took < STOP_S and status == 0 and not left


def leftovers(state: str) -> list[str]:
    """Processes that still have to do with the demo's state directory."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                text = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if state.encode() in text:
                found.append(folder.name)
    return found


def main() -> int:
    """Run the demo."""
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--stay", action="store_true", help="leave the daemon running until Ctrl-C")
    parser.add_argument("--docker", action="store_true", help="show mode docker (needs root, to bring up an engine)")
    options = parser.parse_args()
    step("installing (the first time: stockade, the official SDK 1.x and 2.x, uv)")
    if not options.docker:
        return show(Demo(), tour, stay=options.stay)
    engine.heed_sigterm()
    with engine.prepared(testbed.real_programs()) as found:
        if not found:
            raise SystemExit("demo: no Docker engine can be had here")
        demo = Demo(found[engine.VARIABLE])
        return show(demo, partial(containers.tour, step=step), stay=options.stay)


def show(demo: Demo, tour: Callable[[Demo], None], *, stay: bool) -> int:
    """Start the daemon, go round, stop; the exit code."""
    print(f"config: {demo.config}")
    step("stockade serve")
    command = [str(demo.stockade), "serve", "--config", str(demo.config), "--state-dir", str(demo.state)]
    with (FOLDER / "events.jsonl").open("wb") as log:
        stderr = None if sys.stderr.isatty() else log
        daemon = subprocess.Popen(command, env=demo.environ, stderr=stderr, start_new_session=True)
    try:
        demo_is_up(demo, daemon)
        tour(demo)
        if stay:
            step("the daemon goes on; Ctrl-C ends it")
            signal.pause()
    except KeyboardInterrupt:
        print()
    finally:
        is_clean = stop(demo, daemon)
    return 0 if is_clean else 1


def demo_is_up(demo: Demo, daemon: subprocess.Popen[bytes]) -> None:
    """Wait for the control socket."""
    while not (demo.state / "control.sock").exists():
        if daemon.poll() is not None:
            raise SystemExit(f"demo: the daemon ended with {daemon.returncode}; see {FOLDER / 'events.jsonl'}")
        time.sleep(0.05)


if __name__ == "__main__":
    sys.exit(main())
