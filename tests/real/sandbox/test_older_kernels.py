"""Older Landlock ABIs, kernels without it, and one that only pretends, shown by the emulator."""

from __future__ import annotations

import pytest
from real.sandbox.ground import Ground

pytestmark = pytest.mark.real

SCRIPT = (
    'echo x > own && echo inside; echo x > "$0/outside/new" && echo outside; cat "$0/home/notes" && echo read; true'
)


@pytest.mark.parametrize("level", ["S2", "S3"])
@pytest.mark.parametrize("abi", range(1, 7))
def test_an_older_abi_confines_as_far_as_it_goes_and_says_so(ground: Ground, abi: int, level: str) -> None:
    (done,) = ground.each(["/bin/sh", "-c", SCRIPT, str(ground.path)], under=str(abi), spec={"level": level})
    assert done["stdout"] == "inside\n"
    assert done["report"]["landlock_abi"] == abi
    assert done["launched"]["confinement"] == f"{level} abi{abi}"
    assert ("truncate" in done["report"]["rights_handled"]) is (abi >= 3)
    assert bool(done["report"]["scopes"]) is (abi >= 6)


@pytest.mark.parametrize("missing", ["ENOSYS", "EOPNOTSUPP"])
def test_without_landlock_nothing_is_started(ground: Ground, missing: str) -> None:
    (done,) = ground.each(["/bin/sh", "-c", SCRIPT, str(ground.path)], under=missing)
    assert done["problem"]["code"] == "sandbox.landlock_unavailable"
    assert missing in done["text"]
    assert not (ground.path / "outside" / "new").exists()


def test_a_level_that_was_asked_for_by_name_fails_closed(ground: Ground) -> None:
    (done,) = ground.each(["/bin/true"], under="ENOSYS", spec={"level": "S2", "best_effort": True})
    assert done["problem"]["code"] == "sandbox.level_unavailable"


def test_best_effort_starts_without_landlock_and_is_reported_as_degraded(ground: Ground) -> None:
    (done,) = ground.each(["/bin/sh", "-c", SCRIPT, str(ground.path)], under="ENOSYS", spec={"best_effort": True})
    assert done["stdout"] == "inside\noutside\nxread\n"
    assert done["launched"]["degraded"] is True
    assert done["launched"]["confinement"] == "S1 (no file sandbox)"
    assert done["report"]["is_file_sandbox"] is False
    assert "ENOSYS" in done["report"]["degraded"]
    assert "not confined at all" in done["report"]["gaps"][0]
    assert done["report"]["kernel"]["no_new_privs"] == 1
    assert done["report"]["kernel"]["cap_effective"] == 0


def test_a_kernel_that_accepts_every_ruleset_and_confines_nobody_is_found_out(ground: Ground) -> None:
    (done,) = ground.each(["/bin/sh", "-c", SCRIPT, str(ground.path)], under="SHAM")
    assert done["problem"]["code"] == "sandbox.landlock_unavailable"
    assert "probe_outside" in done["text"]


def test_level_s1_by_name_is_no_file_sandbox_and_not_degraded(ground: Ground) -> None:
    done = ground.confined(["/bin/sh", "-c", SCRIPT, str(ground.path)], spec={"level": "S1"})
    assert done["stdout"] == "inside\noutside\nxread\n"
    assert done["launched"]["degraded"] is False
    assert done["report"]["is_file_sandbox"] is False
