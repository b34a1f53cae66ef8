"""What the config may add to `docker run`, and what would take the container out of our hands."""

from __future__ import annotations

import pytest

from supervisor.container import extra_args
from supervisor.errors import ContainerArgumentRefused, LaunchError


@pytest.mark.parametrize(
    ("words", "argument", "reason"),
    [
        ("--name x", "--name", "gives it itself"),
        ("--name=x", "--name", "gives it itself"),
        ("--cidfile /x", "--cidfile", "gives it itself"),
        ("-d", "--detach", "nobody who speaks to it"),
        ("--detach=true", "--detach", "nobody who speaks to it"),
        ("-it", "--tty", "plain pipes"),
        ("-t", "--tty", "plain pipes"),
        ("-i=false", "--interactive", "over stdin"),
        ("--interactive=0", "--interactive", "over stdin"),
        ("--rm=false", "--rm", "kept for ever"),
        ("--restart always", "--restart", "restarts servers itself"),
        ("-a stdout", "--attach", "all three"),
        ("--detach-keys x", "--detach-keys", "no terminal"),
        ("--pull always", "--pull", "before"),
        ("--help", "--help", "starts nothing"),
        ("--replace", "--replace", "removes another container"),
        ("--label stockade.owner=1:2", "--label", "stockade's own"),
        ("-l stockade.x=y", "--label", "stockade's own"),
        ("img", "img", "taken for the image"),
        ("-v /a:/b img", "img", "taken for the image"),
        ("TOKEN=secret", "TOKEN", "taken for the image"),
        ("--", "--", "taken for the image"),
        ("-v /a:/b --", "--", "taken for the image"),
        ("-v", "--volume", "value is missing"),
        ("--memory", "--memory", "value is missing"),
        ("--rm -e", "--env", "value is missing"),
    ],
)
def test_what_would_take_the_container_away_is_refused(words: str, argument: str, reason: str) -> None:
    with pytest.raises(LaunchError) as caught:
        extra_args.read(words.split())
    problem = caught.value.problem
    assert isinstance(problem, ContainerArgumentRefused)
    assert problem.argument == argument
    assert reason in problem.reason
    assert "secret" not in problem.text


@pytest.mark.parametrize(
    "words",
    [
        "", "-v /a:/b:ro", "--memory=1g --cpus 2", "-i --rm", "-t=false", "--detach=false", "--network host",
        "-e A -e B=c", "--label a=stockade.x", "--gpus all", "--user 1000:1000", "--env=", "--rm -v a:/a",
        "--some-new-option=", "--some-new-switch", "--some-new-switch -v a:b",
        "--platform linux/amd64", "--privileged",
    ],
)  # fmt: skip
def test_anything_else_is_the_users_to_say(words: str) -> None:
    extra_args.read(words.split())
