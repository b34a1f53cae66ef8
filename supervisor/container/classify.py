"""What the docker command's own words about a failed run mean: a table, phrase by phrase. Pure.

It is used where nothing better is known: a failure of the engine's API has a status and an errno (`causes`), one of
`docker run` has a text and an exit code, and the code says little: 127 is also a cidfile in a folder that is not there,
126 also a socket that is forbidden, and a server may end with either. So the phrases decide, the specific ones before
the general, and only in lines that are the docker command's, the runtime's or the container's init's; what the server
itself has said is no evidence. The texts are those of Docker 20.10 to 29, runc, crun, tini and podman.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from supervisor.container.endpoint import without_userinfo
from supervisor.errors import (
    AnyProblem,
    ContainerCommandNotExecutable,
    ContainerCommandNotFound,
    ContainerNameConflict,
    ContainerRefused,
    ContainerRuntimeError,
    EngineDiskFull,
    EngineLost,
    EngineNotRunning,
    EnginePermissionDenied,
    EngineUnreachable,
    ImageNotFound,
    ImagePullFailed,
    ImageWrongPlatform,
    SnapAppArmor,
)

_SPOKEN = re.compile(
    r"docker: |Error response from daemon: |Error: |Failed to initialize: |unable to resolve docker endpoint|"
    r"error during connect: |Cannot connect to |permission denied while trying to connect|failed to connect to the |"
    r"Unable to find image |WARNING: The requested image's platform |\[FATAL tini |exec \S+: |standard_init_linux\.go:|"
    r"unknown flag: |unknown shorthand flag: |invalid argument |flag needs an argument: |"
    r"'?\"?docker run'?\"? requires |time=\"[^\"]*\" level=(?:error|fatal) "
)
"""How a line begins that is not the server's. Warnings of a run that goes on are none of these."""
_PREFIXES = ("docker: ", "Failed to initialize: ", "Error response from daemon: ", "Error: ", "error during connect: ")
_HOST = r"(?P<host>\S+?)(?=[.:;]? |[.:;]?$)"
_NAME = r"\"?`?(?P<command>[^\"`]+?)\"?`?"
_INIT = r"\[FATAL tini \(\d+\)\] exec (?P<command>.+) failed:"


class _Case(NamedTuple):
    """What is being judged."""

    text: str
    """All that was spoken, line by line."""
    reason: str
    """The line that decided, without its frills."""
    command: str
    image: str
    no_new_privileges: bool


class _Row(NamedTuple):
    phrase: str
    means: Callable[[_Case, re.Match[str]], AnyProblem]


def classified(
    exit_code: int | None, stderr_lines: Sequence[str], *, command: str, image: str, no_new_privileges: bool = True
) -> AnyProblem | None:
    """Say what a `docker run` that came to nothing means by its last lines; None if they say nothing of it.

    `command` and `image` are what was asked for; where the text names the command, that name is used.
    """
    if exit_code == 0:
        return None
    asked = _Case("", "", command, image, no_new_privileges)
    return _judged(_ROWS, [line.strip() for line in stderr_lines if _SPOKEN.match(line.strip())], asked)


def _judged(rows: Sequence[_Row], lines: Sequence[str], asked: _Case) -> AnyProblem | None:
    text = "\n".join(lines)
    for row in rows:
        found = re.search(row.phrase, text, re.MULTILINE)
        if found:
            line = text[text.rfind("\n", 0, found.start()) + 1 :].partition("\n")[0]
            return row.means(asked._replace(text=text, reason=plain(line)), found)
    return None


def plain(line: str) -> str:
    """A line of the docker command without what surrounds its message, and without user names and passwords."""
    said = re.search(r'level=\w+ msg="(.*)"', line)
    text = said[1] if said else line
    for prefix in _PREFIXES:
        text = text.removeprefix(prefix)
    return without_userinfo(text.removesuffix(".").removesuffix(": unknown"))


def _engine(
    kind: type[EngineNotRunning | EnginePermissionDenied | EngineUnreachable | EngineLost | EngineDiskFull],
) -> Callable[[_Case, re.Match[str]], AnyProblem]:
    def means(case: _Case, found: re.Match[str]) -> AnyProblem:
        host = found.groupdict().get("host") or "the address in force"
        return kind(host=without_userinfo(host), reason=case.reason)

    return means


def _refused(case: _Case, _: re.Match[str]) -> AnyProblem:
    return ContainerRefused(reason=case.reason)


def _name_conflict(case: _Case, _: re.Match[str]) -> AnyProblem:
    return ContainerNameConflict(reason=case.reason)


def _runtime(case: _Case, _: re.Match[str]) -> AnyProblem:
    return ContainerRuntimeError(reason=case.reason)


def _no_image(case: _Case, _: re.Match[str]) -> AnyProblem:
    return ImageNotFound(image=case.image, reason=case.reason)


def _pull_failed(case: _Case, _: re.Match[str]) -> AnyProblem:
    spoken = [plain(line) for line in case.text.split("\n") if not line.startswith("Unable to find image")]
    return ImagePullFailed(image=case.image, reason=(spoken or [case.reason])[-1])


