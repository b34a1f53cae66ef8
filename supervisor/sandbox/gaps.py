"""What a sandbox of a given level and ABI does not hold, in words: said in every report. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from supervisor.sandbox.abi import known

NO_FILE_SANDBOX = "files are not confined at all: the server reads and writes whatever its user can"

_ALWAYS = (
    "chmod, chown, utime and stat work on files outside, within the user's own rights",
    "the command line of every process can be read in /proc",
    "a program can be run from memory (memfd), confined like its caller",
    "system calls are not filtered",
    "shared memory in /dev/shm is that of all of the user's processes; its names cannot be listed",
    "a name that is added or replaced in an expanded folder after the start cannot be reached until the next one",
)
_BELOW_ABI = (
    (2, "moves and links between folders are refused (needs Linux 5.19)"),
    (3, "truncate by path is not confined (needs Linux 6.2)"),
    (5, "device control (ioctl) is not confined on devices that can be opened (needs Linux 6.10)"),
    (6, "signals and abstract unix sockets reach the user's other processes (needs Linux 6.12)"),
)
_UNIX_SOCKETS_ABI = 9


def gaps(abi: int, reachable: Sequence[str], *, is_root: bool) -> tuple[str, ...]:
    """The gaps at this ABI (0 = level S1); `reachable` are sockets that are there and can be connected to."""
    if not abi:
        return (NO_FILE_SANDBOX, *_ALWAYS[1:4], *_sockets(reachable))
    below = tuple(text for needed, text in _BELOW_ABI if known(abi) < needed)
    open_sockets = _sockets(reachable) if known(abi) < _UNIX_SOCKETS_ABI else ()
    as_root = ("it runs as uid 0, without capabilities: files of root are still its own",) if is_root else ()
    return (*_ALWAYS, *below, *open_sockets, *as_root)


def _sockets(reachable: Sequence[str]) -> tuple[str, ...]:
    return (
        "pathname unix sockets can be connected to",
        *(f"the socket {path} can be connected to, and through it more than this sandbox allows" for path in reachable),
    )


def network_open() -> tuple[str, ...]:
    """What is open with `network: allow`."""
    return ("TCP in and out", "UDP, raw and netlink sockets as the user may open them", "the loopback interface")
