"""A question to the user's login shell: what would be known here if stockade had been started from a terminal.

The shell reads its profile and then runs one short text, whose answer stands between two markers that are new for each
question: whatever the profile prints before and after is not the answer. In the text each marker is written in two
pieces, so that a profile which prints its own command line does not print them. The answer is whole when its second
marker is there; how the shell ended after that does not matter. A text for POSIX shells is not given to others.

The shell is the user's own: it gets our environment as it is. One variable is added, by which a stockade that the
profile itself starts knows that it must not ask again.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from supervisor.process import brief
from supervisor.process.brief import Brief
from supervisor.process.lookup import escaped

BOUND_S = 5.0
"""Seconds for the profile and the answer: slow ones (version switchers) take one or two."""
INSIDE = "STOCKADE_LOGIN_SHELL"
"""Set in the shell's environment."""
DEFAULT_SHELLS = ("/bin/bash", "/bin/sh")
"""Asked if SHELL is not set."""
FOREIGN = frozenset({"fish", "csh", "tcsh", "bsd-csh", "pwsh", "powershell", "nu", "elvish", "xonsh", "rc", "es"})
"""Shells that do not read POSIX text."""

Question = Literal["\\command -v docker || :", "\\env -0"]
"""What may be asked, word for word: nothing is ever put into the text. The backslash passes over aliases; `|| :` is for
a profile that has said `set -e`."""


class Answer(Struct, frozen=True, kw_only=True):
    """What came of a question; either `text` or a reason."""

    shell: str = ""
    """Who was asked; empty if nobody could be."""
    text: bytes = b""
    """What stood between the markers. It may hold secrets, so it does not show in the repr."""
    reason: str = ""
    """Why there is no answer, for people; empty if there is one."""

    def __repr__(self) -> str:
        return f"Answer(shell={self.shell!r}, {len(self.text)} bytes, reason={self.reason!r})"


class Shell(Struct, frozen=True, kw_only=True):
    """The login shell, or why there is none to be asked."""

    path: str = ""
    reason: str = ""


def ask_now(question: Question, environ: Mapping[str, str], *, platform: str, bound_s: float = BOUND_S) -> Answer:
    """Ask, on this thread, for at most `bound_s` seconds."""
    shell = choose(environ, platform)
    if shell.reason:
        return Answer(shell=shell.path, reason=shell.reason)
    token = secrets.token_hex(16)
    argv = arguments(shell.path, question, token)
    return read(shell.path, brief.run_now(argv, {**environ, INSIDE: "1"}, bound_s=bound_s), token, bound_s)


async def ask(question: Question, environ: Mapping[str, str], *, platform: str, bound_s: float = BOUND_S) -> Answer:
    """As `ask_now`, without holding up the event loop. If this is cancelled, the shell is killed."""
    shell = choose(environ, platform)
    if shell.reason:
        return Answer(shell=shell.path, reason=shell.reason)
    token = secrets.token_hex(16)
    argv = arguments(shell.path, question, token)
    return read(shell.path, await brief.run(argv, {**environ, INSIDE: "1"}, bound_s=bound_s), token, bound_s)


def choose(environ: Mapping[str, str], platform: str) -> Shell:
    """Choose whom to ask: the user's choice, and only where there is none, what every system has."""
    if platform.startswith("win"):
        return Shell(reason="there are no login shells on Windows")
    if INSIDE in environ:
        return Shell(reason="stockade was started by a login profile that stockade is reading")
    chosen = environ.get("SHELL") or next((path for path in DEFAULT_SHELLS if os.access(path, os.X_OK)), "")
    shown = escaped(chosen)
    if not chosen.startswith("/"):
        return Shell(reason=f"SHELL is no absolute path: {shown!r}" if chosen else "there is no shell")
    name = next(filter(None, map(_foreign, (chosen, os.path.realpath(chosen)))), "")
    if name:
        return Shell(path=shown, reason=f"{name} does not read what is written for POSIX shells, so it is not asked")
    return Shell(path=chosen)


def _foreign(path: str) -> str:
    """The name of a shell that does not read POSIX text; empty for any other. Versions (`tcsh-6.24`) do not count."""
    name = os.path.basename(path).lower()
    return name if name in FOREIGN or name.split("-")[0].split(".")[0] in FOREIGN else ""


def arguments(shell: str, question: Question, token: str) -> tuple[str, ...]:
    """The argument list by which a shell is asked."""
    begin, end = (f"\\printf %s%s {piece} {token}" for piece in _PIECES)
    return (shell, "-l", "-c", f"{begin}; {question}; {end}")


_PIECES = ("stockade-begin-", "stockade-end-")


def read(shell: str, ran: Brief, token: str, bound_s: float) -> Answer:
    """Take the answer out of what the shell printed; without both markers there is none."""
    begin, end = (f"{piece}{token}".encode() for piece in _PIECES)
    _, has_begun, rest = ran.output.partition(begin)
    text, is_whole, _ = rest.partition(end)
    if is_whole:
        return Answer(shell=escaped(shell), text=text)
    reasons = {
        "not_started": f"it could not be started: {ran.reason}",
        "late": f"it did not answer within {bound_s:g} s and was killed",
        "flooded": f"it printed more than {brief.OUTPUT_BYTES} bytes and was killed",
        "cancelled": "the question was withdrawn",
        "exited": f"it ended ({_status(ran.code)}) before it had {'ended' if has_begun else 'begun'} its answer",
    }
    printed = " after printing something else" if ran.output and not has_begun else ""
    return Answer(shell=escaped(shell), reason=reasons[ran.end] + printed)


def _status(code: int | None) -> str:
    if code is None:
        return "in a way that is not known"
    return f"exit status {code}" if code >= 0 else f"signal {-code}"
