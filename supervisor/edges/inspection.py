"""`stockade check` and `stockade explain`: what would run, why, and what is wrong, without starting anything."""

from __future__ import annotations

import json
import os
import sys
from argparse import Namespace

import msgspec

from supervisor.config import report
from supervisor.config.effects import load
from supervisor.config.schema import Config, ServerSpec
from supervisor.edges import state
from supervisor.edges.facts import facts_here
from supervisor.edges.say import complain
from supervisor.errors import ConfigError, ControlError, ExitCode, Problem, StockadeError, UnknownServer


def check(options: Namespace) -> int:
    """Judge a config; the exit code is that of the worst found."""
    try:
        config = load(options.config, environ=os.environ, facts=facts_here())
        found = report.check(config, strict=options.strict)
    except ConfigError as error:
        found = report.refusal(str(options.config or "the user's config"), error.problem)
    if options.json:
        sys.stdout.write(json.dumps(msgspec.to_builtins(found)) + "\n")
    else:
        sys.stdout.write("\n".join(report.check_lines(found)) + "\n")
    return found.exit_code


def explain(options: Namespace) -> int:
    """Print what would be executed for one server, and the ruleset that would hold it."""
    try:
        config = load(options.config, environ=os.environ, facts=facts_here())
        explained = _explained(config, _spec(config, options.server), options.state_dir)
    except StockadeError as error:
        return complain(error.problem)
    if options.json:
        sys.stdout.write(json.dumps(msgspec.to_builtins(explained)) + "\n")
    else:
        sys.stdout.write("\n".join(report.explain_lines(explained)) + "\n")
    return ExitCode.OK


def _explained(config: Config, spec: ServerSpec, state_dir: str | None) -> report.Explanation:
    from supervisor import prepare

    if spec.mode != "sandbox":
        command = prepare.located(spec, os.environ)
        return report.explain(spec, argv=command.argv, environment=command.env)
    folder = state.prepare(state.chosen(state_dir, config, os.environ))
    confinement = prepare.Confinement(config, spec, str(folder.path), os.environ)
    return report.explain(
        spec,
        argv=confinement.command.argv,
        environment=confinement.environment(),
        confinement=confinement.lines(),
    )


def _spec(config: Config, server: str) -> ServerSpec:
    for spec in config.servers:
        if spec.name == server:
            return spec
    problem: Problem = UnknownServer(server=server, known=", ".join(config.order) or "none")
    for entry in config.invalid:
        if entry.name == server:
            problem = entry.problems[0]
    raise ControlError(problem)
