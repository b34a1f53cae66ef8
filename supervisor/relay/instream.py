"""A pair of byte streams inside one process: what an embedder holds, and what the relay holds of it."""

from __future__ import annotations

import trio


def stream_pair() -> tuple[trio.SocketStream, trio.SocketStream]:
    """Two connected ends; each can be read, written, half-closed with `send_eof()`, and waits when the other does.

    It is a socket pair and not a pair of memory channels: the kernel bounds what is under way, the relay's way past
    trio for bytes that are there already works as with any other client, and an end can be handed to a child process.
    """
    left, right = trio.socket.socketpair()
    return trio.SocketStream(left), trio.SocketStream(right)
