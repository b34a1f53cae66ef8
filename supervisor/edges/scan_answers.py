"""What `stockade scan` answers with, whatever was scanned: for programs one shape, for code hosting services SARIF.

`--json` prints one object: `scans`, with an object for each server or list that was scanned, and `exit_code`, that of
the command. What was scanned has `server`, `report`, `withheld` and `exit_code`; a server that could not be scanned has
`error` in place of `report` and `withheld`, with its `mode` and the last lines of its stderr. `--batch --json` prints
such an object for each request, on a line of its own, with the request's `id` and its `drift`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from supervisor.edges.say import put, put_json
from supervisor.errors import ExitCode

WORST_FIRST = (ExitCode.REFUSED, ExitCode.DEGRADED, ExitCode.FAILED)


def put_scans(answers: Sequence[Mapping[str, Any]]) -> None:
    """Print them for programs."""
    put_json({"scans": list(answers), "exit_code": exit_code(answers)})


def put_sarif(answers: Sequence[Mapping[str, Any]]) -> None:
    """Print what was scanned as SARIF 2.1.0."""
    from msgspec import convert

    from supervisor import __version__
    from supervisor.scan.plugins.sarif_out import written
    from supervisor.scan.words import Report

    reports = [convert(one["report"], Report) for one in answers if "report" in one]
    put(written(reports, __version__).decode())


def failed(server: str, mode: str, error: Mapping[str, Any], stderr_tail: Sequence[str]) -> dict[str, Any]:
    """What becomes of a server that could not be scanned: it is as unknown as one that is not judged."""
    code = int(ExitCode.REFUSED)
    return {"server": server, "mode": mode, "error": error, "stderr_tail": list(stderr_tail), "exit_code": code}


def exit_code(answers: Sequence[Mapping[str, Any]]) -> int:
    """The worst of all."""
    codes = {int(one["exit_code"]) for one in answers}
    return int(next((code for code in WORST_FIRST if code in codes), ExitCode.OK))
