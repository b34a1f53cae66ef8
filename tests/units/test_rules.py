"""What `install-unit` writes and what it may replace, decided from texts."""

from __future__ import annotations

import pytest

from supervisor.units import rules
from supervisor.units.rules import Values

VALUES = Values(
    program=("/usr/bin/stockade",), config="/etc/stockade/config.json", state="/home/a/.local/state/stockade"
)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("/usr/bin/stockade",), "/usr/bin/stockade"),
        (("/opt/a b/stockade", "x"), '"/opt/a b/stockade" x'),
        (("/opt/100%/$HOME",), '"/opt/100%%/$$HOME"'),
        (('/opt/"q"', "a\\b", "a\nb"), '"/opt/\\"q\\"" "a\\\\b" "a\\nb"'),
        (("",), '""'),
        (("/opt/ä",), '"/opt/ä"'),
        (("/a;b", "'"), '"/a;b" "\'"'),
    ],
)
def test_words_of_a_command_are_read_by_systemd_as_they_are(words: tuple[str, ...], line: str) -> None:
    assert rules.quoted(words) == line


def test_a_template_s_places_are_filled_in_and_what_fills_them_is_not_looked_at_again() -> None:
    template = "ExecStart=@PROGRAM@ --config @CONFIG@ --state-dir @STATE@\nListenStream=@SOCKET@\nUser@HOST@\n"
    assert rules.filled(template, VALUES) == (
        "ExecStart=/usr/bin/stockade --config /etc/stockade/config.json --state-dir /home/a/.local/state/stockade\n"
        "ListenStream=/home/a/.local/state/stockade/control.sock\nUser@HOST@\n"
    )
    odd = Values(program=("/x",), config="@STATE@", state="/100%")
    assert rules.filled("@CONFIG@ @SOCKET@", odd) == "@STATE@ /100%%/control.sock"


@pytest.mark.parametrize(
    ("found", "standing"),
    [
        (None, "missing"),
        (rules.sealed("new\n"), "same"),
        (rules.sealed("old\n"), "older"),
        ("new\n", "changed"),
        (rules.sealed("old\n") + "# mine\n", "changed"),
        ("# mine\n" + rules.sealed("old\n"), "changed"),
        (rules.sealed("old\n").replace("old", "0ld"), "changed"),
        ("", "changed"),
    ],
)
def test_a_file_as_stockade_wrote_it_is_told_from_one_that_somebody_changed(found: str | None, standing: str) -> None:
    assert rules.standing(found, rules.sealed("new\n")) == standing


def test_what_differs_is_shown_line_by_line() -> None:
    shown = rules.difference("/etc/x", "a\nb\n", "a\nc\n").splitlines()
    assert shown[:2] == ["--- /etc/x", "+++ /etc/x (as it would be)"]
    assert shown[3:] == [" a", "-b", "+c"]


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("/usr/bin/stockade", ""),
        ("/opt/stockade/bin/stockade", ""),
        ("/home/anna/.local/bin/stockade", "/home"),
        ("/homes/anna/stockade", ""),
        ("/root/venv/bin/stockade", "/root"),
        ("/run/user/1000/stockade", "/run/user"),
        ("/tmp/venv/bin/stockade", "/tmp"),
        ("/var/tmp/venv/stockade", "/var/tmp"),
    ],
)
def test_what_the_unit_hides_from_its_service_is_known(path: str, folder: str) -> None:
    assert rules.hidden(path) == folder


def test_what_remains_to_be_done_names_the_catalog_only_where_there_is_one() -> None:
    assert "journalctl --update-catalog" in rules.next_commands("system", has_catalog=True)
    assert "journalctl --update-catalog" not in rules.next_commands("system", has_catalog=False)
    assert all("--user" in line for line in rules.next_commands("user", has_catalog=True))
