"""Everything that can go wrong and that a person may have to act on.

A *problem* is data: a frozen struct with a stable code (its tag), facts as fields, one sentence of what happened and
one remedy that a person can carry out now. Problems travel in reply messages, events, `--json` output and on the
control socket. `StockadeError` is the one exception that carries a problem out of an edge or out of the library;
inside, what the world may do is a reply, and an exception is a bug.

The reference pages in docs/reference/errors are generated from the docstrings here.
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar

from msgspec import Struct


class ExitCode(IntEnum):
    """The one table of exit codes of the command `stockade`."""

    OK = 0
    """All is well."""
    FAILED = 1
    """It failed, or warnings were found."""
    USAGE = 2
    """The command line or the configuration is wrong."""
    DEGRADED = 3
    """Something runs, or would run, with less than was asked for; or a scan did not cover everything."""
    REFUSED = 4
    """A policy refused it: quarantined, dangerous, verdict unknown."""
    CANNOT_CONFINE = 5
    """This machine cannot confine the server as asked; nothing was started."""
    CONFINEMENT_LOST = 6
    """A step of the confinement failed; nothing was executed."""
    TRY_AGAIN = 75
    """The daemon does not run, or cannot take the request now."""
    NOT_EXECUTABLE = 126
    """The command was found and cannot be executed, as a shell says it."""
    NOT_FOUND = 127
    """The command was not found, as a shell says it."""


class Problem(Struct, frozen=True, kw_only=True, tag_field="code"):
    """The root of all problems: `sentence` and `remedy` are templates over the problem's own fields."""

    sentence: ClassVar[str] = ""
    advice: ClassVar[str] = ""
    exit_code: ClassVar[ExitCode] = ExitCode.FAILED
    known_as: ClassVar[str] = ""
    """The name that the same failure has elsewhere."""

    @property
    def code(self) -> str:
        """The stable code, `subject.what_is_wrong`."""
        return str(self.__struct_config__.tag)

    @property
    def text(self) -> str:
        """What happened, in one sentence."""
        return self.sentence.format_map({name: getattr(self, name) for name in self.__struct_fields__})

    @property
    def remedy(self) -> str:
        """What a person can do about it now."""
        return self.advice.format_map({name: getattr(self, name) for name in self.__struct_fields__})


class StockadeError(Exception):
    """The root of every exception that stockade raises on purpose; `problem` says all about it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.problem.text} [{self.problem.code}] {self.problem.remedy}".strip()


class ConfigError(StockadeError):
    """A configuration that cannot be used as it stands."""


class ControlError(StockadeError):
    """The daemon refused, or could not be reached."""


class LaunchError(StockadeError):
    """A process that could not be started as it was asked for."""


class SessionError(StockadeError):
    """A client's conversation with a server that could not be opened or go on."""


# ---------------------------------------------------------------------------------------------------- processes


class CommandNotFound(Problem, frozen=True, kw_only=True, tag="process.command_not_found"):
    """The server's command is neither a path to a file nor a name on the PATH that the server would get."""

    sentence: ClassVar[str] = "the command {command!r} was not found on PATH {path!r}"
    advice: ClassVar[str] = "Install it, write its absolute path into `command`, or add its folder to PATH in `env`."
    exit_code: ClassVar[ExitCode] = ExitCode.NOT_FOUND

    command: str
    path: str
    """The PATH that the server would get."""


class CommandNotExecutable(Problem, frozen=True, kw_only=True, tag="process.command_not_executable"):
    """The command exists but the kernel would not execute it (a folder, no execute bit, bad format or interpreter)."""

    sentence: ClassVar[str] = "{command!r} cannot be executed: {reason}"
    advice: ClassVar[str] = "Make it executable (`chmod +x`), with a first line that names an interpreter that exists."
    exit_code: ClassVar[ExitCode] = ExitCode.NOT_EXECUTABLE

    command: str
    reason: str
    """The kernel's word, or what is wrong with the first line."""


class CwdMissing(Problem, frozen=True, kw_only=True, tag="process.cwd_missing"):
    """The working directory that the config names is not a directory."""

    sentence: ClassVar[str] = "the working directory {cwd!r} does not exist or is not a directory"
    advice: ClassVar[str] = "Create it, or correct `cwd` (`working_dir`) of the server."
    exit_code: ClassVar[ExitCode] = ExitCode.USAGE

    cwd: str


class SpawnFailed(Problem, frozen=True, kw_only=True, tag="process.spawn_failed"):
    """The kernel refused to start a process for a reason of its own (limits, memory)."""

    sentence: ClassVar[str] = "the process could not be started: {step}: {reason}"
    advice: ClassVar[str] = (
        "Look at the limits of this user (ulimit -a) and at free memory, then start the server again."
    )

    step: str
    """What was being done when it failed."""
    reason: str


# ------------------------------------------------------------------------------------------------------ sandbox


class LandlockUnavailable(Problem, frozen=True, kw_only=True, tag="sandbox.landlock_unavailable"):
    """This kernel does not confine file access: Landlock is missing, switched off, or did not hold when tried."""

    sentence: ClassVar[str] = "this machine cannot confine files with Landlock: {reason}"
    advice: ClassVar[str] = (
        "Use Linux 5.13 or later with `landlock` among the `lsm=` modules, choose `mode: docker`, or accept less "
        "for this server with `sandbox: {{best_effort: true}}`."
    )
    exit_code: ClassVar[ExitCode] = ExitCode.CANNOT_CONFINE

    reason: str


class LevelUnavailable(Problem, frozen=True, kw_only=True, tag="sandbox.level_unavailable"):
    """A sandbox level was asked for by name, and this machine or this version cannot give it."""

    sentence: ClassVar[str] = "sandbox level {level} is not available: {reason}"
    advice: ClassVar[str] = "Use `sandbox: {{level: auto}}` or a level that `stockade explain` shows as available."
    exit_code: ClassVar[ExitCode] = ExitCode.CANNOT_CONFINE

    level: str
    reason: str


class ConfinementFailed(Problem, frozen=True, kw_only=True, tag="sandbox.confinement_failed"):
    """A step of the confinement failed in the child; nothing was executed."""

    sentence: ClassVar[str] = "the sandbox could not be applied: {step}: {reason}"
    advice: ClassVar[str] = (
        "Nothing was started. Run `stockade doctor` as this user: it tries out every step, and says what to change."
    )
    exit_code: ClassVar[ExitCode] = ExitCode.CONFINEMENT_LOST

    step: str
    """The step of the confinement that failed."""
    reason: str


class GrantRefused(Problem, frozen=True, kw_only=True, tag="sandbox.grant_refused"):
    """A path was to be granted for writing that would give the server everything (`/` or the home folder)."""

    sentence: ClassVar[str] = "granting {path!r} for writing is refused: it would open every secret below it"
    advice: ClassVar[str] = "Grant the folders that the server needs one by one in `sandbox.read_write`."
    exit_code: ClassVar[ExitCode] = ExitCode.USAGE

    path: str


