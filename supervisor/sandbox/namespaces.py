"""Level S3: the words for bubblewrap that make a view and start a program in it. Pure.

bubblewrap makes the namespaces and starts `program.py confine` in them, which confines itself as at S2 and executes the
server. Both of bubblewrap's processes stay; they hold nothing of the server's environment, and end with us.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from supervisor.sandbox.view import TEMPORARY_BYTES
from supervisor.sandbox.words import Mount

PROGRAM = "bwrap"
_NULL = "/dev/null"
_IN_MEMORY = ("--perms", "1777", "--size", str(TEMPORARY_BYTES), "--tmpfs")
_OF_ROOT = ("CAP_SETPCAP",)
"""What root keeps until the program inside has emptied its bounding set."""
_FOR_ANOTHER_USER = ("CAP_SETUID", "CAP_SETGID")
"""What root keeps besides until it has become the server's user."""


class Namespaces(Struct, frozen=True, kw_only=True):
    """What is to be made."""

    bubblewrap: str
    """Absolute path."""
    view: tuple[Mount, ...]
    own_network: bool = False
    """No network but a loopback interface of its own."""
    is_root: bool
    """root makes the namespaces; others need a user namespace of their own for it."""
    becomes_another: bool = False
    """The program inside becomes another user."""


def launcher(namespaces: Namespaces, program: Sequence[str]) -> tuple[str, ...]:
    """The whole command that starts `program` inside."""
    return (
        namespaces.bubblewrap,
        *_flags(namespaces),
        *(word for mount in namespaces.view for word in _mount(mount)),
        *(word for mount in namespaces.view if mount.kind == "no_folder" for word in ("--remount-ro", mount.path)),
        *("--remount-ro", "/", "--chdir", "/", "--"),
        *program,
    )


def _flags(namespaces: Namespaces) -> Iterator[str]:
    yield from ("--die-with-parent", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try")
    if namespaces.own_network:
        yield "--unshare-net"
    yield from ("--cap-drop", "ALL")
    if not namespaces.is_root:
        yield "--unshare-user"
        return
    for capability in (*_OF_ROOT, *(_FOR_ANOTHER_USER if namespaces.becomes_another else ())):
        yield from ("--cap-add", capability)


def _mount(mount: Mount) -> tuple[str, ...]:
    match mount.kind:
        case "bind":
            return ("--bind-try", mount.path, mount.path)
        case "read_only":
            return ("--ro-bind-try", mount.path, mount.path)
        case "folder":
            return ("--perms", "0755", "--dir", mount.path)
        case "link":
            return ("--symlink", mount.target, mount.path)
        case "temporary":
            return (*_IN_MEMORY, mount.path)
        case "no_folder":
            return ("--tmpfs", mount.path)
        case "no_file":
            return ("--ro-bind-try", _NULL, mount.path)
        case "proc":
            return ("--proc", mount.path)
        case "devices":
            # bubblewrap's own folder for shared memory is root's: a server that becomes another user needs one, too.
            return ("--dev", mount.path, *_IN_MEMORY, f"{mount.path}/shm")
