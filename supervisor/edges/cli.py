"""The command line: words in, one verb run, an exit code out. Each verb is imported when it is run, not before."""

from __future__ import annotations

import argparse
import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

DURATION_HELP = "such as 500ms, 30s, 10m, or seconds as a number"


def build_parser() -> ArgumentParser:
    """Describe every verb and option; docs/reference/cli.md is generated from this."""
    parser = ArgumentParser(
        prog="stockade",
        description="Runs stdio MCP servers isolated, supervised, scanned and observable.",
        epilog="`stockade VERB --help` explains a verb, `stockade errors CODE` an error and its exit code.",
    )
    parser.add_argument("-V", "--version", action="store_true", help="print the version and exit")
    verbs = parser.add_subparsers(title="verbs", dest="verb", metavar="VERB")
    _add_run(verbs)
    _add_serve(verbs)
    _add_client_verbs(verbs)
    _add_inspection(verbs)
    _add_containers(verbs)
    _add_scan(verbs)
    _add_install_unit(verbs)
    return parser


def _add_run(verbs: argparse._SubParsersAction[ArgumentParser]) -> None:
    run = verbs.add_parser(
        "run",
        help="run one server as a prefix: stockade run -- npx -y SERVER",
        usage="stockade run [options] -- COMMAND [ARGUMENT …]\n       stockade run --config FILE --server NAME",
        description="Runs one server confined, relayed on stdin and stdout, and brings it back when it dies.",
    )
    run.add_argument("--mode", choices=("sandbox", "none", "docker", "auto"), help="isolation (default: sandbox)")
    run.add_argument("--exec", action="store_true", help="confine this process and execute: no relay, no supervision")
    run.add_argument("--config", metavar="FILE", help="take the server from a config, with --server")
    run.add_argument("--server", metavar="NAME", help="the server in the config")
    run.add_argument("--name", metavar="NAME", help="name of its state folder (default: the program's name)")
    for key, text in (
        ("read-write", "folder or file it may read and write"),
        ("read-only", "folder or file it may read"),
        ("deny", "folder or file it may not reach"),
    ):
        run.add_argument(f"--{key}", metavar="PATH", action="append", default=[], help=f"{text} (repeatable)")
    run.add_argument(
        "--network", metavar="WHAT",
        help="allow, none, or TCP ports it may use: 443,8080 or connect=443,bind=8080 (default: allow)",
    )  # fmt: skip
    run.add_argument("--level", choices=("auto", "S3", "S2", "S1"), help="how strong the sandbox is (default: auto)")
    run.add_argument("--user", metavar="NAME", help="user to become before it runs (only where root runs this)")
    run.add_argument(
        "--env", metavar="NAME[=VALUE]", action="append", default=[],
        help="a variable for it; without a value, passed on from here (repeatable)",
    )  # fmt: skip
    run.add_argument("--cwd", metavar="DIR", help="its working directory")
    run.add_argument("--best-effort", action="store_true", help="run with less where it cannot be confined")
    _add_state_dir(run)


def _add_serve(verbs: argparse._SubParsersAction[ArgumentParser]) -> None:
    serve = verbs.add_parser(
        "serve", help="supervise all servers of a config, in the foreground", description="Runs the daemon."
    )
    serve.add_argument("--config", metavar="FILE", help="the config (default: the user's own)")
    _add_state_dir(serve)


