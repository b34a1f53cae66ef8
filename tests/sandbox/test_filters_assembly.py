"""The assembler: any rules become a program that the kernel takes, and that says what the rules say."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest
from fakes.seccomp import decoded, run
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.filters import assembler
from scripts.filters.numbers import AARCH64, NEWEST, X86_64
from scripts.filters.rules import MACHINES
from scripts.filters.words import ALLOW, EACCES, ENOSYS, EPERM, KILL_PROCESS, Given, Has, Is, IsNot, Machine, Rule, Test

X86, ARM = MACHINES
NAMES = sorted(X86.numbers, key=lambda name: X86.numbers[name])
HEADERS = {
    "x86_64": [Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"), Path("/usr/include/asm/unistd_64.h")],
    "aarch64": [Path("/usr/include/asm-generic/unistd.h")],
}


def answer(rules: list[Rule], call: str, *arguments: int, machine: Machine = X86) -> int:
    """What the program of these rules says to a call."""
    program = decoded(assembler.program(machine, rules, judged=False))
    return run(program, machine.architecture, machine.numbers[call], arguments)


@pytest.mark.parametrize(
    ("test", "yes", "no"),
    [
        (Is(1, (5, 7)), [5, 7, 5 | 1 << 32], [0, 6, 5 << 32]),
        (Is(1, (0x2000,), 0xF000), [0x2000, 0x2FFF, 0x12000], [0x3000, 0x0FFF]),
        (IsNot(1, (5, 7)), [0, 6, 5 << 32], [5, 7, 5 | 1 << 32]),
        (IsNot(1, (1, 2), 0xF), [3, 0x13], [1, 0x801, 0x80002]),
        (Has(1, 0b110), [2, 4, 6, 0xFFFF], [0, 1, 8, 2 << 32]),
        (Given(1), [1, 1 << 32, 1 << 63, -1], [0]),
    ],
)
def test_a_test_looks_at_as_much_of_the_argument_as_the_kernel_does(test: Test, yes: list[int], no: list[int]) -> None:
    rules = [Rule("socket", EPERM, "", (test,))]
    assert {value: answer(rules, "socket", 99, value) for value in yes} == dict.fromkeys(yes, EPERM)
    assert {value: answer(rules, "socket", 99, value) for value in no} == dict.fromkeys(no, ALLOW)


def test_all_tests_of_a_rule_have_to_hold() -> None:
    rules = [Rule("socket", EPERM, "", (Is(0, (2,)), Is(1, (3,)), Has(2, 8)))]
    for family, kind, protocol in product((2, 4), (3, 5), (8, 0)):
        holds = (family, kind, protocol) == (2, 3, 8)
        assert answer(rules, "socket", family, kind, protocol) == (EPERM if holds else ALLOW)


def test_the_first_rule_that_holds_counts() -> None:
    rules = [Rule("socket", EPERM, "", (Is(0, (2,)),)), Rule("socket bind", EACCES, "")]
    assert [answer(rules, "socket", 2), answer(rules, "socket", 1), answer(rules, "bind", 2)] == [EPERM, EACCES, EACCES]


def test_a_call_that_only_the_other_machine_has_is_left_out() -> None:
    rules = [Rule("open openat", EPERM, "")]
    assert answer(rules, "openat", machine=ARM) == EPERM
    assert answer(rules, "io_setup", machine=ARM) == ALLOW


def test_a_name_that_no_machine_knows_is_a_mistake() -> None:
    with pytest.raises(KeyError, match="opneat"):
        assembler.program(ARM, [Rule("opneat", EPERM, "")], judged=False)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
@pytest.mark.parametrize("judged", [True, False])
def test_numbers_that_are_no_calls(machine: Machine, judged: bool) -> None:
    program = decoded(assembler.program(machine, [Rule("read", EPERM, "")], judged=judged))
    is_x86 = machine is X86

    def of(number: int) -> int:
        return run(program, machine.architecture, number)

    newer = ENOSYS if judged else ALLOW
    assert [of(NEWEST), of(NEWEST + 1), of(0x3FFFFFFF)] == [ALLOW, newer, newer]
    assert [of(0x40000000), of(0x40000000 | 39), of(0xFFFFFFFE)] == [KILL_PROCESS if is_x86 else newer] * 3
    assert of(-1) == ALLOW, "a tracer outside skips a call by it"


@pytest.mark.parametrize("architecture", [0, 0x40000003, 0xC000003E, 0xC00000B7, 0x40000028, 0xFFFFFFFF])
@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_every_other_architecture_is_killed_whatever_it_asks(machine: Machine, architecture: int) -> None:
    program = decoded(assembler.program(machine, [Rule("read", EPERM, "")], judged=True))
    if architecture != machine.architecture:
        assert {run(program, architecture, number) for number in (-1, 0, 39, 200, 1000)} == {KILL_PROCESS}


def test_a_program_that_is_longer_than_a_jump_reaches_says_the_same() -> None:
    rules = [
        Rule(name, EPERM if number % 3 else EACCES, "", (Is(0, (number,)), IsNot(1, (number,)), Given(2)))
        for number, name in enumerate(NAMES)
    ]
    program = decoded(assembler.program(X86, rules, judged=True))
    assert len(program) > 4 * 256
    for number, name in enumerate(NAMES):
        asked = [run(program, X86.architecture, X86.numbers[name], (number, other, 1)) for other in (number, 999)]
        assert asked == [ALLOW, EPERM if number % 3 else EACCES], name


some_values = st.lists(st.integers(0, 3), min_size=1, max_size=3).map(tuple)
some_mask = st.sampled_from([0x3, 0xFFFFFFFF])
tests_of_arguments = st.one_of(
    st.builds(Is, st.integers(0, 2), some_values, some_mask),
    st.builds(IsNot, st.integers(0, 2), some_values, some_mask),
    st.builds(Has, st.integers(0, 2), st.integers(1, 7)),
    st.builds(Given, st.integers(0, 2)),
)
some_rules = st.lists(
    st.builds(
        Rule,
        st.sampled_from(NAMES),
        st.sampled_from([EPERM, EACCES, ENOSYS]),
        st.just(""),
        st.lists(tests_of_arguments, max_size=3).map(tuple),
    ),
    max_size=60,
)


@settings(max_examples=60, deadline=None)
@given(rules=some_rules, arguments=st.lists(st.integers(0, 9), min_size=3, max_size=3), judged=st.booleans())
def test_any_rules_are_assembled_faithfully(rules: list[Rule], arguments: list[int], judged: bool) -> None:
    program = decoded(assembler.program(X86, rules, judged=judged))
    for name, number in X86.numbers.items():
        assert run(program, X86.architecture, number, arguments) == said(rules, name, arguments)


def said(rules: list[Rule], call: str, arguments: list[int]) -> int:
    """What the rules say, read without any of the assembler."""
    for rule in rules:
        if call in rule.calls.split() and all(holds(test, arguments) for test in rule.when):
            return rule.answer
    return ALLOW


def holds(test: Test, arguments: list[int]) -> bool:
    value = arguments[test.argument]
    match test:
        case Is(_, values, mask):
            return value & mask in values
        case IsNot(_, values, mask):
            return value & mask not in values
        case Has(_, bits):
            return value & bits != 0
        case Given():
            return value != 0


def test_a_jump_that_went_past_the_end_would_be_noticed() -> None:
    program = bytearray(assembler.program(X86, [Rule("read", EPERM, "")], judged=True))
    program[8 + 2] = 0xFF
    with pytest.raises(ValueError, match="past the end"):
        decoded(bytes(program))


@pytest.mark.parametrize(("machine", "numbers"), [("x86_64", X86_64), ("aarch64", AARCH64)])
def test_the_numbers_are_those_of_the_kernels_headers(machine: str, numbers: dict[str, int]) -> None:
    header = next((path for path in HEADERS[machine] if path.exists()), None)
    if header is None:
        pytest.skip("there are no kernel headers")
    lines = re.findall(r"^#define __NR(?:3264)?_(\w+)\s+(\d+)$", header.read_text(), re.MULTILINE)
    named = {name: int(number) for name, number in lines} | {"syscalls": -1}
    # the generic header also has the calls of 32-bit machines, and one that 64-bit arm does not make
    others = {"syscalls", "arch_specific_syscall", "fstatat", "fstat64", "sync_file_range2"}
    wanted = {name: number for name, number in named.items() if name not in others and not 403 <= number <= 423}
    if machine == "aarch64":
        wanted["newfstatat"] = named["fstatat"]
    assert {name: numbers.get(name) for name in wanted} == wanted
