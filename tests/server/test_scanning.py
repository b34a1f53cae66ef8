"""A server between what it lists and being served: played message by message, with a scanner in the profile."""

from __future__ import annotations

import pytest
from fakes.server import CLEAN, DANGEROUS, NAME, POISONED, SCANNER, Play, instance, launched, listed, stopped

from supervisor.errors import SpawnFailed
from supervisor.events import ServerQuarantined, ServerReady, ServerStarting
from supervisor.launch.messages import LaunchFailed
from supervisor.scan.messages import Cancel, Scan, Scanned
from supervisor.server.messages import (
    CancelScan,
    Describe,
    Described,
    Halt,
    NotAttached,
    Rescan,
    Rescanned,
    ScanDue,
    Start,
)
from supervisor.server.scanning import AGAIN_S

REFUSED = SpawnFailed(step="fork", reason="no memory")


def waiting() -> Play:
    """A server whose scan is awaited."""
    return Play(scanner=SCANNER).come_to_scan()


def ready() -> Play:
    return waiting().scanned().run_spares()


def quarantined() -> Play:
    return Play(scanner=SCANNER).quarantined()


def rescanned(play: Play, name: str = "op") -> list[Rescanned]:
    return [one for one in play.answers(name) if isinstance(one, Rescanned)]


# ----------------------------------------------------------------------------------------------- before it is served


def test_what_was_listed_is_scanned_before_the_server_is_ready() -> None:
    play = waiting()
    assert play.state.life == "starting"
    assert [event.stage for event in play.all(ServerStarting)] == ["create", "handshake", "scan"]
    assert play.all(ServerReady) == []
    (question,) = play.answers(SCANNER)
    assert question == Scan(reply_to=play.state.path, server=NAME, number=play.state.scan, edition=0)
    assert play.scanned().state.life == "ready"
    assert len(play.all(ServerReady)) == 1
    assert len(play.here("spare")) == 1


def test_nothing_is_started_while_the_scan_is_awaited() -> None:
    play = waiting().attach(wait_s=30)
    assert [len(play.here(role)) for role in ("probe", "spare", "session")] == [0, 0, 0]
    assert play.answers("s1") == []


def test_a_dangerous_server_is_quarantined_and_nothing_of_it_runs() -> None:
    play = waiting().attach(wait_s=30).scanned(DANGEROUS, POISONED)
    assert play.state.life == "quarantined"
    assert play.answers("s1") == [NotAttached(session="s1", problem=POISONED, is_final=True)]
    assert play.last(ServerQuarantined).problem == POISONED
    assert set(play.state.instances) <= set(play.halts())
    assert play.attach("s2").answers("s2")[-1] == NotAttached(session="s2", problem=POISONED, is_final=True)


def test_a_quarantined_server_is_looked_at_again_when_it_is_started() -> None:
    play = quarantined().hear(Start(reply_to="op"))
    assert play.state.life == "starting"
    assert play.come_to_scan().scanned().run_spares().state.life == "ready"


def test_a_scan_that_says_nothing_is_asked_again_and_then_done_without() -> None:
    play = waiting()
    number = play.state.scan
    play.hear(ScanDue(number=number), after_s=AGAIN_S)
    assert [one.number for one in play.answers(SCANNER) if isinstance(one, Scan)] == [number, number]
    assert play.here("spare") == []
    play.hear(ScanDue(number=number), after_s=play.state.profile.scan_s)
    assert play.state.life == "ready"
    assert play.state.scanned is not None
    assert (play.state.scanned.verdict, play.state.scanned.coverage) == ("unknown", "none")


def test_a_clock_of_an_earlier_scan_is_late() -> None:
    play = ready()
    told = len(play.told)
    play.hear(ScanDue(number=1), after_s=1000)
    assert len(play.told) == told


def test_an_answer_to_an_earlier_question_is_late() -> None:
    play = waiting().hear(Scanned(server=NAME, number=999, summary=DANGEROUS, problem=POISONED))
    assert play.state.life == "starting"


def test_a_server_that_is_stopped_cancels_its_scan() -> None:
    play = waiting().hear(Halt(reply_to="op"))
    assert play.answers(SCANNER)[-1] == Cancel(server=NAME)
    assert play.state.life == "stopped"
    assert play.scanned(DANGEROUS, POISONED).state.life == "stopped"


def test_how_the_scan_went_is_part_of_how_the_server_stands() -> None:
    described = quarantined().hear(Describe(reply_to="op")).answers("op")[-1]
    assert isinstance(described, Described)
    assert (described.life, described.scan, described.problem) == ("quarantined", DANGEROUS, POISONED)


# -------------------------------------------------------------------------------------------------- while it is served


def test_news_of_a_later_pass_can_quarantine_a_server_that_is_served() -> None:
    play = ready().attach()
    play.hear(Scanned(server=NAME, summary=DANGEROUS, problem=POISONED))
    assert play.state.life == "quarantined"
    assert set(play.state.instances) <= set(play.halts())


def test_news_of_a_later_pass_that_found_nothing_only_counts() -> None:
    play = ready().attach()
    life, instances = play.state.life, dict(play.state.instances)
    play.hear(Scanned(server=NAME, summary=DANGEROUS))
    assert (play.state.life, play.state.instances, play.state.scanned) == (life, instances, DANGEROUS)


def test_a_scan_of_a_server_that_is_served_lists_with_a_further_instance() -> None:
    play = ready().attach().run_spares().hear(Rescan(reply_to="op"))
    (probe,) = play.here("probe")
    play.hear(launched(probe), listed(probe))
    assert play.state.life == "ready"
    assert rescanned(play) == []
    play.hear(stopped(probe)).scanned()
    assert rescanned(play) == [Rescanned(server=NAME)]
    assert len(play.all(ServerReady)) == 1
    assert len(play.here("session")) == 1


