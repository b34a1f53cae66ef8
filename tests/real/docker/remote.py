"""A way to the shared engine as to one on another machine: by an address, with TLS or without."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import trio

LOCALHOST = "127.0.0.1"
CHUNK_BYTES = 65536
NAME = ("-subj", "/CN=localhost", "-addext", f"subjectAltName=IP:{LOCALHOST}")


def certificates(folder: Path) -> Path:
    """Make what the docker command expects of DOCKER_CERT_PATH: an authority, and a certificate for both ends."""
    folder.mkdir()
    new = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    ca = (*new, "-keyout", "ca-key.pem", "-out", "ca.pem", "-subj", "/CN=authority")
    by = ("-CA", "ca.pem", "-CAkey", "ca-key.pem", "-addext", "basicConstraints=critical,CA:FALSE")
    for words in (ca, (*new, *by, "-keyout", "key.pem", "-out", "cert.pem", *NAME)):
        subprocess.run(words, cwd=folder, check=True, capture_output=True)
    return folder


def guarded(folder: Path) -> ssl.SSLContext:
    """What an engine with `--tlsverify` does: nobody comes in whose certificate is of another authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    context.load_verify_locations(folder / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    return context


@asynccontextmanager
async def door(docker_host: str, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """The port at which the engine can be reached while this lasts."""
    path = docker_host.removeprefix("unix://")
    async with trio.open_nursery() as nursery:
        (listener,) = await trio.open_tcp_listeners(0, host=LOCALHOST)

        async def serve(arrived: trio.SocketStream) -> None:
            if context is None:
                await _relay(arrived, path)
                return
            stream = trio.SSLStream(arrived, context, server_side=True, https_compatible=True)
            try:
                await stream.do_handshake()
            except trio.BrokenResourceError:
                await trio.aclose_forcefully(arrived)
            else:
                await _relay(stream, path)

        nursery.start_soon(trio.serve_listeners, serve, [listener])
        yield listener.socket.getsockname()[1]
        nursery.cancel_scope.cancel()


async def _relay(stream: trio.abc.Stream, path: str) -> None:
    async with stream, await trio.open_unix_socket(path) as engine, trio.open_nursery() as nursery:
        nursery.start_soon(_copy, stream, engine, engine.send_eof)
        await _copy(engine, stream, trio.lowlevel.checkpoint)
        nursery.cancel_scope.cancel()


async def _copy(
    source: trio.abc.ReceiveStream, target: trio.abc.SendStream, end: Callable[[], Awaitable[None]]
) -> None:
    try:
        while data := await source.receive_some(CHUNK_BYTES):
            await target.send_all(data)
        await end()
    except (trio.BrokenResourceError, trio.ClosedResourceError):
        return  # whoever has gone does not listen either
