"""The journal's catalog has every event, and says what to do about those that call for something."""

from __future__ import annotations

import re
import subprocess
import typing
from pathlib import Path

import pytest

from scripts.pages import catalog
from supervisor.edges.journal import NAMES, message_id
from supervisor.events import KERNEL_SEVERITY, AnyEvent, Severity

TREE = Path(__file__).parents[2]
SHIPPED = (TREE / catalog.FOLDER / catalog.NAME).read_text()
ENTRY = re.compile(r"^-- ([0-9a-f]{32})\nSubject: (\S+)( \(@STOCKADE_SERVER@\))?\nDefined-By: stockade\n\n", re.M)
EVENTS = {str(kind.__struct_config__.tag): kind for kind in typing.get_args(AnyEvent)}


def severity(kind: type) -> Severity:
    found: Severity = getattr(kind, "severity", None) or KERNEL_SEVERITY[kind]
    return found


def test_the_shipped_catalog_is_fresh() -> None:
    assert catalog.files(TREE)[catalog.NAME] == SHIPPED, "run scripts/generate"


def test_every_event_has_an_entry_under_its_id() -> None:
    assert {tag: number for number, tag, _ in ENTRY.findall(SHIPPED)} == {tag: message_id(tag) for tag in EVENTS}


def test_only_fields_that_are_sent_are_filled_in() -> None:
    assert set(re.findall(r"@(\w+)@", SHIPPED)) <= {*NAMES}


@pytest.mark.parametrize("tag", [tag for tag, kind in EVENTS.items() if severity(kind) <= Severity.WARNING])
def test_what_calls_for_something_says_what_to_do(tag: str) -> None:
    fields = EVENTS[tag].__struct_fields__
    assert tag in catalog.ADVICE or "problem" in fields or "remedy" in fields


def test_no_advice_is_for_an_event_that_is_gone() -> None:
    assert catalog.ADVICE.keys() <= EVENTS.keys()


def test_it_can_be_compiled(tmp_path: Path) -> None:
    folder = tmp_path / "usr" / "lib" / "systemd" / "catalog"
    folder.mkdir(parents=True)
    (folder / catalog.NAME).write_text(SHIPPED)
    try:
        words = ["journalctl", "--root", str(tmp_path), "--update-catalog"]
        done = subprocess.run(words, capture_output=True, text=True, timeout=30)
    except FileNotFoundError:
        pytest.skip("there is no journalctl here")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    listed = subprocess.run(["journalctl", "--root", str(tmp_path), "--list-catalog"], capture_output=True, text=True)
    assert all(message_id(tag) in listed.stdout for tag in EVENTS)
