"""Durations, sizes and counts, as people write them."""

from __future__ import annotations

from typing import Any

import pytest

from supervisor.config.units import (
    cpus,
    duration,
    notations,
    size,
    whole,
)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("30s", 30.0), ("1m30s", 90.0), ("500ms", 0.5), ("1h0m0s", 3600.0), ("1.5h", 5400.0), (".5s", 0.5),
        ("250us", 0.00025), ("250µs", 0.00025), ("1000000ns", 0.001), ("0", 0.0), ("0s", 0.0), (0, 0.0), (2, 2.0),
        (0.25, 0.25), ("30", None), ("", None), ("s", None), ("1x", None), ("1m 30s", None), ("-1s", None),
        (-1, None), (True, None), (None, None), ([], None), (float("inf"), None), (float("nan"), None),
        (10**400, None), ("٣s", None), ("9999999h", None), ("1m30", None), ("9" * 400 + "s", None),
        ("9" * 5000 + "ms", None),
    ],
)  # fmt: skip
def test_durations_are_read(value: Any, seconds: float | None) -> None:
    assert duration(value) == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    ("value", "count"),
    [
        ("512m", 512 << 20), ("2g", 2 << 30), ("2G", 2 << 30), ("1k", 1024), ("1t", 1 << 40), ("1.5g", 3 << 29),
        ("100", 100), ("100b", 100), ("16MiB", 16 << 20), ("16mb", 16 << 20), ("1 g", 1 << 30), (4096, 4096),
        (4096.0, 4096), (0, 0), (0.5, None), ("", None), ("m", None), ("1x", None), ("-1m", None), (-1, None),
        (True, None), (None, None), ({}, None), (float("inf"), None), (10**400, None), ("9" * 30, None),
        ("9" * 400 + ".5", None), ("9" * 5000, None),
    ],
)  # fmt: skip
def test_sizes_are_read_in_powers_of_1024(value: Any, count: int | None) -> None:
    assert size(value) == count


@pytest.mark.parametrize(
    ("value", "number"),
    [("1.0", 1.0), (2, 2.0), (0.5, 0.5), ("0", None), (-1, None), ("x", None), ("nan", None), ("inf", None),
     (10**400, None), (True, None), ([], None)],
)  # fmt: skip
def test_processors_are_a_number_above_zero(value: Any, number: float | None) -> None:
    assert cpus(value) == number


@pytest.mark.parametrize(
    ("value", "number"), [("3", 3), (3, 3), (0, 0), ("", None), ("-1", None), (-1, None), (1.5, None), (True, None)]
)
def test_counts_may_be_text_as_mcpproxy_writes_them(value: Any, number: int | None) -> None:
    assert whole(value) == number


@pytest.mark.parametrize(
    ("notation", "good", "bad"),
    [
        ("count", [1, "3"], [0, -1, "x", None]),
        ("port", [1, 65535, "443"], [0, 65536, "http"]),
        ("octal", ["0660", "600"], ["0999", 600, "66", "u+rw"]),
        ("variable", ["NAME", "npm_*", "_x"], ["*", "A*B", "1A", "A-B", "", 7]),
        ("path", ["/data", "~/x", "a b"], ["", "a\0b", 7, "\ud800"]),
        ("rlimit", ["nofile", "core"], ["NOFILE", "files", ""]),
    ],
)
def test_each_notation_takes_its_own_and_nothing_else(notation: str, good: list[Any], bad: list[Any]) -> None:
    read, expected = notations()[notation]
    assert all(read(value) is not None for value in good)
    assert [value for value in bad if read(value) is not None] == []
    assert expected
