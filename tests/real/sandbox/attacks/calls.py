"""Attacks by system calls: more rights, more kernel, and ways round the filter that forbids them."""

from __future__ import annotations

import ctypes
import mmap
import os
import platform
import socket
import stat
import struct
import time
from pathlib import Path

from real.sandbox.attacks import kernel
from real.sandbox.attacks.world import Attack, NotHereError, RefusedError, World

_PTRACE_TRACEME = 0
_KEY_SPEC_SESSION, _KEYCTL_JOIN_SESSION, _KEYCTL_SHOW = -3, 1, 0
_USER_MODE_ONLY = 1
_FAN_CLASS_NOTIF, _FAN_REPORT_DIR_FID = 0, 0x400
_FAN_MARK_ADD, _FAN_OPEN, _FAN_ONDIR = 1, 0x20, 0x40000000
_ADJ_STATUS = 0x10
_SYSLOG_READ_ALL = 3
_Q_SYNC = 0x800001 << 8
_BPF_MAP_CREATE = 0
_AT_FDCWD = kernel.AT_FDCWD


def load_program(world: World) -> None:
    attributes = struct.pack("IIII", 2, 4, 8, 1) + bytes(112)
    kernel.call("bpf", _BPF_MAP_CREATE, attributes, 72)


def fault_handler(world: World) -> None:
    kernel.call("userfaultfd", os.O_CLOEXEC | _USER_MODE_ONLY)


def ring(world: World) -> None:
    kernel.call("io_uring_setup", 4, ctypes.create_string_buffer(120))


def count(world: World) -> None:
    attributes = struct.pack("IIQ", 1, 112, 1) + bytes(24) + struct.pack("Q", 1 << 5 | 1 << 6) + bytes(64)
    kernel.call("perf_event_open", attributes, 0, -1, -1, 0)


def add_key(world: World) -> None:
    kernel.call("add_key", b"user", b"stockade-attack", b"x", 1, _KEY_SPEC_SESSION)


def request_key(world: World) -> None:
    kernel.call("keyctl", _KEYCTL_JOIN_SESSION, b"stockade-attack", 0, 0, 0)
    kernel.call("add_key", b"user", b"stockade-attack", b"x", 1, _KEY_SPEC_SESSION)
    kernel.call("request_key", b"user", b"stockade-attack", 0, 0)


def keyring(world: World) -> None:
    kernel.call("keyctl", _KEYCTL_SHOW, _KEY_SPEC_SESSION, 1, 0, 0)


def trace_child(world: World) -> None:
    child = os.fork()
    if child == 0:
        try:
            kernel.call("ptrace", _PTRACE_TRACEME, 0, 0, 0)
        except OSError as problem:
            os._exit(problem.errno or 1)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code:
        raise OSError(code, "ptrace")


def watch_everything(world: World) -> None:
    group = kernel.call("fanotify_init", _FAN_CLASS_NOTIF | _FAN_REPORT_DIR_FID, os.O_RDONLY)
    kernel.call("fanotify_mark", group, _FAN_MARK_ADD, _FAN_OPEN | _FAN_ONDIR, _AT_FDCWD, os.fsencode(world.key.parent))


def name_handle(world: World) -> None:
    handle = ctypes.create_string_buffer(struct.pack("Ii", 128, 0) + bytes(128))
    kernel.call("name_to_handle_at", _AT_FDCWD, os.fsencode(world.own), handle, ctypes.create_string_buffer(4), 0)


def quota(world: World) -> None:
    kernel.call("quotactl", _Q_SYNC, 0, 0, 0)


def segment_table(world: World) -> None:
    descriptor = struct.pack("IIII", 0, 0, 0xFFFFF, 0x51)
    kernel.call("modify_ldt", 1, descriptor, 16)