class SettingUnavailable(Problem, frozen=True, kw_only=True, tag="sandbox.setting_unavailable"):
    """A setting of the sandbox is understood, and this version cannot hold to it; it is not passed over in silence."""

    sentence: ClassVar[str] = "sandbox.{setting}: {value!r} cannot be held to: {reason}"
    advice: ClassVar[str] = "Remove `sandbox.{setting}` from this server, or use `mode: docker`."
    exit_code: ClassVar[ExitCode] = ExitCode.CANNOT_CONFINE

    setting: str
    value: str
    reason: str


class SocketsReachable(Problem, frozen=True, kw_only=True, tag="sandbox.sockets_reachable"):
    """Sockets of an engine, a bus or an agent can be connected to at this level: the server gets more through them."""

    sentence: ClassVar[str] = "at sandbox level {level} the server can connect to {sockets}, and do more through it"
    advice: ClassVar[str] = (
        "Install bubblewrap, so that level S3 hides it (`stockade doctor` says what is missing), run the server as a "
        "user that may not connect to it (`sandbox.user`), or use `mode: docker`."
    )
    exit_code: ClassVar[ExitCode] = ExitCode.FAILED

    level: str
    sockets: str
    """Those that it could connect to."""


class InstallFailed(Problem, frozen=True, kw_only=True, tag="sandbox.install_failed"):
    """A server without a network is started by a package runner, and the runner could not fetch its package before."""

    sentence: ClassVar[str] = "{runner} could not fetch what the server needs: it ended with {status}{said}"
    advice: ClassVar[str] = (
        "Correct the package's name or what the runner says; it was allowed the network for this, the server is not. "
        "If it was only slow, start the server again: what was fetched is kept."
    )

    runner: str
    status: str
    said: str = ""
    """Its last lines on stderr, escaped, each after a colon or a semicolon."""


# ----------------------------------------------------------------------------------------- docker, engine, containers


class DockerNotFound(Problem, frozen=True, kw_only=True, tag="docker_path.not_found"):
    """The docker command is at none of the places where it can be; a bare name is never handed to a shell instead."""

    sentence: ClassVar[str] = "the docker command was not found: {tried}"
    advice: ClassVar[str] = (
        "Install Docker (or a command of that name that is compatible), or put its folder on stockade's PATH; it is "
        "looked for again at once when it appears at one of the well-known places. `stockade doctor` says more."
    )
    exit_code: ClassVar[ExitCode] = ExitCode.CANNOT_CONFINE

    tried: str
    """Each place with what was found there."""
    retry_after_s: float
    """Seconds until everything is searched again."""


class EngineProblem(Problem, frozen=True, kw_only=True):
    """The root of what keeps an engine from being used at all: no server is at fault, so none is counted a failure."""

    exit_code: ClassVar[ExitCode] = ExitCode.TRY_AGAIN

    host: str
    """The engine's address, without user name and password."""
    reason: str


class EngineNotRunning(EngineProblem, frozen=True, kw_only=True, tag="engine.not_running"):
    """Nothing listens at the engine's socket, or the socket is not there."""

    sentence: ClassVar[str] = "no Docker engine runs at {host}: {reason}"
    advice: ClassVar[str] = (
        "Start it (`systemctl start docker`, Docker Desktop, `colima start`, …); its servers start by themselves then."
    )


class EnginePermissionDenied(EngineProblem, frozen=True, kw_only=True, tag="engine.permission_denied"):
    """This user may not connect to the engine's socket."""

    sentence: ClassVar[str] = "this user may not talk to the Docker engine at {host}: {reason}"
    advice: ClassVar[str] = (
        "Use a rootless engine, or add the user to the group that owns the socket (which is as good as root) and log "
        "in again; or choose `mode: sandbox`, which needs no engine."
    )


class EngineUnreachable(EngineProblem, frozen=True, kw_only=True, tag="engine.unreachable"):
    """The address of the engine is no address, names no host, or leads to nobody who speaks the engine's protocol."""

    sentence: ClassVar[str] = "the Docker engine at {host} cannot be reached: {reason}"
    advice: ClassVar[str] = (
        "Correct DOCKER_HOST or the current context (`docker context use NAME`): `stockade doctor` says which of them "
        "is in force, and why it leads nowhere."
    )


class EngineNotResponding(EngineProblem, frozen=True, kw_only=True, tag="engine.not_responding"):
    """The engine, or the containerd below it, takes requests and does not answer them: it is stopped or stuck."""

    sentence: ClassVar[str] = "the Docker engine at {host} does not answer: {reason}"
    advice: ClassVar[str] = (
        "Restart it if it does not come back (`systemctl restart docker`, Docker Desktop, …); it is watched, and its "
        "servers start by themselves when it answers."
    )


class EngineLost(EngineProblem, frozen=True, kw_only=True, tag="engine.lost"):
    """The engine went away while a container of the server was running."""

    sentence: ClassVar[str] = "the Docker engine at {host} went away: {reason}"
    advice: ClassVar[str] = (
        "Start the engine if it does not come back (`systemctl start docker`, Docker Desktop, …); the server is "
        "started again by itself then, and what may be left of it is ended first."
    )


class EngineDiskFull(EngineProblem, frozen=True, kw_only=True, tag="engine.disk_full"):
    """The engine has no room left for a container: its disk is full, or a table of its machine's kernel."""

    sentence: ClassVar[str] = "the Docker engine at {host} has no room left: {reason}"
    advice: ClassVar[str] = (
        "Make room: `docker system df` shows what takes it, `docker system prune` removes what nobody uses. "
        "Its servers are tried again every minute."
    )


class SnapAppArmor(Problem, frozen=True, kw_only=True, tag="engine.snap_apparmor"):
    """Docker from snap runs under an AppArmor profile that refuses what a hardening flag asks for.

    Under that profile nothing may be executed with `no-new-privileges`, so a hardened container ends before its first
    line. Servers in containers do not start, and scanner plugins that run in Docker only cannot look at them. There are
    four ways out, the better ones first:

    1. **Docker from its own packages.** Remove the snap (`snap remove docker`) and install Docker Engine from
       [its own packages](https://docs.docker.com/engine/install/) or your distribution's (`docker.io`). Nothing has to
       be relaxed. Images and volumes of the snap do not come along.
    2. **Another engine beside it.** Rootless Docker, Podman or an engine on another machine, named by `DOCKER_HOST` or
       a context: [Use your engine](../../how-to/docker-engines.md).
    3. **No container.** `isolation: {"mode": "sandbox"}` for the server, or in `stockade.defaults` for all: confined by
       the kernel, without any engine. Scanner plugins with a native command run there as well; one that runs in
       Docker only stays `skipped(docker_unusable)`, which is told as `degraded`, until you take it out of
       `scan.plugins` or give it a `command` of its own in `stockade.plugins`.
    4. **Relax the flag.** `isolation: {"hardening": {"no_new_privileges": false}}` for the server that needs it, and
       `"init": false` too if the next start names that; all other flags stay. A set-id program in the image can then
       gain rights within its container, which still has no capabilities.

    `stockade doctor` says whether your Docker is from snap, `stockade doctor --deep` whether a container starts with
    every flag. What else is different with a snap: [Docker from snap](../../how-to/docker-engines.md#docker-from-snap).
    """

    known_as: ClassVar[str] = "MCPX_DOCKER_SNAP_APPARMOR"
    sentence: ClassVar[str] = "Docker from snap refused to start the container: {reason}"
    advice: ClassVar[str] = (
        'Relax that flag: `isolation: {{"hardening": {{"{flag}": false}}}}` (or `compat`), or install Docker from its '
        "own packages."
    )

    reason: str
    flag: str
    """The hardening flag to relax."""


