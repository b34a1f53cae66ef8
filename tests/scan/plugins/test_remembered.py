"""What a plugin found is remembered for the same look, and for no other."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import json
from msgspec.structs import replace

from supervisor.scan.plugins import staging
from supervisor.scan.plugins.inputs import Ran
from supervisor.scan.plugins.manifests import BANDIT, SEMGREP, TRIVY, Plugin
from supervisor.scan.plugins.remembered import LONGEST_S, MOST_ENTRIES, Kept, Memory
from supervisor.scan.words import Finding, ScannerReport

TOOLS = b'{"tools":[]}'
FOUND = Ran(
    ScannerReport(scanner="bandit", state="ok", detail="1 passed", findings=1, seconds=4.2),
    (Finding(id="1", check="bandit/B1", tier="soft", severity="low", server="s", tool=None, evidence="x"),),
)


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    return Memory(tmp_path / "looks", "1")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / "lib").mkdir(parents=True)
    (folder / "server.py").write_text("print(1)\n")
    (folder / "lib" / "more.py").write_text("2\n")
    return folder


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A scanner in an environment of its own."""
    library = tmp_path / "env" / "lib" / "python3.11" / "site-packages"
    library.joinpath("scanner-1.0.dist-info").mkdir(parents=True)
    program = tmp_path / "env" / "bin" / "scanner"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    return program


def key(
    memory: Memory, source: Path, program: Path, plugin: Plugin = BANDIT, tools: bytes = TOOLS, **environment: str
) -> str | None:
    stage = staging.prepare(source.parent / "scans", str(source), "", tools)
    try:
        return memory.key(plugin, stage, str(program), environment)
    finally:
        staging.discard(stage)


def test_the_same_look_has_the_same_key_and_finds_the_same(memory: Memory, source: Path, program: Path) -> None:
    one = key(memory, source, program)
    assert one is not None
    assert memory.recall("s", BANDIT, one) is None
    memory.keep("s", BANDIT, one, FOUND)
    assert key(memory, source, program) == one
    known = Memory(source.parent / "looks", "1").recall("s", BANDIT, one)
    assert known is not None
    assert known.findings == FOUND.findings
    assert replace(known.report, looked_at="") == FOUND.report
    assert known.report.looked_at.endswith("Z")


def _content(source: Path, _program: Path) -> None:
    (source / "lib" / "more.py").write_text("3\n")


def _added(source: Path, _program: Path) -> None:
    (source / "new.txt").write_text("")


def _renamed(source: Path, _program: Path) -> None:
    (source / "server.py").rename(source / "other.py")


def _moved(source: Path, _program: Path) -> None:
    (source / "lib" / "more.py").rename(source / "more.py")


def _left_out(source: Path, _program: Path) -> None:
    (source / "node_modules").mkdir()
    (source / "node_modules" / "x.js").write_text("")


def _program(_source: Path, program: Path) -> None:
    """Its content is another, and its size and time of change are the same."""
    seen = program.stat()
    program.write_text("#!/bin/xx\n"[:-2] + "h\n")
    os.utime(program, ns=(seen.st_atime_ns, seen.st_mtime_ns))


def _package(_source: Path, program: Path) -> None:
    library = program.parent.parent / "lib" / "python3.11" / "site-packages"
    (library / "scanner-1.0.dist-info").rename(library / "scanner-1.1.dist-info")


@pytest.mark.parametrize("change", [_content, _added, _renamed, _moved, _left_out, _program, _package])
def test_another_source_or_program_is_another_look(
    change: Callable[[Path, Path], None], memory: Memory, source: Path, program: Path
) -> None:
    one = key(memory, source, program)
    assert one is not None
    memory.keep("s", BANDIT, one, FOUND)
    change(source, program)
    other = key(memory, source, program)
    assert other not in (one, None)
    assert memory.recall("s", BANDIT, other or "") is None


def test_another_manifest_definition_environment_or_version_is_another_look(
    memory: Memory, source: Path, program: Path
) -> None:
    keys = [
        key(memory, source, program),
        key(memory, source, program, replace(BANDIT, command=(*BANDIT.command, "-v"))),
        key(memory, source, program, replace(BANDIT, hard=("B102",))),
        key(memory, source, program, tools=b'{"tools":[{}]}'),
        key(memory, source, program, LANG="C"),
        key(Memory(source.parent / "looks", "2"), source, program),
    ]
    assert None not in keys
    assert len(set(keys)) == len(keys)


