"""The environment that a sandboxed server gets besides its own: home, temporary files and caches in its own folder."""

from __future__ import annotations

from collections.abc import Sequence
from posixpath import join

from supervisor.sandbox import runners


def moved(state: str) -> dict[str, str]:
    """Variables that are set whatever they were: where they pointed to before is out of reach."""
    home, tmp = join(state, "home"), join(state, "tmp")
    return {
        "HOME": home,
        "TMPDIR": tmp,
        "TMP": tmp,
        "TEMP": tmp,
        "XDG_CACHE_HOME": join(home, ".cache"),
        "XDG_CONFIG_HOME": join(home, ".config"),
        "XDG_DATA_HOME": join(home, ".local/share"),
        "XDG_STATE_HOME": join(home, ".local/state"),
        "XDG_RUNTIME_DIR": join(state, "run"),
    }


def caches(state: str) -> dict[str, str]:
    """Variables that are set if the config does not: caches of package runners, where a warm start finds them again."""
    home = join(state, "home")
    return {
        "npm_config_cache": join(home, ".npm"),
        "UV_CACHE_DIR": join(home, ".cache/uv"),
        "UV_TOOL_DIR": join(home, ".local/share/uv/tools"),
        "UV_PYTHON_INSTALL_DIR": join(home, ".local/share/uv/python"),
        "PIP_CACHE_DIR": join(home, ".cache/pip"),
    }


def unset(state: str, argv: Sequence[str], *, has_network: bool) -> dict[str, str]:
    """All variables that are set if the config does not: without a network a package runner is told so."""
    return caches(state) | ({} if has_network else runners.offline(argv))


def folders(state: str) -> tuple[str, ...]:
    """The folders that these variables need to be there, outer ones first."""
    return (state, join(state, "home"), join(state, "tmp"), join(state, "run"))