def test_a_second_scan_of_it_joins_the_first() -> None:
    play = ready().hear(Rescan(reply_to="op"), Rescan(reply_to="op2"))
    assert len(play.here("probe")) == 1
    probe = play.here("probe")[0]
    play.hear(launched(probe), listed(probe), stopped(probe)).scanned()
    assert (len(rescanned(play)), len(rescanned(play, "op2"))) == (1, 1)


def test_where_there_is_no_room_for_a_further_instance_what_is_known_is_judged() -> None:
    play = Play(scanner=SCANNER, max_sessions=1, spares=0).come_to_scan().scanned().attach().run_spares()
    play.hear(Rescan(reply_to="op"))
    assert play.here("probe") == []
    assert len([one for one in play.answers(SCANNER) if isinstance(one, Scan)]) == 2
    assert rescanned(play.scanned()) == [Rescanned(server=NAME)]


def test_a_scan_that_finds_it_dangerous_now_quarantines_it_and_is_answered() -> None:
    play = ready().hear(Rescan(reply_to="op"))
    probe = play.here("probe")[0]
    play.hear(launched(probe), listed(probe), stopped(probe)).scanned(DANGEROUS, POISONED)
    assert play.state.life == "quarantined"
    assert rescanned(play) == [Rescanned(server=NAME)]


# --------------------------------------------------------------------------------------------------------------- trials


@pytest.mark.parametrize("life", ["disabled", "lazy"])
def test_a_server_that_does_not_run_is_started_for_its_scan_alone(life: str) -> None:
    play = Play(scanner=SCANNER, begins=life).hear(Rescan(reply_to="op"))
    assert play.state.life == "starting"
    play.come_to_scan().scanned()
    assert play.all(ServerReady) == []
    assert (play.state.life, play.state.instances) == (life, {})
    assert rescanned(play) == [Rescanned(server=NAME)]


def test_a_trial_that_finds_it_dangerous_leaves_it_quarantined() -> None:
    play = Play(scanner=SCANNER, begins="disabled").hear(Rescan(reply_to="op")).quarantined()
    assert play.state.life == "quarantined"
    assert rescanned(play) == [Rescanned(server=NAME)]


def test_a_trial_that_cannot_be_started_says_why_and_is_not_repeated() -> None:
    play = Play(scanner=SCANNER, begins="disabled").hear(Rescan(reply_to="op"))
    play.hear(LaunchFailed(instance=play.launches()[-1], problem=REFUSED))
    assert rescanned(play) == [Rescanned(server=NAME, problem=REFUSED)]
    assert (play.state.life, play.state.instances, play.state.retry) == ("disabled", {}, 0)


def test_a_session_that_comes_to_a_lazy_server_during_its_trial_is_served() -> None:
    play = Play(scanner=SCANNER, begins="lazy").hear(Rescan(reply_to="op")).attach(wait_s=30).come_to_scan().scanned()
    assert play.state.life == "ready"
    assert len(play.here("spare")) >= 1


def test_a_start_during_a_trial_makes_it_a_real_one() -> None:
    play = Play(scanner=SCANNER, begins="disabled").hear(Rescan(reply_to="op"), Start(reply_to="op2"))
    assert play.come_to_scan().scanned().state.life == "ready"


def test_a_server_that_is_being_stopped_is_not_scanned() -> None:
    play = ready().hear(Halt(), Rescan(reply_to="op"))
    (answer,) = rescanned(play)
    assert answer.problem is not None
    assert answer.problem.code == "server.not_ready"


def test_a_stop_answers_whoever_waits_for_a_scan() -> None:
    play = ready().hear(Rescan(reply_to="op"), Halt(reply_to="op2"))
    (answer,) = rescanned(play)
    assert answer.problem is not None


def test_a_scan_of_a_served_server_that_nobody_waits_for_any_more_is_ended() -> None:
    play = ready().hear(Rescan(reply_to="op"))
    probe = play.here("probe")[0]
    play.hear(CancelScan())
    assert probe in play.halts()
    assert play.answers(SCANNER)[-1] == Cancel(server=NAME)
    assert (play.state.life, play.state.scan) == ("ready", 0)
    (answer,) = rescanned(play)
    assert answer.problem is not None


def test_a_trial_that_nobody_waits_for_any_more_is_ended() -> None:
    play = Play(scanner=SCANNER, begins="disabled").hear(Rescan(reply_to="op")).come_to_scan().hear(CancelScan())
    assert play.answers(SCANNER)[-1] == Cancel(server=NAME)
    assert (play.state.life, play.state.instances) == ("disabled", {})


def test_a_scan_that_a_start_depends_on_is_not_given_up_because_somebody_left() -> None:
    play = waiting().hear(Rescan(reply_to="op"), CancelScan())
    assert Cancel(server=NAME) not in play.answers(SCANNER)
    play.scanned()
    assert len(rescanned(play)) == 1
    assert play.all(ServerReady) != []


def test_a_served_server_that_is_stopped_ends_what_is_scanned_in_the_background() -> None:
    assert ready().hear(Halt()).answers(SCANNER)[-1] == Cancel(server=NAME)


def test_without_a_scanner_a_server_is_ready_as_soon_as_it_has_listed() -> None:
    play = Play()
    probe = instance(1)
    assert play.hear(launched(probe), listed(probe)).state.life == "ready"
    assert CLEAN.verdict == "clean"
