"""Descriptors that the service manager passed to us (sd_listen_fds(3)): the control socket, bound before we were there.

The manager keeps the socket when we end: it is neither bound nor removed by us, and who connects while nobody runs is
what starts us.
"""

from __future__ import annotations

import os
import socket
import stat

from supervisor.edges.service.given import Given, number_of
from supervisor.errors import ServiceSocketInvalid, StockadeError

FIRST = 3
"""The number of the first descriptor that is passed."""
MOST = 64
"""More than that are passed to nobody; a wrong number must not make us look at thousands."""
CONTROL = "control"
"""The name (FileDescriptorName=) of the one socket that we know what to do with."""


def passed(given: Given, pid: int) -> list[tuple[int, str]]:
    """Name the descriptors that were passed to the process with this pid, each with its name; empty where none has one.

    Raises: StockadeError(ServiceVariableInvalid).
    """
    if not given.listen_pid or number_of("LISTEN_PID", given.listen_pid) != pid:
        return []  # meant for another one: a process between the manager and us
    count = min(number_of("LISTEN_FDS", given.listen_fds or "0"), MOST)
    names = given.listen_names.split(":") if given.listen_names else []
    return [(FIRST + at, names[at] if at < len(names) else "") for at in range(count)]


def control_socket(given: Given, pid: int) -> socket.socket | None:
    """Return the control socket that was passed, which listens already; None if there was none.

    None of the descriptors reaches a program that we start. One without a name is the control socket if it is alone.

    Raises: StockadeError(ServiceVariableInvalid | ServiceSocketInvalid).
    """
    found: list[socket.socket] = []
    descriptors = passed(given, pid)
    for descriptor, _name in descriptors:
        _keep_to_ourselves(descriptor)
    try:
        for descriptor, name in descriptors:
            if name != CONTROL and (name or len(descriptors) > 1):
                raise _invalid(descriptor, name, f"the only name that is known is {CONTROL!r}")
            if found:
                raise _invalid(descriptor, name, "there is another control socket already")
            found.append(_listening(descriptor, name))
    except StockadeError:
        for one in found:
            one.detach()  # it stays the manager's
        raise
    return found[0] if found else None


def _keep_to_ourselves(descriptor: int) -> None:
    try:
        os.set_inheritable(descriptor, False)
    except OSError as error:
        raise _invalid(descriptor, "", error.strerror or str(error)) from error


def _listening(descriptor: int, name: str) -> socket.socket:
    if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
        raise _invalid(descriptor, name, "it is no socket")
    one = socket.socket(fileno=descriptor)  # finds out the family and the kind by itself
    reason = ""
    if one.family != socket.AF_UNIX:
        reason = "it is no unix socket: whoever can connect to a port could command the daemon"
    elif one.type != socket.SOCK_STREAM:
        reason = "it is no stream socket"
    elif not one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        reason = "it does not listen: it is a connection"
    if reason:
        one.detach()
        raise _invalid(descriptor, name, reason)
    return one


def _invalid(descriptor: int, name: str, reason: str) -> StockadeError:
    return StockadeError(ServiceSocketInvalid(descriptor=descriptor, name=name[:100], reason=reason))
