"""Attacks on stockade itself: its token, its sockets, its files, and the folders of other servers."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from pathlib import Path
from typing import Any

from real.sandbox.attacks.world import Attack, RefusedError, World


def append(path: Path, text: str = "\n") -> None:
    with path.open("a") as file:
        file.write(text)


def connect(world: World) -> None:
    with socket.socket(socket.AF_UNIX) as channel:
        channel.connect(str(world.state / "control.sock"))


def ask(world: World, **request: Any) -> None:
    """Ask the daemon as its user would, by the token in its file."""
    token = (world.state / "control.token").read_text()
    with socket.socket(socket.AF_UNIX) as channel:
        channel.settimeout(10)
        channel.connect(str(world.state / "control.sock"))
        channel.sendall(json.dumps({"token": token, **request}).encode() + b"\n")
        answer = json.loads(channel.makefile().readline())
    if "error" in answer:
        raise RefusedError(answer["error"]["code"])


def hold_lock(world: World) -> None:
    """Nobody can start a daemon again while somebody else holds its lock: here beside the daemon, shared."""
    descriptor = os.open(world.state / "daemon.lock", os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return  # the daemon has it: that it could be asked for is the attack


def impersonate(world: World) -> None:
    """Put a socket of one's own where callers look for the daemon, and be told their token."""
    real, aside, mine = (world.state / name for name in ("control.sock", "aside.sock", "mine.sock"))
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(mine))
        os.rename(real, aside)
        os.rename(mine, real)
        os.rename(aside, real)


def replace_token(world: World) -> None:
    token = world.state / "control.token"
    text = token.read_text()
    fresh = world.own_file("control.token", text)
    fresh.chmod(0o600)
    os.rename(fresh, token)


def forge_owner(world: World) -> None:
    """An owner's record names processes that the next start of stockade ends."""
    forged = world.state / "owners" / "forged.jsonl"
    forged.parent.mkdir(exist_ok=True)
    forged.write_text("{}\n")
    forged.unlink()


def read_owners(world: World) -> None:
    """A record holds the token by which one's own processes are recognised, and those of all others."""
    names = os.listdir(world.state / "owners")
    if not names:
        raise RefusedError("there is no record")
    (world.state / "owners" / names[0]).read_bytes()


def replace_own_folder(world: World) -> None:
    """Put a link to the home folder in the place of one's own: the next start would open it."""
    folder = Path(world.own)
    aside = folder.with_name("aside")
    os.rename(folder, aside)
    folder.symlink_to(world.home)
    folder.unlink()
    os.rename(aside, folder)


def other(world: World) -> Path:
    return world.state / "servers" / "other"


ATTACKS: dict[str, Attack] = {
    "read the control token": lambda w: (w.state / "control.token").read_text(),
    "write the control token": lambda w: append(w.state / "control.token", ""),
    "replace the control token": replace_token,
    "list stockade's state": lambda w: os.listdir(w.state),
    "make a file in stockade's state": lambda w: (w.state / f"new-{os.getpid()}").touch(),
    "read stockade's config": lambda w: w.expect_secret((w.state.parent / "config/mcp.json").read_bytes()),
    "write stockade's config": lambda w: append(w.state.parent / "config/mcp.json"),
    "connect to the control socket": connect,
    "ask the daemon for its status": lambda w: ask(w, do="status"),
    "start a server that was disabled": lambda w: ask(w, do="start", server="victim"),
    "restart a server": lambda w: ask(w, do="restart", server="victim"),
    "stop a server": lambda w: ask(w, do="stop", server="victim"),
    "stand in for the control socket": impersonate,
    "ask for the daemon's lock": hold_lock,
    "read the records of owners": read_owners,
    "forge a record of an owner": forge_owner,
    "read another server's folder": lambda w: w.expect_secret((other(w) / "secret").read_bytes()),
    "write to another server's folder": lambda w: (other(w) / "new").write_text("x"),
    "list the servers' folders": lambda w: os.listdir(w.state / "servers"),
    "put a link in the place of the own folder": replace_own_folder,
}
