"""What `doctor` finds out about the installation and the state directory; it makes nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import supervisor
from supervisor import __version__
from supervisor.edges.doctor import installation


def test_a_state_directory_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    found = installation.state_directory(tmp_path / "a" / "b")
    assert (found.is_there, found.objection) == (False, None)
    assert not (tmp_path / "a").exists()


def test_one_that_is_there_is_looked_at_and_left_as_it_is(state_dir: Path) -> None:
    state_dir.chmod(0o755)
    found = installation.state_directory(state_dir)
    assert (found.is_there, found.mode, found.objection) == (True, 0o755, None)
    assert state_dir.stat().st_mode & 0o777 == 0o755
    assert os.listdir(state_dir) == []


def test_one_that_others_may_write_to_is_refused(state_dir: Path) -> None:
    state_dir.chmod(0o777)
    found = installation.state_directory(state_dir)
    assert found.objection is not None
    assert "others may write" in found.objection.text


def test_one_of_another_user_is_refused(state_dir: Path, root: None) -> None:
    os.chown(state_dir, 12345, -1)
    found = installation.state_directory(state_dir)
    assert found.objection is not None
    assert "12345" in found.objection.text


@pytest.mark.parametrize("is_below", [True, False])
def test_a_file_in_its_place_or_on_the_way_to_it_is_refused(tmp_path: Path, is_below: bool) -> None:
    file = tmp_path / "file"
    file.touch()
    found = installation.state_directory(file / "x" if is_below else file)
    assert found.is_there is not is_below
    assert found.objection is not None


def test_a_path_that_is_too_long_for_a_socket_is_refused_before_it_is_made(tmp_path: Path) -> None:
    found = installation.state_directory(tmp_path / ("x" * 120))
    assert found.objection is not None
    assert "socket" in found.objection.text


def test_nothing_is_made_where_a_link_leads(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    found = installation.state_directory(tmp_path / "link")
    assert (found.is_there, found.objection) == (False, None)
    assert os.listdir(tmp_path) == ["link"]


def test_the_package_is_the_one_that_runs() -> None:
    found = installation.package()
    assert found.location == str(next(iter(supervisor.__path__)))
    assert set(found.owners) <= {"stockade"}
    assert found.version in (__version__, "")
