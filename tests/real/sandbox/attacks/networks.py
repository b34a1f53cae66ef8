"""Attacks on a restricted network: `none`, and a list of TCP ports."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import socket
import struct

from real.sandbox.attacks import kernel
from real.sandbox.attacks.sockets import opens
from real.sandbox.attacks.world import Attack, RefusedError, World

_IPPROTO_MPTCP = 262
_MSG_FASTOPEN, _TCP_FASTOPEN_CONNECT = 0x20000000, 30
_NETLINK_SOCK_DIAG, _NETLINK_GENERIC, _NETLINK_KOBJECT_UEVENT = 4, 16, 15
_IPPROTO_UDPLITE = 136
_UEVENTS = 1
LOOPBACK = "127.0.0.1"


def connect(world: World) -> None:
    with socket.create_connection((LOOPBACK, world.tcp), 2):
        pass


def connect_6(world: World) -> None:
    with socket.create_connection(("::1", world.tcp), 2):
        pass


def connect_mapped(world: World) -> None:
    with socket.socket(socket.AF_INET6) as client:
        client.connect((f"::ffff:{LOOPBACK}", world.tcp))


def connect_not_blocking(world: World) -> None:
    with socket.socket() as client:
        client.setblocking(False)
        code = client.connect_ex((LOOPBACK, world.tcp))
        if code not in (0, errno.EINPROGRESS):
            raise OSError(code, "connect")


def connect_multipath(world: World) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, _IPPROTO_MPTCP) as client:
        client.connect((LOOPBACK, world.tcp))


def connect_multipath_6(world: World) -> None:
    with socket.socket(socket.AF_INET6, socket.SOCK_STREAM, _IPPROTO_MPTCP) as client:
        client.connect(("::1", world.tcp))


def listen_multipath(world: World) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, _IPPROTO_MPTCP) as server:
        server.bind((LOOPBACK, 0))
        server.listen()


def fast_open(world: World) -> None:
    with socket.socket() as client:
        client.sendto(b"x", _MSG_FASTOPEN, (LOOPBACK, world.tcp))


def fast_open_message(world: World) -> None:
    with socket.socket() as client:
        client.sendmsg([b"x"], [], _MSG_FASTOPEN, (LOOPBACK, world.tcp))


def fast_open_messages(world: World) -> None:
    """sendmmsg, of whose flags each message gets its own."""
    address = struct.pack("=HHI8x", socket.AF_INET, socket.htons(world.tcp), int.from_bytes(b"\x7f\0\0\1", "little"))
    name, data = ctypes.create_string_buffer(address), ctypes.create_string_buffer(b"x")
    piece = ctypes.create_string_buffer(struct.pack("QQ", ctypes.addressof(data), 1))
    message = struct.pack("QIxxxxQQQQiI", ctypes.addressof(name), 16, ctypes.addressof(piece), 1, 0, 0, 0, 0)
    with socket.socket() as client:
        kernel.call("sendmmsg", client.fileno(), ctypes.create_string_buffer(message + bytes(8)), 1, _MSG_FASTOPEN)


def fast_open_connect(world: World) -> None:
    with socket.socket() as client:
        client.setsockopt(socket.IPPROTO_TCP, _TCP_FASTOPEN_CONNECT, 1)
        client.connect((LOOPBACK, world.tcp))
        client.sendall(b"x")
        client.settimeout(2)
        with contextlib.suppress(ConnectionResetError):  # it was let in, and thrown out again
            client.recv(1)


def bind(world: World) -> None:
    with socket.socket() as server:
        server.bind((LOOPBACK, world.free))
        server.listen()


def reachable(world: World) -> None:
    """Raise RefusedError in a network of one's own: whoever listens there listens to nobody else."""
    if os.readlink("/proc/self/ns/net") != world.network:
        raise RefusedError("it is a network of its own")


def bind_unspecified(world: World) -> None:
    """An address of no family counts as one of IPv4, if it is none at all."""
    address = struct.pack("=HHI8x", socket.AF_UNSPEC, socket.htons(world.free), 0)
    with socket.socket() as server:
        kernel.call("bind", server.fileno(), address, len(address))
        server.listen()


