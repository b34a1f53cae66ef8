"""Attacks by programs that run with their owner's rights: making one, and running one."""

from __future__ import annotations

import os
import stat
import struct
from pathlib import Path

from real.sandbox.attacks import kernel
from real.sandbox.attacks.world import Attack, RefusedError, World

_AT_FDCWD = kernel.AT_FDCWD
_SET_ID = stat.S_ISUID


def set_id(world: World) -> None:
    world.own_file("set-id").chmod(0o755 | _SET_ID)


def set_id_by_descriptor(world: World) -> None:
    with world.own_file("set-id by descriptor").open() as file:
        os.fchmod(file.fileno(), 0o755 | _SET_ID)


def set_id_by_new_call(world: World) -> None:
    path = os.fsencode(world.own_file("set-id by fchmodat2"))
    kernel.call("fchmodat2", _AT_FDCWD, path, 0o755 | _SET_ID, 0)


def set_id_by_high_bits(world: World) -> None:
    with world.own_file("set-id by high bits").open() as file:
        kernel.call("fchmod", file.fileno(), 0x7EADBEEF00000000 | 0o755 | _SET_ID)


def _made(path: Path) -> None:
    if not path.stat().st_mode & _SET_ID:
        raise RefusedError("the bit was not set")


def set_id_by_open(world: World) -> None:
    path = Path(world.own, "set-id by open")
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o700 | _SET_ID))
    _made(path)


def set_id_by_openat2(world: World) -> None:
    path = Path(world.own, "set-id by openat2")
    how = struct.pack("QQQ", os.O_CREAT | os.O_WRONLY, 0o700 | _SET_ID, 0)
    os.close(kernel.call("openat2", _AT_FDCWD, os.fsencode(path), how, len(how)))
    _made(path)


def set_id_by_unnamed(world: World) -> None:
    made = os.open(world.own, os.O_TMPFILE | os.O_WRONLY, 0o700 | _SET_ID)
    _made(Path(f"/proc/self/fd/{made}"))


def set_id_by_node(world: World) -> None:
    path = Path(world.own, "set-id by mknod")
    os.mknod(path, stat.S_IFREG | 0o700 | _SET_ID)
    _made(path)


def set_id_program(world: World) -> None:
    """Run a program that belongs to root and has the set-user-id bit."""
    text = os.popen(f"{world.ground}/scripts/id-of-root -u").read()
    if text.strip() != "0":
        raise RefusedError(f"it ran as {text.strip() or 'nobody'}")


ATTACKS: dict[str, Attack] = {
    "make a file set-user-id": set_id,
    "make a file set-user-id by its descriptor": set_id_by_descriptor,
    "make a file set-user-id by fchmodat2": set_id_by_new_call,
    "make a file set-user-id with high bits set": set_id_by_high_bits,
    "make a file that is set-user-id": set_id_by_open,
    "make a file that is set-user-id by openat2": set_id_by_openat2,
    "make an unnamed file that is set-user-id": set_id_by_unnamed,
    "make a file that is set-user-id by mknod": set_id_by_node,
}
ATTACKS_OF_PLAIN: dict[str, Attack] = {
    "run a set-user-id program of root's": set_id_program,
}
