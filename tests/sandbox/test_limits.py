"""Limits of a process and who enforces those of the config."""

from __future__ import annotations

import resource

from supervisor.config.specs import Limits
from supervisor.process.words import Tracking
from supervisor.sandbox.limits import NUMBERS, enforcers, process_limits
from supervisor.sandbox.messages import RLimit


def made(**asked: int) -> tuple[RLimit, ...]:
    found = process_limits(Limits(memory_bytes=1000), asked)
    assert isinstance(found, tuple)
    return found


def test_the_defaults_limit_core_files_memory_and_the_size_of_a_file() -> None:
    assert {limit.name: limit.value for limit in made()} == {
        "core": 0,
        "nofile": 1024,
        "data": 1000,
        "fsize": 4 * 1024**3,
    }


def test_the_config_wins_and_can_add() -> None:
    values = {limit.name: limit.value for limit in made(nofile=64, nproc=10)}
    assert values["nofile"] == 64
    assert values["nproc"] == 10


def test_processor_seconds_and_addresses_are_not_limited_unasked() -> None:
    assert not {"cpu", "as", "nproc"} & {limit.name for limit in made()}


def test_the_numbers_are_those_of_this_system() -> None:
    for name in ("cpu", "fsize", "data", "stack", "core", "nproc", "nofile", "memlock", "as"):
        assert NUMBERS[name] == getattr(resource, f"RLIMIT_{name.upper()}")


def test_who_enforces_each_limit_is_said() -> None:
    by_name = {limit.name: limit.enforcer for limit in enforcers(Limits(), made(), Tracking())}
    assert by_name == {"memory": "rlimit data, for each process", "cpus": "nobody", "pids": "nobody"}
    assert enforcers(Limits(), made(nproc=5), Tracking())[2].enforcer.startswith("rlimit nproc")


def test_what_the_cgroup_holds_is_said() -> None:
    tracking = Tracking(held=("memory", "pids"), missing={"cpus": "no controller"})
    by_name = {limit.name: limit.enforcer for limit in enforcers(Limits(), made(nproc=5), tracking)}
    assert by_name["memory"] == by_name["pids"] == "its cgroup, for all of its processes"
    assert by_name["cpus"] == "nobody"
