"""The SDK's connection to a socket: what it could not connect is closed."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest
from docker.transport.unixconn import UnixHTTPConnection
from requests import ConnectionError as NotConnected
from requests import Session

from supervisor.container.transport import Adapter, Connection


def left_open_by(kind: type[UnixHTTPConnection], path: Path) -> int:
    """Sockets that are open for as long as the error of a connect in vain is at hand."""
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(FileNotFoundError) as caught:
        kind("http+docker://localhost", str(path), 1).connect()
    assert caught.tb is not None  # its frames are at hand
    return len(os.listdir("/proc/self/fd")) - before


def test_a_connection_that_nobody_takes_is_closed(tmp_path: Path) -> None:
    assert left_open_by(Connection, tmp_path / "nobody") == 0


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_the_sdk_itself_still_leaves_it_open(tmp_path: Path) -> None:
    assert left_open_by(UnixHTTPConnection, tmp_path / "nobody") == 1, "container/transport.py can go"
    gc.collect()  # here, where it may warn


def test_a_session_uses_it(tmp_path: Path) -> None:
    adapter = Adapter(f"http+unix://{tmp_path}/nobody", 1)
    with Session() as session:
        session.mount("http+docker://", adapter)
        with pytest.raises(NotConnected):
            session.get("http+docker://localhost/_ping")
    address = "http+docker://localhost"
    assert isinstance(adapter.get_connection(address)._new_conn(), Connection)
