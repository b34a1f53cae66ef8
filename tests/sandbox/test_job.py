"""A job arrives at the small programs as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.sandbox.job import Job, Mark, decode, encode

words = st.binary(max_size=20).filter(lambda word: b"\0" not in word)
jobs = st.builds(
    Job,
    argv=st.lists(words, min_size=1, max_size=4).map(tuple),
    env=st.dictionaries(words, words, max_size=4),
    cwd=words,
    abi=st.integers(0, 9),
    grants=st.lists(st.tuples(words, st.sampled_from(["read", "write"])), max_size=3).map(tuple),
    rlimits=st.lists(st.tuples(st.integers(0, 15), st.integers(0, 2**63)), max_size=3).map(tuple),
    parent=st.integers(0, 2**22),
    terminal=st.booleans(),
    stands=st.lists(st.builds(Mark, words, *[st.integers(0, 2**63)] * 3), max_size=3).map(tuple),
    probe=st.none() | st.tuples(words, words, words),
    ports=st.none() | st.lists(st.tuples(st.integers(1, 65535), st.integers(1, 3)), max_size=3).map(tuple),
    filters=st.lists(st.binary(max_size=24), max_size=3).map(tuple),
    is_filtered=st.booleans(),
    account=st.none()
    | st.tuples(st.integers(0, 2**32), st.integers(0, 2**32), st.lists(st.integers(0, 9), max_size=3).map(tuple)),
    session=st.booleans(),
    leaf=st.booleans(),
    is_launcher=st.booleans(),
)


@given(jobs)
def test_every_byte_survives(job: Job) -> None:
    assert decode(encode(job)) == job


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"{}", b'{"argv": 3}', b"\xff", b'{"probe": null, "argv": "x"}'])
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        decode(data)
