"""What instances say on stderr becomes events, a diagnosis and a record; bounded, told once, whatever the disk does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import trio
from fakes.sandbox_plans import PLAN
from msgspec.structs import replace

from supervisor.config.schema import SandboxSpec
from supervisor.events import SandboxDenied
from supervisor.launch.messages import Denied, Exited
from supervisor.sandbox import refusals
from supervisor.sandbox.audit import MOST_HEARD, Audit
from supervisor.sandbox.denials import Denial
from supervisor.sandbox.rulings import Case, Ruling, Standing
from supervisor.sandbox.words import Grant

CASE = Case(plan=replace(PLAN, grants=(Grant("/usr", "read_exec", "test"),)), spec=SandboxSpec())
EXITED = Exited(
    instance="", code=1, signal=None, ended_by="itself", leftovers=0, stderr_tail=[], diagnosis="x"
)  # fmt: skip
PLACE = "mcp.json:3:5 mcpServers.a"


class Instance:
    """An instance that ends when it is told to."""

    def __init__(self, audit: Audit, name: str, server: str = "a") -> None:
        self.audit = audit
        self.name = name
        self.over = trio.Event()
        self.tail: list[str] = []
        audit.expect(name, server)

    def say(self, *lines: str) -> None:
        self.audit.hear(self.name, lines)

    async def ended(self) -> Exited:
        await self.over.wait()
        return replace(EXITED, instance=self.name, stderr_tail=self.tail)

    async def outcomes(self) -> tuple[list[SandboxDenied], Exited]:
        """All that is told of it until it has ended, as its actor hears it."""
        facts: list[SandboxDenied] = []
        while True:
            with trio.fail_after(5):
                outcome = await self.audit.outcome(self.name, lambda server: CASE, self.ended)
            if isinstance(outcome, Exited):
                return facts, outcome
            facts += outcome.facts


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file that nothing grants."""
    path = tmp_path / "secret.txt"
    path.touch()
    return path


def refused(path: object) -> str:
    return f"cat: {path}: Permission denied"


async def test_a_refusal_is_told_while_the_instance_runs(state_dir: Path, secret: Path) -> None:
    one = Instance(Audit(str(state_dir), {"a": Standing(place=PLACE)}), "a#1")
    one.say("hello", refused(secret))
    outcome = await one.audit.outcome("a#1", lambda server: CASE, one.ended)
    assert isinstance(outcome, Denied)
    (fact,) = outcome.facts
    assert (fact.server, fact.instance_id, fact.action, fact.object) == ("a", "a#1", "use", str(secret))
    assert (fact.rule, fact.reason) == ("not_granted", "nothing grants it")
    assert f'"read_only": ["{secret}"]' in fact.remedy
    assert PLACE in fact.remedy


async def test_a_refusal_is_told_to_who_waits_already(state_dir: Path, secret: Path) -> None:
    one = Instance(Audit(str(state_dir)), "a#1")
    outcomes: list[Denied | Exited] = []

    async def wait() -> None:
        outcomes.append(await one.audit.outcome("a#1", lambda server: CASE, one.ended))

    with trio.fail_after(5):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(wait)
            await trio.testing.wait_all_tasks_blocked()
            one.say(refused(secret))
    assert [type(outcome) for outcome in outcomes] == [Denied]


async def test_the_end_comes_last_with_a_diagnosis(state_dir: Path, secret: Path) -> None:
    one = Instance(Audit(str(state_dir)), "a#1")
    one.over.set()
    one.say(refused(secret))
    facts, exited = await one.outcomes()
    assert len(facts) == 1
    assert exited.diagnosis.startswith(f"x; using {secret} was refused: nothing grants it.")


async def test_the_same_thing_is_told_once_for_a_server_and_diagnosed_every_time(state_dir: Path, secret: Path) -> None:
    audit = Audit(str(state_dir))
    told = []
    for name, server in (("a#1", "a"), ("a#2", "a"), ("b#1", "b")):
        one = Instance(audit, name, server)
        one.over.set()
        one.say(refused(secret), refused(secret))
        facts, exited = await one.outcomes()
        assert str(secret) in exited.diagnosis
        told.append(len(facts))
    assert told == [1, 0, 1]


async def test_lines_that_came_too_fast_are_found_in_the_tail(state_dir: Path, secret: Path) -> None:
    one = Instance(Audit(str(state_dir)), "a#1")
    one.tail = ["noise", refused(secret)]
    one.over.set()
    facts, _ = await one.outcomes()
    assert [fact.object for fact in facts] == [str(secret)]