def bind_any(world: World) -> None:
    with socket.socket() as server:
        server.bind((LOOPBACK, 0))
        server.listen()
    reachable(world)


def listen_unbound(world: World) -> None:
    """The kernel chooses a port, and it is open on every address."""
    with socket.socket() as server:
        server.listen()
        if not server.getsockname()[1]:
            raise RefusedError("no port was chosen")
    reachable(world)


def exchange(family: int, protocol: int, address: str, port: int) -> None:
    """Send a datagram, and wait for what comes back."""
    with socket.socket(family, socket.SOCK_DGRAM, protocol) as client:
        client.connect((address, port))
        client.send(b"x")
        client.settimeout(2)
        client.recv(1)


def send_datagram(world: World) -> None:
    exchange(socket.AF_INET, 0, LOOPBACK, world.udp)


def send_datagram_6(world: World) -> None:
    exchange(socket.AF_INET6, 0, "::1", world.udp)


def lite_datagram(world: World) -> None:
    exchange(socket.AF_INET, _IPPROTO_UDPLITE, LOOPBACK, world.udp)


def receive_datagrams(world: World) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((LOOPBACK, 0))
    reachable(world)


def list_sockets(world: World) -> None:
    with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, _NETLINK_SOCK_DIAG) as diagnosis:
        body = struct.pack("BBBBI48x", socket.AF_INET, socket.IPPROTO_TCP, 0, 0, 0xFFFFFFFF)
        diagnosis.send(struct.pack("IHHII", 16 + len(body), 20, 0x301, 0, 0) + body)
        diagnosis.settimeout(2)
        diagnosis.recv(65536)
    reachable(world)


def hear_devices(world: World) -> None:
    with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, _NETLINK_KOBJECT_UEVENT) as events:
        events.bind((0, _UEVENTS))
    reachable(world)


def connect_allowed(world: World) -> None:
    with socket.create_connection((LOOPBACK, world.allowed), 2):
        pass


def listen_allowed(world: World) -> None:
    with socket.create_server((LOOPBACK, world.bindable)):
        pass


NONE: dict[str, Attack] = {
    "connect by TCP": connect,
    "connect by TCP over IPv6": connect_6,
    "connect by multipath TCP": connect_multipath,
    "connect by a fast open": fast_open,
    "listen on a TCP port": bind_any,
    "listen on a TCP port without binding one": listen_unbound,
    "send a datagram": send_datagram,
    "send a datagram (UDP-Lite)": lite_datagram,
    "send a datagram over IPv6": send_datagram_6,
    "receive datagrams": receive_datagrams,
    "list the sockets of the machine (netlink)": list_sockets,
    "hear of devices (netlink)": hear_devices,
    "open a socket of another netlink family": opens(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_GENERIC),
}
NONE_OF_ROOT: dict[str, Attack] = {
    "open a raw socket without network": opens(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP),
    "open a packet socket without network": opens(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)),
}
PORTS: dict[str, Attack] = {
    "connect to another TCP port": connect,
    "connect to another TCP port over IPv6": connect_6,
    "connect to another TCP port by a mapped address": connect_mapped,
    "connect to another TCP port without blocking": connect_not_blocking,
    "connect to another TCP port by multipath TCP": connect_multipath,
    "connect to another TCP port by multipath TCP over IPv6": connect_multipath_6,
    "connect to another TCP port by a fast open": fast_open,
    "connect to another TCP port by a fast open message": fast_open_message,
    "connect to another TCP port by many fast open messages": fast_open_messages,
    "connect to another TCP port by a late fast open": fast_open_connect,
    "listen on another TCP port": bind,
    "listen on another TCP port by an address of no family": bind_unspecified,
    "listen on any TCP port": bind_any,
    "listen on a TCP port that the kernel chooses": listen_unbound,
    "listen by multipath TCP": listen_multipath,
    "send a datagram past the list of ports": send_datagram,
}
PORTS_OF_ROOT: dict[str, Attack] = {
    "open a raw socket past the list of ports": opens(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP),
}
ALLOWED: dict[str, Attack] = {
    "connect to a TCP port on the list": connect_allowed,
    "listen on a TCP port on the list": listen_allowed,
}
"""What a list of ports is for: it has to work."""
