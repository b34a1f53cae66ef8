"""The shipped filters: pinned, complete in what they refuse, and silent about what programs need; on both machines."""

from __future__ import annotations

import hashlib
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from fakes.seccomp import Instruction, decoded, run
from sandbox.filter_answers import ANSWERS, HIGH, NEEDED

from scripts import generate
from scripts.filters import assembler, module
from scripts.filters.numbers import NEWEST
from scripts.filters.rules import JUDGED, MACHINES, VARIANTS
from scripts.filters.words import ALLOW, ENOSYS, KILL_PROCESS, Given, Has, Is, IsNot, Machine, Rule, Test
from supervisor.sandbox import filters, seccomp

TREE = Path(__file__).parents[2]
BOTH = pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)

PINNED = {
    "x86_64": {
        "base": "4c59fd4243f018a6ff644ca409bbe130d5eea85374f2371019b2eb6b24daa909",
        "no_network": "099274b92d6c7dc64523ed21466f7a7fb045454f6d26eae2aa9b67ab95c4f745",
        "tcp_ports": "f1373e6c9dbd1b91db2d67f245a3f47d3ab1ea1a0fd6ee7d4a8faee2f6c64ec1",
        "seal": "b2936e3a45042286777523b2590515e7fc106a80acae04bb3c47bcbbacb3e4f6",
    },
    "aarch64": {
        "base": "a7e0ec4f569837559c6368e08097ff991dd51d8b4113e6658efdd5b3cbf75d95",
        "no_network": "cf89aae1755b3d02e6a48fb1e5bbaf8be2455fe995aed2d9af90c0864696c7cb",
        "tcp_ports": "3a2272805f2d1e176d2234fe7083a7c03dd5bd83cde9bc6a6c1ab2f07bb2fec7",
        "seal": "626da27fe1e57ad885816d2fd899b116534890e87bdd98dc8d60116645d8b2dd",
    },
}
"""Written here a second time, so that no filter changes without being looked at."""

ERRORS = {
    1: "EPERM", 13: "EACCES", 38: "ENOSYS", 93: "EPROTONOSUPPORT", 94: "ESOCKTNOSUPPORT", 95: "EOPNOTSUPP",
    97: "EAFNOSUPPORT",
}  # fmt: skip


def shipped(machine: Machine, variant: str) -> list[Instruction]:
    return decoded(bytes.fromhex(filters.PROGRAMS[machine.name][variant]))


def answer(machine: Machine, variant: str, call: str, arguments: tuple[int, ...] = ()) -> str:
    """The shipped filter's answer in words; a call that the machine does not have is no question."""
    return worded(run(shipped(machine, variant), machine.architecture, machine.numbers[call], arguments))


def worded(value: int) -> str:
    return {ALLOW: "ok", KILL_PROCESS: "killed"}.get(value) or ERRORS[value & 0xFFFF]


@BOTH
def test_what_is_shipped_is_what_the_rules_say_and_is_pinned(machine: Machine) -> None:
    for variant in VARIANTS:
        code = bytes.fromhex(filters.PROGRAMS[machine.name][variant])
        assert code == assembler.assemble(machine, variant), "run scripts/generate"
        digest = hashlib.sha256(code).hexdigest()
        assert digest == filters.SHA256[machine.name][variant]
        assert digest == PINNED[machine.name][variant], "a filter that changes is a decision"


@BOTH
def test_every_answer_of_the_table(machine: Machine) -> None:
    asked = [row for row in ANSWERS if row[1] in machine.numbers]
    assert len(asked) > 200
    wrong = [(*row, got) for row in asked if (got := answer(machine, *row[:3])) != row[3]]
    assert wrong == []


@BOTH
@pytest.mark.parametrize("variant", VARIANTS)
def test_what_programs_need_is_allowed_whatever_the_arguments(machine: Machine, variant: str) -> None:
    program = shipped(machine, variant)
    for call in NEEDED:
        for value in (0, 1, 0o6755, 0x7FFFFFFF, -1, -HIGH):
            asked = run(program, machine.architecture, machine.numbers[call], (value,) * 6)
            assert asked == ALLOW or (variant, call) == ("tcp_ports", "sendmsg"), (call, value)


@BOTH
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_number_has_the_answer_of_the_rules(machine: Machine, variant: str) -> None:
    program, rules = shipped(machine, variant), VARIANTS[variant]
    names = {number: name for name, number in machine.numbers.items()}
    for number in (*range(NEWEST + 100), 0x3FFFFFFF, 0xFFFFFFFF):
        call = names.get(number, "")
        for arguments in worth_asking([rule for rule in rules if call in rule.calls.split()]):
            expected = ENOSYS if variant in JUDGED and NEWEST < number < 1 << 31 else said(rules, call, arguments)
            assert run(program, machine.architecture, number, arguments) == expected, (number, call, arguments)


@pytest.mark.parametrize("variant", VARIANTS)
def test_numbers_of_the_other_tables_of_x86_are_killed(variant: str) -> None:
    machine = MACHINES[0]
    program = shipped(machine, variant)
    for number in range(NEWEST + 100):
        assert run(program, machine.architecture, number | 0x40000000) == KILL_PROCESS
        assert run(program, 0x40000003, number) == KILL_PROCESS, "int 0x80"


@pytest.mark.parametrize("variant", VARIANTS)
def test_32_bit_arm_is_killed(variant: str) -> None:
    program = shipped(MACHINES[1], variant)
    assert {run(program, 0x40000028, number) for number in range(NEWEST + 100)} == {KILL_PROCESS}