async def test_one_instance_is_heard_so_often_and_no_more(state_dir: Path, tmp_path: Path) -> None:
    one = Instance(Audit(str(state_dir)), "a#1")
    one.over.set()
    for number in range(MOST_HEARD * 3):
        (tmp_path / str(number)).touch()
        one.say(refused(tmp_path / str(number)))
    facts, exited = await one.outcomes()
    assert len(facts) == MOST_HEARD
    assert exited.diagnosis.count("was refused") == 3
    assert len(refusals.read(str(state_dir), "a")) == MOST_HEARD


async def test_what_others_refused_is_diagnosed_and_no_event(state_dir: Path) -> None:
    one = Instance(Audit(str(state_dir)), "a#1")
    one.over.set()
    one.say("PermissionError: [Errno 13] Permission denied", refused("/usr/bin/env"), refused("/nowhere/at/all"))
    facts, exited = await one.outcomes()
    assert [fact.rule for fact in facts] == ["read_only"]
    other = Instance(one.audit, "a#2")
    other.over.set()
    other.say("PermissionError: [Errno 13] Permission denied")
    facts, exited = await other.outcomes()
    assert facts == []
    assert "does not say what was refused" in exited.diagnosis


async def test_what_was_refused_is_kept_with_the_servers_own_words(state_dir: Path, secret: Path) -> None:
    one = Instance(Audit(str(state_dir)), "a#1")
    one.over.set()
    one.say(refused(secret))
    await one.outcomes()
    (kept,) = refusals.read(str(state_dir), "a")
    assert (kept.object, kept.rule, kept.level, kept.said) == (str(secret), "not_granted", "S2", refused(secret))
    assert kept.option == f"--read-only {secret}"


async def test_secrets_and_control_characters_go_nowhere(state_dir: Path, tmp_path: Path) -> None:
    def redact(text: str) -> str:
        return text.replace("sesame", "***")

    one = Instance(Audit(str(state_dir), redact=redact), "a#1")
    one.over.set()
    (tmp_path / "x\u202ey").touch()
    one.tail = [refused(tmp_path / "sesame"), refused(tmp_path / "x\u202ey")]
    facts, exited = await one.outcomes()
    written = Path(refusals.path_of(str(state_dir), "a")).read_text()
    for text in (str(facts), exited.diagnosis, written):
        assert "sesame" not in text
        assert "\u202e" not in text
    assert facts


def test_lines_of_nobody_are_nobodys_business(state_dir: Path) -> None:
    Audit(str(state_dir)).hear("gone#1", [refused("/x")])


async def test_an_instance_that_was_never_expected_just_ends(state_dir: Path) -> None:
    audit = Audit(str(state_dir))
    one = Instance(audit, "a#1")
    audit.forget("a#1")
    one.over.set()
    assert await audit.outcome("a#1", lambda server: CASE, one.ended) == await one.ended()


async def test_a_disk_that_cannot_be_written_keeps_no_news_back(state_dir: Path, secret: Path) -> None:
    blocked = state_dir / "file"
    blocked.touch()
    one = Instance(Audit(str(blocked)), "a#1")
    one.over.set()
    one.say(refused(secret))
    facts, _ = await one.outcomes()
    assert len(facts) == 1


async def test_a_disk_that_hangs_keeps_no_end_back(
    state_dir: Path, secret: Path, autojump_clock: trio.testing.MockClock
) -> None:
    hangs = threading.Event()

    def judge(denials: list[Denial], case: Case) -> list[tuple[Denial, Ruling]]:
        hangs.wait()
        return []

    one = Instance(Audit(str(state_dir), judge=judge), "a#1")
    one.over.set()
    one.say(refused(secret))
    try:
        facts, exited = await one.outcomes()
    finally:
        hangs.set()
    assert (facts, exited.diagnosis) == ([], "x")


def never(_server: str) -> None:
    """There is no plan."""


async def test_without_a_plan_nothing_is_judged(state_dir: Path, secret: Path) -> None:
    one = Instance(Audit(str(state_dir)), "a#1")
    one.over.set()
    one.say(refused(secret))
    plan: Callable[[str], Case | None] = never
    assert isinstance(await one.audit.outcome("a#1", plan, one.ended), Exited)
