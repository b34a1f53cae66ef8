"""What servers need works in every sandbox."""

from __future__ import annotations

import pytest
from real.sandbox.conftest import Fought

pytestmark = pytest.mark.real

MAY_BE_MISSING = ("not here: git", "not here: node", "not here: bash")


@pytest.mark.parametrize(("suffix", "group"), [("", "works"), ("-none", "works offline"), ("-ports", "allowed ports")])
def test_what_servers_need_works(fought: Fought, level: str, suffix: str, group: str) -> None:
    found = fought.found[f"{level}{suffix}"]
    if "problem" in found:
        assert (level, suffix) == ("S1", "-ports")
        return
    assert {name: said for name, said in found[group].items() if said not in ("done", *MAY_BE_MISSING)} == {}
    assert found[group]


@pytest.mark.parametrize("level", ["S2", "S3"])
def test_what_servers_need_works_for_one_that_becomes_another_user(all_fought: dict[str, Fought], level: str) -> None:
    """Only root's can: where a plain user runs the tests there is none."""
    for fought in all_fought.values():
        found = fought.found.get(f"{level}-another", {"works": {}})
        assert {name: said for name, said in found["works"].items() if said not in ("done", *MAY_BE_MISSING)} == {}


def test_stockade_itself_is_not_confined_by_any_of_it(fought: Fought) -> None:
    after = fought.found["after"]
    assert (after["NoNewPrivs"], after["Seccomp"]) == ("0", "0")
    assert after["writes outside"] is True
    if fought.ground.user.uid == 0:
        assert int(after["CapEff"], 16) > 0
