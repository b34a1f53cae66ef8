"""The scripts judge figures as they say, and make a cache again when it no longer fits."""

from __future__ import annotations

import importlib
import itertools
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from scripts import bench, test, testbed
from scripts.bench_parts.row import Row
from scripts.leases import Leases

TREE = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("against", "goal", "wrong", "judged", "ok"),
    [
        (2.0, 2.0, 0, 2.0, True),
        (2.0, 1.9, 0, 2.0, False),
        (2.0, 9.0, 1, 2.0, False),
        (None, 4.0, 0, 4.0, True),
        (None, 3.9, 0, 4.0, False),
        (2.0, None, 0, 2.0, True),
        (0.0, 4.0, 0, 4.0, True),
    ],
)
def test_a_row_is_judged_by_its_ratio_or_by_its_figure(
    against: float | None, goal: float | None, wrong: int, judged: float, ok: bool
) -> None:
    row = Row(name="x", measured=4.0, unit="ms", peer="y", against=against, goal=goal, wrong=wrong)
    assert (row.judged, row.ok) == (judged, ok)


def test_figures_stand_beside_their_goals_in_one_unit() -> None:
    ratio = Row(name="spawn", measured=1.234, unit="ms", peer="posix_spawn", against=1.0, goal=3, stretch=1.4)
    figure = Row(name="memory", measured=70.0, unit="KiB", peer="nothing", goal=60, stretch=20)
    assert bench.cells(ratio) == ("spawn", "1.23 ms", "1 ms (posix_spawn)", "1.23 ×", "3 ×", "1.4 ×", "stretch")
    assert bench.cells(figure) == ("memory", "70 KiB", "nothing", "", "60 KiB", "20 KiB", "missed")


@pytest.mark.parametrize("name", bench.parts())
def test_every_part_of_the_benchmark_hands_in_rows(name: str) -> None:
    module = importlib.import_module(f"scripts.bench_parts.{name}")
    assert callable(module.rows)


def test_a_cached_folder_is_made_again_when_unfinished_changed_or_moved(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    assert testbed.once(folder, ["recipe"])
    assert testbed.once(folder, ["recipe"]), "not finished"
    (folder / "made").touch()
    testbed.finish(folder, ["recipe"])
    assert not testbed.once(folder, ["recipe"])
    moved = folder.rename(tmp_path / "moved")
    assert testbed.once(moved, ["recipe"]), "moved"
    testbed.finish(moved, ["recipe"])
    assert testbed.once(moved, ["another"]), "another recipe"
    assert list(moved.iterdir()) == [], "what was there is gone"


def test_the_gate_runs_every_step_and_names_those_that_failed() -> None:
    steps = [test.Step("bad", ["false"]), test.Step("good", ["true"]), test.Step("worse", ["sh", "-c", "exit 3"])]
    assert test.perform(steps, dict(os.environ)) == ["bad", "worse"]


def test_what_runs_beside_is_waited_for_shown_and_counted(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Either waits for the other: one after the other they would hang."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    beside = ["sh", "-c", f"read word < {pipe}; echo $word from beside; exit 4"]
    steps = [
        test.Step("tests", ["sh", "-c", f"echo heard > {pipe}"], (beside,)),
        test.Step("fine", ["true"], (["true"],)),
    ]
    assert test.perform(steps, dict(os.environ)) == ["tests"]
    assert "heard from beside" in capfd.readouterr().err


SLOW = "echo $0; trap 'kill $!; echo ended $0; exit 3' INT; sleep 1000 & echo > {pipe}; wait; echo not heard"


def test_an_interrupt_ends_what_runs_side_by_side_once_and_shows_it(tmp_path: Path) -> None:
    pipes = {name: tmp_path / name for name in ("one", "other")}
    for pipe in pipes.values():
        os.mkfifo(pipe)
    one, other = (["sh", "-c", SLOW.format(pipe=pipe), name] for name, pipe in pipes.items())
    program = f"from scripts import test; import os; test.perform([test.Step('x', {one}, ({other},))], os.environ)"
    with subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=TREE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, process_group=0, text=True,
    ) as run:  # fmt: skip
        for pipe in pipes.values():
            pipe.read_text()
        os.killpg(run.pid, signal.SIGINT)
        told, _ = run.communicate()
    assert run.returncode
    assert [told.count(f"ended {name}\n") for name in pipes] == [1, 1]


def test_what_does_not_heed_an_interrupt_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test, "CLEANING_S", 0.1)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    deaf = ["sh", "-c", f"trap '' INT; echo > {pipe}; sleep 1000"]
    with test.running(test.Step("x", ["cat", str(pipe)], (deaf,)), dict(os.environ)) as (first, second):
        first.wait()
    assert second.returncode == -signal.SIGKILL


