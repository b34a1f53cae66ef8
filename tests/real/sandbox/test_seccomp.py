"""The filters in the real kernel: what they refuse works without them, and what programs need works under them."""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pytest
from real.sandbox.accounts import ROOT, SITE, Account
from real.sandbox.filtered_attacks import ATTACKS
from real.sandbox.filtered_works import UNSEALED, WITH_A_NETWORK, WORKS

from scripts.filters import assembler
from scripts.filters.rules import EVERYWHERE, MACHINES, VARIANTS
from scripts.filters.words import ALLOW, Rule
from supervisor.sandbox import seccomp

pytestmark = pytest.mark.real

PROGRAM = Path(__file__).with_name("filtered.py")
MACHINE = next(machine for machine in MACHINES if machine.name == os.uname().machine)
TOGETHER = [("base", "seal"), ("base", "no_network", "seal"), ("base", "tcp_ports", "seal")]
"""The sets in which they are installed."""
Outcomes = dict[str, str]


def tried(user: Account, filters: Iterable[bytes], names: Sequence[str], **calls: Sequence[int]) -> Outcomes:
    """What came of each under these programs."""
    asked = {"filters": [code.hex() for code in filters], "names": list(names), "calls": calls}
    python_path = f"PYTHONPATH={ROOT}:{ROOT / 'tests'}:{SITE}"
    ran = user.run(["env", python_path, user.python, str(PROGRAM), json.dumps(asked)])
    assert ran.returncode == 0, ran.stderr[-4000:]
    found: Outcomes = json.loads(ran.stdout)
    return found


@pytest.fixture(scope="module")
def bare(user: Account) -> Outcomes:
    """All attacks without a filter."""
    return tried(user, [], list(ATTACKS))


@pytest.fixture(scope="module")
def filtered(user: Account) -> Mapping[str, Outcomes]:
    """All attacks under each variant alone."""
    return {variant: tried(user, seccomp.programs([variant]), list(ATTACKS)) for variant in VARIANTS}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_works_without_the_filter_and_is_refused_by_it(
    user: Account, bare: Outcomes, filtered: Mapping[str, Outcomes], name: str
) -> None:
    attack = ATTACKS[name]
    if not attack.depends and (user.uid == 0 or not attack.only_root):
        assert bare[name] == "done"
    assert filtered[attack.variant][name] == attack.refused


def test_most_attacks_were_shown_to_work(user: Account, bare: Outcomes) -> None:
    assert list(bare.values()).count("done") > len(ATTACKS) * 2 / 3, bare


def test_every_call_that_is_always_refused_gives_its_error_in_the_kernel(user: Account) -> None:
    always = [rule for rule in EVERYWHERE if not rule.when]
    expected = {name: errno.errorcode[rule.answer & 0xFFFF] for rule in always for name in rule.calls.split()}
    calls = {name: [MACHINE.numbers[name], *[-1] * 6] for name in expected if name in MACHINE.numbers}
    assert len(calls) > 70
    found = tried(user, seccomp.programs(["base"]), [], **calls)
    assert found == {name: expected[name] for name in calls}


def test_calls_that_are_newer_than_the_tables_or_of_another_table(user: Account) -> None:
    calls = {"newer": [1000], "skipped": [-1], "x32": [0x40000000 | 39]}
    found = tried(user, seccomp.programs(["base"]), [], **calls)
    assert found == {"newer": "ENOSYS", "skipped": "ENOSYS", "x32": "SIGSYS" if MACHINE.second_table else "ENOSYS"}


@pytest.mark.parametrize("variants", TOGETHER, ids=" ".join)
def test_what_programs_need_works_under_the_filters(user: Account, variants: tuple[str, ...]) -> None:
    works = [*WORKS, *(WITH_A_NETWORK if "no_network" not in variants else ())]
    found = tried(user, seccomp.programs(variants), works)
    assert {name: outcome for name, outcome in found.items() if outcome != "done"} == {}


def test_the_fork_server_can_work_under_what_its_children_inherit(user: Account) -> None:
    found = tried(user, seccomp.programs(["base"]), [*UNSEALED, "forged tag"])
    assert set(found.values()) == {"done"}, "the tag is set, and children are made, before the seal"


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("io_uring", "io_uring_setup"),
        ("ptrace", "ptrace"),
        ("System V memory", "shmget"),
        ("line discipline", "ioctl"),
        ("set-uid", "chmod"),
        ("set-uid from the start", "openat"),
        ("sockets of others by netlink", "socket"),
        ("limits of another", "prlimit64"),
    ],
)
def test_a_filter_without_the_rule_lets_the_attack_through(user: Account, name: str, rule: str) -> None:
    broken = [other for other in EVERYWHERE if rule not in other.calls.split()]
    assert tried(user, [program(broken)], [name])[name] in ("done", "EMFILE")
    assert tried(user, [program(EVERYWHERE)], [name])[name] == ATTACKS[name].refused


def program(rules: Sequence[Rule]) -> bytes:
    return assembler.program(MACHINE, rules, judged=True)


def test_a_filter_with_one_wrong_jump_lets_an_attack_through(user: Account) -> None:
    """The whole of it is one bit away from useless: what the pinned hashes are for."""
    code = bytearray(program([Rule("shmget", EVERYWHERE[0].answer, "")]))
    number = MACHINE.numbers["shmget"].to_bytes(4, "little")
    at = next(at for at in range(0, len(code), 8) if code[at] in (0x15, 0x35) and code[at + 4 : at + 8] == number)
    assert tried(user, [bytes(code)], ["System V memory"]) == {"System V memory": "EPERM"}
    code[at + 4] ^= 0x80
    assert tried(user, [bytes(code)], ["System V memory"]) == {"System V memory": "done"}


def test_the_kernel_says_that_filters_are_on(user: Account) -> None:
    code = (
        "from supervisor.sandbox import landlock, seccomp\n"
        "landlock.libc().prctl(38, 1, 0, 0, 0)\n"
        "for code in seccomp.programs(('base', 'seal')): seccomp.install(code)\n"
        "print(open('/proc/self/status').read())"
    )
    status = user.call("-c", code).stdout
    assert re.search(r"^Seccomp:\s+2$", status, re.MULTILINE)
    assert re.search(r"^Seccomp_filters:\s+2$", status, re.MULTILINE)


def test_what_is_no_program_or_may_not_be_installed_is_said(user: Account) -> None:
    code = (
        "import sys\n"
        "from supervisor.sandbox import landlock, seccomp\n"
        "if sys.argv[1] != '-': landlock.libc().prctl(38, 1, 0, 0, 0)\n"
        "seccomp.install(bytes.fromhex(sys.argv[2]))"
    )
    allow = f"06000000{ALLOW.to_bytes(4, 'little').hex()}"
    no_end = "2000000000000000"
    assert "OSError: [Errno 22]" in user.call("-c", code, "no_new_privs", no_end).stderr
    assert user.call("-c", code, "no_new_privs", allow).returncode == 0
    if user.uid != 0:
        assert "PermissionError: [Errno 13]" in user.call("-c", code, "-", allow).stderr
