"""`stockade run --exec`: this process confines itself and executes the server; nothing of ours stays.

Fully transparent, and without supervision: nobody relays, restarts or looks at anything. Loads no event loop.
"""

from __future__ import annotations

import os
import signal
from argparse import Namespace
from contextlib import suppress
from typing import NoReturn

from supervisor import prepare
from supervisor.config.specs import Config
from supervisor.edges import state
from supervisor.edges.asked import config_of
from supervisor.edges.say import complain
from supervisor.errors import (
    CommandNotExecutable,
    ConfinementFailed,
    CwdMissing,
    ExitCode,
    InstallFailed,
    ModeUnavailable,
    StockadeError,
)
from supervisor.process.words import Command
from supervisor.sandbox import child, privileges
from supervisor.sandbox.failures import StepError
from supervisor.sandbox.inside import in_memory, interpreted
from supervisor.sandbox.job import Job, encode


def execute(options: Namespace, command: list[str] | None) -> int:
    """Become the server that the words ask for, confined; returns an exit code only if that failed half-way.

    Raises: StockadeError.
    """
    return become(config_of(options, command), options.state_dir)


def become(config: Config, state_dir: str | None) -> int:
    """Confine this process and execute the one server of the config; returns only if that failed half-way.

    Raises: StockadeError before anything was confined.
    """
    spec = config.servers[0]
    folder = state.prepare(state.chosen(state_dir, config, os.environ))
    if spec.mode == "none":
        return _become(prepare.located(spec, os.environ))
    if spec.mode != "sandbox":
        raise StockadeError(ModeUnavailable(mode=spec.mode))
    confinement = prepare.Confinement(config, spec, str(folder.path), os.environ)
    fetching = confinement.fetching()
    if fetching is not None:
        _fetch(fetching)
    job = confinement.job()
    _hear_signals()
    return _confine(confinement, job)


def _confine(confinement: prepare.Confinement, job: Job) -> int:
    try:
        if confinement.plan.level == "S3":
            _launch(confinement, job)
        child.run(job)
    except StepError as failed:
        reason = f"{os.strerror(failed.code)} {failed.detail}".rstrip()
        complain(ConfinementFailed(step=failed.step, reason=reason))
        return int(failed.exit_code)


def _fetch(confinement: prepare.Confinement) -> None:
    """Have a server's package fetched by a process that is confined as it, but for the network.

    All that it says goes to stderr, it is waited for without a bound, and what it leaves of its group is ended.
    Raises: StockadeError.
    """
    job = confinement.job()
    if confinement.plan.level != "S3":  # there bubblewrap sees to it
        job = job._replace(parent=os.getpid())
    pid = os.fork()
    if pid == 0:
        _fetch_here(confinement, job)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    with suppress(OSError):
        os.killpg(pid, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code:
        status = f"exit status {code}" if code > 0 else f"signal {-code}"
        raise StockadeError(InstallFailed(runner=os.path.basename(job.argv[0]).decode(), status=status))


def _fetch_here(confinement: prepare.Confinement, job: Job) -> NoReturn:
    """In the forked process, which must not return into what its parent does."""
    code = int(ExitCode.FAILED)
    try:
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.dup2(2, 1)  # stdout is for the server's messages
        _hear_signals()
        code = _confine(confinement, job)
    finally:
        os._exit(code)


def _launch(confinement: prepare.Confinement, job: Job) -> NoReturn:
    """Become the program that makes the namespaces, with the job in a descriptor: it ends up in no list of arguments.

    bubblewrap stays as the server's parent; a signal that ends it ends the server at once.
    """
    given = in_memory(encode(job._replace(session=False)))
    os.set_inheritable(given, True)
    words = confinement.launcher(interpreted(given))
    try:
        privileges.own_session()
        os.execve(words[0], words, {})  # noqa: S606  (its environment would stay readable in the namespace)
    except OSError as error:
        raise StepError("namespaces", error.errno or 0, words[0]) from error


def _become(command: Command) -> NoReturn:
    _hear_signals()
    try:
        os.chdir(command.cwd)
    except OSError as error:
        raise StockadeError(CwdMissing(cwd=command.cwd)) from error
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))  # as the sandbox does: the server gets its three streams
    try:
        os.execve(command.argv[0], command.argv, dict(command.env))  # noqa: S606  (to execute it is what was asked)
    except OSError as error:
        problem = CommandNotExecutable(command=command.argv[0], reason=error.strerror or str(error))
        raise StockadeError(problem) from error


def _hear_signals() -> None:
    """Undo what Python ignores: what is ignored stays so in the program that is executed."""
    for name in ("SIGPIPE", "SIGXFSZ"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