def _add_client_verbs(verbs: argparse._SubParsersAction[ArgumentParser]) -> None:
    connect = verbs.add_parser("connect", help="attach stdin and stdout to a server of the daemon")
    connect.add_argument("server", metavar="NAME")
    status = verbs.add_parser("status", help="how the daemon and its servers stand")
    _add_json(status)
    for verb, text in (("start", "begin to run a server"), ("stop", "end a server"), ("restart", "end and start it")):
        one = verbs.add_parser(verb, help=text)
        one.add_argument("server", metavar="NAME")
        _add_json(one)
    events = verbs.add_parser("events", help="the last events of the daemon: 10,000 of them, or 32 MiB")
    events.add_argument("--follow", "-f", action="store_true", help="and those to come")
    events.add_argument("--server", metavar="NAME", default="", help="only those of one server")
    events.add_argument("--type", metavar="PREFIX", default="", help="only those whose type begins so")
    events.add_argument("--since", metavar="DURATION", help=f"only those of the last …; {DURATION_HELP}")
    _add_json(events)
    logs = verbs.add_parser("logs", help="what a server wrote to its stderr")
    logs.add_argument("server", metavar="NAME")
    logs.add_argument("--follow", "-f", action="store_true", help="and what is to come")
    logs.add_argument("--since", metavar="DURATION", help=f"only what it wrote in the last …; {DURATION_HELP}")
    _add_json(logs)
    wait = verbs.add_parser("wait", help="wait for a server, or for all of them")
    wait.add_argument("--for", dest="what", choices=("ready", "outcome"), default="ready", help="what to wait for")
    wait.add_argument("--timeout", metavar="DURATION", default="60s", help=f"give up after; {DURATION_HELP}")
    wait.add_argument("server", metavar="NAME", nargs="?", default="")
    _add_json(wait)
    reload = verbs.add_parser(
        "reload",
        help="read the config again, and go over to it",
        description=(
            "Has the daemon read its config again. Servers whose entry is the same go on untouched. Returns when that "
            "is done: 1 if an entry is invalid (a server that runs goes on as it is), 2 if the config cannot be used."
        ),
    )
    reload.add_argument("--dry-run", action="store_true", help="only say what would be done")
    _add_json(reload)
    shutdown = verbs.add_parser("shutdown", help="end the daemon and all its servers")
    acts = (verbs.choices[verb] for verb in ("start", "stop", "restart"))
    for one in (connect, status, events, logs, wait, reload, shutdown, *acts):
        _add_state_dir(one, asks_daemon=True)


def _add_inspection(verbs: argparse._SubParsersAction[ArgumentParser]) -> None:
    check = verbs.add_parser("check", help="read a config and say what would run, why, and what is wrong")
    check.add_argument("config", metavar="FILE", nargs="?", help="the config, - for stdin (default: the user's own)")
    check.add_argument("--strict", action="store_true", help="refuse keys that are not ours in servers, too")
    _add_json(check)
    explain = verbs.add_parser("explain", help="print exactly what would be run for a server, secrets masked")
    explain.add_argument("server", metavar="NAME")
    explain.add_argument("--config", metavar="FILE", help="the config (default: the user's own)")
    explain.add_argument(
        "--denied", metavar="PATH", nargs="*",
        help="instead: what was refused to it, why, and what would allow it; or whether it may use these paths",
    )  # fmt: skip
    _add_json(explain)
    doctor = verbs.add_parser(
        "doctor",
        help="say what this machine has for stockade, and what to do about what is missing",
        description=(
            "Tries out what stockade needs on this machine, without a daemon; changes nothing. With NAME it goes "
            "through the start of one server, stage by stage, and says in one sentence what is wrong and what to do."
        ),
    )
    doctor.add_argument("server", metavar="NAME", nargs="?", default="", help="only the start of this server")
    doctor.add_argument("--live", action="store_true", help="with NAME: start it once, and end it again")
    doctor.add_argument(
        "--config", metavar="FILE",
        help="judge by what the servers of this config need (with NAME, by default the daemon's, or the user's own)",
    )  # fmt: skip
    doctor.add_argument("--report", metavar="FILE", help="write all of it into a new file for others, secrets masked")
    doctor.add_argument("--deep", action="store_true", help="also run a container with all hardening flags")
    _add_json(doctor)
    for one in (check, explain, doctor):
        _add_state_dir(one, asks_daemon=one is doctor)
    errors = verbs.add_parser("errors", help="what an error code means, and what to do about it")
    errors.add_argument("code", metavar="CODE", nargs="?", help="a code, how a family of them begins, or another name")
    _add_json(errors)


