"""Starting a confined program against starting it bare, and against bubblewrap.

Each figure is the wall-clock time from the request to the collected end of /bin/true, in milliseconds: all ways in turn
within every round, medians over the rounds. "All of S2" is the whole way through the effects: is the plan still true,
ruleset, rlimits, capabilities, no_new_privs, own session, parent-death signal, closed descriptors, and the report.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable
from statistics import median

import trio

from scripts.bench_parts.row import Row
from supervisor.config.schema import SandboxSpec
from supervisor.config.specs import Limits
from supervisor.process.words import Command, Stdio
from supervisor.sandbox import landlock
from supervisor.sandbox.apply import announced, asked_for, chosen_level, grants_of, job_of, make_folders, plan_here
from supervisor.sandbox.effects import Sandbox, open_sandbox
from supervisor.sandbox.forkserver import ForkServer
from supervisor.sandbox.privileges import empty_bounding_set
from supervisor.sandbox.words import Asked, Chosen, Order, Places, Plan

ROUNDS = 200
PLANS = 20
WARM_UP = 5
PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, PR_SET_NO_NEW_PRIVS = 47, 4, 38
CAPABILITY_HEADER = struct.pack("Ii", 0x20080522, 0)
PROGRAM = "/bin/true"
COMMAND = Command(argv=(PROGRAM,), env={"PATH": "/usr/bin:/bin"}, cwd="/")
BUBBLEWRAP = (
    "bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--ro-bind", "/usr", "/usr", "--symlink", "usr/bin",
    "/bin", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64", "--proc", "/proc", "--dev", "/dev",
    "--tmpfs", "/tmp", PROGRAM,
)  # fmt: skip

Way = Callable[[], Awaitable[None]]


def rows() -> list[Row]:
    """Measure every way that this machine has."""
    with tempfile.TemporaryDirectory(prefix="stockade-bench-") as folder:
        return trio.run(_measure, folder)


async def _measure(folder: str) -> list[Row]:
    places = Places(state_dir=folder, homes=(os.path.expanduser("~"),))
    order = Order(server="bench", spec=SandboxSpec(level="S2"), limits=Limits())
    viewed = Order(server="viewed", spec=SandboxSpec(level="S3"), limits=Limits())
    null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    chosen = chosen_level(order, announced())
    asked = asked_for(order, places, COMMAND.argv, COMMAND.env["PATH"])
    make_folders(asked, (asked.state,))
    plan = plan_here(asked, chosen, None)
    ruleset = landlock.build(plan.abi, grants_of(plan))
    plain = ForkServer(machine_code=False)
    native = ForkServer()
    try:
        async with open_sandbox(places) as sandbox:
            ways = {"bare": _bare, "S2": await _whole(sandbox, order, null)}
            if shutil.which("bwrap"):
                ways |= {"bubblewrap": _bubblewrap, "S3": await _whole(sandbox, viewed, null)}
            ways |= {
                "fork server": _forked(native, plan, ruleset, null),
                "fork server, python": _forked(plain, plan, ruleset, null),
                "thread": lambda: _thread(plan, ruleset, (PROGRAM,)),
                "thread, trampoline": lambda: _thread(plan, ruleset, _trampoline(plan)),
            }
            figures = await _alternated(ways)
            figures["plan"] = [await _timed(lambda: _planned(asked, chosen)) for _ in range(PLANS)]
    finally:
        await plain.aclose()
        await native.aclose()
        os.close(ruleset)
        os.close(null)
    return _rows(figures)


async def _whole(sandbox: Sandbox, order: Order, null: int) -> Way:
    spawner = sandbox.spawner(order, await sandbox.choose(order), lambda _pid, _report: None)

    async def way() -> None:
        _collect(await spawner(COMMAND, Stdio(null, null, null)))

    return way


async def _alternated(ways: dict[str, Way]) -> dict[str, list[float]]:
    figures: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(-WARM_UP, ROUNDS):
        for name, way in ways.items():
            took = await _timed(way)
            if number >= 0:
                figures[name].append(took)
    return figures


async def _timed(way: Way) -> float:
    began = time.perf_counter()
    await way()
    return (time.perf_counter() - began) * 1e3


def _rows(figures: dict[str, list[float]]) -> list[Row]:
    bare = median(figures["bare"])
    found = [
        _row("sandbox spawn (all of S2)", figures["S2"], "bare subprocess", bare, (2.5, 1.8)),
        _row("fork server, machine code, confinement alone", figures["fork server"], "bare subprocess", bare),
        _row("fork server, forked Python, confinement alone", figures["fork server, python"], "bare subprocess", bare),
        _row("confined thread, without limits of the process", figures["thread"], "bare subprocess", bare),
        _row(
            "confined thread, /bin/sh as trampoline for limits", figures["thread, trampoline"], "bare subprocess", bare
        ),
        _row("a plan and its ruleset made anew, in a thread", figures["plan"], "bare subprocess", bare),
    ]
    if "bubblewrap" in figures:
        peer = median(figures["bubblewrap"])
        found.insert(1, _row("sandbox spawn (S2)", figures["S2"], "bubblewrap, all namespaces", peer, (0.4, 0.25)))
        found.insert(2, _row("sandbox spawn (S3)", figures["S3"], "bubblewrap, all namespaces", peer))
    return found


def _row(
    name: str, figures: list[float], peer: str, against: float, goals: tuple[float | None, float | None] = (None, None)
) -> Row:
    ordered = sorted(figures)
    tenth = len(ordered) // 10
    return Row(
        name=name,
        measured=median(ordered),
        unit="ms",
        peer=peer,
        against=against,
        goal=goals[0],
        stretch=goals[1],
        details=f"{len(ordered)} rounds in turn, 80 % between {ordered[tenth]:.2f} and {ordered[-tenth - 1]:.2f} ms",
    )


def _collect(pid: int) -> None:
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if status:
        raise RuntimeError(f"{PROGRAM} ended with {status}")


async def _bare() -> None:
    subprocess.run([PROGRAM], check=True)


async def _bubblewrap() -> None:
    subprocess.run(BUBBLEWRAP, check=True)


def _forked(server: ForkServer, plan: Plan, ruleset: int, null: int) -> Way:
    job = job_of(plan, COMMAND.argv, COMMAND.env, parent=os.getpid(), is_filtered=True)

    async def way() -> None:
        _collect(await server.spawn(job, Stdio(null, null, null), ruleset))

    return way


async def _planned(asked: Asked, chosen: Chosen) -> None:
    def make() -> None:
        plan = plan_here(asked, chosen, None)
        os.close(landlock.build(plan.abi, grants_of(plan)))

    await trio.to_thread.run_sync(make)


def _trampoline(plan: Plan) -> tuple[str, ...]:
    """A shell that sets the limits, which belong to the process, and then becomes the program."""
    values = {limit.name: limit.value for limit in plan.rlimits}
    options = {"c": values["core"], "n": values["nofile"], "d": values["data"] // 1024, "f": values["fsize"] // 512}
    limits = "".join(f"ulimit -{letter} {value}; " for letter, value in options.items())
    return ("/bin/sh", "-c", f'{limits}exec "$0"', PROGRAM)


async def _thread(plan: Plan, ruleset: int, argv: tuple[str, ...]) -> None:
    """A thread that confines itself, starts the program and ends: what is done without a fork server."""
    failed: list[BaseException] = []

    def confine_and_start() -> None:
        try:
            _confine_this_thread(plan, ruleset)
            subprocess.run(argv, check=True, start_new_session=True)
        except BaseException as problem:  # noqa: BLE001 - carried over to the main thread
            failed.append(problem)

    thread = threading.Thread(target=confine_and_start)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]


def _confine_this_thread(plan: Plan, ruleset: int) -> None:
    library = landlock.libc()
    empty_bounding_set()
    landlock.checked(library.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0))
    header, none = ctypes.create_string_buffer(CAPABILITY_HEADER), ctypes.create_string_buffer(24)
    landlock.checked(library.capset(header, none))
    landlock.checked(library.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    landlock.restrict_self(ruleset, plan.abi)