class ImageNotFound(Problem, frozen=True, kw_only=True, tag="image.not_found"):
    """The image is not on the engine, and its registry does not have it or does not show it."""

    sentence: ClassVar[str] = "there is no image {image!r}: {reason}"
    advice: ClassVar[str] = "Correct `isolation.image`, log in to its registry (`docker login`), or build it first."

    image: str
    reason: str


class ImagePullFailed(Problem, frozen=True, kw_only=True, tag="image.pull_failed"):
    """The image is not on the engine and could not be fetched."""

    sentence: ClassVar[str] = "the image {image!r} could not be fetched: {reason}"
    advice: ClassVar[str] = (
        "Fetch it ahead with `stockade pull`, which shows how far it comes; then correct the registry's name or the "
        "engine's network and proxy, or log in (`docker login`)."
    )

    image: str
    reason: str


class ImageWrongPlatform(Problem, frozen=True, kw_only=True, tag="image.wrong_platform"):
    """The image is made for another processor or system than the engine's."""

    sentence: ClassVar[str] = "the image {image!r} is for {platform}, not for {engine}"
    advice: ClassVar[str] = "Name an image (or a digest) that is made for this platform."

    image: str
    platform: str
    """The image's own."""
    engine: str
    """The engine's own platform, or the one that `--platform` asks for."""


class ContainerNameConflict(Problem, frozen=True, kw_only=True, tag="container.name_conflict"):
    """A container of this name exists already."""

    sentence: ClassVar[str] = "the container's name is in use: {reason}"
    advice: ClassVar[str] = "Remove the other container, or leave `--name` out of the server's arguments."

    reason: str


class ContainerRefused(Problem, frozen=True, kw_only=True, tag="container.refused"):
    """The engine did not take the order to make the container: an argument, a mount or a limit that it has not."""

    sentence: ClassVar[str] = "the engine refused the container: {reason}"
    advice: ClassVar[str] = (
        "`stockade explain NAME` shows the exact arguments; "
        "correct `extra_args`, the limits, or the command's own ones."
    )

    reason: str


class ContainerRuntimeError(Problem, frozen=True, kw_only=True, tag="container.runtime_error"):
    """The engine made the container, and its runtime could not start it."""

    sentence: ClassVar[str] = "the container could not be started: {reason}"
    advice: ClassVar[str] = "`stockade explain NAME` shows the exact arguments; run them by hand to see it live."

    reason: str


class ContainerCommandNotFound(Problem, frozen=True, kw_only=True, tag="container.command_not_found"):
    """The image has no program of the server's name."""

    sentence: ClassVar[str] = "the image {image!r} has no command {command!r}"
    advice: ClassVar[str] = "Name an image that has it in `isolation.image`, or another command."
    exit_code: ClassVar[ExitCode] = ExitCode.NOT_FOUND

    image: str
    command: str


class ContainerCommandNotExecutable(Problem, frozen=True, kw_only=True, tag="container.command_not_executable"):
    """The server's program is in the image and cannot be executed there."""

    sentence: ClassVar[str] = "{command!r} cannot be executed in the image {image!r}: {reason}"
    advice: ClassVar[str] = (
        "Give it the permission to be executed (`chmod +x`) and a first line that names an interpreter in the image, "
        "or name a program that is made for it."
    )
    exit_code: ClassVar[ExitCode] = ExitCode.NOT_EXECUTABLE

    image: str
    command: str
    reason: str


class ContainerIdMissing(Problem, frozen=True, kw_only=True, tag="container.id_missing"):
    """The engine was asked for a container, and neither its cidfile nor a look-up by label said which one it is."""

    sentence: ClassVar[str] = "the container's id did not become known within {limit_s:g} s"
    advice: ClassVar[str] = (
        "Start the server again; `stockade doctor` says whether the engine answers and has room. Nothing is used of "
        "this try, and what may have been made is removed."
    )

    limit_s: float


class ContainerRunnerMissing(Problem, frozen=True, kw_only=True, tag="container.runner_missing"):
    """The official image of the server's runtime does not contain its package runner, and it cannot be added."""

    sentence: ClassVar[str] = "the image {image!r} has no {runner!r}: {reason}"
    advice: ClassVar[str] = "Name an image that has it in `isolation.image`{example}, or use `mode: sandbox`."
    exit_code: ClassVar[ExitCode] = ExitCode.USAGE

    image: str
    runner: str
    reason: str
    example: str = ""


class ContainerArgumentRefused(Problem, frozen=True, kw_only=True, tag="container.argument_refused"):
    """One of the config's `extra_args` would take the container out of stockade's hands, or is no option at all."""

    sentence: ClassVar[str] = "`extra_args` cannot hold {argument!r}: {reason}"
    advice: ClassVar[str] = "Take it out of `isolation.extra_args`; arguments of the server belong into `args`."
    exit_code: ClassVar[ExitCode] = ExitCode.USAGE

    argument: str
    reason: str


class ContainerVariableInvalid(Problem, frozen=True, kw_only=True, tag="container.variable_invalid"):
    """A variable that would steer the docker command itself has a value that cannot be given to the container alone."""

    sentence: ClassVar[str] = "the variable {name} cannot be given to the container: {reason}"
    advice: ClassVar[str] = "Write its value on one line, or put it into a file that is mounted."
    exit_code: ClassVar[ExitCode] = ExitCode.USAGE

    name: str
    reason: str


class ContainerUnmanaged(Problem, frozen=True, kw_only=True, tag="container.unmanaged"):
    """A user-written command starts containers that stockade cannot find again, so it cannot see to their end."""

    sentence: ClassVar[str] = "{place}: what `{verb}` starts is not managed: {reason}"
    advice: ClassVar[str] = "{mend}."

    place: str
    verb: str
    reason: str
    mend: str


