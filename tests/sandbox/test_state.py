"""Names of the servers' own folders."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from supervisor.sandbox.state import server_folder


@given(st.text())
def test_every_name_gives_one_folder_of_the_state_directory(name: str) -> None:
    folder, _, last = server_folder("/s", name).rpartition("/")
    assert folder == "/s/servers"
    assert last not in ("", ".", "..")
    assert len(last.encode()) < 255


@given(st.text(), st.text())
def test_different_servers_have_different_folders(one: str, other: str) -> None:
    assert (server_folder("/s", one) == server_folder("/s", other)) is (one == other)


def test_common_names_stay_readable() -> None:
    assert server_folder("/s", "my-server_2") == "/s/servers/my-server_2"
    assert server_folder("/s", "../x") == "/s/servers/%2E%2E%2Fx"