@pytest.mark.parametrize(("real", "engine"), list(itertools.product((False, True), repeat=2)))
def test_every_test_is_in_exactly_one_lane(real: bool, engine: bool) -> None:
    marks = {"real": real, "engine": engine}
    assert sum(bool(eval(rule, {}, marks)) for rule in test.LANES.values()) == 1  # our own words


def test_what_has_to_be_run_by_name_can_be() -> None:
    for name in ("scripts/test", "scripts/bench", "scripts/escapes", "scripts/generate", "scripts/python", ".ci/run"):
        assert os.access(TREE / name, os.X_OK), name
        assert name in test.shell_scripts()
    for name in test.shell_scripts():
        assert subprocess.run(["bash", "-n", str(TREE / name)], check=False).returncode == 0


def test_no_service_is_started_while_packages_are_installed(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    with testbed.no_services(policy):
        assert subprocess.run([policy, "docker", "start"], check=False).returncode == 101
    assert not policy.exists()


def test_a_machines_own_policy_about_services_stays(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    policy.write_text("its own")
    with testbed.no_services(policy):
        pass
    assert policy.read_text() == "its own"


def test_what_is_shared_is_taken_down_once_by_its_last_user(tmp_path: Path) -> None:
    taken: list[str] = []
    leases = Leases(tmp_path, "shared", taken.append)
    with leases.in_use("shared"):
        with leases.in_use("shared"):
            leases.retire_all()
        leases.retire_all()
        assert taken == []
    leases.retire_all()
    leases.retire_all()
    assert taken == ["shared"]


def test_what_is_kept_stays_until_it_is_released_and_others_do_not(tmp_path: Path) -> None:
    taken: list[str] = []
    leases = Leases(tmp_path, "shared", taken.append)
    for name in ("shared", "shared-own", "sharedwith-another-tree"):
        with leases.in_use(name):
            pass
    leases.keep()
    leases.retire_all()
    assert taken == ["shared-own"]
    leases.release()
    leases.retire_all()
    assert taken == ["shared-own", "shared"]


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="who waits for a lock is told by Linux only")
def test_who_waited_while_it_was_taken_down_has_a_lock_that_counts(tmp_path: Path) -> None:
    """The lock that was waited for went with the thing: nobody else would find it."""
    taken: list[str] = []
    arrived, leave = threading.Event(), threading.Event()

    def use() -> None:
        with leases.in_use("shared"):
            arrived.set()
            leave.wait(5)

    def take_down(name: str) -> None:
        taken.append(name)
        user.start()
        until_somebody_waits_for(tmp_path / "shared.lock")

    leases = Leases(tmp_path, "shared", take_down)
    user = threading.Thread(target=use)
    assert leases.retire("shared")
    assert arrived.wait(5)
    assert not leases.retire("shared"), "in use again"
    leave.set()
    user.join()
    assert taken == ["shared"]


def until_somebody_waits_for(lock: Path) -> None:
    """Return when somebody waits for this lock, which is what `->` says in the kernel's list; bounded."""
    deadline = time.monotonic() + 5
    while not re.search(rf"-> FLOCK .*:{lock.stat().st_ino} ", Path("/proc/locks").read_text()):
        assert time.monotonic() < deadline, "nobody waits"
