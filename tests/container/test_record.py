"""What is told of one container, and in what order, whatever ends it and however early."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from container.shapes import OWNER

from supervisor.container.identity import made
from supervisor.container.record import Record
from supervisor.container.runs import Run
from supervisor.container.workload import Container
from supervisor.process.words import Command, Removal

ID = "c" * 64


@pytest.fixture
def record(tmp_path: Path) -> Record:
    here = made(OWNER, "git", "abcd1234")
    nobody: Any = None  # these tests ask no engine
    removal = Removal(argv=("docker", "rm", "-f"), env={}, cidfile=str(tmp_path / "cid"))
    container = Container(
        nobody, removal=removal, cidfile=tmp_path / "cid", lookup=here.lookup, on_rung=lambda _rung: None
    )
    run = Run(command=Command(argv=("docker",), env={}, cwd="/"), confinement="docker", name=here.name)
    return Record("git", container, here, run)


def names(facts: Iterator[object]) -> list[str]:
    return [type(fact).__name__ for fact in facts]


def test_a_container_is_told_of_once_and_only_when_its_id_is_known(record: Record) -> None:
    assert names(record.appeared("git#1")) == []
    record.container.id = ID
    assert names(record.appeared("git#1")) == ["ContainerCreated"]
    assert names(record.appeared("git#1")) == []


def test_one_that_is_ended_before_it_was_told_of_is_told_of_first(record: Record) -> None:
    record.container.id = ID
    assert names(record.asked("git#1", "stop")) == ["ContainerCreated", "ContainerStopAsked"]
    assert names(record.ended("git#1", 143, 0.0, is_left=False)) == ["ContainerExited", "ContainerRemoved"]


def test_one_that_is_gone_before_it_was_told_of_is_told_of_first(record: Record) -> None:
    record.container.id = ID
    told = names(record.ended("git#1", None, 0.0, is_left=False))
    assert told == ["ContainerCreated", "ContainerExited", "ContainerRemoved"]
