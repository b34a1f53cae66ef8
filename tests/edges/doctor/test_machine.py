"""How `doctor` puts checks together, ends and prints them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from container.findings import ANSWERS
from msgspec.structs import replace

from supervisor.config.specs import Config
from supervisor.container import diagnosis
from supervisor.container.examined import WantedImage
from supervisor.diagnostics.words import Check, Verdict
from supervisor.edges.doctor.machine import AND_LAST, EVERYWHERE, ON_LINUX, Asked, _guarded, examined
from supervisor.edges.doctor.rendering import exit_code, lines, structure

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "doctor.md"


def check(name: str, verdict: Verdict = "ok", **more: str) -> Check:
    return Check(id=name, title=more.get("title", "T"), verdict=verdict, evidence=more.get("evidence", "seen"),
                 remedy=more.get("remedy", ""))  # fmt: skip


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ((), 0),
        (("platform.a:ok", "sandbox.a:warning", "state.a:skipped"), 0),
        (("platform.a:failure", "sandbox.a:warning"), 1),
        (("state.a:failure",), 1),
        (("sandbox.a:failure",), 5),
        (("platform.a:failure", "sandbox.b:ok", "sandbox.a:failure"), 5),
    ],
)
def test_the_exit_code_says_whether_anything_failed_and_whether_it_was_the_sandbox(
    found: Sequence[str], code: int
) -> None:
    checks = [check(name, verdict) for name, verdict in (word.split(":") for word in found)]  # type: ignore[arg-type]  # literals above
    assert exit_code(checks) == code
    assert structure(checks)["exit_code"] == code


def test_lines_are_aligned_and_a_remedy_stands_under_what_it_is_for() -> None:
    checks = [
        check("one.a", title="Short"),
        check("one.b", "warning", title="A long title", evidence="less than could be", remedy="Do this."),
        check("two.a", "failure", title="Last", evidence="nothing works"),
        check("two.b", "skipped", title="Never"),
    ]
    assert list(lines(checks, width=200, coloured=False)) == [
        "one",
        "  ok       Short         seen",
        "  warning  A long title  less than could be",
        "                         → Do this.",
        "",
        "two",
        "  failure  Last          nothing works",
        "  skipped  Never         seen",
        "",
        "1 ok, 1 warning, 1 failure, 1 not checked",
    ]


def test_what_is_too_long_for_a_terminal_goes_on_below_itself() -> None:
    long = check("one.a", "warning", evidence="word " * 20, remedy="act " * 20)
    made = list(lines([long], width=60, coloured=False))
    assert max(map(len, made)) <= 60
    assert made[1].startswith("  warning  T  word")
    assert made[2].startswith("              word")
    assert sum("→" in line for line in made) == 1
    assert sum(line.count("word") for line in made) == 20
    assert sum(line.count("act") for line in made) == 20


def test_only_the_verdict_is_coloured() -> None:
    made = list(lines([check("one.a", "failure", evidence="broken", remedy="Mend it.")], width=200, coloured=True))
    assert made[1] == "  \x1b[31mfailure\x1b[0m  T  broken"
    assert "\x1b" not in "".join(made[2:])


def test_no_text_can_steer_a_terminal_and_all_of_it_can_be_encoded() -> None:
    wild = Check(id="one.a", title="T", verdict="ok", evidence="\x1b[2J\n", facts={"paths": ("/\udcff", {"a": "\x07"})})
    made = "\n".join(lines([wild], width=200, coloured=False))
    assert "\x1b" not in made
    plain = structure([wild])
    json.dumps(plain, ensure_ascii=False).encode()
    assert plain["checks"][0]["facts"] == {"paths": ["/\\udcff", {"a": "\\x07"}]}


def test_a_subject_that_cannot_be_examined_is_a_failure_of_its_own() -> None:
    def broken(_asked: Asked) -> tuple[Check, ...]:
        raise ExceptionGroup("several", [OSError(5, "Input/output error"), ValueError("x")])

    (found,) = _guarded("disk", broken, Asked(Path("/")))
    assert (found.id, found.verdict) == ("disk.examination", "failure")
    assert "Input/output error" in found.evidence


@pytest.mark.real
def test_the_page_lists_every_check_and_no_other(state_dir: Path) -> None:
    checks = examined(Asked(state_dir, Config(source="mcp.json")))
    subjects = [subject for subject, _ in (*EVERYWHERE, *ON_LINUX, *AND_LAST)]
    assert subjects == list(dict.fromkeys(one.subject for one in checks))
    listed = [line.split("`")[1] for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    with_all = replace(ANSWERS, images=(WantedImage(name="x", servers=("a",)),))
    of_docker = {one.id for one in diagnosis.checks(with_all, "required")}  # here there may be no engine
    assert sorted(of_docker | {one.id for one in checks}) == sorted(listed)
    assert all(one.evidence and bool(one.remedy) == (one.verdict in ("warning", "failure")) for one in checks)
