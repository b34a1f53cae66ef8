"""What a check knows beside the definition: the server's own tools, and its peers'."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervisor.scan.context import Context, context_of, peer_index
from supervisor.scan.text.confusables import skeleton, without_lookalikes
from supervisor.scan.text.items import items_of

PEERS = peer_index(
    {
        "files": [{"name": "read_file", "description": "Reads A file."}, {"name": "write_file"}],
        "other": [{"name": "read_file", "description": 5}, {"name": 5}, "odd", None],
        "odd": "no list",
    }
)


def test_peers_are_found_by_name() -> None:
    assert [(peer.server, peer.folded) for peer in PEERS.by_name("read_file")] == [
        ("files", "reads a file."),
        ("other", ""),
    ]
    assert PEERS.by_name("none") == ()
    assert PEERS.names == {"read_file", "write_file"}
    assert len(PEERS) == 3


def test_peers_are_found_by_their_look() -> None:
    assert [peer.server for peer in PEERS.by_skeleton(skeleton("rеad_filе"))] == ["files", "other"]  # Cyrillic е
    assert [peer.name for peer in PEERS.by_skeleton(skeleton("wr1te_file"))] == []


@pytest.mark.parametrize("name", ["read_fil", "read_files", "raed_file", "read_tile", "ead_file", "xread_file"])
def test_peers_are_found_one_edit_away(name: str) -> None:
    assert {peer.name for peer in PEERS.near(skeleton(name))} == {"read_file"}


@pytest.mark.parametrize("name", ["read_file", "read_fi", "file_read", "", "raed_files"])
def test_nothing_else_is_near(name: str) -> None:
    assert PEERS.near(skeleton(name)) == ()


def distance_is_one(one: str, other: str) -> bool:
    """Damerau's distance, one edit, by trying all edits."""
    signs = set(one + other)
    gone = {one[:at] + one[at + 1 :] for at in range(len(one))}
    more = {one[:at] + sign + one[at:] for at in range(len(one) + 1) for sign in signs}
    others = {one[:at] + sign + one[at + 1 :] for at in range(len(one)) for sign in signs}
    swapped = {one[:at] + one[at + 1 : at + 2] + one[at] + one[at + 2 :] for at in range(len(one))}
    return one != other and other in gone | more | others | swapped


WORDS = st.text(st.sampled_from("ab_"), max_size=5)


@settings(deadline=None)
@given(WORDS, WORDS)
def test_near_is_one_edit_and_no_more(one: str, other: str) -> None:
    index = peer_index({"s": [{"name": other}]})
    assert bool(index.near(one)) == distance_is_one(one, other)


def test_the_own_tools_do_not_depend_on_their_order() -> None:
    items = [items_of("tool", {"name": "a", "description": text}) for text in ("x", "y")]
    items += [items_of("prompt", {"name": "p"}), items_of("tool", {"name": "b"})]
    for some in (items, items[::-1]):
        context = context_of("s", some)
        assert sorted(context.own) == ["a", "b"]
        assert context.own["a"].raw == items[0].raw


def test_a_context_without_peers_knows_none() -> None:
    assert len(Context(server="s").peers) == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [("read_file", "rеad_filе"), ("list_items", "1ist_items"), ("modem", "modern"), ("log", "l0g"), ("Read", "read")],
)
def test_names_that_look_alike_have_one_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@settings(deadline=None)
@given(st.text(st.characters()))
def test_looks_are_total(text: str) -> None:
    assert isinstance(skeleton(text), str)
    assert len(without_lookalikes(text)) == len(text)
