"""What the machine is, for a report: facts that explain why a start went otherwise there. It changes nothing."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from supervisor.process import brief

SYSTEMD_S = 2.0
"""Seconds for `systemctl --version`, which asks nobody."""
FILES = {
    "security_modules": "/sys/kernel/security/lsm",
    "max_user_namespaces": "/proc/sys/user/max_user_namespaces",
    "unprivileged_userns_clone": "/proc/sys/kernel/unprivileged_userns_clone",
    "apparmor_restrict_unprivileged_userns": "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
    "cgroup": "/proc/self/cgroup",
    "cgroup_controllers": "/sys/fs/cgroup/cgroup.controllers",
    "seccomp_actions": "/proc/sys/kernel/seccomp/actions_avail",
    "memory": "/proc/meminfo",
}
"""What the kernel says, by name; of `memory` the first line."""
VARIABLES = (
    "INVOCATION_ID", "NOTIFY_SOCKET", "WATCHDOG_USEC", "LISTEN_FDS", "CREDENTIALS_DIRECTORY", "STATE_DIRECTORY",
    "RUNTIME_DIRECTORY", "JOURNAL_STREAM", "STOCKADE_STATE_DIR", "STOCKADE_CONFIG", "DOCKER_HOST", "DOCKER_CONTEXT",
    "XDG_RUNTIME_DIR", "VIRTUAL_ENV", "PATH", "SHELL", "LANG",
)  # fmt: skip
"""Variables that change what stockade does. Of others it is only said how many there are."""
MOST_FILES = 1000
SHORT = 2000


def machine(environ: Mapping[str, str]) -> dict[str, Any]:
    """Versions, the kernel and what it has for sandboxes, systemd, the variables that matter."""
    name = os.uname()
    return {
        "platform": sys.platform,
        "distribution": _distribution(),
        "kernel": f"{name.sysname} {name.release} {name.version}",
        "processor": name.machine,
        "processors": os.cpu_count(),
        "c_library": " ".join(platform.libc_ver()),
        "python": sys.version,
        "uid": os.geteuid(),
        "systemd": _systemd(environ),
        "in_container": Path("/.dockerenv").exists() or Path("/run/.containerenv").exists(),
        **{name: _read(path) for name, path in FILES.items()},
        "variables": {key: environ[key] for key in VARIABLES if key in environ},
        "other_variables": len(environ.keys() - set(VARIABLES)),
    }


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", "")
    except OSError:
        return ""


def _systemd(environ: Mapping[str, str]) -> str:
    path = {"PATH": environ.get("PATH", os.defpath)}
    said = brief.run_now(("systemctl", "--version"), path, bound_s=SYSTEMD_S)
    return said.output.decode("utf-8", "replace").partition("\n")[0] if said.end == "exited" else ""


def _read(path: str) -> list[str] | str | None:
    """What a file says, a text for one line; None if there is none, or it may not be read."""
    try:
        text = Path(path).read_text("utf-8", errors="replace")[:SHORT].strip()
    except OSError:
        return None
    lines = text.splitlines()[: 1 if path == FILES["memory"] else None]
    return lines if len(lines) > 1 else "".join(lines)


def listing(place: Path) -> list[dict[str, Any]]:
    """What is in the state directory: names, kinds, modes, owners, sizes; never what is in the files."""
    return list(islice(_listed(place, place), MOST_FILES))


def _listed(folder: Path, top: Path) -> Iterator[dict[str, Any]]:
    try:
        entries = sorted(os.scandir(folder), key=lambda one: one.name)
    except OSError as error:
        yield {"name": str(folder.relative_to(top)), "reason": error.strerror or str(error)}
        return
    for entry in entries:
        try:
            info = entry.stat(follow_symlinks=False)
        except OSError:
            continue  # it has gone meanwhile
        name = str(Path(entry.path).relative_to(top))
        yield {"name": name, "mode": f"{info.st_mode:o}", "uid": info.st_uid, "bytes": info.st_size}
        if entry.is_dir(follow_symlinks=False) and not name.startswith("servers/"):  # what those keep is theirs
            yield from _listed(Path(entry.path), top)
