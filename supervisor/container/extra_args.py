"""The config's `extra_args`: which options they hold, and those that cannot be given. Pure.

They stand behind our own options and before the image, so where they repeat an option that counts once they win, which
is their point. Refused is what would take the container out of our hands: then it would not be ended, or not be heard.
"""

from __future__ import annotations

from collections.abc import Sequence

from supervisor.container import flags
from supervisor.container.identity import MANAGED
from supervisor.container.words import Option
from supervisor.errors import ContainerArgumentRefused, LaunchError

_OURS = "stockade gives it itself, to find the container again"
_REFUSED = {
    "name": _OURS,
    "cidfile": _OURS,
    "attach": "stockade is attached to stdin, stdout and stderr, and needs all three",
    "restart": "a container that the engine starts again has nobody who speaks to it; stockade restarts servers itself",
    "detach-keys": "there is no terminal to press them at",
    "pull": "images are fetched before, by a clock of their own",
    "help": "it starts nothing",
}
_REFUSED_WHEN = {
    ("detach", "true"): "a detached container has nobody who speaks to it",
    ("tty", "true"): "a terminal rewrites what goes through it, and MCP is spoken over plain pipes",
    ("interactive", "false"): "MCP is spoken over stdin",
    ("rm", "false"): "what has ended would be kept for ever",
    ("replace", "true"): "it removes another container of that name",
}
_OUR_LABELS = MANAGED.partition(".")[0] + "."


def read(words: Sequence[str]) -> tuple[Option, ...]:
    """The options that they hold. Raises: LaunchError for what cannot be given."""
    found = flags.read_run(words)
    if found.rest < len(words) or "--" in words[found.rest - 1 : found.rest]:
        word = words[min(found.rest, len(words) - 1)].partition("=")[0]  # what is behind `=` may be a secret
        raise _refused(word, "it is no option, and would be taken for the image")
    for option in found.options:
        reason = _reason(option)
        if reason:
            raise _refused(f"--{option.name}", reason)
    _check_last(words, found.options)
    return found.options


def platform_in(words: Sequence[str]) -> str:
    """The platform of the image that they ask for; empty if it is the engine's own."""
    asked = [option.value for option in flags.read_run(words).options if option.name == "platform"]
    return asked[-1] if asked else ""


def _check_last(words: Sequence[str], options: tuple[Option, ...]) -> None:
    """An option without its value would take the image for it."""
    if not options:
        return
    last = options[-1]
    is_alone = last.at == len(words) - 1 and not last.value and "=" not in words[-1]
    if is_alone:
        raise _refused(f"--{last.name}", "its value is missing, and the image would be taken for it")


def _reason(option: Option) -> str:
    if option.name == "label" and option.value.startswith(_OUR_LABELS):
        return f"labels that begin with `{_OUR_LABELS}` are stockade's own"
    return _REFUSED.get(option.name) or _REFUSED_WHEN.get((option.name, option.value), "")


def _refused(argument: str, reason: str) -> LaunchError:
    return LaunchError(ContainerArgumentRefused(argument=argument, reason=reason))
