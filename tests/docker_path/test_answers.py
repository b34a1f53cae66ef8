"""What of a login shell's answer is believed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervisor.docker_path.answers import read_answer


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (b"/usr/bin/docker\n", "/usr/bin/docker"),
        (b"/usr/bin/docker", "/usr/bin/docker"),
        (b"/opt/with blank/docker\n", "/opt/with blank/docker"),
        ("/opt/größe/docker\n".encode(), "/opt/größe/docker"),
    ],
)
def test_an_absolute_path_is_taken(text: bytes, path: str) -> None:
    assert read_answer(text).path == path


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "it knows no docker"),
        (b"\n", "it knows no docker"),
        (b"alias docker='docker -H tcp://me:hunter2@host'\n", "alias"),
        (b"docker=/usr/bin/podman hunter2\n", "alias"),
        (b"docker\n", "function"),
        (b"bin/docker\n", "not an absolute path"),
        (b"docker is hunter2 /usr/bin/docker\n", "not an absolute path"),
        (b"/usr/bin/docker\n/usr/local/bin/docker\n", "more than one path"),
        (b"hunter2\n/usr/bin/docker\n", "more than one path"),
        (b"/usr/bin/docker\0\n", "more than one path"),
        (b"/usr/bin/\xff\n", "UTF-8"),
    ],
)
def test_everything_else_is_refused_with_a_reason_that_quotes_nothing(text: bytes, reason: str) -> None:
    answered = read_answer(text)
    assert answered.path == ""
    assert reason in answered.reason
    assert "hunter2" not in answered.reason


@given(st.binary())
def test_it_is_either_an_absolute_path_in_one_line_or_a_reason(text: bytes) -> None:
    answered = read_answer(text)
    assert bool(answered.path) != bool(answered.reason)
    assert not answered.path or (answered.path.startswith("/") and not {"\n", "\0"} & set(answered.path))
