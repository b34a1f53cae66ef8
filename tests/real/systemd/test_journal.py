"""Events in the real journal: found by their fields, explained by the catalog, complete over a restart of journald."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from journeys.command import entry
from real.systemd.box import TREE, Box, until

from supervisor.edges.journal import message_id

pytestmark = pytest.mark.real
SECRET = "sesame-in-the-journal-4711"
UNIT = "journaled.service"
CATALOG = TREE / "supervisor" / "units" / "stockade.catalog"
TELLS = "import os, sys; print('the key is', os.environ['KEY'], *sys.argv[1:], file=sys.stderr); sys.exit(3)"


@pytest.fixture
def state_dir(box: Box) -> Any:
    """A running service with a server that works and one that fails and tells its secret."""
    bad = entry()
    bad |= {"args": ["-c", TELLS, "--token", "${KEY_OF_TEST}"], "env": {"KEY": "${KEY_OF_TEST}"}}
    config = {"mcpServers": {"good": entry("--stderr", "2"), "bad": bad}}
    place = box.write_service(UNIT, config, f"Environment=KEY_OF_TEST={SECRET}")
    box.systemctl("start", UNIT)
    yield place
    box.end(UNIT)


def entries(box: Box, *matches: str) -> list[dict[str, Any]]:
    return [one for one in box.journal(UNIT, *matches) if "STOCKADE_SEQ" in one]


def of_type(box: Box, kind: str, server: str) -> list[dict[str, Any]]:
    return entries(box, f"MESSAGE_ID={message_id(kind)}", f"STOCKADE_SERVER={server}")


def test_the_journal_has_a_server_s_life_its_failure_and_no_secret(box: Box, state_dir: Path) -> None:
    until(lambda: of_type(box, "server.backing_off", "bad"))
    until(lambda: of_type(box, "server.ready", "good"))
    (ready,) = of_type(box, "server.ready", "good")
    assert ready["MESSAGE"].startswith("good: ready: ")
    assert ready["PRIORITY"] == "5"
    assert ready["SYSLOG_IDENTIFIER"] == "stockade"
    assert ready["_SYSTEMD_UNIT"] == UNIT
    assert json.loads(ready["STOCKADE_EVENT"])["type"] == ready["STOCKADE_TYPE"] == "server.ready"
    story = entries(
        box, f"STOCKADE_INSTANCE={ready['STOCKADE_INSTANCE']}", f"STOCKADE_CORRELATION={ready['STOCKADE_CORRELATION']}"
    )
    types = [one["STOCKADE_TYPE"] for one in story]
    assert {"server.starting", "stderr.line", "scan.completed", "server.ready", "instance.exited"} <= {*types}
    failed = of_type(box, "server.failed", "bad")[0]
    assert failed["STOCKADE_CODE"].startswith("server.")
    assert failed["STOCKADE_STAGE"] == "handshake"
    assert "the key is" in failed["STOCKADE_STDERR"]
    whole = box.run("journalctl", "-o", "export", "--all", "-u", UNIT).stdout
    assert "the key is" in whole
    assert SECRET not in whole


def test_no_event_is_missing_after_journald_was_restarted(box: Box, state_dir: Path) -> None:
    until(lambda: of_type(box, "server.ready", "good"))
    box.systemctl("stop", "systemd-journald.service", "systemd-journald.socket", "systemd-journald-dev-log.socket")
    box.stockade("restart", "good", state_dir=state_dir)
    box.stockade("wait", "good", state_dir=state_dir)
    box.systemctl("start", "systemd-journald.socket", "systemd-journald-dev-log.socket", "systemd-journald.service")
    until(lambda: len(of_type(box, "server.ready", "good")) == 2)
    box.systemctl("stop", UNIT)
    told = entries(box)
    mine = [one for one in told if one["STOCKADE_INSTANCE"] == told[-1]["STOCKADE_INSTANCE"]]
    assert [int(one["STOCKADE_SEQ"]) for one in mine] == list(range(1, len(mine) + 1))
    assert mine[-1]["STOCKADE_TYPE"] == "tree.stopped"


def test_the_catalog_says_what_it_means_and_what_to_do(box: Box, state_dir: Path) -> None:
    box.run("sh", "-c", f"mkdir -p /usr/local/lib/systemd/catalog && cp {CATALOG} /usr/local/lib/systemd/catalog/")
    done = box.run("journalctl", "--update-catalog")
    assert done.stdout + done.stderr == ""
    until(lambda: of_type(box, "server.failed", "bad"))
    shown = box.run("journalctl", "-x", "--no-pager", "-u", UNIT, f"MESSAGE_ID={message_id('server.failed')}").stdout
    assert "Subject: server.failed (bad)" in shown
    assert "Defined-By: stockade" in shown
    assert "stockade logs bad" in shown
    assert "journalctl STOCKADE_INSTANCE=" in shown
    listed = box.run("journalctl", "--list-catalog").stdout
    assert message_id("tree.gave_up") in listed
