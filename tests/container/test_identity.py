"""Names that docker takes, labels that find one container, and who is dead."""

from __future__ import annotations

import re
import string

import pytest
from container.shapes import OWNER
from hypothesis import given
from hypothesis import strategies as st

from supervisor.container import identity
from supervisor.container.identity import cache_volume, cause_of_death, container_id, made, parse_owner, sanitised

DOCKER_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")
"""The engine's own rule."""
ODD = st.text(st.sampled_from(string.ascii_letters + string.digits + "-_. /äß€\0\n"), max_size=300)


@pytest.mark.parametrize(
    ("server", "name"),
    [
        ("git", "git"),
        ("git-hub", "git-hub"),
        ("a b", "a-b"),
        ("a  /  b", "a-b"),
        ("a--b", "a-b"),
        ("a - b", "a-b"),
        ("@scope/pkg", "server-scope-pkg"),
        ("_x", "server-_x"),
        (".x.", "server-.x"),
        ("größe", "gr-e"),
        ("x-.-", "x"),
        ("日本", "server"),
        ("", "server"),
        ("...", "server"),
        ("a" * 500, "a" * 200),
        ("a" * 199 + "-b", "a" * 199),
    ],
)
def test_a_servers_name_becomes_part_of_a_containers(server: str, name: str) -> None:
    assert sanitised(server) == name


@given(st.one_of(st.text(max_size=300), ODD))
def test_docker_takes_whatever_a_name_becomes_and_it_stays_so(server: str) -> None:
    name = sanitised(server)
    assert DOCKER_NAME.fullmatch(f"{name}x")
    assert len(name) <= identity.LONGEST
    assert sanitised(name) == name
    assert "--" not in name
    assert not name.endswith(("-", "."))
    assert DOCKER_NAME.fullmatch(made(OWNER, server, "1a2b3c4d").name)
    assert DOCKER_NAME.fullmatch(cache_volume(server, "c"))


def test_the_labels_say_whose_it_is_and_of_which_server_by_its_raw_name() -> None:
    found = made(OWNER, "a b", "1a2b3c4d")
    assert found.name == "stockade-a-b-1a2b3c4d"
    assert found.labels == {
        "stockade.managed": "true",
        "stockade.instance": "0f1e2d3c",
        "stockade.server": "a b",
        "stockade.config": "c0ffee00c0ffee00",
        "stockade.boot": "b00t",
        "stockade.owner": "4711:815",
        "stockade.run": "stockade-a-b-1a2b3c4d",
    }


def test_the_lookup_finds_one_container_and_no_other_of_the_same_server() -> None:
    one, other = made(OWNER, "git", "00000000"), made(OWNER, "git", "00000001")
    assert one.lookup.items() <= one.labels.items()
    assert not one.lookup.items() <= other.labels.items()


def test_servers_that_look_alike_or_stand_in_two_configs_share_no_cache() -> None:
    assert len({cache_volume("a b", "c"), cache_volume("a-b", "c"), cache_volume("a-b", "d")}) == 3
    assert cache_volume("a b", "c") == cache_volume("a b", "c")
    assert cache_volume("git", "c").startswith("stockade-cache-git-")


def test_the_hash_of_a_config_does_not_tell_its_path() -> None:
    assert re.fullmatch(r"[0-9a-f]{16}", identity.config_hash("/home/ada/\udce9.json"))
    assert identity.config_hash("/a") != identity.config_hash("/b")


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("12:345", (12, 345)),
        ("12", None),
        ("", None),
        ("0:1", None),
        ("-1:5", None),
        ("1:2:3", None),
        ("1:", None),
        (" 1:2", None),
        ("1:2\n", None),
        ("\u0661:\u0662", None),
    ],
)
def test_an_owner_is_a_pid_and_a_start_time_and_nothing_else(text: str, owner: tuple[int, int] | None) -> None:
    assert parse_owner(text) == owner


@pytest.mark.parametrize(
    ("change", "living", "cause"),
    [
        ({}, {(4711, 815)}, ""),
        ({}, set(), "no process 4711 of that start time is there"),
        ({}, {(4711, 816)}, "no process 4711 of that start time is there"),
        ({"stockade.boot": "earlier"}, {(4711, 815)}, "the machine was started anew since"),
        ({"stockade.owner": "4711"}, set(), ""),
        ({"stockade.owner": ""}, set(), ""),
        ({"stockade.boot": ""}, set(), ""),
    ],
)
def test_an_owner_is_dead_if_its_boot_or_its_process_is_over(
    change: dict[str, str], living: set[tuple[int, int]], cause: str
) -> None:
    labels = {**made(OWNER, "git", "1a2b3c4d").labels, **change}
    assert cause_of_death(labels, boot="b00t", alive=lambda pid, begun: (pid, begun) in living) == cause


def test_a_container_without_our_labels_has_no_owner_to_be_dead() -> None:
    assert cause_of_death({}, boot="b00t", alive=lambda pid, begun: False) == ""


@pytest.mark.parametrize(
    ("text", "is_id"),
    [
        ("0123456789abcdef" * 4, True),
        ("0123456789abcdef" * 4 + "\n", True),
        ("", False),
        ("0123456789abcdef" * 3, False),
        ("0123456789abcdef" * 4 + "0", False),
        ("0123456789ABCDEF" * 4, False),
        ("g" * 64, False),
        ("0123456789abcdef" * 4 + "\n" + "0" * 64, False),
        ("\u0660" * 64, False),
    ],
)
def test_a_cidfile_is_believed_only_with_a_whole_id(text: str, is_id: bool) -> None:
    assert container_id(text) == (text.strip() if is_id else None)
