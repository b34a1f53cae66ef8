"""Attacks on the end of a server: processes that are still there after its stop, or after the death of stockade.

What each leaves behind holds a lock on a file of its own in `survivors` of the server's folder; whoever started the
server looks for the locks afterwards (survivors.py). What is left behind ends by itself after a while.
"""

from __future__ import annotations

import errno
import fcntl
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from real.sandbox.attacks import kernel
from real.sandbox.attacks.world import World

AT_MOST_S = 60
"""After so long a survivor ends by itself: a test that fails leaves no process for ever."""
GENERATION_S = 0.01
ENOUGH = "enough"
"""The name of the file that ends a survivor who cannot be caught."""
DEAD_CHILDREN = 30
LEFT = "left"
BOOT = (
    "import sys; sys.path.insert(0, sys.argv[1] + '/scripts'); "
    "from real.sandbox.attacks import lifecycle; lifecycle.resume(*sys.argv[2:])"
)


class Survivor:
    """A process that wants to stay: what it holds, and how it says that it has begun."""

    def __init__(self, folder: str, name: str) -> None:
        self.folder = folder
        self.name = name

    def say(self, outcome: str = LEFT) -> None:
        """Tell the attacker's first process."""
        with open(Path(self.folder, "told"), "w") as told:
            told.write(f"{self.name}\t{outcome}\n")

    def begin(self) -> None:
        """Hold the lock, also in every child, and say so."""
        kernel.die_after(AT_MOST_S)
        descriptor = os.open(Path(self.folder, self.name), os.O_RDWR | os.O_CREAT, 0o600)
        os.set_inheritable(descriptor, True)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        self.say()

    def stay(self) -> NoReturn:
        """Begin, and wait for the end of the world."""
        self.begin()
        while True:
            signal.pause()

    def anew(self, world: World, what: str) -> NoReturn:
        """Go on as a fresh program with an empty environment: the marker in it is gone."""
        words = [sys.executable, "-c", BOOT, world.ground, self.folder, self.name, what]
        os.execve(sys.executable, words, {})


def resume(folder: str, name: str, what: str) -> None:
    """What a program with an empty environment does."""
    AS_FRESH[what](Survivor(folder, name))


def silent() -> None:
    """Let go of the three streams."""
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)


def forked(survivor: Survivor, action: Callable[[], None]) -> None:
    """Run it in a child, which says what went wrong."""
    if os.fork() == 0:
        try:
            action()
        except OSError as problem:
            survivor.say(errno.errorcode.get(problem.errno or 0, "?"))
        finally:
            os._exit(0)


def daemonised(survivor: Survivor, action: Callable[[], None], *, quiet: bool = True) -> None:
    """The classic way: a fork, a session of its own, another fork, and no streams."""

    def leader() -> None:
        os.setsid()
        if quiet:
            silent()
        forked(survivor, action)

    forked(survivor, leader)


def deaf(survivor: Survivor) -> None:
    """Ignore all that can be ignored."""
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    survivor.stay()


def stopped(survivor: Survivor) -> None:
    """Do not even get as far as hearing a signal."""
    survivor.begin()
    os.kill(os.getpid(), signal.SIGSTOP)
    while True:
        signal.pause()


def headless(survivor: Survivor) -> None:
    """End the first thread: /proc shows a zombie, and another thread goes on."""
    survivor.begin()
    threading.Thread(target=signal.pause).start()
    kernel.call("exit", 0)


def runs_away(survivor: Survivor) -> None:
    """Be another process every few milliseconds; until a file says that the test has seen enough."""
    survivor.begin()
    enough, deadline = Path(survivor.folder, ENOUGH), time.monotonic() + AT_MOST_S
    while time.monotonic() < deadline and not enough.exists() and enough.parent.exists():
        if os.fork():
            os._exit(0)
        os.setsid()
        select.select([], [], [], GENERATION_S)


def comes_back(survivor: Survivor) -> None:
    """When asked to end, leave another one."""

    def again(_number: int, _frame: object) -> None:
        if os.fork() == 0:
            os.setsid()
            deaf_again()
        os._exit(0)

    def deaf_again() -> NoReturn:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        kernel.die_after(AT_MOST_S)
        while True:
            signal.pause()

    signal.signal(signal.SIGTERM, again)
    survivor.stay()


