"""Events in the real journal: found by their fields, explained by the catalog, complete over a restart of journald."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from journeys.command import entry
from real.systemd.box import TREE, Box, until

from supervisor.edges.journal import message_id
from supervisor.units.rules import CATALOG as PLACE

pytestmark = pytest.mark.real
SECRET = "sesame-in-the-journal-4711"
UNIT = "journaled.service"
CATALOG = TREE / "supervisor" / "units" / "stockade.catalog"
TELLS = "import os, sys; print('the key is', os.environ['KEY'], *sys.argv[1:], file=sys.stderr); sys.exit(3)"


class Service(NamedTuple):
    """One run of a service with a server that works and one that fails and tells its secret."""

    box: Box
    state_dir: Path
    instance: str

    def do(self, *words: str) -> None:
        self.box.stockade(*words, state_dir=self.state_dir)

    def entries(self, *matches: str) -> list[dict[str, Any]]:
        """What the journal has of this run."""
        return self.box.journal(UNIT, f"STOCKADE_INSTANCE={self.instance}", *matches)

    def of_type(self, kind: str, server: str) -> list[dict[str, Any]]:
        return self.entries(f"MESSAGE_ID={message_id(kind)}", f"STOCKADE_SERVER={server}")


@pytest.fixture
def service(box: Box) -> Iterator[Service]:
    bad = entry()
    bad |= {"args": ["-c", TELLS, "--token", "${KEY_OF_TEST}"], "env": {"KEY": "${KEY_OF_TEST}"}}
    config = {"mcpServers": {"good": entry("--stderr", "2"), "bad": bad}}
    place = box.write_service(UNIT, config, f"Environment=KEY_OF_TEST={SECRET}")
    box.systemctl("start", UNIT)
    status = json.loads(box.stockade("status", "--json", state_dir=place).stdout)
    yield Service(box, place, status["instance"])
    box.end(UNIT)


def test_the_journal_has_a_server_s_life_its_failure_and_no_secret(service: Service) -> None:
    until(lambda: service.of_type("server.backing_off", "bad"))
    until(lambda: service.of_type("server.ready", "good"))
    (ready,) = service.of_type("server.ready", "good")
    assert ready["MESSAGE"].startswith("good: ready: ")
    assert ready["PRIORITY"] == "5"
    assert ready["SYSLOG_IDENTIFIER"] == "stockade"
    assert ready["_SYSTEMD_UNIT"] == UNIT
    assert json.loads(ready["STOCKADE_EVENT"])["type"] == ready["STOCKADE_TYPE"] == "server.ready"
    story = service.entries(f"STOCKADE_CORRELATION={ready['STOCKADE_CORRELATION']}")
    types = [one["STOCKADE_TYPE"] for one in story]
    assert {"server.starting", "stderr.line", "scan.completed", "server.ready", "instance.exited"} <= {*types}
    failed = service.of_type("server.failed", "bad")[0]
    assert failed["STOCKADE_CODE"].startswith("server.")
    assert failed["STOCKADE_STAGE"] == "handshake"
    assert "the key is" in failed["STOCKADE_STDERR"]
    whole = service.box.run("journalctl", "-o", "export", "--all", "-u", UNIT).stdout
    assert "the key is" in whole
    assert SECRET not in whole


def test_no_event_is_missing_after_journald_was_restarted(service: Service) -> None:
    until(lambda: service.of_type("server.ready", "good"))
    service.box.systemctl(
        "stop", "systemd-journald.service", "systemd-journald.socket", "systemd-journald-dev-log.socket"
    )
    service.do("restart", "good")
    service.do("wait", "good")
    service.box.systemctl(
        "start", "systemd-journald.socket", "systemd-journald-dev-log.socket", "systemd-journald.service"
    )
    until(lambda: len(service.of_type("server.ready", "good")) == 2)
    service.box.systemctl("stop", UNIT)
    told = service.entries()
    assert [int(one["STOCKADE_SEQ"]) for one in told] == list(range(1, len(told) + 1))
    assert told[-1]["STOCKADE_TYPE"] == "tree.stopped"


def test_a_journald_that_hangs_delays_no_server_and_gets_everything_when_it_goes_on(service: Service) -> None:
    until(lambda: service.of_type("server.ready", "good"))
    journald = "systemd-journald.service"
    service.box.systemctl("kill", "--signal=SIGSTOP", journald)
    try:
        for _ in range(3):
            service.do("restart", "good")
            service.do("wait", "good")
    finally:
        service.box.systemctl("kill", "--signal=SIGCONT", journald)
    until(lambda: len(service.of_type("server.ready", "good")) == 4)


def test_the_catalog_says_what_it_means_and_what_to_do(service: Service) -> None:
    service.box.run("sh", "-c", f"mkdir -p {Path(PLACE).parent} && cp {CATALOG} {PLACE}")
    done = service.box.run("journalctl", "--update-catalog")
    assert done.stdout + done.stderr == ""
    until(lambda: service.of_type("server.failed", "bad"))
    shown = service.box.run(
        "journalctl", "-x", "--no-pager", "-u", UNIT, f"MESSAGE_ID={message_id('server.failed')}"
    ).stdout
    assert "Subject: server.failed (bad)" in shown
    assert "Defined-By: stockade" in shown
    assert "stockade logs bad" in shown
    assert "journalctl STOCKADE_INSTANCE=" in shown
    listed = service.box.run("journalctl", "--list-catalog").stdout
    assert message_id("tree.gave_up") in listed
    service.box.run("rm", PLACE)  # `install-unit` would take it for one that somebody has changed
