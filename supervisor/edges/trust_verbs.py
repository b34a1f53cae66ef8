"""The verbs about trust: `scan`, `approve`, `reject`, `diff`, `pins`.

They ask the daemon. Without one, `scan` opens a run of its own, in which nothing is served, and ends it; the others
work on the pins themselves, which any number of processes may do at once.
"""

from __future__ import annotations

import getpass
import os
from argparse import Namespace
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from supervisor.edges import scan_answers
from supervisor.edges import trust_tables as tables
from supervisor.edges.client import ANSWER_S, Connection, Refused, connect
from supervisor.edges.say import put, put_json
from supervisor.edges.verbs import place_of
from supervisor.errors import DaemonNotRunning, ExitCode, StockadeError, UsageWrong
from supervisor.escaping import printable

STARTING = frozenset({"scan", "approve", "reject"})
"""What starts a service that is down; those that only show do not."""
SCAN_S = 3600.0
"""Seconds for the daemon's answer to a scan: a pull, a start and plugins; each is bounded by the daemon itself."""


def scan(options: Namespace) -> int:
    """Scan servers of the daemon, or of a config without one, and print what was found."""
    if bool(options.name) == options.all:
        raise StockadeError(UsageWrong(verb="scan", reason="name a server, or say --all, --file FILE or --batch"))
    answers = _asked_or(options, _scan_asked, _scan_alone)
    if options.sarif:
        scan_answers.put_sarif(answers)
    elif options.json:
        scan_answers.put_scans(answers)
    else:
        put("\n".join(tables.scan_lines(answers)) + "\n")
    return scan_answers.exit_code(answers)


def _scan_asked(daemon: Connection, options: Namespace) -> list[dict[str, Any]]:
    names = [one["server"] for one in daemon.call("status")["servers"]] if options.all else [options.name]
    return [_scanned(daemon, name, fresh=options.fresh) for name in names]


def _scanned(daemon: Connection, server: str, *, fresh: bool) -> dict[str, Any]:
    """The daemon's answer for one server. Raises: Refused, if it has none of this name."""
    try:
        answer: dict[str, Any] = daemon.call("scan", answer_s=SCAN_S, server=server, fresh=fresh)
    except Refused as refused:
        for stands in daemon.call("status")["servers"]:
            if stands["server"] == server:
                tail = (stands["last_exit"] or {}).get("stderr_tail", [])
                return scan_answers.failed(server, stands["mode"], refused.fields, tail)
        raise
    return answer


def _scan_alone(options: Namespace) -> list[dict[str, Any]]:
    from supervisor.edges.trust_alone import scan as scan_alone

    name = None if options.all else options.name
    return scan_alone(options.config, options.state_dir, name, fresh=options.fresh)


def approve(options: Namespace) -> int:
    """Trust what waits for a decision."""
    return _decide(options, "approve", "approved")


def reject(options: Namespace) -> int:
    """Say no to what waits for a decision, or to what is trusted."""
    return _decide(options, "reject", "rejected")


def _decide(options: Namespace, verb: str, done: str) -> int:
    asked = {"server": options.name, "tool": options.tool, "digest": options.digest, "who": _user()}
    answer = _asked_or(options, lambda daemon, _: daemon.call(verb, answer_s=ANSWER_S, **asked), _alone(verb, asked))
    if options.json:
        put_json(answer)
    else:
        names = [f"{one['kind']} {one['name']}".strip() for one in answer["decided"]]
        put(f"{printable(answer['server'])}: {done} {printable(', '.join(names))}\n")
        put(f"kept in {printable(answer['place'])}\n")
    return ExitCode.OK


def diff(options: Namespace) -> int:
    """Show what waits for a decision, against what is trusted in its place; 1 if anything is withheld.

    Of one server, or of all where none is named.
    """
    asked: dict[str, Any] = {"server": options.name, "tool": options.tool}
    answer = _asked_or(options, lambda daemon, _: daemon.call("diff", **asked), _alone("diff", asked))
    if options.json:
        put_json(answer)
    else:
        put("\n".join(tables.difference_lines(answer, is_of_all=not options.name)) + "\n")
    return ExitCode.FAILED if any(one["reason"] for one in answer) else ExitCode.OK


def pins(options: Namespace) -> int:
    """Show what is trusted, rejected and waiting."""
    asked: dict[str, Any] = {"server": options.name}
    answer = _asked_or(options, lambda daemon, _: daemon.call("pins", **asked), _alone("pins", asked))
    if options.json:
        put_json(answer)
    else:
        put("\n".join(tables.pin_lines(answer)) + "\n")
    return ExitCode.OK


def _asked_or(
    options: Namespace, ask: Callable[[Connection, Namespace], Any], alone: Callable[[Namespace], Any]
) -> Any:
    """Ask the daemon; without one, or with a config named, do it here. Raises: Refused, StockadeError."""
    if not options.config:
        try:
            with connect(place_of(options), may_start=options.verb in STARTING) as daemon:
                return ask(daemon, options)
        except StockadeError as error:
            if not isinstance(error.problem, DaemonNotRunning):
                raise
    return alone(options)


def _alone(verb: str, asked: Mapping[str, Any]) -> Callable[[Namespace], Any]:
    def work(options: Namespace) -> Any:
        from supervisor.edges.trust_alone import decided_or_shown

        return decided_or_shown(options.config, options.state_dir, verb, asked)

    return work


def _user() -> str:
    """Whose decision it is, as this machine knows them."""
    with suppress(OSError, KeyError):  # a user without a name
        return getpass.getuser()
    return str(os.geteuid())


VERBS: dict[str, Callable[[Namespace], int]] = {
    "scan": scan,
    "approve": approve,
    "reject": reject,
    "diff": diff,
    "pins": pins,
}
