"""Package runners: the command that only fetches what such a command runs, and what makes it run offline. Pure.

A server that is started by `npx` or `uvx` and has no network cannot fetch its package. So its start has two phases: the
runner first fetches the package with a network and runs none of it, then it runs it without. A command that is not
understood to its last option has one phase only: words are never guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from posixpath import basename, dirname, join

from msgspec import Struct

from supervisor.sandbox.paths import Paths, above

NOTHING = ("-I", "-S", "-c", "")
"""Python does nothing with these: no program, and nothing of what a package has its start-up do (`.pth` files)."""

_NPX_SWITCHES = frozenset({
    "yes", "y", "quiet", "q", "silent", "s", "verbose", "d", "dd", "ddd", "force", "f", "ignore-scripts",
    "foreground-scripts", "legacy-peer-deps", "strict-peer-deps", "prefer-offline", "prefer-online", "audit", "fund",
    "progress", "update-notifier", "optional", "strict-ssl", "engine-strict", "no-audit", "no-fund", "no-progress",
    "no-update-notifier", "no-optional", "no-strict-ssl",
})  # fmt: skip
_NPX_VALUES = frozenset({
    "package", "registry", "reg", "cache", "userconfig", "globalconfig", "prefix", "C", "script-shell", "shell",
    "loglevel", "node-options", "cafile", "ca", "tag", "before", "proxy", "https-proxy", "noproxy", "omit", "include",
    "fetch-retries", "fetch-timeout", "maxsockets", "install-strategy",
})  # fmt: skip
_NPX_NEVER = frozenset({"no", "n", "no-yes", "no-install", "offline", "help", "h", "usage", "version", "v"})
"""Who says one of these wants nothing to be fetched, or nothing to be run."""

_UVX_SWITCHES = frozenset({
    "isolated", "no-env-file", "lfs", "no-index", "upgrade", "U", "no-sources", "reinstall", "compile-bytecode",
    "no-build-isolation", "no-build", "no-binary", "require-build-hashes", "no-require-build-hashes", "no-cache", "n",
    "refresh", "managed-python", "no-managed-python", "no-python-downloads", "quiet", "q", "verbose", "v",
    "system-certs", "native-tls", "no-progress", "no-config",
})  # fmt: skip
_UVX_VALUES = frozenset({
    "from", "with", "w", "with-editable", "with-requirements", "constraints", "c", "build-constraints", "b",
    "overrides", "env-file", "python-platform", "torch-backend", "index", "default-index", "index-url", "i",
    "extra-index-url", "find-links", "f", "index-strategy", "keyring-provider", "upgrade-package", "P",
    "upgrade-group", "resolution", "prerelease", "prerelease-package", "fork-strategy", "exclude-newer",
    "exclude-newer-package", "no-sources-package", "reinstall-package", "link-mode", "config-setting", "C",
    "config-settings-package", "no-build-isolation-package", "no-build-package", "no-binary-package", "cache-dir",
    "refresh-package", "python", "p", "color", "allow-insecure-host", "directory", "project", "config-file",
})  # fmt: skip
_PYTHON = re.compile(r"python[0-9.]*(@.*)?")
_VERSIONED = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*(\[[^\]]*\])?)@(?P<version>[^/:@\s]+)")


class _Words(Struct, frozen=True):
    """A runner's command line, taken apart."""

    options: tuple[str, ...]
    """As they were written, without `--call` and its value."""
    names: frozenset[str]
    tail: tuple[str, ...]
    """What follows them."""

    @property
    def rest(self) -> tuple[str, ...]:
        """The package or command, and what is handed to it."""
        return self.tail[1:] if self.tail[:1] == ("--",) else self.tail

    def has(self, *names: str) -> bool:
        """Whether one of these options is there."""
        return not self.names.isdisjoint(names)


def installation(argv: Sequence[str]) -> tuple[str, ...] | None:
    """The command that fetches what this one needs, and runs nothing of it; None if it is no such command."""
    match [basename(argv[0]), *argv[1:]]:
        case ["npx", *words]:
            return _npx((argv[0],), words, shorthands={"p": "package"})
        case ["npm", "exec" | "x" as verb, *words]:
            return _npx((argv[0], verb), words, shorthands={})
        case ["uvx", *words]:
            return _uvx((argv[0],), words)
        case ["uv", "tool", "run", *words]:
            return _uvx((argv[0], "tool", "run"), words)
        case _:
            return None


def is_at_hand(argv: Sequence[str], search_path: str, working_dir: str | None, paths: Paths) -> bool:
    """Whether npx would run a program that it finds near the working directory or beside itself, and fetch nothing."""
    name = _program(argv)
    if name is None:
        return False
    near = (working_dir, *above(working_dir)) if working_dir else ()
    beside = [dirname(argv[0])] if "/" in argv[0] else search_path.split(":")
    beside = [folder for folder in beside if paths.kind(join(folder, basename(argv[0]))) == "file"][:1]
    folders = (*(join(folder, "node_modules/.bin") for folder in near), *beside)
    return any(paths.kind(join(folder, name)) == "file" for folder in folders)