def test_what_a_manifest_names_belongs_to_the_look(memory: Memory, source: Path, program: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules" / "deep"
    rules.mkdir(parents=True)
    (rules / "one.yaml").write_text("1")
    script = tmp_path / "scan.py"
    script.write_text("1")
    plugin = replace(BANDIT, command=("python3", str(script)), read_only=(str(rules.parent),))
    keys = [key(memory, source, program, plugin)]
    (rules / "one.yaml").write_text("2")
    keys.append(key(memory, source, program, plugin))
    script.write_text("2")
    keys.append(key(memory, source, program, plugin))
    (rules / "two.yaml").write_text("2")
    keys.append(key(memory, source, program, plugin))
    assert None not in keys
    assert len(set(keys)) == len(keys)
    many = tmp_path / "many"
    many.mkdir()
    for number in range(MOST_ENTRIES):
        (many / str(number)).touch()
    assert key(memory, source, program, replace(plugin, read_only=(str(many),))) is None


@pytest.mark.parametrize(
    "plugin", [TRIVY, replace(BANDIT, needs_key=("TOKEN",)), replace(BANDIT, inputs=("image",))], ids=repr
)
def test_what_asks_elsewhere_is_not_remembered(plugin: Plugin, memory: Memory, source: Path, program: Path) -> None:
    assert key(memory, source, program, plugin) is None


def test_a_look_is_remembered_for_its_server_and_its_plugin(memory: Memory) -> None:
    memory.keep("s", BANDIT, "k", FOUND)
    assert memory.recall("s", BANDIT, "k") is not None
    assert memory.recall("other", BANDIT, "k") is None
    assert memory.recall("s", SEMGREP, "k") is None
    memory.forget("s", ["semgrep"])
    assert memory.recall("s", BANDIT, "k") is not None
    memory.forget("s", ["semgrep", "bandit"])
    assert memory.recall("s", BANDIT, "k") is None


@pytest.mark.parametrize("state", ["failed", "timed_out", "skipped"])
def test_a_look_that_came_to_nothing_is_none(state: str, memory: Memory) -> None:
    memory.keep("s", BANDIT, "k", Ran(ScannerReport(scanner="bandit", state=state)))  # type: ignore[arg-type]
    assert memory.recall("s", BANDIT, "k") is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[:-9],
        lambda _data: b"",
        lambda _data: b"\xff\xfe" * 99,
        lambda data: data.replace(b'"ok"', b'"fine"'),
        lambda data: json.encode(replace(json.decode(data, type=Kept), at=0.0)),
        lambda data: json.encode(replace(json.decode(data, type=Kept), at=4e10)),
        lambda data: json.encode(replace(kept := json.decode(data, type=Kept), at=kept.at - LONGEST_S - 1)),
        lambda data: b" " * 2**23 + data,
    ],
)
def test_a_damaged_or_an_old_file_is_as_good_as_none(
    spoil: Callable[[bytes], bytes], memory: Memory, tmp_path: Path
) -> None:
    memory.keep("s", BANDIT, "k", FOUND)
    (path,) = (tmp_path / "looks").iterdir()
    path.write_bytes(spoil(path.read_bytes()))
    assert memory.recall("s", BANDIT, "k") is None
    memory.keep("s", BANDIT, "k", FOUND)
    assert memory.recall("s", BANDIT, "k") is not None


def test_what_has_no_place_in_a_file_is_not_remembered(memory: Memory, source: Path, program: Path) -> None:
    memory.keep("s", BANDIT, "k", Ran(FOUND.report, (replace(FOUND.findings[0], evidence="\ud800"),)))
    assert memory.recall("s", BANDIT, "k") is None
    assert key(memory, source, program, LANG="\udcff") is None


def test_a_disk_that_cannot_be_written_costs_a_look_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "looks").write_text("no folder")
    memory = Memory(tmp_path / "looks", "1")
    memory.keep("s", BANDIT, "k", FOUND)
    assert memory.recall("s", BANDIT, "k") is None
    memory.forget("s", ["bandit"])


def test_what_does_not_count_any_more_is_taken_away(memory: Memory, tmp_path: Path) -> None:
    memory.keep("gone", BANDIT, "k", FOUND)
    (path,) = (tmp_path / "looks").iterdir()
    os.utime(path, (0, 0))
    memory.keep("s", BANDIT, "k", FOUND)
    assert path not in set((tmp_path / "looks").iterdir())
