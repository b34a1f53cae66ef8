"""Attacks on files: changing what was not granted, its contents or what is said about it."""

from __future__ import annotations

import array
import ctypes
import fcntl
import os
import socket
import struct
from pathlib import Path

from real.sandbox.attacks import kernel
from real.sandbox.attacks.world import Attack, World

_FS_XFLAG_NODUMP, _FS_NODUMP_FL = 0x80, 0x40
_FS_IOC_GETFLAGS, _FS_IOC_SETFLAGS = 0x80086601, 0x40086602


def move_out(world: World) -> None:
    os.rename(world.own_file("to move"), world.out / "moved out")


def link_out(world: World) -> None:
    os.link(world.own_file("to link"), world.out / "linked out")


def replace(world: World) -> None:
    os.rename(world.own_file("to put over"), world.out / "replaced")


def bind_socket(world: World) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(world.out / "socket made"))


def unnamed_file(world: World) -> None:
    made = os.open(world.out, os.O_TMPFILE | os.O_WRONLY, 0o600)
    os.link(f"/proc/self/fd/{made}", world.out / "was unnamed", src_dir_fd=made, follow_symlinks=True)


def by_link(world: World) -> None:
    link = Path(world.own, "link to a file")
    link.symlink_to(world.out / "file")
    link.write_text("mine")


def by_descriptor_of_stockade(world: World) -> None:
    Path(f"/proc/{world.stockade}/fd/{world.open_file}").write_text("mine")


def by_root_of_stockade(world: World) -> None:
    Path(f"/proc/{world.stockade}/root{world.out}/file").write_text("mine")


def append(path: Path) -> None:
    with path.open("a") as file:
        file.write("# mine\n")


def make_in_tmp(world: World) -> None:
    path = Path("/tmp", f"stockade-attack-{os.getpid()}")
    path.touch(exist_ok=False)
    # A private /tmp is not the one outside: what was made has to be there for stockade too.
    if Path(f"{world.ground}/home").exists():
        path.unlink()
        return
    raise FileNotFoundError(2, "this /tmp is another one")


def change_flags(world: World) -> None:
    attributes = struct.pack("QIIII", _FS_XFLAG_NODUMP, 0, 0, 0, 0)
    kernel.call("file_setattr", kernel.AT_FDCWD, os.fsencode(world.out / "file"), attributes, len(attributes), 0)


def new_attribute_call(world: World) -> None:
    held = ctypes.create_string_buffer(b"x")
    arguments = struct.pack("QII", ctypes.addressof(held), 1, 0)
    path = os.fsencode(world.out / "file")
    kernel.call("setxattrat", kernel.AT_FDCWD, path, 0, b"user.new", arguments, len(arguments))


def read_only(world: World) -> Path:
    """A file of the user's that the sandbox grants for reading: one beside the attacker's program."""
    return Path(world.ground, "scripts", "granted")


def flag_read_only(world: World) -> None:
    flags = array.array("i", [0])
    with read_only(world).open() as file:
        fcntl.ioctl(file, _FS_IOC_GETFLAGS, flags)
        flags[0] |= _FS_NODUMP_FL
        fcntl.ioctl(file, _FS_IOC_SETFLAGS, flags)


def lock_read_only(world: World) -> None:
    """Whoever else wants to lock it waits for as long as this process likes."""
    with read_only(world).open() as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def lease_read_only(world: World) -> None:
    """Whoever wants to write to it waits until this process gives way, at most 45 s."""
    with read_only(world).open() as file:
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)


def open_for_writing(path: str) -> None:
    os.close(os.open(path, os.O_WRONLY))


def write_setting(path: str) -> None:
    """Write what is there already: nobody notices."""
    text = Path(path).read_text()
    with open(path, "w") as file:
        file.write(text)


def make_in_system(world: World) -> None:
    path = Path("/etc", f"stockade-attack-{os.getpid()}")
    path.touch()
    path.unlink()


def move_aside(path: Path) -> None:
    """What is moved away and back was as good as removed."""
    aside = path.with_name("aside")
    os.rename(path, aside)
    os.rename(aside, path)


def make_control_group(world: World) -> None:
    group = Path(world.control_groups, f"attack-{os.getpid()}")
    group.mkdir()
    group.rmdir()


ATTACKS: dict[str, Attack] = {
    "make a file outside": lambda w: (w.out / "new").write_text("x"),
    "write to a file outside": lambda w: (w.out / "file").write_text("x"),
    "append to a file outside": lambda w: append(w.out / "file"),
    "write to a file outside by a symbolic link": by_link,
    "truncate a file outside": lambda w: os.truncate(w.out / "file", 0),
    "make a folder outside": lambda w: (w.out / "folder").mkdir(),
    "make a symbolic link outside": lambda w: (w.out / "link").symlink_to("x"),
    "make a named pipe outside": lambda w: os.mkfifo(w.out / "pipe"),
    "make a socket outside": bind_socket,
    "make an unnamed file outside and name it": unnamed_file,
    "remove a file outside": lambda w: (w.out / "to remove").unlink(),
    "remove a folder outside": lambda w: (w.out / "folder to remove").rmdir(),
    "move a file out": move_out,
    "link a file out": link_out,
    "put a file of one's own over one outside": replace,
    "make a file in /tmp": make_in_tmp,
    "add to the shell's start-up file": lambda w: append(w.home / ".bashrc"),
    "add a key that may log in": lambda w: append(w.home / ".ssh/authorized_keys"),
    "plant a program in the user's bin folder": lambda w: (w.home / ".local/bin/ls").write_text("x"),
    "write by a descriptor of a process outside": by_descriptor_of_stockade,
    "write by the root of a process outside": by_root_of_stockade,
    "change the mode of a file outside": lambda w: (w.out / "file").chmod(0o777),
    "change the group of a file outside": lambda w: os.chown(w.out / "file", -1, w.gid),
    "change the times of a file outside": lambda w: os.utime(w.out / "file", (1, 1)),
    "change an attribute of a file outside": lambda w: os.setxattr(w.out / "file", "user.mine", b"x"),
    "change an attribute of a file outside (setxattrat)": new_attribute_call,
    "change the flags of a file outside (file_setattr)": change_flags,
    "write to a file that was granted for reading": lambda w: append(read_only(w)),
    "remove a file that was granted for reading": lambda w: move_aside(read_only(w)),
    "change the mode of a file that was granted for reading": lambda w: read_only(w).chmod(0o755),
    "change the times of a file that was granted for reading": lambda w: os.utime(read_only(w), (1, 1)),
    "change the flags of a file that was granted for reading (ioctl)": flag_read_only,
    "lock a file that was granted for reading": lock_read_only,
    "lease a file that was granted for reading": lease_read_only,
}
ATTACKS_OF_ROOT: dict[str, Attack] = {
    "give a file of one's own away": lambda w: os.chown(w.own_file("to give away"), 1, 1),
    "make a file in /etc": make_in_system,
    "open a file of the system for writing": lambda w: open_for_writing("/etc/hosts"),
    "open the disk's device for writing": lambda w: open_for_writing(w.disk),
    "write a setting of the kernel": lambda w: write_setting("/proc/sys/kernel/core_pattern"),
    "open the kernel's emergency keys (sysrq)": lambda w: open_for_writing("/proc/sysrq-trigger"),
    "open a setting in /sys for writing": lambda w: open_for_writing("/sys/kernel/profiling"),
    "make a control group": make_control_group,
}
