"""Images for mode docker: by the name of the command, complete names, and arguments that a container would not see."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

OWN_CONTAINER = ("docker", "podman", "nerdctl")
"""Commands that run a container of their own; by exact name, for a path may well contain one of these words."""

_RUNTIMES = {
    "python:3.11": ("python", "python3", "pip", "pip3", "pipx", "uvx", "uv"),
    "node:20": ("node", "npm", "npx", "yarn", "pnpm", "bunx"),
    "golang:1.21-alpine": ("go",),
    "rust:1.75-slim": ("cargo", "rustc"),
    "ruby:3.2-alpine": ("ruby", "gem"),
    "php:8.2-cli-alpine": ("php", "composer"),
    "alpine:3.18": ("sh", "bash", "binary"),
}
_VERSIONED_PYTHON = re.compile(r"python3\.\d+", re.ASCII)
_SCRIPT = re.compile(r"[^\s:]+\.(?:py|js|ts|sh|rb|php)", re.ASCII)
_PATH_BEGIN = re.compile(r"/[^/\s]|\.{1,2}/|~/|[A-Za-z]:[\\/]|\\\\[^\\]")


def basename(command: str) -> str:
    """The last part of a command, by both kinds of separators."""
    return re.split(r"[/\\]", command)[-1]


def is_own_container(command: str) -> bool:
    """Whether the command starts a container by itself."""
    return basename(command) in OWN_CONTAINER


def image_for(command: str, images: Mapping[str, str]) -> str:
    """The image for a command; the config's own table comes before the built-in one, unknown names are `binary`."""
    built_in = {name: image for image, names in _RUNTIMES.items() for name in names}
    table = {**built_in, **images}
    name = basename(command)
    kind = "python" if _VERSIONED_PYTHON.fullmatch(name) and name not in table else name
    return table.get(kind, table["binary"])


def inner_command(command: str) -> str:
    """The command as the image knows it: the bare name, and plain `python` for a version of it."""
    name = basename(command)
    return "python" if _VERSIONED_PYTHON.fullmatch(name) else name


def complete(image: str, registry: str) -> str:
    """The image's whole name; one that carries a registry or a digest is left alone."""
    first, slash, _ = image.partition("/")
    carries_registry = bool(slash) and ("." in first or ":" in first or first == "localhost")
    if carries_registry or "@" in image:
        return image
    prefix = registry.rstrip("/")
    library = "library/" if not slash and prefix == "docker.io" else ""
    return f"{prefix}/{library}{image}" if prefix else image


def unmounted_paths(args: Sequence[str], extra_args: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Position and path of every argument that looks like a path of this machine and that no mount covers."""
    mounted = tuple(_mounts(extra_args))
    for position, argument in enumerate(args):
        path = argument.partition("=")[2] if argument.startswith("-") else argument
        if looks_like_host_path(path) and not any(_covers(folder, path) for folder in mounted):
            yield position, path


def looks_like_host_path(text: str) -> bool:
    """Absolute, `./`, `../`, `~/`, a script's name, or a Windows path; a URL or a package name is none."""
    if "://" in text or text.startswith("@"):
        return False
    return bool(_PATH_BEGIN.match(text) or _SCRIPT.fullmatch(text))


def _covers(folder: str, path: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _mounts(extra_args: Sequence[str]) -> Iterator[str]:
    """The container's side of all mounts among the arguments of `docker run`: where an argument has to be found."""
    for argument, following in pairwise([*extra_args, ""]):
        option, equals, value = argument.partition("=")
        value = value if equals else following
        if option in {"-v", "--volume"} and value:
            yield value.split(":")[min(1, value.count(":"))]
        elif option == "--mount":
            pairs = dict(part.partition("=")[::2] for part in value.split(","))
            yield from (pairs[key] for key in ("dst", "target", "destination") if pairs.get(key))
