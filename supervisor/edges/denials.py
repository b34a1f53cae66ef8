"""`stockade explain NAME --denied`: what was refused to a server, which rule did it, and what would allow it.

Without paths it tells what the server itself said, as the daemon or `stockade run` kept it, and how that stands now if
the server's config is at hand. With paths, they are judged without anything having happened. Nothing is started.
"""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from supervisor import prepare
from supervisor.config.effects import load
from supervisor.config.redact import Redactor
from supervisor.config.specs import Config, ServerSpec
from supervisor.edges import state
from supervisor.edges.facts import facts_here, with_engine
from supervisor.edges.naming import why_not
from supervisor.edges.say import put, put_json
from supervisor.errors import ConfigError, ControlError, ExitCode, LaunchError
from supervisor.escaping import printable
from supervisor.sandbox.judge import advice
from supervisor.sandbox.phrases import Action
from supervisor.sandbox.rulings import Ruling

JUDGED: tuple[Action, ...] = ("read", "write")
"""What is said of a path that is given."""
WARNING = "as the server said itself: allow only what it should have"


class Judged(Struct, frozen=True, kw_only=True):
    """Whether something is allowed, and if not, what would allow it."""

    action: str
    object: str
    allowed: bool
    rule: str = ""
    reason: str = ""
    advice: str = ""
    line: str = ""
    """For the server's entry in the config."""
    option: str = ""
    """For `stockade run`."""


class Denied(Struct, frozen=True, kw_only=True):
    """Something that was refused."""

    at: str
    said: str
    """The server's own line."""
    then: Judged
    now: Judged | None
    """How it stands by the config as it is; None if the server is in none."""


class Answer(Struct, frozen=True, kw_only=True):
    """All that there is to say."""

    server: str
    place: str
    """Where it stands in a config file; empty if in none."""
    mode: str
    denied: tuple[Denied, ...] = ()
    judged: tuple[Judged, ...] = ()
    """Two for each given path, in their order."""


def explain(options: Namespace) -> int:
    """Print it. Raises: StockadeError."""
    answer = _judge(options) if options.denied else _recall(options)
    if options.json:
        put_json(msgspec.to_builtins(answer))
    else:
        put("".join(f"{printable(line)}\n" for line in lines(answer, has_paths=bool(options.denied))))
    return ExitCode.OK


def _judge(options: Namespace) -> Answer:
    """What the server may do with the given paths."""
    config = load(options.config, environ=os.environ, facts=facts_here(), ask_engine=with_engine)
    spec = _spec(config, options.server)
    if spec is None:
        raise ControlError(why_not(options.server, config))
    place = spec.place if config.source else ""
    if spec.mode != "sandbox":
        return Answer(server=spec.name, place=place, mode=spec.mode)
    confinement = prepare.Confinement(config, spec, _folder(options, config), os.environ)
    judged = (
        _judged(confinement.ruling(path, action), path, action, place)
        for path in map(os.path.abspath, options.denied)
        for action in JUDGED
    )
    return Answer(server=spec.name, place=place, mode=spec.mode, judged=tuple(judged))


def _recall(options: Namespace) -> Answer:
    """What was refused so far. A server of `stockade run` needs no config; one that cannot be read is no hindrance."""
    problem: ConfigError | ControlError
    config, spec = None, None
    try:
        config = load(options.config, environ=os.environ, facts=facts_here(), ask_engine=with_engine)
        spec = _spec(config, options.server)
        problem = ControlError(why_not(options.server, config))
    except ConfigError as error:
        problem = error
    folder = _folder(options, config)
    kept = prepare.refusals_of(folder, options.server)
    if spec is None and (not kept or options.config):
        raise problem
    place = spec.place if spec and config and config.source else ""
    confinement = _confinement(config, spec, folder) if config and spec and kept else None
    redact = Redactor(config.secrets if config else ()).redact
    denied = [
        Denied(
            at=one.at,
            said=redact(one.said),
            then=Judged(
                action=one.action,
                object=one.object,
                allowed=False,
                rule=one.rule,
                reason=one.reason,
                advice=one.advice,
                line=one.line,
                option=one.option,
            ),
            now=_judged(confinement.ruling_again(one), one.object, one.action, place) if confinement else None,
        )
        for one in kept
    ]
    return Answer(server=options.server, place=place, mode=spec.mode if spec else "sandbox", denied=tuple(denied))


def _spec(config: Config, server: str) -> ServerSpec | None:
    return next((spec for spec in config.servers if spec.name == server), None)


def _folder(options: Namespace, config: Config | None) -> str:
    if config is not None:
        return str(state.chosen(options.state_dir, config, os.environ).absolute())
    return str(Path(options.state_dir or state.default_path(os.environ)).absolute())


def _confinement(config: Config, spec: ServerSpec, folder: str) -> prepare.Confinement | None:
    if spec.mode != "sandbox":
        return None
    try:
        return prepare.Confinement(config, spec, folder, os.environ)
    except LaunchError:
        return None  # its command has gone, say: then there is only what was


def _judged(ruling: Ruling | None, named: str, action: str, place: str) -> Judged:
    if ruling is None:
        return Judged(action=action, object=named, allowed=False, reason="nothing is there")
    if ruling.rule == "granted":
        return Judged(action=action, object=named, allowed=True)
    return Judged(
        action=action,
        object=named,
        allowed=False,
        rule=ruling.rule,
        reason=ruling.reason,
        advice=advice(ruling, place),
        line=ruling.line,
        option=ruling.option,
    )


def lines(answer: Answer, *, has_paths: bool) -> Iterator[str]:
    """Render it for people."""
    where = f" ({answer.place})" if answer.place else ""
    if answer.mode != "sandbox" and not answer.denied:
        yield f"{answer.server}{where} runs in mode {answer.mode}: no sandbox refuses it anything"
    elif has_paths:
        for number, judged in enumerate(answer.judged):
            if number % len(JUDGED) == 0:
                yield judged.object
            yield f"    {judged.action:<7} {_stands(judged)}"
    elif not answer.denied:
        yield f"{answer.server}{where}: nothing was refused to it, as far as it said"
    else:
        yield f"{answer.server}{where}, {WARNING}"
        for one in answer.denied:
            yield from _denied_lines(one)


def _denied_lines(one: Denied) -> Iterator[str]:
    yield f"{one.at}  {one.then.action} {one.then.object}".rstrip()
    yield f"    said    {one.said}"
    yield f"    then    {_stands(one.then)}"
    now = one.now
    if now is not None and (now.allowed or now.reason != one.then.reason or now.line not in one.then.advice):
        yield f"    now     {_stands(now)}"


def _stands(judged: Judged) -> str:
    if judged.allowed:
        return "allowed"
    return f"refused: {judged.reason}. {judged.advice}".rstrip() if judged.rule else judged.reason
