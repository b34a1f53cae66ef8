"""`stockade check` and `stockade explain`: what would run, why, and what is wrong, without starting anything."""

from __future__ import annotations

import os
from argparse import Namespace

import msgspec

from supervisor.config import report
from supervisor.config.effects import load
from supervisor.config.schema import SandboxSpec
from supervisor.config.specs import Config, ServerSpec
from supervisor.edges import state
from supervisor.edges.facts import facts_here, with_engine
from supervisor.edges.naming import why_not
from supervisor.edges.say import put, put_json
from supervisor.errors import ConfigError, ControlError, ExitCode, PluginUnusable, Problem


def check(options: Namespace) -> int:
    """Judge a config; the exit code is that of the worst found."""
    try:
        config = load(options.config, environ=os.environ, facts=facts_here(), ask_engine=with_engine)
        found = report.check(config, strict=options.strict, more=_objections(config, options.state_dir))
    except ConfigError as error:
        found = report.refusal(str(options.config or "the user's config"), error.problem)
    if options.json:
        put_json(msgspec.to_builtins(found))
    else:
        put("\n".join(report.check_lines(found)) + "\n")
    return found.exit_code


def _objections(config: Config, state_dir: str | None) -> dict[str, list[Problem]]:
    """Say what other subjects object to, by server; nothing is loaded of one where there can be nothing."""
    found = _sandbox_objections(config, state_dir)
    for server, problems in _scan_objections(config).items():
        found[server] = [*found.get(server, ()), *problems]
    if any(spec.mode == "docker" or spec.own_container for spec in config.servers):
        from supervisor import oneshot

        for server, objected in oneshot.objections(config, os.environ).items():
            found[server] = [*found.get(server, ()), *objected]
    return found


def _scan_objections(config: Config) -> dict[str, list[Problem]]:
    asking = [spec for spec in config.servers if spec.scan.plugins]
    if not asking:
        return {}
    from supervisor.scan.trust.foreseen import unusable

    keys = frozenset(name for name, value in os.environ.items() if value)
    found: dict[str, list[Problem]] = {}
    for spec in asking:
        has_network = spec.scan.network == "declared"
        plugins = config.settings.plugins
        for one in unusable(spec.scan.plugins, plugins, spec.mode, has_network=has_network, keys=keys):
            problem = PluginUnusable(server=spec.name, plugin=one.scanner, reason=one.detail)
            found.setdefault(spec.name, []).append(problem)
    return found


def _sandbox_objections(config: Config, state_dir: str | None) -> dict[str, list[Problem]]:
    sandboxed = [spec for spec in config.servers if spec.mode == "sandbox"]
    if not sandboxed or (all(spec.sandbox == SandboxSpec() for spec in sandboxed) and not _sockets_here()):
        return {}
    from supervisor import prepare

    folder = str(state.chosen(state_dir, config, os.environ).absolute())
    return {spec.name: prepare.sandbox_objections(config, spec, folder, os.environ) for spec in sandboxed}


def _sockets_here() -> bool:
    from supervisor.sandbox.denied import sockets

    return any(map(os.path.exists, sockets(os.geteuid(), os.environ.get("SSH_AUTH_SOCK"))))


def explain(options: Namespace) -> int:
    """Print what would be executed for one server, and the ruleset that would hold it; or what it was refused."""
    if options.denied is not None:
        from supervisor.edges import denials

        return denials.explain(options)
    config = load(options.config, environ=os.environ, facts=facts_here(), ask_engine=with_engine)
    explained = _explained(config, _spec(config, options.server), options.state_dir)
    if options.json:
        put_json(msgspec.to_builtins(explained))
    else:
        put("\n".join(report.explain_lines(explained)) + "\n")
    return ExitCode.OK


def _explained(config: Config, spec: ServerSpec, state_dir: str | None) -> report.Explanation:
    from supervisor import prepare

    if spec.mode == "docker" or spec.own_container:
        return _container_explained(config, spec, str(state.chosen(state_dir, config, os.environ).absolute()))
    if spec.mode != "sandbox":
        command = prepare.located(spec, os.environ)
        return report.explain(spec, argv=command.argv, environment=command.env)
    folder = state.prepare(state.chosen(state_dir, config, os.environ))
    confinement = prepare.Confinement(config, spec, str(folder.path), os.environ)
    return report.explain(
        spec,
        argv=confinement.command.argv,
        environment=confinement.environment(),
        confinement=report.Rendered(lines=confinement.lines()),
    )


def _container_explained(config: Config, spec: ServerSpec, state_dir: str) -> report.Explanation:
    from supervisor import oneshot

    found = oneshot.explained(config, spec, state_dir, os.environ)
    rendered = report.Rendered(lines=found.lines, parts=found.parts, container=found.structure)
    return report.explain(spec, argv=found.argv, environment=found.variables, confinement=rendered)


def _spec(config: Config, server: str) -> ServerSpec:
    for spec in config.servers:
        if spec.name == server:
            return spec
    raise ControlError(why_not(server, config))