class ContainerDoubtful(Problem, frozen=True, kw_only=True, tag="container.doubtful"):
    """A container's options undo its isolation, keep it from being a server, or ask for what it will not have."""

    sentence: ClassVar[str] = "{place}: {reason}"
    advice: ClassVar[str] = "{mend}."

    place: str
    reason: str
    mend: str


class ContainerLooselyHeld(Problem, frozen=True, kw_only=True, tag="container.loosely_held"):
    """A user-written container has fewer bounds than one that stockade makes. A note: it works as it is."""

    sentence: ClassVar[str] = "{place}: its container is less held than it could be: {reasons}"
    advice: ClassVar[str] = "In its arguments, {mends}."
    exit_code: ClassVar[ExitCode] = ExitCode.OK

    place: str
    reasons: str
    mends: str


class ImageWithoutDigest(Problem, frozen=True, kw_only=True, tag="image.without_digest"):
    """An image is named by a tag, which may mean another image tomorrow. A note: it works as it is."""

    sentence: ClassVar[str] = "{place}: the image {image!r} is named without a digest, so it may change unseen"
    advice: ClassVar[str] = "{mend}"
    exit_code: ClassVar[ExitCode] = ExitCode.OK

    place: str
    image: str
    mend: str
    """With the digest form, if the engine has the image."""


# ------------------------------------------------------------------------------------------------------- modes


class ModeUnavailable(Problem, frozen=True, kw_only=True, tag="mode.unavailable"):
    """The server's isolation mode is understood, and what was asked for cannot run it: `run --exec` for one."""

    sentence: ClassVar[str] = "mode {mode!r} is not available here"
    advice: ClassVar[str] = "Set `mode: sandbox` (confined) or `mode: none`; `run --exec` knows these two only."
    exit_code: ClassVar[ExitCode] = ExitCode.CANNOT_CONFINE

    mode: str


class SharingUnavailable(Problem, frozen=True, kw_only=True, tag="sharing.unavailable"):
    """The server's `sharing` is understood, and this version of stockade cannot serve it."""

    sentence: ClassVar[str] = "sharing {sharing!r} is not available in this version"
    advice: ClassVar[str] = "Remove `sharing`, or set `sharing: per-session`: every client gets a process of its own."
    exit_code: ClassVar[ExitCode] = ExitCode.USAGE

    sharing: str


# ------------------------------------------------------------------------------------------------------- server


class ExitedBeforeHandshake(Problem, frozen=True, kw_only=True, tag="server.exited_before_handshake"):
    """The server's process ended before it had answered the opening of the protocol."""

    sentence: ClassVar[str] = "the server ended during {stage} with {status}"
    advice: ClassVar[str] = (
        "Read what it wrote to stderr last; run the same command by hand with `stockade run -- …` to see it live."
    )

    stage: str
    status: str
    """How the process ended: `exit status 1`, `signal 9`."""


class HandshakeTimeout(Problem, frozen=True, kw_only=True, tag="server.handshake_timeout"):
    """The server was started and did not answer the opening of the protocol within its stage's clock."""

    sentence: ClassVar[str] = "the server did not answer the handshake within {limit_s:g} s"
    advice: ClassVar[str] = (
        "If it is only slow (a cold package runner), raise `startup.handshake`; else what it wrote to stderr last says "
        "what it waits for."
    )

    limit_s: float


class StageTimeout(Problem, frozen=True, kw_only=True, tag="server.stage_timeout"):
    """A stage of the start did not finish within its own clock."""

    sentence: ClassVar[str] = "the stage {stage!r} did not finish within {limit_s:g} s"
    advice: ClassVar[str] = "Raise `startup.{stage}` for this server if the stage is only slow."

    stage: str
    limit_s: float


class StdoutNotJsonrpc(Problem, frozen=True, kw_only=True, tag="server.stdout_not_jsonrpc"):
    """The server writes text that is not JSON-RPC to its standard output, and too much of it to be a banner."""

    sentence: ClassVar[str] = "the server's stdout is not JSON-RPC ({reason}); the first such line: {first_line!r}"
    advice: ClassVar[str] = "Make it log to stderr; a stdio MCP server may write nothing but messages to stdout."

    reason: str
    first_line: str
    """The beginning of the first such line."""


class HandshakeRefused(Problem, frozen=True, kw_only=True, tag="server.handshake_refused"):
    """The server answered the opening of the protocol, or the listing of its tools, with an error."""

    sentence: ClassVar[str] = "the server refused {method} with error {number}: {reason}"
    advice: ClassVar[str] = (
        "Correct the server's arguments or credentials as the error says; what is no stdio MCP server cannot be run "
        "here."
    )

    method: str
    """What it was asked."""
    number: int
    """The error's code in JSON-RPC."""
    reason: str


class ToolListEndless(Problem, frozen=True, kw_only=True, tag="server.tools_endless"):
    """The server's list of tools goes on and on, so that it cannot be looked through."""

    sentence: ClassVar[str] = "the server's list of tools does not end: {reason}"
    advice: ClassVar[str] = (
        "Take it out of the config, or go back to an earlier version of it: this is a defect of the server, or an "
        "attempt to hide tools."
    )

    reason: str


class ServerDied(Problem, frozen=True, kw_only=True, tag="server.died"):
    """A process of the server ended while it was in use."""

    sentence: ClassVar[str] = "the server's process ended with {status}"
    advice: ClassVar[str] = (
        "It is started again by itself; if that recurs, `stockade logs NAME` has what it wrote to stderr last."
    )

    status: str
    """How the process ended: `exit status 1`, `signal 9`."""


class CrashLooping(Problem, frozen=True, kw_only=True, tag="server.crash_looping"):
    """The server failed too often in too short a time; it is tried again only every few minutes."""

    sentence: ClassVar[str] = "the server failed {failures} times within {period_s:g} s; next try in {retry_s:g} s"
    advice: ClassVar[str] = (
        "`stockade doctor NAME` says what is wrong and what to do; then `stockade restart NAME` tries again at once."
    )

    failures: int
    period_s: float
    retry_s: float
    """Seconds until it is tried again."""


class MessageTooLarge(Problem, frozen=True, kw_only=True, tag="server.message_too_large"):
    """One line was longer than `max_message` allows; the session cannot go on behind it."""

    sentence: ClassVar[str] = "a message from the {side} was larger than {limit_bytes} bytes"
    advice: ClassVar[str] = "Raise `max_message` for this server if messages of that size are meant."

    side: str
    """Who wrote it: the client or the server."""
    limit_bytes: int


class NotReady(Problem, frozen=True, kw_only=True, tag="server.not_ready"):
    """A call came for a server that cannot take it now."""

    sentence: ClassVar[str] = "the server {server!r} is {state}"
    advice: ClassVar[str] = "Try again in {retry_after_s:g} s; `stockade status` shows why."
    exit_code: ClassVar[ExitCode] = ExitCode.TRY_AGAIN

    server: str
    state: str
    """How it stands instead: starting, backing off, failed, …"""
    retry_after_s: float
    """Seconds after which another try may help."""


