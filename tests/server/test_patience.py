"""How patiently instances are ended: those that a client talks to with the whole grace, the others with less."""

from __future__ import annotations

from fakes.server import Play

from supervisor.launch.messages import Halt
from supervisor.server.instances import IDLE_STDIN_S
from supervisor.server.messages import Halt as StopServer


def test_a_probe_and_a_spare_get_little_time_at_the_end_of_their_stdin() -> None:
    play = Play().come_up().hear(StopServer())
    assert len(play.all(Halt)) == 2
    assert {halt.stdin_s for halt in play.all(Halt)} == {IDLE_STDIN_S}


def test_an_instance_that_a_session_holds_gets_its_whole_grace() -> None:
    play = Play().come_up().attach("s1")
    held = play.here("session")
    play.hear(StopServer())
    assert {halt.instance: halt.stdin_s for halt in play.all(Halt)}[held[0]] is None
