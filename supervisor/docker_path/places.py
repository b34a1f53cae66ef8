"""Where the docker command is looked for, by platform, and in which order. Pure data and its choice."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from supervisor.docker_path.messages import Source

LINUX = ("/usr/bin/docker", "/usr/local/bin/docker", "/snap/bin/docker")
"""Distributions' packages, what is installed by hand, snap."""
MACOS = (
    "/Applications/Docker.app/Contents/Resources/bin/docker",
    "/usr/local/bin/docker",
    "/opt/homebrew/bin/docker",
    "/opt/podman/bin/docker",
)
"""Docker Desktop's own bundle before links to it, which an update may leave broken; Homebrew; Podman Desktop."""
MACOS_HOME = (".docker/bin/docker", ".orbstack/bin/docker")
"""Below the user's home: Docker Desktop installed for one user, OrbStack."""

Step = Literal["remembered", Source]
"""One look: at the place where it was last found, on PATH, at the well-known places, by the login shell."""


class Search(Struct, frozen=True, kw_only=True):
    """How a thorough search goes on one platform."""

    steps: tuple[Source, ...]
    """In order; the first that finds it ends the search."""
    well_known: tuple[str, ...]
    """Absolute paths, in order."""


def search_on(platform: str, home: str) -> Search:
    """Choose the search for a platform (as in `sys.platform`) and a user's home, `""` if there is none."""
    if platform.startswith("win"):
        return Search(steps=("path",), well_known=())
    homely = tuple(f"{home}/{path}" for path in MACOS_HOME) if home.startswith("/") else ()
    return Search(
        steps=("path", "bundled", "login_shell"), well_known=(*MACOS, *homely) if platform == "darwin" else LINUX
    )
