"""Pins are kept by several processes at once, and by processes that are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from fakes.definitions import taken, waiting
from msgspec.structs import replace

from supervisor.errors import PinsError, PinsNotStored
from supervisor.scan.trust.lockfile import text_of
from supervisor.scan.trust.pins import ServerPins
from supervisor.scan.trust.store import Store

BOUND_S = 30.0

# --------------------------------------------------------------------------------------------------- several processes

WRITER = """
import sys
from pathlib import Path
from supervisor.scan.trust.pins import ServerPins
from supervisor.scan.trust.store import Store
from fakes.definitions import definition, look
from supervisor.scan.trust.judge import judge

state, lock, mine, count = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
store = Store(state, Path(lock) if lock else None)
sys.stdin.readline()
done = 0
while done < count:
    before = store.read("shared")
    own = len([pin for pin in before.pins if pin.name.startswith(mine)])
    names = [pin.name for pin in before.pins] + [f"{mine}{own}"]
    after = judge(look(*(definition(name) for name in names), trust="scan"), before).pins
    if store.swap(before, after):
        done += 1
        print(done, flush=True)
"""


def writer(state: Path, lock: Path | None, mine: str, count: int) -> subprocess.Popen[str]:
    """Another process that adds tools to one server, as soon as it is told to."""
    root = Path(__file__).parents[3]
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(state), str(lock or ""), mine, str(count)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": f"{root}:{root / 'tests'}"},
    )


@pytest.mark.parametrize("is_lock", [True, False])
def test_two_processes_that_write_at_once_lose_nothing(tmp_path: Path, *, is_lock: bool) -> None:
    lock = tmp_path / "stockade.lock" if is_lock else None
    writers = [writer(tmp_path, lock, mine, 15) for mine in ("a", "b")]
    for one in writers:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    outputs = [one.communicate(timeout=BOUND_S)[0].split() for one in writers]
    assert [one.returncode for one in writers] == [0, 0]
    assert [len(lines) for lines in outputs] == [15, 15]
    names = {pin.name for pin in Store(tmp_path, lock).read("shared").pins}
    assert names == {f"{mine}{n}" for mine in "ab" for n in range(15)}


@pytest.mark.parametrize("is_lock", [True, False])
@pytest.mark.parametrize("after", [1, 3, 4])
def test_a_writer_that_is_killed_leaves_the_old_or_the_new(tmp_path: Path, after: int, *, is_lock: bool) -> None:
    lock = tmp_path / "stockade.lock" if is_lock else None
    one = writer(tmp_path, lock, "a", 10_000)
    assert one.stdin is not None
    assert one.stdout is not None
    one.stdin.write("go\n")
    one.stdin.flush()
    for _ in range(after):
        assert one.stdout.readline()
    one.send_signal(signal.SIGKILL)
    one.wait(BOUND_S)
    one.stdin.close()
    one.stdout.close()
    store = Store(tmp_path, lock)
    pins = store.read("shared")
    assert len(pins.pins) >= after
    assert {pin.name for pin in pins.pins} == {f"a{n}" for n in range(len(pins.pins))}
    assert store.swap(pins, replace(pins, origin="7")), "what it left does not stand in the way"
    assert not list(tmp_path.glob("*.new"))


EVERY_LINE = """
import os
import signal
import sys
from pathlib import Path

from fakes.definitions import definition, look
from supervisor.scan.trust.judge import judge
from supervisor.scan.trust.pins import ServerPins
from supervisor.scan.trust import store as store_module
from supervisor.scan.trust.store import Store

state, lock = Path(sys.argv[1]), Path(sys.argv[2]) if sys.argv[2] else None
FILES = ("store.py", "database.py", "<string>")


def in_place(path, data):
    with path.open("r+b" if path.exists() else "wb", buffering=0) as file:
        file.truncate()
        file.write(data[:100])
        file.write(data[100:])


if sys.argv[3:]:
    store_module._replace = in_place


def dies_at(limit):
    seen = 0

    def trace(frame, event, argument):
        nonlocal seen
        if not frame.f_code.co_filename.endswith(FILES):
            return None
        seen += event == "line"
        if seen == limit:
            os.kill(os.getpid(), signal.SIGKILL)
        return trace

    return trace


limit, killed = 0, True
while killed:
    limit += 1
    before = Store(state, lock).read("s")
    after = judge(look(*(definition(f"t{n}") for n in range(limit)), trust="scan"), before).pins
    child = os.fork()
    if not child:
        store = Store(state, lock)
        sys.settrace(dies_at(limit))
        store.swap(before, after)
        sys.settrace(None)
        os._exit(0)
    killed = os.WIFSIGNALED(os.waitpid(child, 0)[1])
    found = Store(state, lock).read("s")
    assert found in (before, after), limit
    print("new" if found == after else "old")
assert found == after
"""


def killed_at_every_line(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Let a writer be killed before its first line, before its second, and so on to its end."""
    root = Path(__file__).parents[3]
    return subprocess.run(
        [sys.executable, "-c", EVERY_LINE, *arguments],
        env={**os.environ, "PYTHONPATH": f"{root}:{root / 'tests'}"},
        capture_output=True,
        text=True,
        timeout=BOUND_S * 2,
    )


def test_a_writer_that_writes_in_place_is_caught(tmp_path: Path) -> None:
    done = killed_at_every_line(tmp_path, tmp_path / "stockade.lock", "in place")
    assert "PinsError" in done.stderr


@pytest.mark.parametrize("is_lock", [True, False])
def test_a_writer_that_is_killed_at_any_line_leaves_the_old_or_the_new(tmp_path: Path, *, is_lock: bool) -> None:
    done = killed_at_every_line(tmp_path, str(tmp_path / "stockade.lock") if is_lock else "")
    assert done.returncode == 0, done.stderr
    outcomes = done.stdout.split()
    assert outcomes.count("old") > 20, "it was killed before the file was there, and in the middle of it"
    assert outcomes.count("new") > 2, "and after"


def test_a_half_written_file_beside_it_is_nobodys(tmp_path: Path) -> None:
    """What a writer leaves that was killed between the first byte and the rename."""
    lock = tmp_path / "stockade.lock"
    store = Store(tmp_path, lock)
    store.swap(ServerPins(server="s"), taken())
    lock.with_name("stockade.lock.new").write_text(text_of([waiting("t")])[:100])
    assert store.read("s") == taken()
    assert store.swap(ServerPins(server="t"), taken("t"))
    assert store.names() == ("s", "t")


HOLDER = """
import fcntl, os, sys
fcntl.flock(os.open(sys.argv[1], os.O_RDONLY), fcntl.LOCK_EX)
print(flush=True)
sys.stdin.read()
"""


def test_a_writer_that_never_ends_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    lock = tmp_path / "stockade.lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    try:
        with pytest.raises(PinsError) as caught:
            Store(tmp_path, lock, patience_s=0.1).swap(ServerPins(server="s"), taken())
    finally:
        holder.communicate(timeout=BOUND_S)
    assert isinstance(caught.value.problem, PinsNotStored)
    assert "another process has held" in caught.value.problem.reason
    assert not lock.exists()
