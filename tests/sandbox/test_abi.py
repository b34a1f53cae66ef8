"""What each Landlock ABI can hold, as tables."""

from __future__ import annotations

import pytest

from supervisor.sandbox import abi

FIRST_13 = 0x1FFF


@pytest.mark.parametrize(
    ("number", "handled"),
    [
        (0, 0),
        (1, FIRST_13),
        (2, 0x3FFF),
        (3, 0x7FFF),
        (4, 0x7FFF),
        (5, 0xFFFF),
        (6, 0xFFFF),
        (7, 0xFFFF),
        (8, 0xFFFF),
        (9, 0x1FFFF),
        (10, 0x1FFFF),
    ],
)
def test_each_abi_handles_the_file_rights_it_knows(number: int, handled: int) -> None:
    assert abi.handled_fs(number) == handled


@pytest.mark.parametrize(("number", "bits"), [(0, 0), (3, 0), (4, 3), (9, 3), (99, 3)])
def test_network_rights_begin_with_abi_4(number: int, bits: int) -> None:
    assert abi.handled_net(number) == bits


@pytest.mark.parametrize(("number", "bits"), [(0, 0), (5, 0), (6, 3), (9, 3)])
def test_scopes_begin_with_abi_6(number: int, bits: int) -> None:
    assert abi.scopes(number) == bits


@pytest.mark.parametrize(("number", "flags"), [(0, 0), (6, 0), (7, 2), (9, 2)])
def test_denials_of_the_executed_program_are_audited_from_abi_7_on(number: int, flags: int) -> None:
    assert abi.restrict_flags(number) == flags


@pytest.mark.parametrize("number", range(1, 11))
@pytest.mark.parametrize("access", abi.CLASSES)
@pytest.mark.parametrize("folder", [True, False])
def test_nothing_is_granted_that_the_abi_does_not_handle(number: int, access: str, folder: bool) -> None:
    granted = abi.granted(access, number, folder=folder)
    assert granted
    assert granted & ~abi.handled_fs(number) == 0


@pytest.mark.parametrize("number", range(1, 11))
@pytest.mark.parametrize("access", abi.CLASSES)
def test_a_file_is_never_granted_rights_of_folders(number: int, access: str) -> None:
    assert abi.granted(access, number, folder=False) & ~abi.FILE_MASK == 0


@pytest.mark.parametrize("access", abi.CLASSES)
def test_device_nodes_and_device_control_are_granted_to_nobody(access: str) -> None:
    forbidden = abi.MAKE_CHAR | abi.MAKE_BLOCK | abi.IOCTL_DEV
    assert abi.granted(access, abi.HIGHEST_KNOWN, folder=True) & forbidden == 0


def test_shared_memory_cannot_be_listed() -> None:
    assert abi.granted("shared_memory", abi.HIGHEST_KNOWN, folder=True) & abi.READ_DIR == 0


@pytest.mark.parametrize(
    ("access", "names"),
    [
        ("read", ("read_file", "read_dir")),
        ("read_exec", ("execute", "read_file", "read_dir")),
        ("device", ("write_file", "read_file")),
    ],
)
def test_rights_have_names(access: str, names: tuple[str, ...]) -> None:
    assert abi.fs_names(abi.granted(access, 7, folder=True)) == names


def test_moves_between_folders_are_granted_where_the_abi_knows_them() -> None:
    assert "refer" not in abi.fs_names(abi.granted("write", 1, folder=True))
    assert "refer" in abi.fs_names(abi.granted("write", 2, folder=True))


def test_every_handled_right_and_scope_has_a_name() -> None:
    assert len(abi.fs_names(abi.handled_fs(abi.HIGHEST_KNOWN))) == 17
    assert abi.scope_names(abi.scopes(6)) == ("abstract_unix_socket", "signal")
