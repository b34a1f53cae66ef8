"""Attacks by descriptors: what stockade left open, terminals, and devices."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import stat
import termios
from collections.abc import Iterator

from real.sandbox.attacks import kernel
from real.sandbox.attacks.world import Attack, RefusedError, World

_TIOCSTI, _TIOCLINUX, _TIOCL_SHIFT_STATE = 0x5412, 0x541C, b"\x06"
_HIGH_BITS = 0x7EADBEEF00000000


def inherited() -> Iterator[int]:
    """Every descriptor beyond the three streams."""
    for number in range(3, 1024):
        with contextlib.suppress(OSError):
            os.fstat(number)
            yield number


def one_that(holds: int) -> int:
    """An inherited descriptor of one type of file."""
    for number in inherited():
        if stat.S_IFMT(os.fstat(number).st_mode) == holds:
            return number
    raise RefusedError("none was inherited")


def read_inherited(world: World) -> None:
    for number in inherited():
        with contextlib.suppress(OSError):
            if world.secret.encode() in os.pread(number, 100, 0):
                return
    raise RefusedError("no inherited file holds the secret")


def write_inherited(world: World) -> None:
    for number in inherited():
        with contextlib.suppress(OSError):
            if fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE and stat.S_ISREG(os.fstat(number).st_mode):
                os.write(number, b"mine")
                return
    raise RefusedError("no inherited file can be written to")


def open_below(world: World) -> None:
    folder = one_that(stat.S_IFDIR)
    world.expect_secret(os.read(os.open("home/.ssh/id_rsa", os.O_RDONLY, dir_fd=folder), 100))


def use_socket(world: World) -> None:
    with socket.socket(fileno=one_that(stat.S_IFSOCK)) as connected:
        connected.send(b"x")


def inherited_terminal() -> int:
    for number in inherited():
        if os.isatty(number):
            return number
    raise RefusedError("no terminal was inherited")


def become_session(terminal: int) -> None:
    os.setsid()
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)


def type_in(world: World) -> None:
    terminal = inherited_terminal()
    become_session(terminal)
    fcntl.ioctl(terminal, _TIOCSTI, b"x")


def type_in_with_high_bits(world: World) -> None:
    terminal = inherited_terminal()
    become_session(terminal)
    kernel.call("ioctl", terminal, _HIGH_BITS | _TIOCSTI, b"x")


def type_in_own(world: World) -> None:
    _keeper, terminal = os.openpty()
    become_session(terminal)
    fcntl.ioctl(terminal, _TIOCSTI, b"x")


def select_on_console(world: World) -> None:
    console = os.open("/dev/tty1", os.O_RDWR | os.O_NOCTTY)
    fcntl.ioctl(console, _TIOCLINUX, _TIOCL_SHIFT_STATE)


def opens(path: str, flags: int = os.O_RDWR) -> Attack:
    """The attack that opens a device."""

    def attack(world: World) -> None:
        os.close(os.open(path, flags | os.O_NOCTTY | os.O_NONBLOCK))

    return attack


ATTACKS: dict[str, Attack] = {
    "read a file that stockade left open": read_inherited,
    "write to a file that stockade left open": write_inherited,
    "open the key below a folder that stockade left open": open_below,
    "use a connection that stockade left open": use_socket,
    "type into a terminal that stockade left open (TIOCSTI)": type_in,
    "type into a terminal with high bits set": type_in_with_high_bits,
    "type into a terminal of one's own": type_in_own,
    "open the terminal multiplexer": opens("/dev/ptmx"),
}
ATTACKS_OF_ROOT: dict[str, Attack] = {
    "open the console": opens("/dev/console", os.O_RDONLY),
    "ask a virtual console (TIOCLINUX)": select_on_console,
    "make a network interface (tun)": opens("/dev/net/tun"),
    "serve a file system (fuse)": opens("/dev/fuse"),
    "make a virtual machine (kvm)": opens("/dev/kvm"),
    "control loop devices": opens("/dev/loop-control"),
    "read registers of the processor (msr)": opens("/dev/cpu/0/msr", os.O_RDONLY),
    "talk to the hypervisor's socket device": opens("/dev/vsock", os.O_RDONLY),
    "handle page faults by a device": opens("/dev/userfaultfd"),
}
