"""Why a question to the engine came to nothing: from the errors that were raised to a problem, typed causes first.

Pure, and it knows the SDK's errors and those of the libraries below it by their names only, so that nothing of them is
loaded where nothing is asked.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator

from supervisor.container.endpoint import without_userinfo
from supervisor.errors import (
    AnyProblem,
    ContainerRefused,
    EngineNotResponding,
    EngineNotRunning,
    EnginePermissionDenied,
    EngineUnreachable,
    ImageNotFound,
    ImagePullFailed,
    ImageWrongPlatform,
)

FORBIDDEN = {errno.EACCES, errno.EPERM}
ABSENT = {errno.ENOENT, errno.ECONNREFUSED, errno.ENOTDIR, errno.ENOTSOCK}
BROKEN_OFF = {errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED, errno.EBADF}
OVERDUE = {errno.EAGAIN}
"""A socket whose queue is full of callers that nobody takes."""

SLOW = {"ReadTimeout", "ReadTimeoutError", "TooSlowError"}
BROKEN = {"RemoteDisconnected", "ChunkedEncodingError", "IncompleteRead"}
MISSING_IMAGE = (
    "pull access denied", "repository does not exist", "manifest unknown", "no such image", "name unknown",
    "invalid reference format",
)  # fmt: skip
UNSAYABLE = {"StoreError", "InvalidConfigFile", "InvalidRepository"}
"""What the SDK raises before it asks: the registry's credentials cannot be had, or the name is none."""
OTHER_PLATFORM = "no matching manifest for "

Unavailable = EngineNotRunning | EnginePermissionDenied | EngineUnreachable | EngineNotResponding
"""Why an engine gives no answer at all."""


def chain(error: BaseException) -> Iterator[BaseException]:
    """The error and everything that led to it, outermost first; libraries hide causes in arguments and attributes."""
    pending, known = [error], set()
    while pending:
        one = pending.pop(0)
        if id(one) in known:
            continue
        known.add(id(one))
        yield one
        inner = (one.__cause__, one.__context__, getattr(one, "reason", None), *one.args)
        pending += [other for other in inner if isinstance(other, BaseException)]


def status_of(error: BaseException) -> int:
    """The HTTP status with which the engine refused; 0 if it is no refusal."""
    for one in chain(error):
        status = getattr(getattr(one, "response", None), "status_code", None)
        if isinstance(status, int) and status >= 400:
            return status
    return 0


def is_refusal(error: BaseException) -> bool:
    """Whether a pull was refused, by the engine or before it was asked; else the engine gave no answer."""
    return bool(status_of(error)) or any(type(one).__name__ in UNSAYABLE for one in chain(error))


def words_of(error: BaseException) -> str:
    """What the engine, or else the innermost error, says about it: one line, without user names and passwords."""
    causes = [
        one for one in chain(error) if not isinstance(one, NameError)
    ]  # the SDK's, for lack of an extra of its own
    explanations = [str(text) for one in causes if (text := getattr(one, "explanation", None))]
    spoken = [one.strerror for one in causes if isinstance(one, OSError) and one.errno and one.strerror]
    text = (explanations or spoken[::-1] or [str(causes[-1]) or type(causes[-1]).__name__])[0]
    return without_userinfo(" ".join(text.split()))


def engine_problem(error: BaseException, host: str) -> Unavailable:
    """What an error means that came instead of an answer; `host` is the engine's address as it is shown."""
    causes = list(chain(error))
    numbers = {one.errno for one in causes if isinstance(one, OSError) and _is_errno(one)}
    names = {type(one).__name__ for one in causes}
    reason = words_of(error)
    kind: type[Unavailable] = EngineUnreachable
    if numbers & FORBIDDEN or status_of(error) in {401, 403}:
        kind = EnginePermissionDenied
    elif numbers & ABSENT:
        kind = EngineNotRunning
    elif names & SLOW or numbers & OVERDUE:
        kind, reason = EngineNotResponding, "it took the request and did not answer in time"
    elif names & BROKEN or numbers & BROKEN_OFF:
        kind, reason = EngineNotRunning, "it closed the connection without an answer"
    elif status_of(error) >= 500:  # what stands in its place while it starts: Docker Desktop, a proxy
        kind = EngineNotRunning
    return kind(host=host, reason=reason)


def refusal(error: BaseException, host: str) -> AnyProblem:
    """What an error means that came of a question about a container: a refusal, or no answer."""
    return ContainerRefused(reason=words_of(error)) if status_of(error) else engine_problem(error, host)


def pull_problem(image: str, text: str, status: int = 0) -> AnyProblem:
    """Why an image could not be fetched, by the status and the words of the engine."""
    reason = without_userinfo(" ".join(text.split()))
    said = reason.lower()
    if OTHER_PLATFORM in said:
        wanted = said.partition(OTHER_PLATFORM)[2].split(" ")[0]
        return ImageWrongPlatform(image=image, platform="other platforms only", engine=wanted)
    if status == 404 or any(phrase in said for phrase in MISSING_IMAGE):
        return ImageNotFound(image=image, reason=reason)
    return ImagePullFailed(image=image, reason=reason)


def _is_errno(error: OSError) -> bool:
    """Name resolution has numbers of its own, which are none of errno's."""
    return type(error).__name__ not in {"gaierror", "herror"} and "ssl" not in type(error).__module__
