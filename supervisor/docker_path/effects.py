"""Looking for the docker command: a stat of each place, the entries of our own PATH, the login shell.

A place is good if something is there after all links were followed, it is a regular file, and this user may execute it.
Whether it then *runs* (it may be garbage with an execute bit) shows at its exec. No event loop is loaded before it is
needed: `search_now` is for those who have none.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from functools import partial

from msgspec.structs import replace

from supervisor.docker_path.answers import COMMAND, read_answer
from supervisor.docker_path.messages import Tried
from supervisor.docker_path.places import Search
from supervisor.docker_path.rules import Look, Looked
from supervisor.process import login_shell
from supervisor.process.login_shell import Answer
from supervisor.process.lookup import escaped

NOTHING = "nothing is there"


class DockerFinder:
    """Looks on this machine, with an event loop."""

    def __init__(self, environ: Mapping[str, str], platform: str, *, shell_s: float = login_shell.BOUND_S) -> None:
        """Look with our own environment; the login shell may take `shell_s` seconds."""
        self._environ = environ
        self._platform = platform
        self._shell_s = shell_s

    async def on_path(self) -> Looked:
        """Look on our own PATH."""
        return await _in_thread(partial(on_path_now, self._environ))

    async def at(self, look: Look) -> Looked:
        """Look at these places, in order."""
        return await _in_thread(partial(at_now, look))

    async def by_login_shell(self) -> Looked:
        """Ask the login shell, and look at the place that it names."""
        answer = await login_shell.ask(
            "\\command -v docker || :", self._environ, platform=self._platform, bound_s=self._shell_s
        )
        return await _in_thread(partial(judged, answer))


def search_now(search: Search, environ: Mapping[str, str], platform: str) -> Looked:
    """Search thoroughly once, on this thread; what came of it says by which step, and otherwise all that was tried."""
    tried: tuple[Tried, ...] = ()
    looked = Looked(step=search.steps[0])
    for step in search.steps:
        if step == "path":
            looked = on_path_now(environ)
        elif step == "bundled":
            looked = at_now(Look(step=step, places=search.well_known))
        else:
            looked = judged(login_shell.ask_now("\\command -v docker || :", environ, platform=platform))
        tried = (*tried, *looked.tried)
        if looked.path:
            break
    return replace(looked, tried=tried)


def on_path_now(environ: Mapping[str, str]) -> Looked:
    """Look at each entry of PATH. What is of that name and no good is told, and why; what is not there is not."""
    path = environ.get("PATH", "")
    refused: list[Tried] = []
    for folder in path.split(":"):
        place = os.path.join(folder, COMMAND)
        objection = objection_to(place)
        if not objection:
            return Looked(step="path", path=place, tried=tuple(refused))
        if objection != NOTHING:
            refused.append(Tried(place=escaped(place), found=objection))
    found = "no other of that name" if refused else f"no {COMMAND} in it"
    whole = Tried(place=f"PATH={escaped(path)}", found=found) if path else Tried(place="PATH", found="it is not set")
    return Looked(step="path", tried=(*refused, whole))


def at_now(look: Look) -> Looked:
    """Look at these places, in order."""
    tried: list[Tried] = []
    for place in look.places:
        objection = objection_to(place)
        if not objection:
            return Looked(step=look.step, path=place, tried=tuple(tried))
        tried.append(Tried(place=escaped(place), found=objection))
    return Looked(step=look.step, tried=tuple(tried))


def judged(answer: Answer) -> Looked:
    """Look at the place that the login shell has named, if it has named one."""
    shell = f"login shell {answer.shell}" if answer.shell else "login shell"
    if answer.reason:
        return Looked(step="login_shell", tried=(Tried(place=shell, found=answer.reason),))
    answered = read_answer(answer.text)
    objection = answered.reason or objection_to(answered.path)
    if not objection:
        return Looked(step="login_shell", path=answered.path)
    named = f", for {answered.path}" if answered.path else ""
    return Looked(step="login_shell", tried=(Tried(place=shell + named, found=objection),))


def objection_to(place: str) -> str:
    """Say why a path is not an executable of this machine; empty if it is one."""
    if not place.startswith("/"):
        return "it is not an absolute path" if os.path.lexists(place) else NOTHING
    try:
        mode = os.stat(place).st_mode
    except OSError as error:
        return _unseen(place, error)
    if stat.S_ISDIR(mode):
        return "it is a directory"
    if not stat.S_ISREG(mode):
        return "it is not a regular file"
    if not mode & 0o111:
        return "it has no execute bit"
    if not os.access(place, os.X_OK):
        return "it may not be executed by this user (its mode, or a file system mounted noexec)"
    return ""


def _unseen(place: str, error: OSError) -> str:
    """Say why nothing could be seen at a place."""
    if os.path.islink(place):
        return "it is a broken link" if isinstance(error, FileNotFoundError) else f"it is a link: {error.strerror}"
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return NOTHING
    return f"it cannot be looked at: {error.strerror}"


async def _in_thread(look: Callable[[], Looked]) -> Looked:
    """In a worker: a file on a dead network mount hangs whoever looks at it."""
    import trio

    return await trio.to_thread.run_sync(look, abandon_on_cancel=True)
