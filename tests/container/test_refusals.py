"""Why a container's program has never run, and that the words of one which has are no evidence."""

from __future__ import annotations

import pytest

from supervisor.container.runs import Run, why_not_executed, why_refused
from supervisor.process.words import Command

RUN = Run(command=Command(argv=("docker",), env={}, cwd="/"), confinement="", image="img", program="prog")
MISSING = "[FATAL tini (7)] exec prog failed: No such file or directory"
FORBIDDEN = "[FATAL tini (7)] exec prog failed: Permission denied"
FOREIGN = "[FATAL tini (7)] exec prog failed: Exec format error"
NO_INIT = (
    'docker: Error response from daemon: OCI runtime create failed: exec: "prog": executable file not found in $PATH'
)


@pytest.mark.parametrize(
    ("code", "lines", "refused", "not_executed"),
    [
        (127, [MISSING], "container.command_not_found", "container.command_not_found"),
        (126, [FORBIDDEN], "container.command_not_executable", "container.command_not_executable"),
        (1, [FOREIGN], "container.command_not_executable", "container.command_not_executable"),
        (127, [NO_INIT], "container.command_not_found", "container.command_not_found"),
        (125, ["docker: Error response from daemon: strange"], "container.refused", "container.refused"),
        (125, [], "container.refused", None),
        # What a program says about itself, in words that the docker command uses too.
        (1, ["Error: no API key"], None, None),
        (1, ["Cannot connect to the Docker daemon at tcp://x. Is the docker daemon running?"], None, None),
        (3, ["last words"], None, None),
        (127, ["sh: 1: prog: not found"], None, None),
        (0, [MISSING], None, None),
        (None, [], None, None),
    ],
)
def test_only_what_the_engine_or_the_init_says_counts(
    code: int | None, lines: list[str], refused: str | None, not_executed: str | None
) -> None:
    def told(problem: object) -> str | None:
        return getattr(problem, "code", None)

    assert told(why_refused(code, lines, RUN)) == refused
    assert told(why_not_executed(code, lines, RUN)) == not_executed
