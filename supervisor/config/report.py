"""What `check` and `explain` say about a config: pure renderings, as data for `--json` and as lines for people.

No value of a variable and no secret is ever shown: environments by name only, command lines redacted by value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from textwrap import dedent
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from supervisor.config.redact import Redactor
from supervisor.config.specs import Config, Invalid, Remote, ServerSpec, UnusedKey
from supervisor.errors import ExitCode, KeyIgnored, Problem
from supervisor.escaping import printable


class Row(Struct, frozen=True, kw_only=True):
    """One server in the table of `check`."""

    server: str
    state: str
    """`ok`, `disabled`, `degraded`, `invalid` or `remote`."""
    mode: str
    why: str
    runs: str
    """The image, `ruleset`, the container's own, or nothing."""


class Remark(Struct, frozen=True, kw_only=True):
    """A problem or a warning, rendered."""

    severity: str
    """`error`, `degraded`, `warning`, or `note`: advice about what works."""
    server: str
    code: str
    text: str
    remedy: str


class CheckReport(Struct, frozen=True, kw_only=True):
    """All that `check` has to say."""

    source: str
    servers: tuple[Row, ...]
    remarks: tuple[Remark, ...]
    unused: tuple[UnusedKey, ...]
    exit_code: int


def check(config: Config, *, strict: bool = False, more: Mapping[str, Sequence[Problem]] | None = None) -> CheckReport:
    """Judge a config; `strict` refuses keys that are not ours, `more` holds what other subjects object to, by server.

    The exit code is that of the worst: 2 errors, 3 degraded, 1 warnings, 0 (with or without notes). What is wrong with
    a disabled server is a warning, for it would not be started anyway.
    """
    objections = more or {}
    rows = tuple(_row(config, name, objections) for name in config.order)
    remarks = (*_remarks(config, objections), *(map(_refused, config.unused) if strict else ()))
    severities = {remark.severity for remark in remarks}
    codes = {"error": ExitCode.USAGE, "degraded": ExitCode.DEGRADED, "warning": ExitCode.FAILED}
    exit_code = next((int(code) for severity, code in codes.items() if severity in severities), int(ExitCode.OK))
    return CheckReport(source=config.source, servers=rows, remarks=remarks, unused=config.unused, exit_code=exit_code)


def refusal(source: str, problem: Problem) -> CheckReport:
    """The report of a file that cannot be used at all."""
    remark = _remark("error", "", problem)
    return CheckReport(source=source, servers=(), remarks=(remark,), unused=(), exit_code=int(ExitCode.USAGE))


def _row(config: Config, name: str, objections: Mapping[str, Sequence[Problem]]) -> Row:
    server = _server(config, name)
    if isinstance(server, Remote):
        return Row(server=name, state="remote", mode="-", why="reached by URL, never started", runs=server.url)
    spec = server.spec if isinstance(server, Invalid) else server
    state = "ok" if not (spec and spec.degraded) else "degraded"
    if isinstance(server, Invalid) or any(_severity(one) == "error" for one in objections.get(name, ())):
        state = "invalid"
    if not server.enabled:
        state = "disabled"
    if spec is None:
        return Row(server=name, state=state, mode="-", why="-", runs="-")
    return Row(server=name, state=state, mode=spec.mode, why=spec.why.text, runs=_runs(spec))


def _severity(problem: Problem, *, enabled: bool = True) -> str:
    """How much an objection weighs, by the exit code that its problem has."""
    found = {ExitCode.OK: "note", ExitCode.FAILED: "warning"}.get(problem.exit_code, "error")
    return "warning" if found == "error" and not enabled else found


def _server(config: Config, name: str) -> ServerSpec | Invalid | Remote:
    every: tuple[ServerSpec | Invalid | Remote, ...] = (*config.servers, *config.invalid, *config.remote)
    return next(server for server in every if server.name == name)


def _runs(spec: ServerSpec) -> str:
    if spec.own_container:
        return "own container"
    return {"docker": spec.docker.image, "sandbox": "ruleset", "none": "unconfined"}[spec.mode]


