"""Our own blocks: what they say, what is wrong in them, and how two are laid over each other."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from config.worlds import document
from hypothesis import given
from hypothesis import strategies as st

from supervisor.config.blocks import built, laid_over, said
from supervisor.config.notes import Notes
from supervisor.config.schema import (
    Dependency,
    HardeningFlags,
    IsolationBlock,
    Ports,
    SandboxSpec,
    SinkBlock,
    StockadeBlock,
    SupervisionBlock,
)
from supervisor.config.units import RLIMITS

KINDS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
VALUES = st.recursive(KINDS, lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=5), part))
BLOCKS = (IsolationBlock, SupervisionBlock, StockadeBlock)


def read(block: type[Any], value: Any) -> tuple[dict[str, Any], list[str]]:
    """What a block says, and what is wrong in it."""
    notes = Notes(document("{}"))
    found = said(block, value, ("b",), notes)
    return found, [problem.text.removeprefix("mcp.json ") for problem in notes.problems]


def test_a_block_says_only_what_stands_in_it_in_its_units() -> None:
    block = {
        "mode": "sandbox", "memory_limit": "1g", "timeout": "1m", "extra_args": ["--rm"], "enabled": False,
        "default_images": {"npx": "x"}, "log_max_files": "3", "hardening": {"init": False},
        "sandbox": {"network": {"connect": [443]}, "rlimits": {"fsize": "1g"}, "user": "mcp"},
    }  # fmt: skip
    assert read(IsolationBlock, block) == (
        {
            "mode": "sandbox", "memory_limit": 1 << 30, "timeout": 60.0, "extra_args": ("--rm",), "enabled": False,
            "default_images": {"npx": "x"}, "log_max_files": 3, "hardening": HardeningFlags(init=False),
            "sandbox": {"network": Ports(connect=(443,)), "rlimits": {"fsize": 1 << 30}, "user": "mcp"},
        },
        [],
    )  # fmt: skip


def test_null_and_empty_texts_say_nothing() -> None:
    assert read(IsolationBlock, {"mode": "", "image": "", "extra_args": None, "network_mode": ""}) == ({}, [])


@pytest.mark.parametrize(
    ("block", "value", "problems"),
    [
        (IsolationBlock, [], ["b: a list stands where a block belongs"]),
        (IsolationBlock, True, ["b: true or false stands where a block belongs"]),
        (IsolationBlock, {"mod": "none"}, ["b.mod: unknown key 'mod'; did you mean 'mode'?"]),
        (IsolationBlock, {"zzz": 1}, ["b.zzz: unknown key 'zzz'"]),
        (IsolationBlock, {"mode": "sandbx"}, ["b.mode: 'sandbx' is not one of its words; did you mean 'sandbox'?"]),
        (IsolationBlock, {"mode": 1}, ["b.mode: 1 is not one of its words"]),
        (IsolationBlock, {"enabled": "yes"}, ["b.enabled: 'yes' stands where true or false belongs"]),
        (IsolationBlock, {"image": 7}, ["b.image: 7 stands where a text belongs"]),
        (IsolationBlock, {"image": "a\0"}, ["b.image: 'a\\x00' stands where a text belongs"]),
        (IsolationBlock, {"memory_limit": "lots"}, ["b.memory_limit: 'lots' is not a size"]),
        (IsolationBlock, {"timeout": {}}, ["b.timeout: an object is not a duration"]),
        (IsolationBlock, {"extra_args": "--rm"}, ["b.extra_args: a text stands where a list belongs"]),
        (IsolationBlock, {"extra_args": ["a", 1, None]},
         ["b.extra_args[1]: 1 stands where a text belongs", "b.extra_args[2]: null stands where a text belongs"]),
        (IsolationBlock, {"default_images": []}, ["b.default_images: a list stands where an object belongs"]),
        (IsolationBlock, {"default_images": {"npx": 1}}, ["b.default_images.npx: 1 stands where a text belongs"]),
        (IsolationBlock, {"hardening": "lax"}, ["b.hardening: 'lax' is not one of its words"]),
        (IsolationBlock, {"hardening": {"inti": True}},
         ["b.hardening.inti: unknown key 'inti'; did you mean 'init'?"]),
        (IsolationBlock, {"sandbox": {"network": "deny"}}, ["b.sandbox.network: 'deny' is not one of its words"]),
        (IsolationBlock, {"sandbox": {"network": {"connect": [0]}}},
         ["b.sandbox.network.connect[0]: 0 is not a port number from 1 to 65535"]),
        (IsolationBlock, {"sandbox": {"rlimits": {"files": 1}}},
         [f"b.sandbox.rlimits.files: 'files' is not one of {', '.join(RLIMITS)}"]),
        (SupervisionBlock, {"depends_on": [{"condition": "ready"}]}, ["b.depends_on[0]: the key 'name' is missing"]),
        (SupervisionBlock, {"depends_on": [7]}, ["b.depends_on[0]: 7 stands where a text belongs"]),
        (SupervisionBlock, {"client_capabilities": {"a": "\ud800"}},
         ["b.client_capabilities: it cannot be written as JSON"]),
        (SupervisionBlock, {"call_wait": datetime.date(2026, 1, 1)}, ["b.call_wait: a date or time is not a duration"]),
        (StockadeBlock, {"sinks": [{"to": "/x"}]}, ["b.sinks[0]: the key 'type' is missing"]),
        (StockadeBlock, {"sinks": ["syslog"]}, ["b.sinks[0]: 'syslog' is not one of its words"]),
        (StockadeBlock, {"control": {"mode": "rw"}},
         ["b.control.mode: 'rw' is not permissions as octal text, as in \"0660\""]),
    ],
)  # fmt: skip
def test_every_mistake_is_named_with_its_path(block: type[Any], value: Any, problems: list[str]) -> None:
    found, texts = read(block, value)
    assert texts == problems
    assert all(part in ({}, {"rlimits": {}}) for part in found.values())


def test_all_mistakes_are_found_at_once_and_the_rest_is_still_read() -> None:
    found, problems = read(IsolationBlock, {"mode": "x", "cpu_limit": -1, "pids_limit": 5, "nope": 1})
    assert len(problems) == 3
    assert found == {"pids_limit": 5}


def test_parts_of_lists_are_built_at_once() -> None:
    found, _ = read(SupervisionBlock, {"depends_on": ["a", {"name": "b", "condition": "started"}]})
    assert found["depends_on"] == ("a", Dependency(name="b", condition="started"))
    found, _ = read(StockadeBlock, {"sinks": ["json", {"type": "human", "max_size": "1m"}]})
    assert found["sinks"] == ("json", SinkBlock(type="human", max_size=1 << 20))


def test_keys_are_laid_over_each_other_one_by_one_at_every_depth() -> None:
    upper = {"a": 1, "block": {"x": 1}, "list": (1,)}
    lower = {"b": 2, "a": 9, "block": {"x": 9, "y": 2}, "list": (9, 9)}
    assert laid_over(upper, lower) == {"a": 1, "b": 2, "block": {"x": 1, "y": 2}, "list": (1,)}
    assert lower["block"] == {"x": 9, "y": 2}


def test_a_built_block_has_defaults_for_what_was_not_said() -> None:
    block = built(IsolationBlock, {"pids_limit": 5, "sandbox": {"reads": "broad", "rlimits": {"core": 0}}})
    assert block == IsolationBlock(pids_limit=5, sandbox=SandboxSpec(reads="broad", rlimits={"core": 0}))


@given(st.sampled_from(BLOCKS), VALUES)
def test_any_value_is_read_or_noted(block: type[Any], value: Any) -> None:
    found, problems = read(block, value)
    assert problems or isinstance(value, dict)
    built(block, found)


@given(st.sampled_from(BLOCKS), st.data())
def test_any_value_under_a_known_key_is_read_or_noted(block: type[Any], data: st.DataObject) -> None:
    keys = st.sampled_from(block.__struct_fields__)
    found, _ = read(block, data.draw(st.dictionaries(keys, VALUES)))
    built(block, found)