class SessionBusy(NotReady, frozen=True, kw_only=True, tag="session.busy"):
    """The server takes one client at a time (`sharing: exclusive`), and has one."""

    sentence: ClassVar[str] = "the server {server!r} takes one client at a time and has one"
    advice: ClassVar[str] = "Close the other client, or set `sharing: per-session`."

    state: str = "busy"
    retry_after_s: float = 1.0


class UnknownServer(Problem, frozen=True, kw_only=True, tag="server.unknown"):
    """No server of that name is in the config."""

    sentence: ClassVar[str] = "there is no server {server!r}{suggestion}; known: {known}"
    advice: ClassVar[str] = "Use one of these names; `stockade check FILE` lists the servers of a config."
    exit_code: ClassVar[ExitCode] = ExitCode.USAGE

    server: str
    known: str
    """The names that there are."""
    suggestion: str = ""
    """The name that was probably meant, as a clause; empty if none is like it."""


class RemoteServer(Problem, frozen=True, kw_only=True, tag="server.remote"):
    """The server is reached by URL: it is listed, and there is nothing of it to be run here."""

    sentence: ClassVar[str] = "the server {server!r} is a remote one at {url}: there is nothing to run"
    advice: ClassVar[str] = "Let the client connect to that URL itself."
    exit_code: ClassVar[ExitCode] = ExitCode.USAGE

    server: str
    url: str


class Quarantined(Problem, frozen=True, kw_only=True, tag="server.quarantined"):
    """The scan found what a server says of its tools to be dangerous, and the policy is not to serve such a one.

    The same is held for a server whose new definitions somebody rejected as a whole.
    """

    sentence: ClassVar[str] = "the server {server!r} is quarantined: {reason}"
    advice: ClassVar[str] = (
        "Read `stockade scan {server}`. If it is meant to be so, `stockade approve {server}` serves it as it is now; "
        "after an update of the server, `stockade start {server}` looks again."
    )
    exit_code: ClassVar[ExitCode] = ExitCode.REFUSED

    server: str
    reason: str


class Withheld(Problem, frozen=True, kw_only=True, tag="tool.withheld"):
    """A tool, prompt or resource was asked for that clients do not get to see.

    It is dangerous, differs from what was approved, is new, or was rejected; the server's other tools keep working.
    """

    sentence: ClassVar[str] = "the {kind} {name!r} of the server {server!r} is withheld: {reason}"
    advice: ClassVar[str] = "`stockade diff {server}` shows it; `stockade approve {server} {name}` lets it through."
    exit_code: ClassVar[ExitCode] = ExitCode.REFUSED

    server: str
    kind: str
    """What it is: tool, prompt, resource, …"""
    name: str
    reason: str


class ScanUnknown(Problem, frozen=True, kw_only=True, tag="scan.unknown"):
    """Nothing of a server could be judged, so nothing is known about it.

    It listed no tools, what it listed is not readable, or the scan itself came to no end.
    """

    sentence: ClassVar[str] = "the scan of {server!r} came to no verdict: {reason}"
    advice: ClassVar[str] = "`stockade scan {server}` tries again; `stockade logs {server}` has what it said itself."
    exit_code: ClassVar[ExitCode] = ExitCode.REFUSED

    server: str
    reason: str


class PluginUnusable(Problem, frozen=True, kw_only=True, tag="scan.plugin_unusable"):
    """A scanner plugin that the config asks for cannot look at this server as it is run: its scans will be degraded.

    The server's own resolved mode decides. Under `sandbox` and `none` no plugin runs that needs Docker: such a server
    is often kept out of Docker because Docker cannot be used there, as with
    [Docker installed by snap](engine.snap_apparmor.md), whose page has the ways out.
    """

    sentence: ClassVar[str] = "the scanner plugin {plugin!r} cannot look at {server!r}: {reason}"
    advice: ClassVar[str] = (
        "Take {plugin!r} out of `scan.plugins` of this server, or give it what it needs; else its scans stay degraded."
    )

    server: str
    plugin: str
    reason: str


class NothingListed(Problem, frozen=True, kw_only=True, tag="scan.nothing_listed"):
    """An approval or a comparison was asked for, and nothing is known that it could be about."""

    sentence: ClassVar[str] = "nothing is known of {what} of the server {server!r}"
    advice: ClassVar[str] = "`stockade scan {server}` lists what it has now; `stockade pins {server}` what is pinned."
    exit_code: ClassVar[ExitCode] = ExitCode.USAGE

    server: str
    what: str


class SessionChanged(Problem, frozen=True, kw_only=True, tag="session.server_changed"):
    """The fresh process of a server answered the recorded opening differently, so the session cannot go on."""

    sentence: ClassVar[str] = "after its restart the server {server!r} answered initialize differently"
    advice: ClassVar[str] = "Reconnect the client: it has to negotiate with the changed server anew."

    server: str


# ------------------------------------------------------------------------------------------------------- config


class ConfigProblem(Problem, frozen=True, kw_only=True):
    """The root of what can be wrong in a configuration; `place` is where: a JSON path, and line and column if known."""

    exit_code: ClassVar[ExitCode] = ExitCode.USAGE

    place: str
    """The path in the document, with the file, line and column where they are known."""


class FileUnreadable(ConfigProblem, frozen=True, kw_only=True, tag="config.unreadable"):
    """The config file does not exist or cannot be read."""

    sentence: ClassVar[str] = "{place}: the file cannot be read: {reason}"
    advice: ClassVar[str] = "Correct the path, or make the file readable for this user: `ls -l` shows whose it is."

    reason: str


class NotParseable(ConfigProblem, frozen=True, kw_only=True, tag="config.not_parseable"):
    """The config file is neither JSON (comments and trailing commas allowed) nor TOML."""

    sentence: ClassVar[str] = "{place}: {reason}"
    advice: ClassVar[str] = "Correct the file at that place, and see what `stockade check FILE` says then."

    reason: str


class ReadLate(ConfigProblem, frozen=True, kw_only=True, tag="config.read_late"):
    """The config, or a file that it refers to, could not be read in time; the configuration in force stays."""

    sentence: ClassVar[str] = "{place}: it was not read within {limit_s:g} s"
    advice: ClassVar[str] = "See whether it lies on a file system that hangs, or is a pipe; then reload again."
    exit_code: ClassVar[ExitCode] = ExitCode.TRY_AGAIN

    limit_s: float


class SourceGone(ConfigProblem, frozen=True, kw_only=True, tag="config.source_gone"):
    """The configuration came from nowhere that could be read again: stdin, or a program's memory."""

    sentence: ClassVar[str] = "{place}: there is no file that could be read again"
    advice: ClassVar[str] = "Start with `--config FILE`, or give the new configuration: `reload(config)`."