def _platform(case: _Case, found: re.Match[str]) -> AnyProblem:
    return ImageWrongPlatform(image=case.image, platform=found["platform"], engine=found["engine"])


def _no_manifest(case: _Case, found: re.Match[str]) -> AnyProblem:
    return ImageWrongPlatform(image=case.image, platform="other platforms only", engine=found["engine"])


def _no_command(case: _Case, found: re.Match[str]) -> AnyProblem:
    return ContainerCommandNotFound(image=case.image, command=_named(case, found))


def _not_executable(case: _Case, found: re.Match[str]) -> AnyProblem:
    reason = found.groupdict().get("reason") or "permission denied"
    return ContainerCommandNotExecutable(image=case.image, command=_named(case, found), reason=reason.lower())


def _named(case: _Case, found: re.Match[str]) -> str:
    """The command as the text names it: it may be another than the server's, an interpreter or an entry point."""
    return found.groupdict().get("command") or case.command


def _snap(case: _Case, found: re.Match[str]) -> AnyProblem:
    # Its profile refuses every exec under no-new-privileges, and that of the init, which comes first, in any case.
    is_init = "docker-init" in (found.groupdict().get("command") or "")
    flag = "init" if is_init and not case.no_new_privileges else "no_new_privileges"
    return SnapAppArmor(reason=case.reason, flag=flag)


_ROWS: Sequence[_Row] = tuple(_Row(phrase, means) for phrase, means in (
    # The engine. What it could not be asked says nothing about the server.
    (rf"permission denied while trying to connect to the (?:Docker daemon socket|docker API) at {_HOST}",
     _engine(EnginePermissionDenied)),
    (r"dial unix (?P<host>\S+): connect: permission denied", _engine(EnginePermissionDenied)),
    (rf"Cannot connect to the Docker daemon at {_HOST}", _engine(EngineNotRunning)),
    (rf"failed to connect to the docker API at {_HOST}", _engine(EngineNotRunning)),
    (r"Cannot connect to (?:Podman|the Podman)", _engine(EngineNotRunning)),
    (r"unable to resolve docker endpoint: ", _engine(EngineUnreachable)),
    (r"error waiting for container: (?!context canceled)|^(?:docker: )?unexpected EOF", _engine(EngineLost)),
    (r"error during connect: \w+ \"(?P<host>\w+://[^/\"]+)", _engine(EngineUnreachable)),
    (r"error during connect: ", _engine(EngineUnreachable)),
    (r"no space left on device", _engine(EngineDiskFull)),
    # The docker command took its own arguments amiss.
    (r"^(?:docker: )?(?:unknown (?:shorthand )?flag: |invalid argument |flag needs an argument: )", _refused),
    (r"requires at least 1 argument", _refused),
    # The image.
    (r"does not match the specified platform: wanted (?P<engine>[^,\s]+), actual: (?P<platform>\S+?)\.?$", _platform),
    (r"platform \((?P<platform>[^)]+)\) does not match .*\((?P<engine>[^)]+)\)(?s:.*)exec format error", _platform),
    (r"no matching manifest for (?P<engine>\S+)", _no_manifest),
    (r"pull access denied for |repository does not exist|manifest unknown|manifest for \S+ not found|name unknown",
     _no_image),
    (r"invalid reference format", _no_image),
    (r"[Nn]o such image: ", _no_image),
    (r"image not known", _no_image),
    (r"Unable to find image ", _pull_failed),
    (r"toomanyrequests: |TLS handshake timeout|failed to register layer|unauthorized: ", _pull_failed),
    # The container's name.
    (r"[Cc]ontainer name .* is already in use", _name_conflict),
    # Its first program. With an init of its own the text is the init's, without one the runtime's.
    (rf"^exec {_NAME}: operation not permitted", _snap),
    (r"exec user process caused:? \"?operation not permitted", _snap),
    (rf"{_INIT} Operation not permitted", _snap),
    (rf"{_INIT} No such file or directory", _no_command),
    (rf"{_INIT} (?P<reason>.+)", _not_executable),
    (rf"exec: {_NAME}: (?:executable file not found in \$PATH|stat \S+: no such file or directory)", _no_command),
    (rf"executable file {_NAME} not found", _no_command),
    (rf"exec: {_NAME}: (?P<reason>permission denied|is a directory|exec format error)", _not_executable),
    (rf"^exec {_NAME}: no such file or directory", _no_command),
    (rf"^exec {_NAME}: (?P<reason>.+)$", _not_executable),
    (r"exec user process caused:? \"?no such file or directory", _no_command),
    (r"exec user process caused:? \"?(?P<reason>[^\"\n]+)", _not_executable),
    (r"crun: open executable: (?P<reason>[^:\n]+)", _not_executable),
    # Anything else.
    (r"OCI runtime |failed to create (?:shim task|task for container)|^Error: (?:crun|runc): ", _runtime),
    (r"^(?:docker: )?Error response from daemon: |^docker: |^Error: ", _refused),
))  # fmt: skip
"""Read from the top: the first phrase that is found decides."""
