"""The verb `doctor`: of this machine, of one server, or a report of both for whoever is asked for help."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path

from supervisor.config.specs import Config
from supervisor.edges.doctor.machine import Asked, examined
from supervisor.edges.doctor.rendering import exit_code, lines, page_here, structure
from supervisor.edges.facts import facts_here, with_engine
from supervisor.edges.say import put, put_json
from supervisor.edges.state import default_path
from supervisor.errors import ConfigError, Problem, StockadeError, UsageWrong


def doctor(options: Namespace) -> int:
    """Examine what is asked for, and print what was found. Raises: StockadeError."""
    if options.report is not None:
        from supervisor.edges.doctor.report import report

        if options.server or options.live or options.deep:
            raise StockadeError(UsageWrong(verb="doctor", reason="--report looks at everything: give it no NAME"))
        if options.config == "-":
            raise StockadeError(
                UsageWrong(verb="doctor", reason="--report reads the config more than once: name a file")
            )
        return report(options)
    if options.server and options.deep:
        raise StockadeError(UsageWrong(verb="doctor", reason="--deep examines the machine: give it no NAME"))
    if options.server:
        from supervisor.edges.doctor.start import doctor_of_one

        return doctor_of_one(options)
    if options.live:
        raise StockadeError(UsageWrong(verb="doctor", reason="--live starts one server: name it"))
    return _machine(options)


def _machine(options: Namespace) -> int:
    """Examine this machine; fails (5, else 1) if any check did."""
    place = Path(options.state_dir or default_path(os.environ)).absolute()
    config = _read(options.config) if options.config else None
    checks = examined(Asked(place=place, config=config, is_deep=options.deep))
    if options.json:
        put_json(structure(checks))
    else:
        page = page_here()
        put("\n".join(lines(checks, width=page.width, coloured=page.coloured)) + "\n")
    return exit_code(checks)


def _read(path: str) -> Config | Problem:
    from supervisor.config.effects import load

    try:
        return load(path, environ=os.environ, facts=facts_here(), ask_engine=with_engine)
    except ConfigError as error:
        return error.problem