class ReloadIncomplete(Problem, frozen=True, kw_only=True, tag="reload.incomplete"):
    """A reload could not be carried out for some servers; those are named, and what was done stays done."""

    sentence: ClassVar[str] = "the reload is not complete: {reason}; done: {done}; not done: {left}"
    advice: ClassVar[str] = "Look at `stockade status`, and reload again: it does what is left to be done."

    reason: str
    done: str
    """Names of servers, or `nothing`."""
    left: str


class ReloadEnded(Problem, frozen=True, kw_only=True, tag="reload.session_ended"):
    """A reload of the configuration has ended a session, because what it was agreed on is no more."""

    sentence: ClassVar[str] = "the configuration was reloaded and has ended this session of {server!r}: {reason}"
    advice: ClassVar[str] = "Connect again; `stockade status` says whether the server is still there."

    server: str
    reason: str


class ShapeUnknown(ConfigProblem, frozen=True, kw_only=True, tag="config.shape_unknown"):
    """The file is well-formed but has no servers in any of the shapes that clients write."""

    sentence: ClassVar[str] = "{place}: no `mcpServers` (list or map) and no `servers` map found"
    advice: ClassVar[str] = (
        "Put the servers under `mcpServers` (Claude Desktop, Cursor, mcpproxy) or `servers` (VS Code)."
    )


class UnknownKey(ConfigProblem, frozen=True, kw_only=True, tag="config.unknown_key"):
    """A key inside one of our own blocks that we do not know."""

    sentence: ClassVar[str] = "{place}: unknown key {key!r}{suggestion}"
    advice: ClassVar[str] = "Write one of these instead, or remove it: {known}."

    key: str
    suggestion: str
    """The key that was probably meant, as a clause; empty if none is like it."""
    known: str
    """The keys that there are at this place."""


class WrongType(ConfigProblem, frozen=True, kw_only=True, tag="config.wrong_type"):
    """A value of a kind or range that its key does not take."""

    sentence: ClassVar[str] = "{place}: {reason}"
    advice: ClassVar[str] = "Write {expected}."

    reason: str
    expected: str
    """What may stand there."""


class DuplicateName(ConfigProblem, frozen=True, kw_only=True, tag="config.duplicate_name"):
    """Two servers of one name."""

    sentence: ClassVar[str] = "{place}: the server {name!r} is already defined at {first_place}"
    advice: ClassVar[str] = "Rename one of them: the name is how clients reach it."

    name: str
    first_place: str
    """Where it stands already."""


class CommandMissing(ConfigProblem, frozen=True, kw_only=True, tag="config.command_missing"):
    """A server entry with neither a command nor a URL."""

    sentence: ClassVar[str] = "{place}: the server has neither `command` nor `url`"
    advice: ClassVar[str] = "Add `command` (a stdio server) or `url` (a remote one)."


class Unresolved(ConfigProblem, frozen=True, kw_only=True, tag="config.unresolved"):
    """A `${…}` that has no value."""

    sentence: ClassVar[str] = "{place}: {reference} has no value: {reason}"
    advice: ClassVar[str] = (
        "Set it before starting, or give a default as in ${{NAME:-default}}; $$ is a literal dollar."
    )

    reference: str
    """The reference as it is written: `${…}`."""
    reason: str


class DuplicateKey(ConfigProblem, frozen=True, kw_only=True, tag="config.duplicate_key"):
    """One key twice in the same object; readers disagree about which of the two counts."""

    sentence: ClassVar[str] = "{place}: the key {key!r} already stands at {first_place}"
    advice: ClassVar[str] = "Remove one of the two."

    key: str
    first_place: str
    """Where it stands already."""


class KeyConflict(ConfigProblem, frozen=True, kw_only=True, tag="config.key_conflict"):
    """Two names of the same setting, with different values."""

    sentence: ClassVar[str] = "{place}: {key!r} and {other!r} say the same thing differently"
    advice: ClassVar[str] = "Keep one of them."

    key: str
    other: str


class NameInvalid(ConfigProblem, frozen=True, kw_only=True, tag="config.name_invalid"):
    """A server's name that cannot be a name of a folder, of a socket and of a command line argument."""

    sentence: ClassVar[str] = "{place}: {name!r} cannot be the name of a server: {reason}"
    advice: ClassVar[str] = "Use up to 128 bytes without `/`, control characters, a leading `-` or outer blanks."

    name: str
    reason: str


class DependencyInvalid(ConfigProblem, frozen=True, kw_only=True, tag="config.dependency_invalid"):
    """A server waits for one that is not there, is never started, or waits for it in turn."""

    sentence: ClassVar[str] = "{place}: `depends_on` names {name!r}: {reason}"
    advice: ClassVar[str] = "Correct or remove that name in `depends_on`."

    name: str
    """The server that is waited for."""
    reason: str


class IsolationUnsaid(ConfigProblem, frozen=True, kw_only=True, tag="config.isolation_unsaid"):
    """A server runs with all rights of its user, and nobody said that it should."""

    sentence: ClassVar[str] = "{place}: runs unconfined, because nothing says how to isolate it"
    advice: ClassVar[str] = "Write `isolation: {{mode: sandbox}}` at the top or in the server, or `mode: none`."
    exit_code: ClassVar[ExitCode] = ExitCode.FAILED


class KeyIgnored(ConfigProblem, frozen=True, kw_only=True, tag="config.key_ignored"):
    """A key that looks as if something were expected of it, and has no effect."""

    sentence: ClassVar[str] = "{place}: {key!r} has no effect here: {reason}"
    advice: ClassVar[str] = "Correct or remove it."
    exit_code: ClassVar[ExitCode] = ExitCode.FAILED

    key: str
    reason: str


class CommandHasBlanks(ConfigProblem, frozen=True, kw_only=True, tag="config.command_has_blanks"):
    """A command that looks like a whole command line; no shell splits it."""

    sentence: ClassVar[str] = "{place}: the command contains blanks, and no shell will split it"
    advice: ClassVar[str] = "Leave the program's name in `command` and put each argument into `args`."
    exit_code: ClassVar[ExitCode] = ExitCode.FAILED


class HostPathArgument(ConfigProblem, frozen=True, kw_only=True, tag="config.host_path_argument"):
    """An argument names a path of this machine, and the server's container does not see it."""

    sentence: ClassVar[str] = "{place}: {argument!r} looks like a path of this machine, and is not mounted"
    advice: ClassVar[str] = 'Mount it: `isolation: {{"extra_args": ["-v", "{mount}"]}}`, or use `mode: sandbox`.'
    exit_code: ClassVar[ExitCode] = ExitCode.FAILED

    argument: str
    mount: str
    """What `-v` would have to be given."""


class SecretArgument(ConfigProblem, frozen=True, kw_only=True, tag="config.secret_argument"):
    """A secret is put into the command line, which every user of the machine can read."""

    sentence: ClassVar[str] = "{place}: the value of {reference} becomes an argument, for every user here to read"
    advice: ClassVar[str] = "Put it into `env`, if the server can take it from there."
    exit_code: ClassVar[ExitCode] = ExitCode.FAILED

    reference: str
    """The reference as it is written: `${…}`."""


