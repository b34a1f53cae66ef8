"""Telling a person what is wrong and what to do, and putting answers on stdout; neither ever ends in a traceback.

A standard stream may be closed, full, or read by nobody. An answer that cannot be put is a problem like any other; a
complaint that nobody can take is dropped rather than waited for.
"""

from __future__ import annotations

import json
import os
import select
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from supervisor.errors import Defect, OutputLost, Problem, StockadeError
from supervisor.escaping import printable

STDIN, STDOUT, STDERR = 0, 1, 2
COMPLAINT_BYTES = 4096
"""POSIX's least PIPE_BUF is 512, Linux has 4096: what poll calls writable takes so much without waiting."""
PATIENCE_S = 0.5
"""Seconds for a full stderr to be read before what is said there is dropped."""
TRACEBACK_KEY = "STOCKADE_TRACEBACK"


def fill_standard_streams() -> None:
    """Open /dev/null where a standard stream is closed, so that no file of ours comes to stand in its place."""
    for number in (STDIN, STDOUT, STDERR):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one


def put(text: str) -> None:
    """Write an answer to stdout, and be sure that it has left.

    Raises: StockadeError(OutputLost); BrokenPipeError if its reader has had enough.
    """
    if sys.stdout is None:
        raise StockadeError(OutputLost(reason="it is closed"))
    try:
        sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
        sys.stdout.flush()
    except OSError as error:
        _drop_stdout()
        if isinstance(error, BrokenPipeError):
            raise
        raise StockadeError(OutputLost(reason=error.strerror or str(error))) from error


def _drop_stdout() -> None:
    """Lead what is still buffered nowhere: else the interpreter fails on it once more when it ends."""
    null = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    os.dup2(null, STDOUT)
    os.close(null)


def put_json(value: Any) -> None:
    """Write an answer to stdout as one line of JSON."""
    put(json.dumps(value) + "\n")


def fields_of(problem: Problem) -> dict[str, Any]:
    """Render a problem for programs: its code and facts, its text and remedy, its exit code."""
    fields: dict[str, Any] = msgspec.to_builtins(problem)
    return fields | {"message": problem.text, "remedy": problem.remedy, "exit_code": int(problem.exit_code)}


def complain(problem: Problem, *, as_json: bool = False) -> int:
    """Say it on stderr, and with `as_json` on stdout too; returns the exit code that goes with it."""
    return complain_about(fields_of(problem), as_json=as_json)


def complain_about(fields: Mapping[str, Any], *, as_json: bool = False) -> int:
    """Say what the fields of a problem say, those of another process for one."""
    if as_json:
        with suppress(StockadeError, OSError):  # it is said on stderr as well
            put_json({"error": fields})
    text, code, remedy = (printable(str(fields.get(key, ""))) for key in ("message", "code", "remedy"))
    _say(f"stockade: {text} [{code}]\n  {remedy}\n")
    code_given = fields.get("exit_code")
    return code_given if isinstance(code_given, int) and 0 < code_given < 256 else 1


def _say(text: str) -> None:
    data = text.encode("utf-8", "backslashreplace")
    poll = select.poll()
    poll.register(STDERR, select.POLLOUT)
    try:
        if sys.stderr is not None:
            sys.stderr.flush()
        if poll.poll(PATIENCE_S * 1000):
            os.write(STDERR, data[:COMPLAINT_BYTES])
    except OSError:
        pass  # nobody reads it


def leaves(error: BaseException) -> Iterator[BaseException]:
    """Yield the exceptions in a group, in groups within it too; an exception that is no group is its own only leaf."""
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from leaves(inner)
    else:
        yield error


def problem_of(error: BaseException, environ: Mapping[str, str]) -> Problem:
    """Say what an exception that reached the edge means; whatever was not raised on purpose is a defect of ours."""
    every = list(leaves(error))
    for leaf in every:
        if isinstance(leaf, StockadeError):
            return leaf.problem
    if environ.get(TRACEBACK_KEY):
        import traceback

        _say("".join(traceback.format_exception(error)))
    return Defect(error=_named(every[0]), where=_place(every[0]))


def _named(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".encode("utf-8", "backslashreplace").decode()


def _place(error: BaseException) -> str:
    frame = error.__traceback__
    if frame is None:
        return "unknown"
    while frame.tb_next is not None:
        frame = frame.tb_next
    return f"{Path(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}"