def old_machine(code: bytes) -> int:
    """The result of a few instructions, mapped from a file in memory as a loader does it."""
    if platform.machine() != "x86_64":
        raise NotHereError("only x86-64 has another kind of system call")
    source = os.memfd_create("code")
    os.write(source, code)
    library = ctypes.CDLL(None, use_errno=True)
    library.mmap.restype = ctypes.c_void_p
    address = library.mmap(None, ctypes.c_size_t(4096), mmap.PROT_READ | mmap.PROT_EXEC, mmap.MAP_PRIVATE, source, 0)
    return int(ctypes.CFUNCTYPE(ctypes.c_int)(address)())


def by_interrupt(world: World) -> None:
    """unshare(CLONE_NEWUSER) by the 32-bit entry, whose numbers are others: 310."""
    result = old_machine(bytes.fromhex("53 bb 00000010 b8 36010000 cd80 5b c3"))
    if result < 0:
        raise OSError(-result, "int 0x80")


def by_other_numbers(world: World) -> None:
    """The same by its number of the x32 kind."""
    result = old_machine(bytes.fromhex("bf 00000010 b8 10010040 0f05 c3"))
    if result < 0:
        raise OSError(-result, "x32")


def make_node(world: World) -> None:
    os.mknod(Path(world.own, "node"), stat.S_IFCHR | 0o600, os.makedev(1, 3))


def set_clock(world: World) -> None:
    kernel.call("settimeofday", 0, struct.pack("ii", 0, 0))


def adjust_clock(world: World) -> None:
    timex = ctypes.create_string_buffer(208)
    kernel.call("clock_adjtime", time.CLOCK_REALTIME, timex)
    status = struct.unpack_from("i", timex.raw, 40)[0]
    change = ctypes.create_string_buffer(struct.pack("I4xqqqqi", _ADJ_STATUS, 0, 0, 0, 0, status) + bytes(164))
    kernel.call("clock_adjtime", time.CLOCK_REALTIME, change)


def read_log(world: World) -> None:
    kernel.call("syslog", _SYSLOG_READ_ALL, ctypes.create_string_buffer(4096), 4096)


def host_name(world: World) -> None:
    name = os.fsencode(socket.gethostname())
    kernel.call("sethostname", name, len(name))


def domain_name(world: World) -> None:
    name = Path("/proc/sys/kernel/domainname").read_bytes().strip()
    kernel.call("setdomainname", name, len(name))


def ports(world: World) -> None:
    kernel.call("iopl", 3)


def some_ports(world: World) -> None:
    kernel.call("ioperm", 0x80, 1, 1)


def regain(world: World) -> None:
    """A program that root executes gets all capabilities back: unless the set from which they come is empty."""
    text = os.popen("cat /proc/self/status").read()
    if int(next(line.split()[1] for line in text.splitlines() if line.startswith("CapEff")), 16) == 0:
        raise RefusedError("no capability came back")


ATTACKS: dict[str, Attack] = {
    "handle page faults (userfaultfd)": fault_handler,
    "set up a ring (io_uring)": ring,
    "count events (perf)": count,
    "add a key to the kernel's keyring": add_key,
    "ask for a key of the kernel's keyring": request_key,
    "use the session's keyring": keyring,
    "trace a child": trace_child,
    "watch a hidden folder (fanotify)": watch_everything,
    "name a file by its handle": name_handle,
    "use quota calls": quota,
    "call by the 32-bit entry (int 0x80)": by_interrupt,
    "call by numbers of the x32 kind": by_other_numbers,
    "install a segment (modify_ldt)": segment_table,
}
ATTACKS_OF_ROOT: dict[str, Attack] = {
    "load a BPF map": load_program,
    "make a device node": make_node,
    "change the groups": lambda w: os.setgroups(os.getgroups()),
    "become another user": lambda w: os.setresuid(65534, 65534, 65534),
    "get capabilities back by executing a program": regain,
    "set the time zone of the clock": set_clock,
    "adjust the clock": adjust_clock,
    "read the kernel's log": read_log,
    "set the host name": host_name,
    "set the domain name": domain_name,
    "use all input and output ports": ports,
    "use some input and output ports": some_ports,
    "hang up the terminal": lambda w: kernel.call("vhangup"),
}
