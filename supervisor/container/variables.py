"""How a server's variables reach its container without anybody else reading them. Pure.

`-e NAME` without a value takes the value from the docker command's own environment, where only root and the same user
can look; nothing of it stands in an argument list. A variable that would steer the docker command itself (or the shell,
the C library, the Go runtime, the ssh below it) must not be put there: it goes by `--env-file`, a file of mode 0600.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from supervisor.errors import ContainerVariableInvalid, LaunchError

STEERING = frozenset({
    # the docker command, and others of its kind
    "HOME", "USER", "LOGNAME", "PATH", "PWD", "OLDPWD", "SHELL", "TMPDIR", "TMP", "TEMP", "TERM", "TZ", "ZONEINFO",
    "LANG", "LANGUAGE", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "DISPLAY", "REGISTRY_AUTH_FILE", "REQUEST_METHOD",
    "HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "ALL_PROXY", "NO_PROXY", "STORAGE_DRIVER", "STORAGE_OPTS",
    "CONTAINER_HOST", "CONTAINER_CONNECTION", "CONTAINER_SSHKEY", "CONTAINER_PASSPHRASE",
    # the Go runtime and its libraries
    "GODEBUG", "GOGC", "GOMAXPROCS", "GOMEMLIMIT", "GOTRACEBACK", "GOCOVERDIR", "GORACE", "SSL_CERT_FILE",
    "SSL_CERT_DIR", "RES_OPTIONS", "LOCALDOMAIN", "HOSTALIASES", "RESOLV_HOST_CONF",
    # the ssh below an engine's address of ssh://; by name, for a server may well have an SSH_PRIVATE_KEY
    "SSH_AUTH_SOCK", "SSH_AGENT_PID", "SSH_ASKPASS", "SSH_ASKPASS_REQUIRE", "SSH_SK_PROVIDER", "SSH_SK_HELPER",
    "SSH_PKCS11_HELPER",
    # a docker command that is a shell script
    "ENV", "BASH_ENV", "BASHOPTS", "SHELLOPTS", "IFS", "PS4", "CDPATH", "GLOBIGNORE", "POSIXLY_CORRECT",
    # the C library, systemd, snap
    "LOCPATH", "NLSPATH", "GCONV_PATH", "GETCONF_DIR", "TZDIR", "GLIBC_TUNABLES", "NOTIFY_SOCKET", "LISTEN_FDS",
    "LISTEN_PID", "LISTEN_FDNAMES", "SNAP",
})  # fmt: skip
"""By their names in capitals; their other spellings count as well, as `http_proxy` does."""
STEERING_PREFIXES = (
    "DOCKER_", "BUILDKIT_", "BUILDX_", "COMPOSE_", "MOBY_", "CONTAINERS_", "CONTAINERD_", "PODMAN_", "BUILDAH_",
    "NERDCTL_", "COLIMA_", "LIMA_", "ORBSTACK_", "XDG_", "LD_", "DYLD_", "MALLOC_", "LC_", "DBUS_", "SNAP_", "OTEL_",
    "PYTHON", "BASH_FUNC_", "STOCKADE_",
)  # fmt: skip
"""The command itself, its plugins and its relatives; what a loader, a C library or a wrapper reads; our own marks."""
LONGEST_LINE = 65_535
"""Bytes of one line of an env-file: the docker command reads it by a scanner of 64 KiB."""


class Split(Struct, frozen=True):
    """A server's variables, by the way in which they travel."""

    by_name: Mapping[str, str]
    """By `-e NAME`, in the docker command's environment."""
    by_file: Mapping[str, str]
    """By `--env-file`."""


def split(env: Mapping[str, str]) -> Split:
    """Say how each variable travels. Raises: LaunchError for one that cannot reach a container whole."""
    for name, value in env.items():
        _check(name, value)
    filed = {name: value for name, value in env.items() if steers(name)}
    return Split({name: value for name, value in env.items() if name not in filed}, filed)


def steers(name: str) -> bool:
    """Whether the docker command, or something below it, would be led elsewhere by a variable of that name."""
    capitals = name.upper()
    return capitals in STEERING or capitals.startswith(STEERING_PREFIXES)


def env_file(variables: Mapping[str, str]) -> str:
    """The content of the env-file, empty if there is nothing for it.

    The format has no quotes and no escapes: a line is a name, `=` and a value. Raises: LaunchError for what it cannot
    hold.
    """
    for name, value in variables.items():
        reason = _unfit(name, value)
        if reason:
            raise LaunchError(ContainerVariableInvalid(name=name, reason=reason))
    return "".join(f"{name}={value}\n" for name, value in variables.items())


def _check(name: str, value: str) -> None:
    if not name or "=" in name or "\0" in name + value:
        reason = "a variable has a name without `=`, and neither has a NUL"
    elif not _is_text(name + value):
        # The engine's protocol is JSON: other bytes would become question marks on the way.
        reason = "it is not valid UTF-8"
    else:
        return
    raise LaunchError(ContainerVariableInvalid(name=_shown(name), reason=reason))


def _unfit(name: str, value: str) -> str:
    """Why a line of an env-file cannot say this; empty if it can."""
    if any(letter.isspace() for letter in name) or name.startswith(("#", "\ufeff")):
        return "it would steer the docker command, and an env-file cannot hold its name"
    if "\n" in value or value.endswith("\r"):
        return "it would steer the docker command, and an env-file cannot hold a line break"
    if len(f"{name}={value}".encode()) > LONGEST_LINE:
        return f"it would steer the docker command, and a line of an env-file ends at {LONGEST_LINE} bytes"
    return ""


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0") or "(empty)"
