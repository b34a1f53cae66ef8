"""The list of calls: its order, and what each level leaves out."""

from __future__ import annotations

import errno

import pytest

from supervisor.sandbox import calls
from supervisor.sandbox.job import Job

JOB = Job(argv=(b"/bin/x", b"y"), env={b"A": b"b"}, cwd=b"/w", abi=7, rlimits=((4, 0), (7, 64)), parent=9)


def whole(job: Job = JOB, ruleset: int | None = 5) -> tuple[calls.Call, ...]:
    return (
        *calls.prologue((10, 11, 12), 13, 4096),
        *calls.confinement(job, ruleset),
        *calls.epilogue(job),
    )


def test_the_steps_come_in_the_one_order_that_is_sound() -> None:
    assert list(dict.fromkeys(call.step for call in whole())) == [
        "report",
        "stdio",
        "session",
        "parent_death",
        "rlimits",
        "capabilities",
        "no_new_privs",
        "cwd",
        "restrict_self",
        "descriptors",
        "exec",
    ]


def test_the_exec_gets_the_arguments_and_the_built_environment() -> None:
    assert whole()[-1] == calls.Call("exec", "execve", (b"/bin/x", (b"/bin/x", b"y"), (b"A=b",)))


def test_the_parent_is_checked_after_the_signal_was_asked_for() -> None:
    names = [(call.name, call.expect) for call in whole() if call.step == "parent_death"]
    assert names == [("prctl", None), ("getppid", 9)]


def test_without_a_parent_to_die_with_nothing_is_asked_for() -> None:
    assert not [call for call in whole(JOB._replace(parent=0)) if call.step == "parent_death"]


def test_level_s1_is_the_same_without_a_ruleset() -> None:
    without = [call.step for call in whole(JOB._replace(abi=0), None)]
    assert without == [call.step for call in whole() if call.step != "restrict_self"]


@pytest.mark.parametrize(("abi", "flags"), [(6, 0), (7, 2)])
def test_flags_of_restrict_self_follow_the_abi(abi: int, flags: int) -> None:
    (call,) = [call for call in whole(JOB._replace(abi=abi)) if call.step == "restrict_self"]
    assert call.arguments == (5, flags)


def test_a_probe_must_write_inside_and_be_refused_outside() -> None:
    inside, outside, end = calls.epilogue(JOB._replace(probe=(b"/in", b"/out")))
    assert inside.expect is None
    assert outside.expect == -errno.EACCES
    assert end.name == "exit_group"


@pytest.mark.parametrize("machine", calls.NUMBERS)
def test_every_call_has_a_number_on_every_machine(machine: str) -> None:
    probe = JOB._replace(probe=(b"/in", b"/out"))
    for call in (*whole(), *whole(probe)):
        assert call.name in calls.NUMBERS[machine]
    assert "clone" in calls.NUMBERS[machine]
