"""Attacks by namespaces and mounts: another view of the machine, and the rights that come with it."""

from __future__ import annotations

import ctypes
import os
import signal
import struct

from real.sandbox.attacks import kernel
from real.sandbox.attacks.world import Attack, World

_AT_FDCWD = kernel.AT_FDCWD
_FSCONFIG_CMD_CREATE = 6


def unshares(flags: int) -> Attack:
    """The attack that enters new namespaces."""

    def attack(world: World) -> None:
        kernel.call("unshare", flags)

    return attack


def clones(flags: int) -> Attack:
    """The attack that makes a child in new namespaces."""

    def attack(world: World) -> None:
        child = kernel.call("clone", flags | signal.SIGCHLD, 0, 0, 0, 0)
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)

    return attack


def clone3(world: World) -> None:
    arguments = struct.pack("8Q", kernel.CLONE_NEWUSER, 0, 0, 0, signal.SIGCHLD, 0, 0, 0)
    child = kernel.call("clone3", arguments, len(arguments))
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def mount(world: World) -> None:
    kernel.own_namespaces(kernel.CLONE_NEWNS)
    kernel.call("mount", b"none", os.fsencode(world.own), b"tmpfs", 0, 0)


def unmount(world: World) -> None:
    kernel.own_namespaces(kernel.CLONE_NEWNS)
    kernel.call("mount", b"none", os.fsencode(world.own), b"tmpfs", 0, 0)
    kernel.call("umount2", os.fsencode(world.own), 2)


def pivot(world: World) -> None:
    kernel.own_namespaces(kernel.CLONE_NEWNS)
    root = os.fsencode(world.own)
    kernel.call("mount", b"none", root, b"tmpfs", 0, 0)
    os.chdir(root)
    kernel.call("pivot_root", b".", b".")


def mount_new_way(world: World) -> None:
    context = kernel.call("fsopen", b"tmpfs", 0)
    kernel.call("fsconfig", context, _FSCONFIG_CMD_CREATE, 0, 0, 0)
    kernel.call("fsmount", context, 0, 0)


def pick(world: World) -> None:
    kernel.call("fspick", _AT_FDCWD, b"/", 0)


def list_mounts(world: World) -> None:
    request = struct.pack("IIQQQ", 32, 0, 0xFFFFFFFFFFFFFFFF, 0, 0)
    kernel.call("listmount", request, ctypes.create_string_buffer(800), 100, 0)


ATTACKS: dict[str, Attack] = {
    "enter a user namespace": unshares(kernel.CLONE_NEWUSER),
    "enter a user and a network namespace": unshares(kernel.CLONE_NEWUSER | kernel.CLONE_NEWNET),
    "make a child in a user namespace (clone)": clones(kernel.CLONE_NEWUSER),
    "make a child in a user namespace (clone3)": clone3,
    "mount": mount,
    "unmount": unmount,
    "change the root mount": pivot,
    "list the mounts (listmount)": list_mounts,
}
ATTACKS_OF_ROOT: dict[str, Attack] = {
    "enter a mount namespace": unshares(kernel.CLONE_NEWNS),
    "enter an IPC namespace": unshares(kernel.CLONE_NEWIPC),
    "make a child in a process namespace": clones(kernel.CLONE_NEWPID),
    "mount by the newer calls": mount_new_way,
    "pick a mount to change it": pick,
    "change the root": lambda w: os.chroot("/"),
}
