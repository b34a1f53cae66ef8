"""The environment of a child, built from nothing: only what is named here, or by the config, is taken over.

In order: the short list that every child gets; the tools' homes for children that run on this machine; what the config
allows; the proxies, if the config says so; and last the server's own variables. Exported shell functions never pass.
The platform and our own environment are arguments, so that every platform is tested on any.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

EVERYONE = ("PATH", "HOME", "TMPDIR", "TMP", "TEMP", "SHELL", "TERM", "LANG", "USER", "LOGNAME", "TZ", "LC_*", "XDG_*")
"""Variables that every child gets."""
TOOL_HOMES = ("NVM_DIR", "ASDF_DIR", "PYENV_ROOT", "VOLTA_HOME", "HOMEBREW_PREFIX", "COLIMA_HOME")
"""Where version switchers keep their programs: for children that run on this machine."""
DOCKER_CLI = ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY")
"""How docker's own CLI finds its engine."""
SCANNER = ("PATH", "HOME", *DOCKER_CLI)
"""All that a scanner's process gets."""
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
"""One group, in capitals and in small letters."""
OF_SERVICE_MANAGER = (
    "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES",
)  # fmt: skip
"""What a service manager says to the program that it started, and to no other: nothing takes these over."""
MINIMAL_PATH = {"linux": "/usr/local/bin:/usr/bin:/bin", "darwin": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"}
"""PATH by platform where we have none, or an empty one, which would mean the working directory."""

_USERINFO = re.compile(r"^([a-z][a-z0-9+.-]*://)?.*@", re.IGNORECASE | re.DOTALL)


class Allowance(Struct, frozen=True, kw_only=True):
    """What one child gets besides the short list."""

    allow: tuple[str, ...] = ()
    """Further variables: `NAME` or `PREFIX*`."""
    proxies: bool = False
    """The proxy variables, without user names and passwords."""
    native: bool = True
    """It runs on this machine, not in a container."""
    docker_cli: bool = False
    """It is docker's own CLI."""
    env: Mapping[str, str] = {}
    """Its own variables; they win over everything."""
    unset: tuple[str, ...] = ()
    """Variables that are taken away again."""


def environment(ours: Mapping[str, str], allowance: Allowance, *, platform: str) -> dict[str, str]:
    """The child's whole environment."""
    everyone = (
        *EVERYONE,
        *(TOOL_HOMES if allowance.native else ()),
        *(DOCKER_CLI if allowance.docker_cli else ()),
    )
    built = _chosen(ours, allowance, everyone)
    built["PATH"] = built.get("PATH") or MINIMAL_PATH.get(platform, MINIMAL_PATH["linux"])
    return {**built, **allowance.env}


def granted(ours: Mapping[str, str], allowance: Allowance) -> dict[str, str]:
    """What the config takes over of ours: all that a container gets of it, for there the short list means nothing."""
    return _chosen(ours, allowance, ())


def scanner_environment(ours: Mapping[str, str], *, platform: str) -> dict[str, str]:
    """The whole environment of a scanner's process."""
    built = {name: value for name, value in _harmless(ours) if name in SCANNER}
    return {**built, "PATH": built.get("PATH") or MINIMAL_PATH.get(platform, MINIMAL_PATH["linux"])}


def without_userinfo(url: str) -> str:
    """A proxy's URL without user name and password: nothing before its last `@` but the scheme."""
    return _USERINFO.sub(lambda found: found[1] or "", url)


def _chosen(ours: Mapping[str, str], allowance: Allowance, everyone: tuple[str, ...]) -> dict[str, str]:
    """Our own variables of these patterns, and those that the config allows."""
    patterns = (*everyone, *allowance.allow)
    built = {name: value for name, value in _harmless(ours) if any(_matches(name, pattern) for pattern in patterns)}
    if allowance.proxies:
        built |= {name: value for name, value in _harmless(ours) if name.upper() in PROXIES}
    built = {name: without_userinfo(value) if name.upper() in PROXIES else value for name, value in built.items()}
    return {name: value for name, value in built.items() if name not in allowance.unset}


def _harmless(ours: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Our own variables without exported shell functions, which a shell below would run, and what is for us alone."""
    return (
        (name, value)
        for name, value in ours.items()
        if not _is_function(name, value) and name not in OF_SERVICE_MANAGER
    )


def _is_function(name: str, value: str) -> bool:
    return name.startswith("BASH_FUNC_") or value.startswith("() {")


def _matches(name: str, pattern: str) -> bool:
    """Whether a variable is meant; a lone `*` means none, so that nobody opens everything by one sign."""
    prefix = pattern.removesuffix("*")
    return name == pattern or (prefix != pattern and prefix != "" and name.startswith(prefix))
