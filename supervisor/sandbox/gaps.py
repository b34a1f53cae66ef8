"""What a sandbox of a given level and ABI does not hold, in words: said in every report. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from supervisor.config.schema import Ports
from supervisor.sandbox.abi import known
from supervisor.sandbox.words import Chosen

NO_FILE_SANDBOX = "files are not confined at all: the server reads and writes whatever its user can"
NO_FILTERS = "system calls are not filtered: there is no filter for this machine"
SCHEDULING = "the processor affinity of the user's other processes can be changed"

_ALWAYS = (
    "a program can be run from memory (memfd), confined like its caller",
    "a file that may be read can be locked and leased",
    "without a cgroup memory is limited for each process, and only what is private to it; files only one by one",
)
_SHARED_MACHINE = (
    "the command line of every process can be read in /proc",
    SCHEDULING,
    "shared memory in /dev/shm is that of all of the user's processes; its names cannot be listed",
)
_FILES_OUTSIDE = (
    "chmod, chown, utime, stat, extended attributes and inotify work on files outside, within the user's own rights"
)
_EXPANDED = (
    "a name that is added or replaced in an expanded folder after the start cannot be reached until the next one"
)
_NAMESPACE = (
    "a signal that ends the server shows as exit status 128 + its number",
    "unix sockets that lie in granted folders can be connected to",
)
_ABSTRACT = "abstract unix sockets reach the user's other processes (needs Linux 6.12)"
_REACHED = "signals and abstract unix sockets reach the user's other processes"
_BELOW_ABI = (
    (2, "moves and links between folders are refused (needs Linux 5.19)"),
    (3, "truncate by path is not confined (needs Linux 6.2)"),
    (5, "device control (ioctl) is not confined on devices that can be opened (needs Linux 6.10)"),
    (6, f"{_REACHED} (needs Linux 6.12)"),
)
_UNIX_SOCKETS_ABI = 9
_PORTS = (
    "UDP is open; only TCP is held to the ports",
    "it can listen on a TCP port that the kernel chooses (listen without bind)",
)


def gaps(
    chosen: Chosen, network: Literal["allow", "none"] | Ports, reachable: Sequence[str], *, is_root: bool
) -> tuple[str, ...]:
    """The gaps of a level; `reachable` are sockets outside that are there and can be connected to."""
    by_level = {"S1": _without_files, "S2": _on_the_machine, "S3": _in_namespaces}[chosen.level]
    return (
        *by_level(chosen.abi, reachable),
        *_ALWAYS,
        *([] if chosen.filters else [NO_FILTERS]),
        *(_PORTS if isinstance(network, Ports) else ()),
        *(["it runs as uid 0, without capabilities: files of root are still its own"] if is_root else []),
    )


def is_closed_to_sockets(chosen: Chosen) -> bool:
    """Whether sockets outside cannot be connected to: a view hides them, or Landlock refuses them."""
    return chosen.level == "S3" or known(chosen.abi) >= _UNIX_SOCKETS_ABI


def _without_files(_abi: int, reachable: Sequence[str]) -> tuple[str, ...]:
    return (NO_FILE_SANDBOX, *_SHARED_MACHINE, _REACHED, *_sockets(reachable))


def _on_the_machine(abi: int, reachable: Sequence[str]) -> tuple[str, ...]:
    open_sockets = _sockets(reachable) if known(abi) < _UNIX_SOCKETS_ABI else ()
    return (_FILES_OUTSIDE, *_SHARED_MACHINE, _EXPANDED, *_below(abi), *open_sockets)


def _in_namespaces(abi: int, _reachable: Sequence[str]) -> tuple[str, ...]:
    # Signals stay in the process namespace by themselves; abstract sockets are the network namespace's affair.
    return (*_NAMESPACE, _EXPANDED, *(_ABSTRACT if text == _BELOW_ABI[-1][1] else text for text in _below(abi)))


def _below(abi: int) -> tuple[str, ...]:
    return tuple(text for needed, text in _BELOW_ABI if known(abi) < needed)


def _sockets(reachable: Sequence[str]) -> tuple[str, ...]:
    return (
        "pathname unix sockets can be connected to",
        *(f"the socket {path} can be connected to, and through it more than this sandbox allows" for path in reachable),
    )


def network_open(network: Literal["allow", "none"] | Ports, level: str) -> tuple[str, ...]:
    """What is open of the network, in words."""
    if network == "allow":
        return ("TCP in and out", "UDP and netlink sockets as the user may open them", "the loopback interface")
    if network == "none":
        own = ("a loopback interface of its own",) if level == "S3" else ("netlink sockets that ask about routes",)
        return (*own, "unix sockets")
    return ("the TCP ports that are named", "UDP", "the loopback interface")