def _add_containers(verbs: argparse._SubParsersAction[ArgumentParser]) -> None:
    pull = verbs.add_parser(
        "pull",
        help="fetch the images that servers in mode docker need and that are missing",
        description="Fetches missing images ahead of any start, each once. Needs no daemon.",
    )
    pull.add_argument("servers", metavar="NAME", nargs="*", help="only those of these servers")
    pull.add_argument("--config", metavar="FILE", help="the config (default: the user's own)")
    sweep = verbs.add_parser(
        "sweep",
        help="remove the containers that dead runs have left",
        description="Removes containers of this state directory whose run is dead. Needs no daemon, and minds none.",
    )
    sweep.add_argument("--dry-run", action="store_true", help="only say what would be removed, and why")
    for one in (pull, sweep):
        _add_json(one)
        _add_state_dir(one)


def _add_scan(verbs: argparse._SubParsersAction[ArgumentParser]) -> None:
    scan = verbs.add_parser(
        "scan",
        help="look for what is meant to mislead in the definitions of a server's tools",
        description=(
            "Looks at what servers say of themselves. With --file or --batch nothing is started and kept. --json "
            "prints {scans: [{server, report, withheld, exit_code}, …], exit_code} whatever was scanned, and {server, "
            "mode, error, stderr_tail, exit_code} for a server that could not be; --batch --json prints one such scan "
            "a line, with the request's id and drift."
        ),
    )
    scan.add_argument("name", metavar="NAME", nargs="?", default="", help="a server of the daemon, or of a config")
    what = scan.add_mutually_exclusive_group()
    what.add_argument("--all", action="store_true", help="all servers")
    what.add_argument("--file", metavar="FILE", help="an answer to tools/list as JSON, - for stdin")
    what.add_argument("--batch", action="store_true", help="one request a line on stdin, one answer a line on stdout")
    what.add_argument("--self-test", action="store_true", help="say of each scanner if its silence can be believed")
    scan.add_argument("--fresh", action="store_true", help="let plugins look again at what they have looked at before")
    form = scan.add_mutually_exclusive_group()
    form.add_argument("--sarif", action="store_true", help="as SARIF 2.1.0, for code hosting services")
    _add_json(form)
    pins = verbs.add_parser("pins", help="what is trusted of what servers say of themselves, and what waits")
    pins.add_argument("name", metavar="NAME", nargs="?", default="", help="only of this server")
    deciding = {
        "approve": ("trust what waits for a decision, as it is now", "approves"),
        "reject": ("say no to what waits for a decision, or to what is trusted", "rejects"),
        "diff": ("show what waits for a decision, against what is trusted in its place", "shows"),
    }
    for verb, (text, does) in deciding.items():
        one = verbs.add_parser(verb, help=text)
        if verb == "diff":
            one.add_argument("name", metavar="NAME", nargs="?", default="", help="only of this server")
        else:
            one.add_argument("name", metavar="NAME", help="the server")
        one.add_argument("tool", metavar="TOOL", nargs="?", help="only the tool, prompt or template of this name")
        if verb != "diff":
            one.add_argument("--digest", metavar="DIGEST", default="", help=f"{does} only the text of this digest")
    for one in (scan, pins, *map(verbs.choices.__getitem__, deciding)):
        one.add_argument("--config", metavar="FILE", help="without a daemon: the config (default: the user's own)")
        if one is not scan:
            _add_json(one)
        _add_state_dir(one, asks_daemon=True)


def _add_install_unit(verbs: argparse._SubParsersAction[ArgumentParser]) -> None:
    unit = verbs.add_parser(
        "install-unit",
        help="write the units that run stockade as a service of systemd",
        description="Writes units and what belongs to them, and says what to do then. Starts nothing.",
    )
    unit.add_argument("--user", action="store_true", help="a service of your own (systemctl --user)")
    unit.add_argument("--print", action="store_true", help="only print the files, each below its path")
    unit.add_argument(
        "--config", metavar="FILE", help="the config it reads (default: /etc/stockade, or the user's own)"
    )
    unit.add_argument("--program", metavar="FILE", help="the command that it runs (default: this one)")
    unit.add_argument("--root", metavar="DIR", default="", help="write below this folder, for an image or a package")
    unit.add_argument("--force", action="store_true", help="replace files that somebody has changed, too")