AS_FRESH: dict[str, Callable[[Survivor], None]] = {
    "stay": Survivor.stay,
    "deaf": deaf,
    "stopped": stopped,
    "headless": headless,
    "runs away": runs_away,
    "comes back": comes_back,
}

Leave = Callable[[World, Survivor], None]
"""Leaves a process behind, called in the attacker's first process."""


def fresh(what: str, *, quiet: bool = True) -> Leave:
    """A daemon with an empty environment."""
    return lambda world, survivor: daemonised(survivor, lambda: survivor.anew(world, what), quiet=quiet)


def other_group(world: World, survivor: Survivor) -> None:
    def action() -> None:
        os.setpgid(0, 0)
        deaf(survivor)

    forked(survivor, action)


def other_parent(world: World, survivor: Survivor) -> None:
    """A child of stockade's own, in a session of its own."""
    if kernel.call("clone", kernel.CLONE_PARENT | signal.SIGCHLD, 0, 0, 0, 0) == 0:
        os.setsid()
        silent()
        survivor.anew(world, "deaf")


def own_namespace(world: World, survivor: Survivor) -> None:
    def action() -> None:
        kernel.own_namespaces(kernel.CLONE_NEWPID)
        forked(survivor, lambda: survivor.anew(world, "deaf"))

    daemonised(survivor, action)


ATTACKS: dict[str, Leave] = {
    "stay in the session": lambda world, survivor: forked(survivor, lambda: deaf(survivor)),
    "leave the group": other_group,
    "daemonise": lambda world, survivor: daemonised(survivor, survivor.stay),
    "daemonise and hold stdout": lambda world, survivor: daemonised(survivor, lambda: deaf(survivor), quiet=False),
    "daemonise with an empty environment": fresh("stay"),
    "daemonise with an empty environment and hold stdout": fresh("stay", quiet=False),
    "daemonise, deaf to signals": fresh("deaf"),
    "daemonise and be stopped": fresh("stopped"),
    "daemonise and end the first thread": fresh("headless"),
    "run away by forking": fresh("runs away"),
    "come back when asked to end": fresh("comes back"),
    "become a child of stockade (CLONE_PARENT)": other_parent,
    "hide in a process namespace": own_namespace,
}
IGNORES = "ignore SIGTERM and the end of stdin"
"""What the attacker's first process does itself."""
DEAD = "leave dead children to stockade"
"""Zombies that nobody else may collect."""


def leave_all(world: World) -> dict[str, str]:
    """Leave everything behind that can be left; what each attack came to."""
    folder = Path(world.own, "survivors")
    folder.mkdir(exist_ok=True)
    os.mkfifo(folder / "told")
    told = os.open(folder / "told", os.O_RDWR)
    outcomes = {}
    for name, leave in ATTACKS.items():
        try:
            leave(world, Survivor(str(folder), name))
        except OSError as problem:
            outcomes[name] = errno.errorcode.get(problem.errno or 0, "?")
    text = ""
    while len(outcomes) + text.count("\n") < len(ATTACKS):
        if not select.select([told], [], [], 20)[0]:
            break
        text += os.read(told, 4096).decode()
    said = dict(line.split("\t") for line in text.splitlines())
    return {**outcomes, **said, **leave_dead(), **leave_self(folder)}


def leave_dead() -> dict[str, str]:
    try:
        for _ in range(DEAD_CHILDREN):
            if kernel.call("clone", kernel.CLONE_PARENT | signal.SIGCHLD, 0, 0, 0, 0) == 0:
                os._exit(0)
    except OSError as problem:
        return {DEAD: errno.errorcode.get(problem.errno or 0, "?")}
    return {DEAD: LEFT}


def leave_self(folder: Path) -> dict[str, str]:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    kernel.die_after(AT_MOST_S)
    os.set_inheritable(descriptor := os.open(folder / IGNORES, os.O_RDWR | os.O_CREAT, 0o600), False)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return {IGNORES: LEFT}
