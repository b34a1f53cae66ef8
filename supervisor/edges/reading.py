"""The verbs that read what the daemon remembers: `stockade events` and `stockade logs`.

Both end with 0 when they were stopped by Ctrl-C or their reader has had enough; one that follows ends with 75 when the
daemon goes away, for there may be more to come once it is back.
"""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from supervisor.edges import human
from supervisor.edges.client import Connection, connect
from supervisor.edges.say import put, put_json
from supervisor.edges.verbs import STDOUT, place_of, seconds_of
from supervisor.errors import DaemonNotRunning, ExitCode, StockadeError


def events(options: Namespace) -> int:
    """Print events: lines for people, or the records themselves with --json."""
    coloured = os.isatty(STDOUT) and not os.environ.get("NO_COLOR")

    def show(record: dict[str, Any]) -> None:
        if options.json:
            put_json(record)
        else:
            put(human.line(record, coloured=coloured) + "\n")

    return _read(options, show, type=options.type)


def logs(options: Namespace) -> int:
    """Print what a server wrote to stderr."""

    def show(record: dict[str, Any]) -> None:
        if options.json:
            put_json(record)
        elif record["type"] == "stderr.line":
            put(human.said(record["line"], record["suppressed"]))
        else:
            _remark(f"{record['lost']} events were lost here, because this reader was too slow")

    return _read(options, show, type="stderr.line")


def _read(options: Namespace, show: Callable[[dict[str, Any]], None], *, type: str) -> int:  # noqa: A002  (the protocol's word)
    since_s = seconds_of(options.since, options.verb) if options.since else None
    place = place_of(options)
    with suppress(KeyboardInterrupt), connect(place) as daemon:
        daemon.send(
            "events", preface=True, follow=options.follow, server=options.server, type=type, since_s=since_s
        )  # fmt: skip
        for record in _records(daemon, since_s):
            show(record)
        if options.follow:
            reason = "it has ended, and with it what was being followed"
            raise StockadeError(DaemonNotRunning(path=str(place.control_socket), reason=reason))
    return ExitCode.OK


def _records(daemon: Connection, since_s: float | None) -> Iterator[dict[str, Any]]:
    """Yield the records; says on stderr if the daemon does not remember as far back as was asked for."""
    for answer in daemon.objects():
        kept = answer.get("kept")
        if kept is None or "seq" in answer:
            yield answer
        elif since_s is not None and kept["gone"] and _is_younger(kept["since"], since_s):
            _remark(
                f"the daemon remembers its last {kept['events']} events only, since {kept['since']}; "
                "older ones are where its sinks wrote them"
            )


def _is_younger(stamp: str, age_s: float) -> bool:
    return datetime.fromisoformat(stamp) > datetime.now(UTC) - timedelta(seconds=age_s)


def _remark(text: str) -> None:
    with suppress(OSError):
        sys.stderr.write(f"stockade: {text}\n")
        sys.stderr.flush()


VERBS: dict[str, Callable[[Namespace], int]] = {"events": events, "logs": logs}
