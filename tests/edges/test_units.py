"""`stockade install-unit`: what it writes, what it leaves alone, and what it refuses."""

from __future__ import annotations

import shutil
import stat
import sys
from argparse import Namespace
from pathlib import Path

import pytest

from supervisor.edges import units
from supervisor.errors import (
    StateUnusable,
    StockadeError,
    UnitFileChanged,
    UnitNotWritten,
    UnitProgramOutOfReach,
    UsageWrong,
)
from supervisor.units import rules
from supervisor.units.rules import File

NAMES = ("stockade.service", "stockade.socket")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own."""
    for key in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "STOCKADE_STATE_DIR", "STATE_DIRECTORY", "STOCKADE_CONFIG"):
        monkeypatch.delenv(key, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def options(**chosen: object) -> Namespace:
    return Namespace(
        **{"user": True, "print": False, "config": None, "program": None, "root": "", "force": False} | chosen
    )


def test_a_user_s_units_are_written_once_and_then_are_there(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert units.install_unit(options()) == 0
    said = capfd.readouterr().out
    folder = home / ".config" / "systemd" / "user"
    assert sorted(path.name for path in folder.iterdir()) == list(NAMES)
    assert {stat.S_IMODE((folder / name).stat().st_mode) for name in NAMES} == {0o644}
    assert f"wrote {folder}/stockade.service" in said
    assert "systemctl --user enable --now stockade.socket stockade.service" in said
    assert f"write the configuration {home}/.config/stockade/config.json" in said
    service = (folder / "stockade.service").read_text()
    assert f"serve --config {home}/.config/stockade/config.json --state-dir {home}/.local/state/stockade\n" in service
    assert f"ListenStream={home}/.local/state/stockade/control.sock\n" in (folder / "stockade.socket").read_text()
    before = {name: (folder / name).stat().st_mtime_ns for name in NAMES}
    assert units.install_unit(options()) == 0
    assert f"is there {folder}/stockade.service" in capfd.readouterr().out
    assert {name: (folder / name).stat().st_mtime_ns for name in NAMES} == before


def test_what_stockade_wrote_before_is_replaced_and_what_somebody_changed_is_kept(
    home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    units.install_unit(options(config="/srv/old.json"))
    units.install_unit(options(config="/srv/new.json"))
    file = home / ".config" / "systemd" / "user" / "stockade.service"
    assert "/srv/new.json" in file.read_text()
    assert f"replaced {file}" in capfd.readouterr().out
    changed = file.read_text().replace("WatchdogSec=30", "WatchdogSec=3")
    file.write_text(changed)
    (file.parent / "stockade.socket").unlink()
    with pytest.raises(StockadeError) as error:
        units.install_unit(options(config="/srv/new.json"))
    assert error.value.problem == UnitFileChanged(path=str(file))
    assert {"-WatchdogSec=3", "+WatchdogSec=30"} <= set(capfd.readouterr().out.splitlines())
    assert file.read_text() == changed
    assert not (file.parent / "stockade.socket").exists(), "nothing at all was written"
    assert units.install_unit(options(config="/srv/new.json", force=True)) == 0
    assert "WatchdogSec=30\n" in file.read_text()


def test_printing_writes_nothing(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for is_user in (True, False):
        assert units.install_unit(options(user=is_user, print=True)) == 0
    said = capfd.readouterr().out
    for path in (
        "/etc/systemd/system/stockade.service",
        "/etc/sysusers.d/stockade.conf",
        "/etc/tmpfiles.d/stockade.conf",
    ):
        assert f"# {path}\n" in said
    assert "# /usr/local/lib/systemd/catalog/stockade.catalog\n" in said
    assert list(home.iterdir()) == []


def test_everything_can_be_written_below_a_folder(state_dir: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """For a package or an image, whose program is not here to be looked at."""
    assert units.install_unit(options(user=False, root=f"{state_dir}/", program="/usr/bin/stockade")) == 0
    service = (state_dir / "etc/systemd/system/stockade.service").read_text()
    assert "ExecStart=/usr/bin/stockade serve --config /etc/stockade/config." in service
    found = {str(path.relative_to(state_dir)) for path in state_dir.rglob("*") if path.is_file()}
    assert found == {
        "etc/sysusers.d/stockade.conf", "etc/tmpfiles.d/stockade.conf",
        "usr/local/lib/systemd/catalog/stockade.catalog",
        "etc/systemd/system/stockade.service", "etc/systemd/system/stockade.socket",
    }  # fmt: skip
    said = capfd.readouterr().out
    assert "systemd-sysusers stockade.conf" in said
    assert "journalctl --update-catalog" in said
    assert "adduser NAME stockade" in said


def refused(*words: str) -> UnitProgramOutOfReach:
    with pytest.raises(StockadeError) as error:
        units.check_program(words)
    assert isinstance(error.value.problem, UnitProgramOutOfReach)
    return error.value.problem


def test_a_program_that_the_unit_hides_or_that_is_not_there_is_refused() -> None:
    assert refused("/home/anna/stockade").reason == "/home is hidden from services"
    assert "No such file" in refused("/nowhere/stockade").reason


@pytest.mark.parametrize(
    ("mode", "above", "reason"),
    [
        (0o755, 0o755, ""),
        (0o755, 0o700, "may not be entered"),
        (0o700, 0o755, "may not read and execute"),
        (0o644, 0o755, "may not read and execute"),
    ],
)
def test_others_have_to_be_able_to_run_it(root: None, mode: int, above: int, reason: str) -> None:
    folder = Path("/opt/stockade-test-units")
    folder.mkdir()
    try:
        program = folder / "stockade"
        program.write_text("#!/bin/sh\n")
        program.chmod(mode)
        folder.chmod(above)
        if reason:
            assert reason in refused(str(program)).reason
        else:  # wherever the interpreter is that runs this test
            units.check_program((str(program),))
    finally:
        shutil.rmtree(folder)


def test_a_program_of_another_installation_is_judged_by_its_own_interpreter(root: None) -> None:
    folder = Path("/opt/stockade-test-units")
    folder.mkdir()
    try:
        program = folder / "stockade"
        for line in ("#!/nowhere/python", "#! /nowhere/python -I", "#!/nowhere/python\nrest"):
            program.write_text(line)
            program.chmod(0o755)
            assert refused(str(program)).path == "/nowhere/python"
        program.write_text("#!/home/anna/venv/bin/python\n")
        assert refused(str(program)) == UnitProgramOutOfReach(
            path="/home/anna/venv/bin/python", reason="/home is hidden from services"
        )
        for content in (b"", b"#!", b"#!\n", b"\x7fELF\x02\xff"):  # no script: it is the program itself
            program.write_bytes(content)
            units.check_program((str(program),))
    finally:
        shutil.rmtree(folder)


def test_this_stockade_is_judged_by_what_runs_it_however_it_is_named(
    state_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (state_dir / "stockade").write_text("#!/bin/sh\n")
    (state_dir / "stockade").chmod(0o755)
    (state_dir / "link").symlink_to("stockade")
    monkeypatch.setattr(sys, "argv", [str(state_dir / "stockade")])
    monkeypatch.setattr(sys, "executable", "/home/anna/venv/bin/python")
    monkeypatch.setattr(rules, "HIDDEN", ("/home",))
    state_dir.chmod(0o755)
    for name in ("stockade", "link"):
        assert refused(str(state_dir / name)).path == "/home/anna/venv/bin/python"
    assert refused(*units.program()).path == "/home/anna/venv/bin/python"


def test_a_place_that_cannot_be_written_is_a_problem_and_no_crash(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file" / "x", tmp_path):
        with pytest.raises(StockadeError) as error:
            units.written([File(path=str(path), text="x")], is_forced=True)
        assert isinstance(error.value.problem, UnitNotWritten)


def test_a_service_takes_no_configuration_from_stdin_and_no_socket_with_too_long_a_path(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StockadeError) as error:
        units.install_unit(options(config="-"))
    assert isinstance(error.value.problem, UsageWrong)
    monkeypatch.setenv("XDG_STATE_HOME", str(home / ("x" * 100)))
    with pytest.raises(StockadeError) as error:
        units.install_unit(options())
    assert isinstance(error.value.problem, StateUnusable)


def test_a_configuration_that_the_service_s_user_cannot_read_is_told(
    state_dir: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    config = state_dir / "it's.json"
    config.write_text("{}")
    for mode, is_told in ((0o600, True), (0o644, False)):
        config.chmod(mode)
        units.install_unit(options(user=False, root=str(state_dir), program="/usr/bin/stockade", config=str(config)))
        said = capfd.readouterr().out
        assert ("its user cannot read it now" in said) is is_told
        assert (f"""chown root:stockade '{state_dir}/it'"'"'s.json' && chmod 640""" in said) is is_told
        assert "write the configuration" not in said