def _add_json(parser: ArgumentParser | argparse._MutuallyExclusiveGroup) -> None:
    parser.add_argument("--json", action="store_true", help="for programs")


def _add_state_dir(parser: ArgumentParser, *, asks_daemon: bool = False) -> None:
    """Say whose state directory it is: what asks a daemon finds the machine's service where the user has none."""
    last = "the user's own daemon, else the machine's service" if asks_daemon else "the user's own"
    text = f"state directory (default: $STOCKADE_STATE_DIR, or {last})"
    parser.add_argument("--state-dir", metavar="DIR", help=text)


def run(words: Sequence[str]) -> int:
    """Parse the words and run the verb they name; returns its exit code (errors.ExitCode)."""
    from supervisor.edges import say

    say.fill_standard_streams()
    ours, command = _split(words)
    parser = build_parser()
    options = parser.parse_args(ours)
    if options.verb is None and not options.version:
        parser.print_help(sys.stderr)
        return 2
    if command is not None and options.verb != "run":
        parser.error("only `run` takes a command after --")
    try:
        return _verb(options, command)
    except BrokenPipeError:
        return 0  # the reader of our stdout has had enough
    except (Exception, KeyboardInterrupt, BaseExceptionGroup) as error:  # noqa: BLE001  (the edge: no tracebacks)
        return _failed(error, as_json=getattr(options, "json", False))


def _failed(error: BaseException, *, as_json: bool) -> int:
    """Say what ended a verb, in the form that was asked for."""
    from supervisor.edges import say
    from supervisor.edges.client import Refused

    if any(isinstance(leaf, KeyboardInterrupt) for leaf in say.leaves(error)):
        return 130
    if isinstance(error, Refused):
        return say.complain_about(error.fields, as_json=as_json)
    return say.complain(say.problem_of(error, os.environ), as_json=as_json)


def _split(words: Sequence[str]) -> tuple[list[str], list[str] | None]:
    """Part our words from the command behind the first `--`."""
    if "--" not in words:
        return list(words), None
    at = list(words).index("--")
    return list(words[:at]), list(words[at + 1 :])


def _verb(options: Namespace, command: list[str] | None) -> int:
    match options.verb:
        case None:
            from supervisor import __version__
            from supervisor.edges.say import put

            put(f"stockade {__version__}\n")
            return 0
        case "run":
            if options.exec:
                from supervisor.edges.execute import execute

                return execute(options, command)
            from supervisor.edges.run import run as run_verb

            return run_verb(options, command)
        case "serve":
            from supervisor.edges.serve import serve

            return serve(options.config, options.state_dir)
        case "check" | "explain":
            from supervisor.edges import inspection

            return inspection.check(options) if options.verb == "check" else inspection.explain(options)
        case "doctor" | "errors" | "pull" | "sweep" | "install-unit":
            return _of_machine(options)
        case "scan" | "approve" | "reject" | "diff" | "pins":
            return _trust(options)
        case _:
            from supervisor.edges import reading, verbs

            return {**verbs.VERBS, **reading.VERBS}[options.verb](options)


def _of_machine(options: Namespace) -> int:
    """The verbs about this machine and this stockade, which need no daemon."""
    match options.verb:
        case "doctor":
            from supervisor.edges.doctor.verb import doctor

            return doctor(options)
        case "errors":
            from supervisor.edges.error_catalogue import errors

            return errors(options)
        case "pull":
            from supervisor.edges.images import pull

            return pull(options)
        case "sweep":
            from supervisor.edges.sweep import sweep

            return sweep(options)
        case _:
            from supervisor.edges.units import install_unit

            return install_unit(options)


def _trust(options: Namespace) -> int:
    if options.verb == "scan" and (options.file or options.batch):
        from supervisor.edges import scan_files

        return scan_files.scan_batch(options) if options.batch else scan_files.scan_file(options)
    if options.verb == "scan" and options.self_test:
        from supervisor.edges import scan_selftest

        return scan_selftest.self_test(options)
    from supervisor.edges import trust_verbs

    return trust_verbs.VERBS[options.verb](options)
