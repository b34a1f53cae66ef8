"""Why a server failed, in one sentence, and the one thing to do about it. Pure.

What is known by structure decides: an error's code, what the sandbox refused, who was killed for its memory. Only then
the server's own words are asked (texts.py), and where those say nothing either, the error speaks for itself.
"""

from __future__ import annotations

from posixpath import basename

from supervisor.diagnostics.texts import cause_in
from supervisor.diagnostics.words import Cause, Denied, Failing, Scene
from supervisor.errors import CommandNotExecutable, CommandNotFound, Problem, Unresolved

ASKED_FOR_WORDS = frozenset({
    "server.exited_before_handshake", "server.handshake_timeout", "server.handshake_refused", "server.died",
    "sandbox.install_failed", "container.runtime_error",
})  # fmt: skip
"""Errors that do not say why themselves."""
LATE = "server.handshake_timeout"
"""Its process is ended for that, so how it ends says nothing."""
INSTALLING = {
    "npx": "Install Node.js with npm (Debian: `apt install npm`)",
    "npm": "Install Node.js with npm (Debian: `apt install npm`)",
    "node": "Install Node.js (Debian: `apt install nodejs`)",
    "uvx": "Install uv (`pipx install uv`)",
    "uv": "Install uv (`pipx install uv`)",
    "pipx": "Install pipx (Debian: `apt install pipx`)",
    "python": "Install Python; where it is called `python3`, write that into `command`",
    "python3": "Install Python (Debian: `apt install python3`)",
    "bunx": "Install Bun",
    "bun": "Install Bun",
    "deno": "Install Deno",
    "docker": "Install Docker (Debian: `apt install docker.io`)",
}
"""What to do where the command of that name is missing."""
QUIET = (
    "Run the same command by hand: a stdio MCP server stays in the foreground and reads its stdin. Correct `args` of "
    "{place} if it does something else."
)
_DOING = {"use": "have", "connect": "connect to", "listen": "listen on"}
_OF_NETWORK = ("connect", "listen", "resolve")
SILENT = (
    "If it is only slow at first, raise `startup.handshake`; else run the same command by hand: a stdio MCP server "
    "waits for messages on its stdin."
)


def cause_of(failing: Failing, scene: Scene) -> Cause:
    """Say why, as far as it is known."""
    if failing.is_over_memory:
        return Cause(
            id="over_memory",
            sentence=f"the kernel killed it because it was over its memory limit ({scene.memory})",
            remedy=f'Raise `"isolation": {{"memory_limit": "…"}}` of {scene.place}, or have it do with less.',
        )
    if failing.code in ASKED_FOR_WORDS:
        return _said(failing, scene) or _unsaid(failing, scene)
    return Cause(id="", sentence=failing.text, remedy=failing.remedy)


def _said(failing: Failing, scene: Scene) -> Cause | None:
    """The last line that names something that was refused, or is known, decides."""
    for line in reversed(failing.tail):
        refused = next((one for one in reversed(failing.denied) if one.object and one.object in line), None)
        if refused is not None:
            return _denied(refused)
        if (cause := cause_in(line, scene)) is not None and not _is_by_sandbox(cause, failing):
            return cause
    return _denied(failing.denied[-1]) if failing.denied else None


def _is_by_sandbox(cause: Cause, failing: Failing) -> bool:
    """A refusal that the sandbox has told of itself: what it says is better than what the server does."""
    return bool(failing.denied) and cause.id in ("network_missing", "permission_denied")


def _denied(one: Denied) -> Cause:
    nameless = "use the network" if one.action in _OF_NETWORK else "do something that it does not name"
    what = f"{_DOING.get(one.action, one.action)} {one.object}" if one.object else nameless
    return Cause(id="sandbox_denied", sentence=f"the sandbox does not let it {what}: {one.reason}", remedy=one.remedy)


def _unsaid(failing: Failing, scene: Scene) -> Cause:
    last = next((line.strip() for line in reversed(failing.tail) if line.strip()), "")
    if not last and failing.status == "exit status 0" and failing.code != LATE:
        sentence = "it ended at once, with status 0 and without a word: it does not wait for messages"
        return Cause(id="ended_at_once", sentence=sentence, remedy=QUIET.format(place=scene.place))
    if not last and failing.code == LATE:
        return Cause(id="silent", sentence=f"{failing.text}, and wrote nothing to stderr", remedy=SILENT)
    said = f"; its last line on stderr: {last}" if last else ", and wrote nothing to stderr"
    return Cause(id="", sentence=f"{failing.text}{said}", remedy=failing.remedy)


# ----------------------------------------------------------------------------------------------- before it is started


def better(problem: Problem, scene: Scene, *, elsewhere: str = "", is_service: bool = False) -> Cause:
    """What to say of an error that is met before anything runs.

    `elsewhere` is where a command was found that is not on the server's PATH; `is_service` says that a service
    manager has started us.
    """
    match problem:
        case CommandNotFound():
            return _not_found(problem, scene, elsewhere)
        case CommandNotExecutable() if "execute bit" in problem.reason:
            return Cause(id="not_executable", sentence=problem.text, remedy=f"`chmod +x {problem.command}`.")
        case Unresolved() if problem.reference.startswith("${cred:"):
            return _no_credential(problem, is_service=is_service)
        case _:
            return Cause(id="", sentence=problem.text, remedy=problem.remedy)


def _not_found(problem: CommandNotFound, scene: Scene, elsewhere: str) -> Cause:
    command = problem.command
    if " " in command:
        remedy = f"Leave `{command.split()[0]}` in `command` of {scene.place}, and put each other word into `args`."
        return Cause(id="command_has_blanks", sentence=f"there is no program named {command!r}", remedy=remedy)
    if elsewhere:
        remedy = (
            f"It is at {elsewhere}: write that into `command` of {scene.place}, or add its folder to PATH in `env`."
        )
    elif "/" in command and not command.startswith("/"):
        remedy = f"It is looked for in {scene.cwd}: write the absolute path into `command` of {scene.place}."
    elif "/" in command:
        remedy = f"Correct the path in `command` of {scene.place}, or install what belongs there."
    else:
        how = INSTALLING.get(basename(command), "Install it")
        remedy = f"{how}, or write its absolute path into `command` of {scene.place}."
    return Cause(id="command_missing", sentence=problem.text, remedy=remedy)


def _no_credential(problem: Unresolved, *, is_service: bool) -> Cause:
    name = problem.reference.removeprefix("${cred:").removesuffix("}")
    unit = f"`LoadCredential={name}:/path/to/the/secret` in the unit (`systemctl edit stockade`), then restart it"
    if is_service:
        return Cause(id="credential_missing", sentence=problem.text, remedy=f"Have {unit}.")
    remedy = f"For the service, {unit}; by hand, set CREDENTIALS_DIRECTORY to a folder that holds the file {name}."
    return Cause(id="credential_missing", sentence=problem.text, remedy=remedy)


def script_missing(script: str, cwd: str, scene: Scene, *, is_sandboxed: bool) -> Cause:
    """The script that an interpreter is told to run is not where it would look."""
    if script.startswith("/"):
        remedy = f"Correct its path in `args` of {scene.place}."
    elif is_sandboxed:
        remedy = f"Write its absolute path into `args` of {scene.place}: in a sandbox it runs in a folder of its own."
    else:
        remedy = f"Write its absolute path into `args` of {scene.place}, or set `cwd` to the folder that it is in."
    return Cause(
        id="script_missing", sentence=f"the script {script!r} is not there (looked for in {cwd})", remedy=remedy
    )
