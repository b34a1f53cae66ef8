"""What a change of each field of a configuration asks for: one row a field, so that none is forgotten.

A house test walks the structs in config/specs.py and holds these tables against them.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from supervisor.reload.words import When

Effect = Literal["restart", "in_place", "followed"]
"""`followed`: it changes nothing of what runs, and is not told: where an entry stands in its file, for one."""


class Row(NamedTuple):
    """One field of a server."""

    effect: Effect
    key: str
    """As it is written in a config; of a block, what its own keys hang below."""
    only_in: str = ""
    """The isolation mode that looks at it; empty for all."""


SERVER: Final[dict[str, Row]] = {
    "name": Row("followed", "name"),  # another name is another server
    "place": Row("followed", ""),
    "enabled": Row("restart", "enabled"),
    "command": Row("restart", "command"),
    "args": Row("restart", "args"),
    "cwd": Row("restart", "cwd"),
    "env": Row("restart", "env"),
    "unset": Row("restart", "env"),
    "environment_allow": Row("restart", "stockade.environment.allow"),
    "environment_proxies": Row("restart", "stockade.environment.proxies"),
    "mode": Row("restart", "isolation.mode"),
    "why": Row("followed", "isolation.mode"),
    "own_container": Row("restart", "command"),
    "degraded": Row("followed", ""),
    "docker": Row("restart", "isolation", only_in="docker"),
    "limits": Row("restart", "isolation"),
    "sandbox": Row("restart", "isolation.sandbox", only_in="sandbox"),
    "restart": Row("in_place", "stockade.restart"),
    "grace": Row("in_place", "stockade.grace"),
    "startup": Row("in_place", "stockade.startup"),
    "max_message_bytes": Row("in_place", "stockade.max_message"),
    "call_timeout_s": Row("in_place", "stockade.call_timeout"),
    "call_wait_s": Row("in_place", "stockade.call_wait"),
    "idle_stop_s": Row("in_place", "stockade.idle_stop"),
    "ping_s": Row("in_place", "stockade.ping"),
    "depends_on": Row("in_place", "stockade.depends_on"),
    "lazy": Row("in_place", "stockade.lazy"),
    "sharing": Row("restart", "stockade.sharing"),
    "spares": Row("in_place", "stockade.spares"),
    "client_capabilities": Row("restart", "stockade.client_capabilities"),  # it is said in the opening of the protocol
    "scan": Row("restart", "stockade.scan"),  # what is served depends on it, so it is looked at anew
    "secrets": Row("in_place", "secrets"),
    "pinned_as": Row("restart", "name"),
}
"""By field of `ServerSpec`."""

BLOCKS: Final[dict[str, dict[str, str]]] = {
    "docker": {
        "image": "image",
        "command": "",
        "network_mode": "network_mode",
        "extra_args": "extra_args",
        "log_driver": "log_driver",
        "log_max_size_bytes": "log_max_size",
        "log_max_files": "log_max_files",
        "hardening": "hardening",
        "working_dir": "working_dir",
    },
    "limits": {"memory_bytes": "memory_limit", "cpus": "cpu_limit", "pids": "pids_limit"},
    "sandbox": {
        name: name
        for name in ("level", "read_write", "read_only", "deny", "reads", "network", "user", "best_effort", "rlimits")
    },
    "grace": {"stdin_s": "stdin", "term_s": "term"},
    "startup": {"resolve_s": "resolve", "pull_s": "pull", "create_s": "create", "handshake_s": "handshake"},
    "scan": {name: name for name in ("policy", "trust", "plugins", "network")},
}
"""By field that is a block, the key of each of its own fields; empty for one that only follows from others."""

SETTINGS: Final[dict[str, tuple[str, When]]] = {
    "control_group": ("stockade.control.group", "next_start"),
    "control_mode": ("stockade.control.mode", "next_start"),
    "allow_uids": ("stockade.control.allow_uids", "next_start"),
    "state_dir": ("stockade.state_dir", "next_start"),
    "lock_file": ("stockade.lock_file", "next_start"),
    "ready": ("stockade.ready", "next_start"),
    "sinks": ("stockade.sinks", "next_start"),
    "plugins": ("stockade.plugins", "now"),
    "watch": ("stockade.watch", "now"),
}
"""By field of `Settings`: its key, and when a change of it comes into force."""