def _remarks(config: Config, objections: Mapping[str, Sequence[Problem]]) -> Iterable[Remark]:
    yield from (_remark("error", "", problem) for problem in config.problems)
    for entry in config.invalid:
        own = [problem for problem in entry.problems if problem not in config.problems]
        yield from (_remark("error" if entry.enabled else "warning", entry.name, problem) for problem in own)
    for spec in config.servers:
        for one in objections.get(spec.name, ()):
            remark = _remark(_severity(one, enabled=spec.enabled), spec.name, one)
            yield _redacted(_placed(remark, one, spec.place), spec.secrets)
        if spec.degraded and spec.enabled:
            yield Remark(
                severity="degraded",
                server=spec.name,
                code="server.degraded",
                text=spec.degraded,
                remedy="It runs with less than was asked for; `stockade doctor` shows what this machine lacks.",
            )
    yield from (_remark("warning", warned.server, warned.problem) for warned in config.warnings)


def _remark(severity: str, server: str, problem: Problem) -> Remark:
    return Remark(severity=severity, server=server, code=problem.code, text=problem.text, remedy=problem.remedy)


def _placed(remark: Remark, problem: Problem, place: str) -> Remark:
    """The remark with the place of its server, unless the problem tells a place itself."""
    return remark if hasattr(problem, "place") else replace(remark, text=f"{place}: {remark.text}")


def _redacted(remark: Remark, secrets: Sequence[str]) -> Remark:
    """Other subjects quote what a server's entry says."""
    redact = Redactor(secrets).redact
    return replace(remark, text=printable(redact(remark.text)), remedy=printable(redact(remark.remedy)))


def _refused(key: UnusedKey) -> Remark:
    return _remark("error", key.server, KeyIgnored(place=key.place, key=key.key, reason="it is another program's"))


def check_lines(report: CheckReport) -> list[str]:
    """The report for people."""
    lines = [*_table(report.servers), ""] if report.servers else []
    for remark in report.remarks:
        server = f"{remark.server}: " if remark.server else ""
        lines += [f"{remark.severity}: {server}{remark.text} [{remark.code}]", f"    {remark.remedy}"]
    if report.unused:
        lines.append("keys of other programs, without effect here:")
        lines += [f"    {key.place}" for key in report.unused]
    counts = [f"{len(report.servers)} servers"]
    for severity, plural in (("error", "errors"), ("degraded", "degraded"), ("warning", "warnings"), ("note", "notes")):
        count = sum(remark.severity == severity for remark in report.remarks)
        counts += [f"{count} {plural}"] if count or severity != "note" else []
    return [*lines, ", ".join(counts)]


def _table(rows: Sequence[Row]) -> list[str]:
    from prettytable import PrettyTable  # only where a person reads: it takes longer to import than a config to check

    columns = ["server", "state", "mode", "runs", "why"]
    table = PrettyTable(columns, border=False, align="l", left_padding_width=0, right_padding_width=2)
    table.add_rows([[row.server, row.state, row.mode, row.runs, row.why] for row in rows])
    return [line.rstrip() for line in dedent(table.get_string()).splitlines()]