# ---------------------------------------------------------------------------------------------------------- pins


class PinsError(StockadeError):
    """What is trusted could not be read, or what was decided could not be kept; nothing was approved by that."""


class LockFileDamaged(Problem, frozen=True, kw_only=True, tag="pins.lock_file_damaged"):
    """The lock file is not what stockade wrote: half of it, merged by hand, or a text that does not match its pin."""

    sentence: ClassVar[str] = "{path}{place}: {reason}; nothing in this file counts as approved"
    advice: ClassVar[str] = (
        "Take the last good one back (`git checkout -- {path}`), or remove the entry and approve it again with"
        " `stockade approve`."
    )
    exit_code: ClassVar[ExitCode] = ExitCode.REFUSED

    path: str
    place: str
    """Line and entry, each with a colon before it; empty if it concerns the whole file."""
    reason: str


class PinsUnreadable(Problem, frozen=True, kw_only=True, tag="pins.unreadable"):
    """The place where pins are kept cannot be read."""

    sentence: ClassVar[str] = "the pins in {path!r} cannot be read: {reason}; nothing in there counts as approved"
    advice: ClassVar[str] = (
        "Make it readable for the daemon's user; if it is damaged, put a copy of it back, or move it away and approve"
        " the servers again."
    )
    exit_code: ClassVar[ExitCode] = ExitCode.REFUSED

    path: str
    reason: str


class PinsNotStored(Problem, frozen=True, kw_only=True, tag="pins.not_stored"):
    """What was decided could not be written; everything is as it was before, and nothing was approved."""

    sentence: ClassVar[str] = "the pins could not be written to {path!r}: {reason}; nothing was approved"
    advice: ClassVar[str] = "Make room, or make the file and its folder writable for the daemon's user; then try again."

    path: str
    reason: str


# ------------------------------------------------------------------------------------------- daemon and control


class StateLocked(Problem, frozen=True, kw_only=True, tag="state.locked"):
    """Another daemon already works with this state directory."""

    sentence: ClassVar[str] = "the state directory {path!r} is in use by process {pid}"
    advice: ClassVar[str] = (
        "Stop that one with `stockade shutdown`, or give this one its own `state_dir`, and its own $RUNTIME_DIRECTORY"
        " if that is the folder."
    )

    path: str
    pid: int
    """The process that holds it."""


class StateUnusable(Problem, frozen=True, kw_only=True, tag="state.unusable"):
    """The state directory cannot be made, is not ours, or others may write to it."""

    sentence: ClassVar[str] = "the state directory {path!r} cannot be used: {reason}"
    advice: ClassVar[str] = "Give a `state_dir` that belongs to this user alone (mode 0700)."

    path: str
    reason: str


class DaemonNotRunning(Problem, frozen=True, kw_only=True, tag="control.not_running"):
    """No daemon listens on the control socket."""

    sentence: ClassVar[str] = "no daemon answers at {path!r}: {reason}"
    advice: ClassVar[str] = (
        "Start it with `stockade serve --config FILE`, or name its state directory with --state-dir."
    )
    exit_code: ClassVar[ExitCode] = ExitCode.TRY_AGAIN

    path: str
    """The control socket that was tried."""
    reason: str


class ControlRefused(Problem, frozen=True, kw_only=True, tag="control.refused"):
    """The daemon did not accept the caller: wrong user, or no valid token."""

    sentence: ClassVar[str] = "the daemon refused the request: {reason}"
    advice: ClassVar[str] = (
        "Run the command as the user who started the daemon, or as one whom `stockade.control` lets in (joining a group"
        " counts from the next login on), outside of any sandboxed server."
    )
    exit_code: ClassVar[ExitCode] = ExitCode.REFUSED

    reason: str


class ControlOutOfReach(Problem, frozen=True, kw_only=True, tag="control.out_of_reach"):
    """The config lets others talk to the daemon, but they cannot come as far as the folder of the control socket."""

    sentence: ClassVar[str] = (
        "{who} may talk to the daemon, but may not enter {step!r} on the way to its socket in {path!r}"
    )
    advice: ClassVar[str] = (
        "Run the daemon as a service (`stockade install-unit`), whose socket is in /run/stockade; or take `group` and"
        " `allow_uids` out of `stockade.control`."
    )
    exit_code: ClassVar[ExitCode] = ExitCode.USAGE

    path: str
    step: str
    who: str


class ControlGroupEmpty(Problem, frozen=True, kw_only=True, tag="control.group_empty"):
    """The group that may talk to the daemon has no members: told at the start, and nothing is refused."""

    sentence: ClassVar[str] = "nobody but the daemon's own user is in the group {group!r} that may talk to it"
    advice: ClassVar[str] = "Add somebody (as root: `adduser NAME {group}`), who then has to log in again."
    exit_code: ClassVar[ExitCode] = ExitCode.DEGRADED

    group: str


class ControlInvalid(Problem, frozen=True, kw_only=True, tag="control.invalid"):
    """A request on the control socket that is not in its grammar."""

    sentence: ClassVar[str] = "the request was not understood: {reason}"
    advice: ClassVar[str] = (
        "Send one line of JSON with `do`, `token` and the fields of that request, and no others; if it was sent by "
        "`stockade` itself, restart the daemon: it is of another version."
    )
    exit_code: ClassVar[ExitCode] = ExitCode.USAGE

    reason: str


class ServiceVariableInvalid(Problem, frozen=True, kw_only=True, tag="service.variable_invalid"):
    """A variable by which a service manager tells a program what it needs to know has no meaning."""

    sentence: ClassVar[str] = "the service manager's {variable} is {value!r}: {reason}"
    advice: ClassVar[str] = (
        "Take {variable} out of the environment (`env -u {variable} stockade serve`), or let systemd start the daemon,"
        " which sets it."
    )
    exit_code: ClassVar[ExitCode] = ExitCode.USAGE

    variable: str
    value: str
    reason: str


class ServiceSocketInvalid(Problem, frozen=True, kw_only=True, tag="service.socket_invalid"):
    """A descriptor that a service manager passed to the daemon is none that it can use as its control socket."""

    sentence: ClassVar[str] = "descriptor {descriptor}, named {name!r}, was passed by the service manager: {reason}"
    advice: ClassVar[str] = (
        "In the socket unit write one ListenStream= with an absolute path, FileDescriptorName=control and Accept=no, as"
        " the unit does that `stockade install-unit --print` prints."
    )
    exit_code: ClassVar[ExitCode] = ExitCode.USAGE

    descriptor: int
    name: str
    reason: str