def worth_asking(rules: list[Rule]) -> Iterator[tuple[int, ...]]:
    """Arguments about which the tests of these rules could be wrong: all combinations of what they name."""
    values: dict[int, set[int]] = {}
    for rule in rules:
        for test in rule.when:
            values.setdefault(test.argument, {0, 1, HIGH, 0xFFFFFFFF}).update(around(test))
    at = sorted(values)
    for chosen in product(*(sorted(values[argument]) for argument in at)):
        arguments = [0] * 6
        for argument, value in zip(at, chosen, strict=True):
            arguments[argument] = value
        yield tuple(arguments)


def around(test: Test) -> set[int]:
    match test:
        case Is(_, named, mask) | IsNot(_, named, mask):
            outside = ~mask & 0xFFFFFFFF
            return {value | more for value in named for more in (0, outside, HIGH)} | {value ^ 1 for value in named}
        case Has(_, bits):
            lowest = bits & -bits
            return {bits, lowest, lowest | HIGH, lowest << 32, ~bits & 0xFFFFFFFF}
        case Given():
            return {1 << 31, 1 << 63}


def said(rules: tuple[Rule, ...], call: str, arguments: tuple[int, ...]) -> int:
    """What the rules say, read without any of the assembler."""
    for rule in rules:
        if call in rule.calls.split() and all(holds(test, arguments[test.argument]) for test in rule.when):
            return rule.answer
    return ALLOW


def holds(test: Test, value: int) -> bool:
    match test:
        case Is(_, named, mask):
            return value & 0xFFFFFFFF & mask in named
        case IsNot(_, named, mask):
            return value & 0xFFFFFFFF & mask not in named
        case Has(_, bits):
            return bool(value & 0xFFFFFFFF & bits)
        case Given():
            return value != 0


@BOTH
@pytest.mark.parametrize("variant", VARIANTS)
def test_the_table_misses_every_rule_that_is_taken_away(machine: Machine, variant: str) -> None:
    rules = VARIANTS[variant]
    asked = [row for row in ANSWERS if row[0] == variant and row[1] in machine.numbers]
    for left_out in rules:
        if not any(name in machine.numbers for name in left_out.calls.split()):
            continue
        others = [rule for rule in rules if rule is not left_out]
        program = decoded(assembler.program(machine, others, judged=variant in JUDGED))
        got = {row: worded(run(program, machine.architecture, machine.numbers[row[1]], row[2])) for row in asked}
        assert {row for row in asked if got[row] != row[3]}, left_out


def test_every_instruction_counts() -> None:
    """One changed bit anywhere in the program is another hash, and a module that is stale."""
    code = bytearray(bytes.fromhex(filters.PROGRAMS["x86_64"]["base"]))
    found = assembler.programs()
    for at in range(0, len(code), 7):
        code[at] ^= 1
        found["x86_64"]["base"] = bytes(code)
        assert hashlib.sha256(code).hexdigest() != PINNED["x86_64"]["base"]
        assert module.text(found) != module.files()["filters.py"]
        code[at] ^= 1


def test_a_stale_module_is_named_and_written_again(tmp_path: Path) -> None:
    (tmp_path / "filters.py").write_text(module.files()["filters.py"].replace("PROGRAMS", "PROGRAM5"))
    assert generate.stale(tmp_path, module.files()) == ["filters.py"]
    generate.write(tmp_path, module.files(), ["filters.py"])
    assert generate.stale(tmp_path, module.files()) == []
    assert generate.stale(TREE / module.FOLDER, module.files()) == [], "run scripts/generate"


def test_the_generator_names_a_stale_module_and_writes_it(tmp_path: Path) -> None:
    shutil.copytree(TREE / "supervisor", tmp_path / "supervisor", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(TREE / "docs" / "reference", tmp_path / "docs" / "reference")
    changed = tmp_path / module.FOLDER / "filters.py"
    changed.write_text(changed.read_text().replace("PROGRAMS", "PROGRAM5"))

    def generated(*words: str) -> tuple[int, bool]:
        argv = [sys.executable, "-m", "scripts.generate", "--root", str(tmp_path), *words]
        ran = subprocess.run(argv, cwd=TREE, capture_output=True, text=True)
        return ran.returncode, "supervisor/sandbox/filters.py" in ran.stdout

    assert generated("--check") == (1, True)
    assert generated() == (0, True)
    assert generated("--check") == (0, False)
    assert changed.read_text() == (TREE / module.FOLDER / "filters.py").read_text()


def test_a_program_is_there_for_the_machines_that_have_one() -> None:
    program = seccomp.program("aarch64", "seal")
    assert program is not None
    assert len(decoded(program)) < 32
    assert seccomp.program("riscv64", "seal") is None


def test_programs_and_digests_are_those_of_this_machine() -> None:
    here = os.uname().machine
    found = seccomp.programs(("base", "seal"))
    assert found == tuple(code for name in ("base", "seal") if (code := seccomp.program(here, name)))
    assert [hashlib.sha256(code).hexdigest() for code in found] == [
        digest for digest in map(seccomp.digest, ("base", "seal")) if digest
    ]


def test_the_kernel_is_told_the_number_of_instructions_and_the_address() -> None:
    assert seccomp.fprog(bytes(24), 0x1122334455667788) == struct.pack("<HxxxxxxQ", 3, 0x1122334455667788)


def test_nothing_else_is_loaded_with_the_programs() -> None:
    lines = (
        f"import sys; sys.path.insert(0, {str(TREE)!r})",
        "import supervisor.sandbox.landlock; before = set(sys.modules)",
        "import supervisor.sandbox.seccomp; print(*sorted(set(sys.modules) - before))",
    )
    words = [sys.executable, "-I", "-S", "-c", "\n".join(lines)]
    ran = subprocess.run(words, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["supervisor.sandbox.filters", "supervisor.sandbox.seccomp"]
