"""Attacks by sockets, with an open network: reaching processes outside, and the network below TCP and UDP."""

from __future__ import annotations

import array
import fcntl
import os
import socket
import struct
from pathlib import Path

from real.sandbox.attacks.world import Attack, World

_SIOCGIFFLAGS, _SIOCSIFFLAGS = 0x8913, 0x8914
_NETLINK_CONNECTOR, _CN_PROC, _LISTEN = 11, 1, 1


def connect_abstract(world: World) -> None:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect("\0" + world.abstract)


def send_abstract(world: World) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
        client.sendto(b"x", f"\0{world.abstract}-datagram")


def connect_path(world: World) -> None:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(f"{world.ground}/socket")


def connect_by_link(world: World) -> None:
    link = Path(world.own, "to the socket")
    link.symlink_to(f"{world.ground}/socket")
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(link))


def connect_hidden(world: World) -> None:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(world.home / ".ssh" / "agent"))


def send_path(world: World) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
        client.sendto(b"x", f"{world.ground}/datagrams")


def take_descriptor(world: World) -> None:
    """Somebody outside hands out a descriptor of the key to whoever connects: as a broker of files would."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(f"{world.ground}/broker")
        descriptors = socket.recv_fds(client, 1, 1)[1]
        world.expect_secret(os.pread(descriptors[0], 100, 0))


def listen_to_processes(world: World) -> None:
    """The kernel tells every fork and exec of the machine."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, _NETLINK_CONNECTOR) as connector:
        connector.bind((0, _CN_PROC))
        body = struct.pack("IIIIHHI", _CN_PROC, 1, 0, 0, 4, 0, _LISTEN)
        connector.send(struct.pack("IHHII", 16 + len(body), 3, 0, 0, 0) + body)
        connector.settimeout(2)
        connector.recv(4096)


def change_interface(world: World) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = array.array("B", struct.pack("16sh22x", b"lo", 0))
        fcntl.ioctl(any_socket, _SIOCGIFFLAGS, request)
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, request)


def forge_credentials(world: World) -> None:
    one, other = socket.socketpair(socket.AF_UNIX)
    other.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    forged = struct.pack("iII", 1, 0, 0)
    one.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_CREDENTIALS, forged)])


def bind_low(world: World) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 1023))


def opens(*words: int) -> Attack:
    """The attack that opens such a socket."""

    def attack(world: World) -> None:
        socket.socket(*words).close()

    return attack


ATTACKS: dict[str, Attack] = {
    "connect to an abstract socket outside": connect_abstract,
    "send to an abstract socket outside": send_abstract,
    "connect to a socket outside by its path": connect_path,
    "connect to a socket outside by a symbolic link": connect_by_link,
    "connect to a socket in a hidden folder": connect_hidden,
    "send to a socket outside by its path": send_path,
    "be handed a descriptor of the key by a socket outside": take_descriptor,
    "listen to every fork and exec": listen_to_processes,
    "open a socket to the hypervisor (vsock)": opens(socket.AF_VSOCK, socket.SOCK_STREAM),
}
ATTACKS_OF_ROOT: dict[str, Attack] = {
    "open a raw socket": opens(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP),
    "open a raw socket of IPv6": opens(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6),
    "open a packet socket": opens(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)),
    "open an express data path socket (XDP)": opens(44, socket.SOCK_RAW, 0),
    "change a network interface": change_interface,
    "bind a privileged port": bind_low,
    "forge the credentials of a message": forge_credentials,
}
