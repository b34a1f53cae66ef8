"""What makes a user-written container less held than ours, or of no use to MCP. Reported, never changed. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from msgspec import Struct

from supervisor.container.own import alone
from supervisor.container.words import Finding, Option, Own

_NAMESPACES = {
    "network": "it shares the machine's network, with all that listens on its loopback",
    "pid": "it sees and can signal the machine's processes",
    "ipc": "it shares the machine's memory segments",
    "uts": "it can rename the machine",
    "userns": "its root is the machine's root",
    "cgroupns": "it sees the machine's control groups",
}
_CAPABILITIES = frozenset({
    "ALL", "SYS_ADMIN", "SYS_PTRACE", "SYS_MODULE", "SYS_RAWIO", "SYS_BOOT", "DAC_READ_SEARCH", "NET_ADMIN", "BPF",
    "PERFMON",
})  # fmt: skip
"""Those by which a container's root can become the machine's, or listens to others."""
_SENSITIVE = ("/etc", "/root", "/home", "/boot", "/dev", "/proc", "/sys", "/usr", "/bin", "/sbin", "/lib", "/var/lib")
"""Folders of the machine that no server needs as a whole."""
_SOCKETS = ("docker.sock", "podman.sock", "containerd.sock")


class _Rule(Struct, frozen=True):
    flag: str
    holds: Callable[[Own], bool]
    """Whether the command is as it should be."""
    text: str
    mend: str
    severity: Literal["warning", "note"] = "note"


_EXPECTED = (
    _Rule(
        "-i", lambda own: own.has("interactive"), "its stdin is not kept open: it hears nothing", "add `-i`", "warning"
    ),
    _Rule("-t", lambda own: not own.has("tty"), "a terminal rewrites its messages", "leave out `-t`", "warning"),
    _Rule("-d", lambda own: not own.has("detach"), "it is detached: nobody speaks to it", "leave out `-d`", "warning"),
    _Rule("--rm", lambda own: own.has("rm"), "what has ended is kept", "add `--rm`"),
    _Rule(
        "--restart",
        lambda own: own.value("restart") in {None, "no"},
        "the engine starts it again with nobody attached",
        "leave out `--restart`",
        "warning",
    ),
    _Rule(
        "--name",
        lambda own: not alone(own),
        "its name or cidfile lets only one of it be there, so it serves one client at a time",
        "leave out `--name` and `--cidfile`",
    ),
    _Rule(
        "--init", lambda own: own.has("init"), "a server that handles no SIGTERM has to be killed", "add `--init`"
    ),
    _Rule(
        "--cap-drop", lambda own: bool(own.values("cap-drop")), "it keeps root's capabilities", "add `--cap-drop ALL`"
    ),
    _Rule(
        "--security-opt",
        lambda own: any(text.startswith("no-new-privileges") for text in own.values("security-opt")),
        "set-id programs give it more rights",
        "add `--security-opt no-new-privileges`",
    ),
    _Rule("--memory", lambda own: own.value("memory") is not None, "its memory has no limit", "add `--memory 512m`"),
    _Rule(
        "--pids-limit",
        lambda own: own.value("pids-limit") is not None,
        "the number of its processes has no limit",
        "add `--pids-limit 256`",
    ),
)  # fmt: skip


def findings(command: Own) -> tuple[Finding, ...]:
    """All that is to be said about a user-written `run`, the worst first; about another kind, why it is unmanaged."""
    if command.unmanaged:
        mend = "write the server as `docker run …`, or name its program and let stockade make the container"
        return (Finding(command.kind, command.unmanaged, mend, "warning"),)
    missing = (Finding(rule.flag, rule.text, rule.mend, rule.severity) for rule in _EXPECTED if not rule.holds(command))
    image = () if command.image else (Finding("", "it names no image", "name one behind the options", "warning"),)
    return (*image, *dangers(command.options), *missing)


def dangers(options: Sequence[Option]) -> Iterator[Finding]:
    """Options that undo the isolation of a container, or show what they hold."""
    for option in options:
        found = _shown(option) or _danger(option)
        if found:
            yield found


def _shown(option: Option) -> Finding | None:
    name, equals, value = option.value.partition("=")
    if option.name != "env" or not equals or not value:
        return None
    text = f"every user of this machine can read the value of {name} in the list of processes"
    return Finding("--env", text, f"put it into the server's `env`, and write `-e {name}` in a command of your own")


def _danger(option: Option) -> Finding | None:
    value = option.value
    text = ""
    match option.name:
        case "privileged" | "use-api-socket" if value == "true":
            text = "it has the rights of the machine's root"
        case "network" | "pid" | "ipc" | "uts" | "userns" | "cgroupns" if value == "host":
            text = _NAMESPACES[option.name]
        case "cap-add" if value.upper().removeprefix("CAP_") in _CAPABILITIES:
            text = f"the capability {value} is a way out of the container"
        case "security-opt" if value.replace(":", "=", 1).endswith(("=unconfined", "=disable")):
            text = f"{value} takes a protection away"
        case "device" | "device-cgroup-rule" | "volumes-from":
            text = "it reaches what is not its own"
        case "volume":
            text = _mounted(value.partition(":")[0])
        case "mount":
            pairs = dict(part.partition("=")[::2] for part in value.split(","))
            text = _mounted(pairs.get("src") or pairs.get("source") or "")
    said = f"--{option.name}" + ("" if value == "true" else f" {value}")
    return Finding(f"--{option.name}", text, f"leave out `{said}`", "warning") if text else None


def _mounted(source: str) -> str:
    place = source.rstrip("/") or ("/" if source else "")
    if place.endswith(_SOCKETS):
        return "with the engine's socket it is as good as the machine's root"
    if place == "/":
        return "it reaches every file of the machine"
    if place in _SENSITIVE:
        return f"it reaches all of {place}"
    return ""
