"""What runs between fork and exec: every step of the confinement, in the one order that is sound, or nothing at all.

own session → parent-death signal → limits → capabilities → no_new_privs → working directory → ruleset → restrict_self →
close descriptors → exec. Limits come before capabilities are gone, no_new_privs before restrict_self (which demands
it), and descriptors are closed last so that every step can still report. A step that fails ends the process with its
name and errno; nothing is ever executed less confined than the job says.

The same steps run in a child of the fork server, in `stockade run --exec`, and inside a mount namespace. They confine
the thread that calls them for good: call them only where that thread is all there is.
"""

from __future__ import annotations

import errno
import os
import resource
from typing import NamedTuple, NoReturn

from supervisor.sandbox import landlock, privileges

NOT_UNDERSTOOD, CANNOT_CONFINE, CONFINEMENT_LOST, NOT_EXECUTABLE, NOT_FOUND = 2, 5, 6, 126, 127
"""Exit codes of a process that ended before its exec (the same numbers as errors.ExitCode)."""

EXEC = "exec"
RULESET = "ruleset"


class Job(NamedTuple):
    """One program to run confined. All text is bytes, as the kernel takes it."""

    argv: tuple[bytes, ...]
    """The first word is an absolute path."""
    env: dict[bytes, bytes]
    cwd: bytes
    abi: int
    """The Landlock ABI that the ruleset is for; 0 = no ruleset (level S1)."""
    grants: tuple[tuple[bytes, str], ...] = ()
    """Path and access class. Unused when the ruleset comes ready made."""
    rlimits: tuple[tuple[int, int], ...] = ()
    """Number of the limit and its value, soft and hard alike; never more than the hard limit that holds already."""
    parent: int = 0
    """The process to die with; 0 = with none. Sound only if the thread that forks lives as long as that process."""
    terminal: bool = False
    """stdin, stdout and stderr may be a terminal (it is let go of as controlling terminal in any case)."""
    probe: tuple[bytes, bytes] | None = None
    """Instead of executing: a file to be written, and one whose writing must be refused."""


class StepError(Exception):
    """A step that failed: nothing was executed."""

    def __init__(self, step: str, code: int, detail: str = "") -> None:
        super().__init__(step, code, detail)
        self.step = step
        self.code = code
        self.detail = detail

    @property
    def exit_code(self) -> int:
        """The code that the process ends with."""
        if self.step == EXEC:
            return NOT_FOUND if self.code == errno.ENOENT else NOT_EXECUTABLE
        return CANNOT_CONFINE if self.step == RULESET and self.code in landlock.ABSENT else CONFINEMENT_LOST


def run(job: Job, ruleset: int | None = None) -> NoReturn:
    """Confine this process and execute the job; raises StepError, and then the process must end.

    `ruleset` is the descriptor of a ready made one; without it the job's own grants are built into one.
    """
    confine(job, ruleset)
    if job.probe:
        os._exit(_try(*job.probe))
    with _Step(EXEC):
        os.execve(job.argv[0], job.argv, job.env)  # noqa: S606 - executing it is what this file is for
    raise AssertionError("exec does not return")


def confine(job: Job, ruleset: int | None = None) -> None:
    """Every step up to the exec; raises StepError."""
    with _Step("terminal"):
        _refuse_terminal(job)
    with _Step("session"):
        privileges.own_session()
    with _Step("parent_death"):
        if job.parent:
            privileges.die_with(job.parent)
    with _Step("rlimits"):
        _limit(job.rlimits)
    with _Step("capabilities"):
        privileges.drop_capabilities()
    with _Step("no_new_privs"):
        privileges.no_new_privileges()
    with _Step("cwd"):
        os.chdir(job.cwd)
    if job.abi:
        _restrict(job, ruleset)
    with _Step("descriptors"):
        privileges.close_on_exec_from(3)


def _restrict(job: Job, ruleset: int | None) -> None:
    with _Step(RULESET):
        if ruleset is None:
            ruleset = landlock.build(job.abi, job.grants)
    with _Step("restrict_self"):
        landlock.restrict_self(ruleset, job.abi)


def _refuse_terminal(job: Job) -> None:
    if not job.terminal and any(os.isatty(descriptor) for descriptor in (0, 1, 2)):
        raise OSError(errno.ENOTTY, "a terminal would be handed on")


def _limit(rlimits: tuple[tuple[int, int], ...]) -> None:
    for number, asked in rlimits:
        hard = resource.getrlimit(number)[1]
        value = asked if hard == resource.RLIM_INFINITY else min(asked, hard)
        resource.setrlimit(number, (value, value))


def _try(inside: bytes, outside: bytes) -> int:
    # The proof by doing: the ruleset must neither let the outside through nor stifle the inside.
    try:
        os.close(os.open(inside, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError:
        return CONFINEMENT_LOST
    try:
        os.close(os.open(outside, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as refusal:
        return 0 if refusal.errno == errno.EACCES else CONFINEMENT_LOST
    return CANNOT_CONFINE


class _Step:
    """Names what is being done, so that an OSError leaves as a StepError."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: object, problem: BaseException | None, trace: object) -> None:
        if isinstance(problem, OSError):
            path = problem.filename
            detail = os.fsencode(path).decode("utf-8", "backslashreplace") if isinstance(path, str | bytes) else ""
            raise StepError(self.name, problem.errno or 0, detail) from problem
