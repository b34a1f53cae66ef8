"""Who we are to an engine, and what of that is kept."""

from __future__ import annotations

from pathlib import Path

from supervisor.container.owner import keep, owner_here


def test_a_run_without_containers_keeps_nothing_until_it_makes_some_after_all(tmp_path: Path) -> None:
    owner = owner_here(str(tmp_path), "", is_kept=False)
    assert list(tmp_path.iterdir()) == []
    assert keep(str(tmp_path), owner.instance) == owner.instance
    assert owner_here(str(tmp_path), "", is_kept=True).instance == owner.instance
    assert [path.name for path in tmp_path.iterdir()] == ["instance"]


def test_what_is_kept_already_is_what_everybody_goes_by(tmp_path: Path) -> None:
    first = owner_here(str(tmp_path), "", is_kept=True).instance
    assert owner_here(str(tmp_path), "", is_kept=False).instance == first
    assert keep(str(tmp_path), "another") == first


def test_without_a_folder_it_is_made_up() -> None:
    assert owner_here("", "", is_kept=False).instance != owner_here("", "", is_kept=False).instance
