"""A step of the confinement that failed: its name, its errno, and the code that the process ends with. Pure."""

from __future__ import annotations

import errno
import json

from supervisor.sandbox.calls import EXEC, Call

NOT_UNDERSTOOD, CANNOT_CONFINE, CONFINEMENT_LOST, NOT_EXECUTABLE, NOT_FOUND = 2, 5, 6, 126, 127
"""Exit codes of a process that ended before its exec (the same numbers as errors.ExitCode)."""

RULESET = "ruleset"
NO_LANDLOCK = (errno.ENOSYS, errno.EOPNOTSUPP)
"""What the kernel answers when it was built without Landlock, or booted without it."""
_BY_PATH = ("chdir", "execve", "openat")


class StepError(Exception):
    """A step that failed: nothing was executed."""

    def __init__(self, step: str, code: int, detail: str = "") -> None:
        super().__init__(step, code, detail)
        self.step = step
        self.code = code
        self.detail = detail

    def told(self) -> bytes:
        """The failure as it goes through a report pipe."""
        return json.dumps([self.step, self.code, self.detail]).encode()

    @property
    def exit_code(self) -> int:
        """The code that the process ends with."""
        if self.step == EXEC:
            return NOT_FOUND if self.code == errno.ENOENT else NOT_EXECUTABLE
        return CANNOT_CONFINE if self.step == RULESET and self.code in NO_LANDLOCK else CONFINEMENT_LOST


def failure(call: Call, got: int) -> StepError:
    """What a call's wrong result says."""
    if got >= 0:
        return StepError(call.step, errno.ENOTRECOVERABLE, f"{call.name} gave {got}, and {call.expect} was expected")
    path = next((argument for argument in call.arguments if isinstance(argument, bytes)), b"")
    return StepError(call.step, -got, path.decode("utf-8", "backslashreplace") if call.name in _BY_PATH else "")