def _program(argv: Sequence[str]) -> str | None:
    command = installation(argv) or ()
    if len(command) < 3 or not command[-3].startswith("--package="):
        return None
    name = command[-3].partition("=")[2]
    return name if re.fullmatch(r"\w[\w.-]*", name) else None


def offline(argv: Sequence[str]) -> dict[str, str]:
    """The variables by which the runner of this command knows that there is no network."""
    match basename(argv[0]):
        case "npx" | "npm":
            return {"npm_config_offline": "true"}
        case "uvx" | "uv":
            return {"UV_OFFLINE": "1"}
        case _:
            return {}


def _npx(runner: tuple[str, ...], words: Sequence[str], *, shorthands: dict[str, str]) -> tuple[str, ...] | None:
    taken = _npx_words(words, shorthands)
    if taken is None or taken.has(*_NPX_NEVER):
        return None
    if runner[1:] and not _is_plain(taken.tail):
        return None  # npm looks for options behind the package, too
    if taken.has("package"):
        return (*runner, *taken.options, "--yes", "-c", "true") if taken.rest or taken.has("call") else None
    if not taken.rest or taken.has("call"):
        return None
    return (*runner, *taken.options, "--yes", f"--package={taken.rest[0]}", "-c", "true")


def _npx_words(words: Sequence[str], shorthands: dict[str, str]) -> _Words | None:
    options: list[str] = []
    names: set[str] = set()
    queue = list(words)
    while queue and queue[0].startswith("-") and queue[0] != "--":
        word = queue.pop(0)
        key, has_value, _ = word.lstrip("-").partition("=")
        key = shorthands.get(key, key)
        names.add("call" if key == "c" else key)
        if key in ("call", "c"):
            del queue[: 0 if has_value else 1]
            continue
        options.append(word)
        if has_value:
            names.update({"no"} if key in ("yes", "y") else ())  # --yes=false; nobody writes --yes=true
        elif key in _NPX_VALUES and queue:
            options.append(queue.pop(0))
        elif key not in _NPX_SWITCHES | _NPX_NEVER:
            return None
    return _Words(tuple(options), frozenset(names), tuple(queue))


def _is_plain(words: Sequence[str]) -> bool:
    until = words.index("--") if "--" in words else len(words)
    return not any(word.startswith("-") for word in words[:until])


def _uvx(runner: tuple[str, ...], words: Sequence[str]) -> tuple[str, ...] | None:
    taken = _uvx_words(words)
    if taken is None or not taken.rest:
        return None
    if taken.has("from"):
        return (*runner, *taken.options, "python", *NOTHING)
    package = taken.rest[0]
    if _PYTHON.fullmatch(package):
        return (*runner, *taken.options, package, *NOTHING)
    return (*runner, *taken.options, "--from", _requirement(package), "python", *NOTHING)


def _requirement(package: str) -> str:
    """What a command of uvx is as a requirement: `name@1.2` is `name==1.2`."""
    versioned = _VERSIONED.fullmatch(package)
    if versioned is None:
        return package
    name, version = versioned["name"], versioned["version"]
    return name if version == "latest" else f"{name}=={version}"


def _uvx_words(words: Sequence[str]) -> _Words | None:
    options: list[str] = []
    names: set[str] = set()
    queue = list(words)
    while queue and queue[0].startswith("-") and queue[0] != "--":
        word = queue.pop(0)
        read = _long if word.startswith("--") else _short
        known = read(word)
        if known is None:
            return None
        keys, wants_value = known
        names.update(keys)
        options.append(word)
        if wants_value:
            if not queue:
                return None
            options.append(queue.pop(0))
    return _Words(tuple(options), frozenset(names), tuple(queue))


_Known = tuple[tuple[str, ...], bool]
"""Names of options, and whether the next word is a value."""


def _long(word: str) -> _Known | None:
    key, has_value, _ = word[2:].partition("=")
    if has_value:
        return ((key,), False) if key in _UVX_VALUES else None
    return ((key,), key in _UVX_VALUES) if key in _UVX_VALUES | _UVX_SWITCHES else None


def _short(word: str) -> _Known | None:
    """Letters may stand together, and a value right behind its letter: `-qp3.12`."""
    keys: list[str] = []
    for place, letter in enumerate(word[1:], start=2):
        keys.append(letter)
        if letter in _UVX_VALUES:
            return tuple(keys), place == len(word)
        if letter not in _UVX_SWITCHES:
            return None
    return (tuple(keys), False) if keys else None
