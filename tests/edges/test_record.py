"""An event leaves as one flat record in which no secret stands and which JSON can carry."""

from __future__ import annotations

import json

from edges.events import SECRET, recorded, recorder, said

from supervisor.errors import UnknownServer
from supervisor.events import ConfigRejected, SandboxLaunched, TreeStopped


def test_a_record_has_what_every_event_has_and_the_events_own_fields() -> None:
    record = recorded(said("hello"), seq=3)
    assert json.loads(record.line) == record.fields
    assert record.fields == {
        "ts": "2023-11-14T22:13:20.250000Z", "seq": 3, "instance": "run-1", "type": "stderr.line", "severity": 7,
        "correlation": 7, "server": "a", "instance_id": "a#1", "line": "hello", "suppressed": 0,
    }  # fmt: skip
    assert (record.server, record.type, record.severity) == ("a", "stderr.line", 7)


def test_an_event_about_no_server_has_an_empty_one() -> None:
    assert recorded(TreeStopped(reason="x")).server == ""


def test_a_problem_is_told_in_words_too() -> None:
    fields = recorded(ConfigRejected(server="b", problem=UnknownServer(server="b", known="a"))).fields
    assert fields["problem"]["code"] == "server.unknown"
    assert fields["message"] == "there is no server 'b'; known: a"


def test_secrets_are_masked_wherever_they_stand() -> None:
    report: dict[str, object] = {"rules": [f"/x/{SECRET}", {"deep": SECRET}], "count": 3}
    launched = SandboxLaunched(server=SECRET, instance_id="i", pid=1, report=report)
    rejected = ConfigRejected(server="b", problem=UnknownServer(server=SECRET, known="a"))
    for fact in (launched, rejected, said(f"token={SECRET}!")):
        assert SECRET.encode() not in recorded(fact).line
    assert recorded(launched).fields["report"]["count"] == 3


def test_half_characters_are_written_out_so_that_json_can_carry_them() -> None:
    assert recorder().redacted({"path": ["/tmp/\udcff"]}) == {"path": ["/tmp/\\udcff"]}
