"""Which field of a message or an event says what it is about."""

from __future__ import annotations

from typing import get_args

import pytest

from supervisor.docker_path.messages import Resolved
from supervisor.events import AnyEvent, ImagePulled, InstanceExited, ScanStarted, SessionOpened, StderrLine, TreeStarted
from supervisor.launch.messages import Exited, Launch
from supervisor.matters import about


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (Launch, [("instance", True), ("server", False)]),
        (Exited, [("instance", True)]),
        (Resolved, [("ref", True)]),
        (StderrLine, [("instance_id", True), ("server", False)]),
        (InstanceExited, [("instance_id", True), ("server", False)]),
        (SessionOpened, [("session", True), ("server", False)]),
        (ImagePulled, [("server", True)]),
        (ScanStarted, [("server", False)]),
        (TreeStarted, []),
    ],
)
def test_the_most_telling_field_comes_first(kind: type, names: list[tuple[str, bool]]) -> None:
    assert [(one.field, one.is_sure) for one in about(kind)] == names


def test_every_event_that_names_an_instance_or_a_server_is_about_it() -> None:
    for kind in get_args(AnyEvent):
        fields = {one.field for one in about(kind)}
        assert fields == {"instance_id", "session", "server"} & {*kind.__struct_fields__}, kind
