"""Events as lines for people: time, server, what happened; coloured on a terminal unless NO_COLOR is set. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from supervisor.escaping import printable

RED, YELLOW, GREEN, DIM, PLAIN = "\x1b[31m", "\x1b[33m", "\x1b[32m", "\x1b[2m", "\x1b[0m"
SERVER_WIDTH = 16
"""Columns kept for the server's name."""

HIDDEN = frozenset({"ts", "seq", "instance", "type", "severity", "correlation", "server", "message"})
"""Fields that every record has, or that the line shows elsewhere."""

TEMPLATES = {
    "tree.started": "stockade {version} runs as process {pid} with {servers} servers",
    "tree.stopped": "stopped: {reason}",
    "tree.gave_up": "stockade cannot go on: {message} [{problem[code]}]",
    "tree.stuck": "no sign of life from {parts}",
    "tree.recovered": "signs of life again from {parts}",
    "state.dumped": "how all of it stands is in this event, as it was asked for; stockade is up for {uptime_s:.0f} s",
    "config.loaded": "config {path}: {servers} servers, {invalid} invalid",
    "config.reloaded": "config {path} is read again: {summary}",
    "config.rejected": "{effect}: {message} [{problem[code]}]",
    "sandbox.launched": "process {pid} is confined",
    "sandbox.degraded": "runs with less than was asked for: {reason}",
    "sandbox.denied": "the sandbox refused to let it {action} {object}: {reason}. {remedy}",
    "docker_path.resolved": "the docker command is {path} ({source})",
    "docker_path.absent": "no docker command anywhere; everything is searched again in {retry_after_s:.0f} s",
    "engine.up": "the Docker engine {version} answers at {host}",
    "engine.lost": "the Docker engine is {state}: {message} [{problem[code]}]",
    "engine.recovered": "the Docker engine {version} is back after {down_s:.1f} s: {kept} containers kept, {ended} not",
    "image.pulled": "image {image}: {status}",
    "container.created": "container {name} is made",
    "container.started": "its container runs {image}",
    "container.paused": "somebody paused its container, or let it go on (paused: {paused})",
    "container.stop_asked": "its container is being ended: {rung}",
    "container.stopped": "its container was ended by {rung} after {seconds:.1f} s (verified: {verified})",
    "container.exited": "its container ended with {code} (out of memory: {oom_killed})",
    "container.removed": "its container is gone",
    "container.swept": "a container of {owner} was found (removed: {removed})",
    "server.starting": "starting in mode {mode}: {stage}",
    "server.ready": "ready: {name} {version}, {tools} tools, {era} era, {confinement}",
    "server.degraded": "degraded: {reason}",
    "server.failed": "failed in {stage}: {message} [{problem[code]}]. {remedy}",
    "server.backing_off": "tried again in {delay_s:.1f} s (failure {failures})",
    "server.crash_looping": "crash loop: {message} [{problem[code]}]",
    "server.quarantined": "quarantined: {message} [{problem[code]}]",
    "server.stopped": "stopped",
    "server.restarted": "session {session} goes on with a fresh process ({restarts} so far)",
    "instance.exited": "{role} process ended with {status} (by {ended_by})",
    "scan.started": "{depth} scan begins",
    "scan.completed": "{depth} scan: {status}, {score}/100 at {coverage} coverage, {tools} tools, {findings} findings",
    "scan.degraded": "not all of it is looked at: {reasons}",
    "scan.failed": "scan failed: {message} [{problem[code]}]",
    "tool.pinned": "{count} definitions are trusted from now on (by {by}): {tools}",
    "tool.changed": "{kind} {tool} has changed ({change}): {detail}",
    "tool.withheld": "{kind} {tool} is withheld ({reason}): {detail}",
    "tool.flagged": "{kind} {tool} is served, and should be looked at: {checks}",
    "tool.tolerated": "{kind} {tool} is dangerous, and served because the policy is {policy}: {checks}",
    "tool.refused": "a call of {kind} {tool} was refused, because it is withheld ({reason})",
    "tool.unjudged": "an answer about {kind} could not be judged: {detail}",
    "tool.approved": "{by} approved {count} definitions: {tools}",
    "tool.rejected": "{by} rejected {count} definitions: {tools}",
    "session.opened": "session {session} opened",
    "session.attached": "session {session} talks to process {instance_id}",
    "session.closed": "session {session} closed: {reason} ({from_client} messages in, {from_server} out)",
    "stderr.line": "| {line}",
    "stdout.garbage": "not a message on stdout: {line}",
    "process.swept": "ended {ended} processes that earlier runs had left",
    "process.troubled": "{reason}",
    "actor.crashed": "{actor} crashed: {error} ({where})",
    "actor.restarted": "{actor} runs again (restart {restarts})",
    "message.dead": "a message for {receiver} was lost: {reason}",
    "sink.failed": "events cannot be written to {sink}: {reason}",
    "sink.lost": "{sink} lost {lost} events",
}
"""Sentence by type of event; a type without one shows its fields."""


def line(fields: Mapping[str, Any], *, coloured: bool) -> str:
    """Render one record as a line without its newline."""
    clock = fields["ts"][11:23]
    server = printable(str(fields.get("server", "")))
    text = f"{clock}  {server[:SERVER_WIDTH]:<{SERVER_WIDTH}}  {printable(sentence(fields))}"
    colour = _colour(fields) if coloured else ""
    return f"{colour}{text}{PLAIN}" if colour else text


def sentence(fields: Mapping[str, Any]) -> str:
    """Say what happened."""
    template = TEMPLATES.get(fields["type"])
    if template is not None:
        try:
            return (template.format_map(_joined(fields)) + _last_words(fields)).rstrip()
        except (KeyError, ValueError, TypeError):
            pass  # a record of another version: show its fields
    rest = " ".join(f"{key}={value}" for key, value in fields.items() if key not in HIDDEN)
    return f"{fields['type']} {rest}".rstrip()


def _last_words(fields: Mapping[str, Any]) -> str:
    """What a server that failed has written to stderr last: often it says why."""
    tail = [line for line in fields.get("stderr_tail") or () if str(line).strip()]
    return f" It wrote last: {tail[-1]}" if tail else ""


def _joined(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields with lists as a person would write them."""
    return {key: ", ".join(map(str, value)) if isinstance(value, list) else value for key, value in fields.items()}


def said(line: str, suppressed: int) -> str:
    """Render a line of a server's stderr, with the count of lines that were left out before it; with its newline."""
    left_out = f"… {suppressed} lines left out\n" if suppressed else ""
    return left_out + (f"{printable(line)}\n" if line or not suppressed else "")


def _colour(fields: Mapping[str, Any]) -> str:
    if fields["severity"] <= 3:
        return RED
    if fields["severity"] == 4:
        return YELLOW
    if fields["type"] == "server.ready":
        return GREEN
    return DIM if fields["severity"] >= 7 else ""