class UnitProgramOutOfReach(Problem, frozen=True, kw_only=True, tag="unit.program_out_of_reach"):
    """The service would not find the command, or may not run it: it lies where the unit hides it, or is closed."""

    sentence: ClassVar[str] = "a service could not run {path!r}: {reason}"
    advice: ClassVar[str] = (
        "Install stockade where every user can read it (`python3 -m venv /opt/stockade`, then pip in there), and run"
        " `install-unit` of that one; or take `--user` for a service of your own."
    )

    path: str
    reason: str


class UnitFileChanged(Problem, frozen=True, kw_only=True, tag="unit.file_changed"):
    """Somebody has changed a file since stockade wrote it, or wrote it in the first place; nothing was replaced."""

    sentence: ClassVar[str] = "{path!r} was changed by somebody and is kept; nothing was written"
    advice: ClassVar[str] = (
        "Move the changes into a drop-in (`systemctl edit stockade.service`), and replace the file with --force."
    )

    path: str


class UnitNotWritten(Problem, frozen=True, kw_only=True, tag="unit.not_written"):
    """A file of the service could not be read or written."""

    sentence: ClassVar[str] = "{path!r} could not be written: {reason}"
    advice: ClassVar[str] = "Run it as root; or take --user for a service of your own, or --print to see the files."

    path: str
    reason: str


class UsageWrong(Problem, frozen=True, kw_only=True, tag="usage.wrong"):
    """The words of the command line do not go together, or one of them has no meaning."""

    sentence: ClassVar[str] = "{reason}"
    advice: ClassVar[str] = "`stockade {verb} --help` explains the words."
    exit_code: ClassVar[ExitCode] = ExitCode.USAGE

    verb: str
    reason: str


class AnswerLate(Problem, frozen=True, kw_only=True, tag="control.answer_late"):
    """The daemon took the request and did not answer it in time: it is stopped, or stuck."""

    sentence: ClassVar[str] = "the daemon at {path!r} did not answer within {limit_s:g} s"
    advice: ClassVar[str] = (
        "If its process is stopped (`ps` says T), let it go on with `kill -CONT`; if it is stuck, end it with `kill`, "
        "and start it again."
    )
    exit_code: ClassVar[ExitCode] = ExitCode.TRY_AGAIN

    path: str
    """The control socket."""
    limit_s: float


class AnswerUnknown(Problem, frozen=True, kw_only=True, tag="control.answer_unknown"):
    """What the daemon answered is in no form that this version of the command knows."""

    sentence: ClassVar[str] = "the daemon's answer was not understood: {reason}"
    advice: ClassVar[str] = "Use the command and the daemon of one version: restart the daemon after an upgrade."

    reason: str


class WaitTimeout(Problem, frozen=True, kw_only=True, tag="control.wait_timeout"):
    """What was waited for did not come about in time."""

    sentence: ClassVar[str] = "{what} did not come about within {limit_s:g} s"
    advice: ClassVar[str] = "`stockade status` shows where it stands; wait longer with `--timeout`."

    what: str
    limit_s: float


class OutputLost(Problem, frozen=True, kw_only=True, tag="output.lost"):
    """What was asked for could not be written to standard output."""

    sentence: ClassVar[str] = "standard output cannot be written: {reason}"
    advice: ClassVar[str] = "Give it a place that takes it: a terminal, a pipe that is read, a disk with room."

    reason: str


class ReportNotWritten(Problem, frozen=True, kw_only=True, tag="report.not_written"):
    """The file that a report was to be written into exists already, or cannot be made; nothing was written."""

    sentence: ClassVar[str] = "the report was not written to {path!r}: {reason}"
    advice: ClassVar[str] = "Name a file that does not exist yet, in a folder that this user may write to."

    path: str
    reason: str


class Defect(Problem, frozen=True, kw_only=True, tag="stockade.defect"):
    """Something happened that stockade does not know how to handle."""

    sentence: ClassVar[str] = "stockade itself failed: {error} ({where})"
    advice: ClassVar[str] = "Please report this line; STOCKADE_TRACEBACK=1 in the environment shows all of it."

    error: str
    where: str
    """File and line."""


class TreeGaveUp(Problem, frozen=True, kw_only=True, tag="tree.gave_up"):
    """Parts of stockade itself failed more often than their branch allows; the process ends to be started anew."""

    sentence: ClassVar[str] = "{child} failed {failures} times within {period_s:g} s"
    advice: ClassVar[str] = (
        "This is a defect of stockade or of the machine: start it again, and report the crash events before this one."
    )

    child: str
    """The part of the tree, by its name."""
    failures: int
    period_s: float


AnyProblem = (
    CommandNotFound | CommandNotExecutable | CwdMissing | SpawnFailed
    | LandlockUnavailable | LevelUnavailable | ConfinementFailed | GrantRefused | SettingUnavailable
    | InstallFailed
    | SocketsReachable
    | DockerNotFound | EngineNotRunning | EnginePermissionDenied | EngineUnreachable | EngineNotResponding | EngineLost
    | EngineDiskFull
    | SnapAppArmor | ImageNotFound | ImagePullFailed | ImageWrongPlatform
    | ContainerNameConflict | ContainerRefused | ContainerRuntimeError | ContainerCommandNotFound
    | ContainerCommandNotExecutable | ContainerIdMissing | ContainerRunnerMissing
    | ContainerArgumentRefused | ContainerVariableInvalid | ContainerUnmanaged | ContainerDoubtful
    | ContainerLooselyHeld | ImageWithoutDigest
    | ModeUnavailable | SharingUnavailable
    | ExitedBeforeHandshake | HandshakeTimeout | StageTimeout | StdoutNotJsonrpc | HandshakeRefused | ToolListEndless
    | ServerDied | CrashLooping | MessageTooLarge | NotReady | SessionBusy | UnknownServer | RemoteServer
    | SessionChanged | Quarantined | Withheld | ScanUnknown | PluginUnusable | NothingListed
    | ReadLate | SourceGone | ReloadIncomplete | ReloadEnded
    | FileUnreadable | NotParseable | ShapeUnknown | UnknownKey | WrongType | DuplicateName | CommandMissing
    | Unresolved | DuplicateKey | KeyConflict | NameInvalid | DependencyInvalid | IsolationUnsaid | KeyIgnored
    | CommandHasBlanks | HostPathArgument | SecretArgument
    | LockFileDamaged | PinsUnreadable | PinsNotStored
    | StateLocked | StateUnusable | DaemonNotRunning | ControlRefused | ControlInvalid
    | ControlOutOfReach | ControlGroupEmpty | UnitProgramOutOfReach | UnitFileChanged | UnitNotWritten
    | ServiceVariableInvalid | ServiceSocketInvalid
    | UsageWrong | AnswerLate | AnswerUnknown | WaitTimeout | OutputLost | ReportNotWritten | Defect | TreeGaveUp
)  # fmt: skip
"""Every problem there is, closed: what a reply message, an event or the control socket may carry."""
