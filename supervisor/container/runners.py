"""Package runners in containers: where they keep what they fetch, and how those start that an image lacks. Pure.

The root of a container is read-only, so what fetches packages gets a volume, one for each server, and is told by its
own variables to use it; what is fetched is there at the next start. The official images of Python have pip but no uv,
uvx or pipx, those of Node have npm and yarn but no pnpm and no bun: such a runner is installed into the volume at the
first start, by what the image has. An image of anybody else's is taken to have what the config's command says.
"""

from __future__ import annotations

import re
from hashlib import sha256

from msgspec import Struct

from supervisor.errors import ContainerRunnerMissing, LaunchError

CACHE = "/var/cache/stockade"
"""Where the server's cache volume is mounted."""

_NPM = {"npm_config_cache": "npm", "npm_config_update_notifier": ""}
_PIP = {"PIP_CACHE_DIR": "pip"}
_UV = {"UV_CACHE_DIR": "uv", "UV_TOOL_DIR": "uv-tools", "UV_PYTHON_INSTALL_DIR": "uv-python", **_PIP}
_CARGO = {"CARGO_HOME": "cargo", "CARGO_TARGET_DIR": "cargo-target"}
_FOLDERS: dict[str, dict[str, str]] = {
    "npx": _NPM,
    "npm": _NPM,
    "yarn": {**_NPM, "YARN_CACHE_FOLDER": "yarn"},
    "pnpm": {
        **_NPM,
        "PNPM_HOME": "pnpm", "XDG_CACHE_HOME": "cache", "XDG_DATA_HOME": "data", "XDG_STATE_HOME": "state",
    },
    "bunx": {**_NPM, "BUN_INSTALL_CACHE_DIR": "bun", "BUN_TMPDIR": "bun-tmp"},
    "pip": _PIP,
    "pip3": _PIP,
    "uv": _UV,
    "uvx": _UV,
    "pipx": {"PIPX_HOME": "pipx", "PIPX_BIN_DIR": "pipx/bin", "PIPX_MAN_DIR": "pipx/man", **_PIP},
    "go": {"GOCACHE": "go-build", "GOMODCACHE": "go-mod"},
    "cargo": _CARGO,
    "gem": {"GEM_HOME": "gem", "GEM_SPEC_CACHE": "gem-specs"},
    "composer": {"COMPOSER_HOME": "composer", "COMPOSER_CACHE_DIR": "composer/cache"},
}  # fmt: skip
"""By command: the variable that names a folder of its, and the folder below the volume; an empty one means `false`."""

COMPILERS = frozenset({"go", "cargo"})
"""Commands that build in /tmp: it is 512 MB for them."""

_NODE_RUNNERS = {"pnpm": "pnpm@10", "bunx": "bun@1"}
"""Command and the package of the npm registry that has it. pnpm from 11 on refuses to run on Node 20."""
_PYTHON_RUNNERS = {"uvx": "uv", "uv": "uv", "pipx": "pipx"}
"""Command and the package of the Python index that has it."""

INSTALL = """\
import fcntl, os, shutil, subprocess, sys
package, place, *command = sys.argv[1:]
found = shutil.which(command[0])
if not found:
    found = place + "/bin/" + command[0]
    with open(place + ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(place + "/complete"):
            shutil.rmtree(place, ignore_errors=True)
            python = [sys.executable, "-I", "-m"]
            pip = ["pip", "--disable-pip-version-check", "--python", place + "/bin/python3", "install", "--quiet"]
            for step in (["venv", "--without-pip", place], [*pip, package]):
                if subprocess.call([*python, *step], stdin=subprocess.DEVNULL, stdout=2):
                    sys.exit("stockade: " + package + " is not in the image and could not be installed")
            open(place + "/complete", "w").close()
os.execv(found, command)
"""
"""Installs a Python package into an environment of its own in the volume, unless it is there, and becomes its command.

In Python, for that is what the image has for certain; a shell or `flock` it may lack. Nothing is put into this text:
package, place and command line are its arguments. Several containers of a server begin at once: they wait for each
other by the lock, and an installation that was cut short lacks the mark and is begun anew. stdout belongs to the
protocol and stdin to the server: the installation gets neither.
"""

_OFFICIAL = re.compile(r"(?:.*/library/|[^/]*[.:][^/]*/|localhost/)?(?P<name>[a-z]+)(?::[^/@]*)?(?:@.*)?", re.ASCII)


class Begin(Struct, frozen=True):
    """How a server's command begins in its container."""

    argv: tuple[str, ...]
    variables: tuple[tuple[str, str], ...] = ()
    """What it is told: places and names of packages, no secret."""
    uses_cache: bool = False
    """It needs the server's cache volume at `CACHE`."""


def begin(command: str, args: tuple[str, ...], image: str) -> Begin:
    """Say how a command begins in an image; an empty one leaves it to the image. Raises: LaunchError if it cannot."""
    variables = {name: f"{CACHE}/{folder}" if folder else "false" for name, folder in _FOLDERS.get(command, {}).items()}
    argv = (command, *args) if command else args
    match official(image):
        case "node" if command in _NODE_RUNNERS:
            # npx installs it, keeps it in its own cache, and waits for others that do the same.
            argv = ("npx", "--yes", f"--package={_NODE_RUNNERS[command]}", "--", *argv)
        case "python" if command in _PYTHON_RUNNERS:
            package = _PYTHON_RUNNERS[command]
            argv = ("python3", "-I", "-c", INSTALL, package, f"{CACHE}/{package}-{_short(image)}", *argv)
        case "php" if command == "composer":
            # Its installer is a script of a web site, held by no package index: that is not run on anybody's behalf.
            reason = "Composer is not part of the official images of PHP"
            raise LaunchError(
                ContainerRunnerMissing(image=image, runner=command, reason=reason, example=", such as `composer:2`")
            )
    return Begin(argv, tuple(variables.items()), bool(variables))


def official(image: str) -> str:
    """The name of an official image, also from a mirror or without a registry; empty for anybody else's."""
    found = _OFFICIAL.fullmatch(image)
    return found["name"] if found else ""


def _short(image: str) -> str:
    """An environment is of no use to another image's Python."""
    return sha256(image.encode("utf-8", "surrogateescape")).hexdigest()[:8]
