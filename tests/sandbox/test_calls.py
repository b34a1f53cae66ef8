"""The list of calls: its order, and what each level leaves out."""

from __future__ import annotations

import errno

import pytest

from supervisor.sandbox import calls
from supervisor.sandbox.job import Job

JOB = Job(
    argv=(b"/bin/x", b"y"),
    env={b"A": b"b"},
    cwd=b"/w",
    abi=7,
    rlimits=((4, 0), (7, 64)),
    parent=9,
    filters=(bytes(16), bytes(8)),
    account=(1000, 100, (100, 27)),
    leaf=True,
)


def whole(job: Job = JOB, ruleset: int | None = 5) -> tuple[calls.Call, ...]:
    return (
        *calls.prologue((10, 11, 12), 13, 4096),
        *calls.confinement(job, ruleset, 6 if job.leaf else None),
        *calls.epilogue(job),
    )


def test_the_steps_come_in_the_one_order_that_is_sound() -> None:
    assert list(dict.fromkeys(call.step for call in whole())) == [
        "report",
        "stdio",
        "session",
        "cgroup",
        "parent_death",
        "rlimits",
        "user",
        "capabilities",
        "no_new_privs",
        "cwd",
        "restrict_self",
        "descriptors",
        "seccomp",
        "exec",
    ]


def test_the_exec_gets_the_arguments_and_the_built_environment() -> None:
    assert whole()[-1] == calls.Call("exec", "execve", (b"/bin/x", (b"/bin/x", b"y"), (b"A=b",)))


def test_the_parent_is_checked_after_the_signal_was_asked_for() -> None:
    names = [(call.name, call.expect) for call in whole(JOB._replace(account=None)) if call.step == "parent_death"]
    assert names == [("prctl", None), ("getppid", 9)]


def test_the_signal_is_asked_for_again_after_the_change_of_user_which_forgets_it() -> None:
    steps = [call.step for call in whole()]
    assert steps.index("user") < len(steps) - 1 - steps[::-1].index("parent_death") < steps.index("capabilities")


def test_groups_go_before_the_user_who_could_not_drop_them_any_more() -> None:
    named = {call.name: call.arguments for call in whole() if call.step == "user"}
    assert list(named) == ["setgroups", "setresgid", "setresuid"]
    assert named["setgroups"] == (2, (100).to_bytes(4, "little") + (27).to_bytes(4, "little"))
    assert (named["setresgid"], named["setresuid"]) == ((100,) * 3, (1000,) * 3)


def test_filters_are_installed_one_upon_another_with_their_lengths() -> None:
    programs = [call.arguments for call in whole() if call.step == "seccomp"]
    assert programs == [(22, 2, (2, bytes(16))), (22, 2, (1, bytes(8)))]


def test_a_filter_that_should_be_there_already_is_looked_for() -> None:
    first = next(call for call in whole(JOB._replace(is_filtered=True)) if call.step == "seccomp")
    assert (first.arguments, first.expect) == ((21,), 2)


def test_a_launcher_keeps_its_rights_and_hands_descriptors_on() -> None:
    steps = calls.launch(JOB._replace(is_launcher=True, account=None), (20, 21), 6)
    assert {"capabilities", "no_new_privs", "restrict_self", "seccomp"}.isdisjoint(call.step for call in steps)
    assert [call.arguments for call in steps if call.name == "dup3"] == [(20, 3, 0), (21, 4, 0)]
    assert steps[-1].arguments[0] == 5


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
    inside, outside, end = calls.epilogue(JOB._replace(probe=(b"/in", b"/out", b"")))
    assert inside.expect is None
    assert outside.expect == -errno.EACCES
    assert end.name == "exit_group"


def test_in_a_view_it_must_not_even_see_what_is_hidden_and_tells_before_it_ends() -> None:
    _, _, hidden, told, _ = calls.epilogue(JOB._replace(probe=(b"/in", b"/out", b"/hidden")), report=4)
    assert hidden.expect == -errno.ENOENT
    assert told.arguments == (4, b"+", 1)


@pytest.mark.parametrize("machine", calls.NUMBERS)
def test_every_call_has_a_number_on_every_machine(machine: str) -> None:
    probe = JOB._replace(probe=(b"/in", b"/out", b"/hidden"))
    for call in (*whole(), *whole(probe), *calls.launch(JOB, (7, 8), 6)):
        assert call.name in calls.NUMBERS[machine]
    assert "clone" in calls.NUMBERS[machine]
