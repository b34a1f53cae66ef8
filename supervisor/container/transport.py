"""How the docker SDK reaches an engine at a unix socket, mended: what it could not connect it leaves open.

Loaded with the SDK, by the first question.
"""

from __future__ import annotations

import socket
from typing import Any

from docker.transport.unixconn import UnixHTTPAdapter, UnixHTTPConnection, UnixHTTPConnectionPool


class Connection(UnixHTTPConnection):
    """One connection, whose socket is closed at once if nobody takes it."""

    def connect(self) -> None:
        """Raises: OSError."""
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            sock.settimeout(self.timeout)
            sock.connect(self.unix_socket)
        except BaseException:
            sock.close()
            raise
        self.sock = sock


class Pool(UnixHTTPConnectionPool):
    """The connections to one address."""

    def _new_conn(self) -> Connection:  # type: ignore[override]  # of a newer base than the stubs know
        return Connection(self.base_url, self.socket_path, self.timeout)  # type: ignore[arg-type]  # seconds


class Adapter(UnixHTTPAdapter):
    """What is mounted in place of the SDK's own."""

    def get_connection(self, url: Any, proxies: object = None) -> Pool:  # noqa: ARG002 - a socket has no proxies
        """The pool of an address, made when it is first wanted."""
        with self.pools.lock:
            pool: Pool | None = self.pools.get(url)
            if pool is None:
                pool = self.pools[url] = Pool(url, self.socket_path, self.timeout, maxsize=self.max_pool_size)
            return pool