class Explanation(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What exactly would run for one server."""

    server: str
    place: str
    enabled: bool
    argv: tuple[str, ...]
    cwd: str
    environment: tuple[str, ...]
    """Names only."""
    mode: str
    why: str
    degraded: str
    settings: dict[str, Any]
    confinement: tuple[str, ...]
    """The ruleset or the container's flags, as rendered by the subject that applies them."""
    parts: tuple[tuple[str, ...], ...] = ()
    """`argv` for people, a part a line, if it is better read so."""
    container: dict[str, Any] | None = None
    """What is known of the server's container, for programs."""


class Rendered(Struct, frozen=True, kw_only=True):
    """What the subject that applies a server's confinement says of it."""

    lines: Sequence[str] = ()
    parts: Sequence[Sequence[str]] = ()
    """As in Explanation."""
    container: Mapping[str, Any] | None = None


def explain(
    spec: ServerSpec, *, argv: Sequence[str], environment: Iterable[str], confinement: Rendered | None = None
) -> Explanation:
    """Explain one server; `argv` is what would be executed, after the command was looked up."""
    redactor, confinement = Redactor(spec.secrets), confinement or Rendered()

    def shown(text: str) -> str:
        return printable(redactor.redact(text))

    return Explanation(
        server=spec.name,
        place=spec.place,
        enabled=spec.enabled,
        argv=tuple(map(shown, argv)),
        cwd=shown((spec.docker.working_dir if spec.mode == "docker" else spec.cwd) or ""),
        environment=tuple(sorted(map(printable, environment))),
        mode=spec.mode,
        why=spec.why.text,
        degraded=spec.degraded,
        settings=_settings(spec),
        confinement=tuple(redactor.redact(line) for line in confinement.lines),
        parts=tuple(tuple(map(shown, part)) for part in confinement.parts),
        container=None if confinement.container is None else _shown(confinement.container, shown),
    )


def _shown(value: Any, shown: Callable[[str], str]) -> Any:
    match value:
        case str():
            return shown(value)
        case Mapping():
            return {shown(str(key)): _shown(inner, shown) for key, inner in value.items()}
        case list() | tuple():
            return [_shown(inner, shown) for inner in value]
        case _:
            return value


def _settings(spec: ServerSpec) -> dict[str, Any]:
    return {
        "restart": spec.restart,
        "sharing": spec.sharing,
        "spares": spec.spares,
        "lazy": spec.lazy,
        "depends_on": [f"{one.name} ({one.condition})" for one in spec.depends_on],
        "grace": {"stdin_s": spec.grace.stdin_s, "term_s": spec.grace.term_s},
        "startup": {name: getattr(spec.startup, name) for name in spec.startup.__struct_fields__},
        "limits": {name: getattr(spec.limits, name) for name in spec.limits.__struct_fields__},
        "max_message_bytes": spec.max_message_bytes,
        "call_timeout_s": spec.call_timeout_s,
        "call_wait_s": spec.call_wait_s,
        "idle_stop_s": spec.idle_stop_s,
        "ping_s": spec.ping_s,
        "scan": {
            "policy": spec.scan.policy,
            "trust": spec.scan.trust,
            "plugins": list(spec.scan.plugins),
            "network": spec.scan.network,
        },
    }


def explain_lines(explanation: Explanation) -> list[str]:
    """The explanation for people."""
    rows = [
        ("server", f"{explanation.server} ({explanation.place})" + ("" if explanation.enabled else ", disabled")),
        *zip(("argv", *[""] * len(explanation.parts)), _command_lines(explanation), strict=False),
        ("cwd", explanation.cwd or "the default of the mode"),
        ("environment", " ".join(explanation.environment)),
        ("mode", f"{explanation.mode}, because {explanation.why}"),
        *([("degraded", explanation.degraded)] if explanation.degraded else []),
        *((name, _plain(value)) for name, value in explanation.settings.items()),
    ]
    lines = [f"{name:<18} {text}".rstrip() for name, text in rows]
    return [
        *lines,
        *(["confinement"] if explanation.confinement else []),
        *(f"    {one}" for one in explanation.confinement),
    ]


def _command_lines(explanation: Explanation) -> list[str]:
    first, *others = [" ".join(map(_quoted, part)) for part in explanation.parts or (explanation.argv,)]
    return [first, *(f"    {line}" for line in others)]


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(part)}" for key, part in value.items())
    if isinstance(value, list):
        return ", ".join(map(_plain, value)) or "-"
    return f"{value:g}" if isinstance(value, float) else str(value).lower() if isinstance(value, bool) else str(value)


def _quoted(word: str) -> str:
    """The word as a shell would need it."""
    import shlex

    return shlex.quote(word)
