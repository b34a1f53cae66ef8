"""What the phase that fetches a server's package is given of what the config gives to the server. Pure.

The package's install scripts run in that phase, and it has a network, which was meant to be kept from whoever sees the
server's data. So of the config's grants and variables it gets those only that concern the runner itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from posixpath import join, normpath

from msgspec.structs import replace

from supervisor.sandbox.paths import is_within
from supervisor.sandbox.words import Order

_RUNNERS_OWN = re.compile(
    r"(npm|node|uv|pip|ssl|requests|curl|git|lc|xdg)_.*|(https?|all|no)_proxy|path|home|lang|tz|tmpdir", re.IGNORECASE
)
"""Variables that a package runner reads itself: registries and what is needed to reach them."""
_PIECES = re.compile(r"[=\s]|file:(?://)?")


def install_order(order: Order, argv: Sequence[str], env: Mapping[str, str], cwd: str) -> Order:
    """The order by which the command `argv` is confined that fetches the package of a server."""
    named = tuple(_named((*argv[1:], *(env[name] for name in env if _RUNNERS_OWN.fullmatch(name))), cwd))

    def concerns(path: str | None) -> bool:
        return path is not None and any(is_within(one, path) for one in named)

    spec = replace(
        order.spec,
        network="allow",
        reads="strict",
        read_only=tuple(filter(concerns, order.spec.read_only)),
        read_write=tuple(filter(concerns, order.spec.read_write)),
    )
    cwd_kept = order.profile.working_dir if concerns(order.profile.working_dir) else None
    return replace(order, spec=spec, profile=replace(order.profile, working_dir=cwd_kept), is_install=True)


def install_environment(env: Mapping[str, str], own: frozenset[str]) -> dict[str, str]:
    """The variables of a server without those of its `own` that do not concern the runner: keys and tokens mostly."""
    return {name: value for name, value in env.items() if name not in own or _RUNNERS_OWN.fullmatch(name)}


def _named(words: Sequence[str], cwd: str) -> Iterator[str]:
    """The paths that the words name; a relative one begins with a dot."""
    for word in words:
        for piece in _PIECES.split(word):
            if piece.startswith(("/", "./", "../")) or piece in (".", ".."):
                yield normpath(join(cwd, piece))
