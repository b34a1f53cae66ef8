"""The options of `docker run` and of its relatives, as data, and how a command line of them is read. Pure.

The lists are those of `docker run --help` (20.10 to 28) and of podman's and nerdctl's manuals. What they must know is
which options are switches. One that is in no list takes the next word, unless that looks like another option.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from supervisor.container.words import Option

SWITCHES = frozenset({
    "detach", "disable-content-trust", "help", "init", "interactive", "no-healthcheck", "oom-kill-disable",
    "privileged", "publish-all", "quiet", "read-only", "rm", "sig-proxy", "tty", "use-api-socket",
    # podman's
    "env-host", "http-proxy", "no-hosts", "no-hostname", "passwd", "read-only-tmpfs", "replace", "rmi", "rootfs",
    "tls-verify", "unsetenv-all",
})  # fmt: skip
"""Options of `run` that never take the next word."""
VALUED = frozenset({
    "add-host", "annotation", "attach", "blkio-weight-device", "cap-add", "cap-drop", "cgroup-parent", "cgroupns",
    "cidfile", "cpu-count", "cpu-percent", "cpu-period", "cpu-quota", "cpu-rt-period", "cpu-rt-runtime",
    "cpu-shares", "cpus", "cpuset-cpus", "cpuset-mems", "detach-keys", "device", "device-cgroup-rule",
    "device-read-bps", "device-read-iops", "device-write-bps", "device-write-iops", "dns", "dns-option",
    "dns-search", "domainname", "entrypoint", "env", "env-file", "expose", "gpus", "group-add", "health-cmd",
    "health-interval", "health-retries", "health-start-interval", "health-start-period", "health-timeout",
    "hostname", "io-maxbandwidth", "io-maxiops", "ip", "ip6", "ipc", "isolation", "kernel-memory", "label",
    "label-file", "link", "link-local-ip", "log-driver", "log-opt", "mac-address", "memory", "memory-reservation",
    "memory-swap", "memory-swappiness", "mount", "name", "network", "network-alias", "oom-score-adj", "pid",
    "pids-limit", "platform", "publish", "pull", "restart", "runtime", "security-opt", "shm-size", "stop-signal",
    "stop-timeout", "storage-opt", "sysctl", "tmpfs", "ulimit", "user", "userns", "uts", "volume", "volume-driver",
    "volumes-from", "workdir",
})  # fmt: skip
"""Options of docker's `run` that always do."""
SHORT = {
    "a": "attach", "c": "cpu-shares", "d": "detach", "e": "env", "h": "hostname", "i": "interactive", "l": "label",
    "m": "memory", "P": "publish-all", "p": "publish", "q": "quiet", "t": "tty", "u": "user", "v": "volume",
    "w": "workdir",
}  # fmt: skip
"""One letter of `run` and its long name."""
SYNONYMS = {"net": "network", "net-alias": "network-alias", "dns-opt": "dns-option"}

GLOBAL_SWITCHES = {
    "docker": frozenset({"debug", "tls", "tlsverify", "version", "help"}),
    "podman": frozenset({"remote", "noout", "syslog", "transient-store", "trace", "version", "help"}),
    "nerdctl": frozenset({
        "debug", "debug-full", "insecure-registry", "experimental", "kube-hide-dupe", "version", "help",
    }),
}  # fmt: skip
GLOBAL_SHORT = {
    "docker": {"c": "context", "D": "debug", "H": "host", "l": "log-level", "v": "version", "h": "help"},
    "podman": {"c": "connection", "r": "remote", "v": "version", "h": "help"},
    "nerdctl": {"a": "address", "H": "host", "n": "namespace", "v": "version", "h": "help"},
}  # fmt: skip
"""By program: what stands before the verb."""

_TRUE = frozenset({"1", "t", "T", "true", "TRUE", "True"})


class Read(Struct, frozen=True):
    """A command line up to the first word that is no option."""

    options: tuple[Option, ...]
    rest: int
    """The position of the first word that is none; the count of words if there is no such word."""


def read_run(words: Sequence[str], begin: int = 0) -> Read:
    """Read the options of `run`, from a position on."""
    return read(words, begin, SWITCHES, SHORT)


def read(words: Sequence[str], begin: int, switches: frozenset[str], short: Mapping[str, str]) -> Read:
    """Read options as the docker command does: `--name value`, `--name=value`, `-nvalue`, `-n value`, `-it`."""
    options: list[Option] = []
    at = begin
    while at < len(words):
        word = words[at]
        if word == "--":
            return Read(tuple(options), at + 1)
        if len(word) < 2 or not word.startswith("-"):
            break
        following = words[at + 1] if at + 1 < len(words) else ""
        found = (
            _long(word, following, switches) if word.startswith("--") else _letters(word, following, switches, short)
        )
        options += [Option(SYNONYMS.get(name, name), value, at) for name, value in found.pairs]
        at += 2 if found.takes_next else 1
    return Read(tuple(options), min(at, len(words)))


class _Found(Struct, frozen=True):
    pairs: tuple[tuple[str, str], ...]
    takes_next: bool = False


def _long(word: str, following: str, switches: frozenset[str]) -> _Found:
    name, equals, value = word[2:].partition("=")
    if name in switches:
        return _Found(((name, _claim(value) if equals else "true"),))
    if not equals and SYNONYMS.get(name, name) not in VALUED and following[:1] in {"", "-"}:
        return _Found(((name, "true"),))
    return _Found(((name, value if equals else following),), not equals)


def _letters(word: str, following: str, switches: frozenset[str], short: Mapping[str, str]) -> _Found:
    """A group of one-letter options: the first that takes a value takes the rest of the word, else the next word."""
    pairs: list[tuple[str, str]] = []
    for place, letter in enumerate(word[1:], 1):
        name, rest = short.get(letter, letter), word[place + 1 :]
        if name not in switches:
            value = rest.removeprefix("=") if rest else following
            return _Found((*pairs, (name, value)), not rest)
        if rest.startswith("="):
            return _Found((*pairs, (name, _claim(rest[1:]))))
        pairs.append((name, "true"))
    return _Found(tuple(pairs))


def _claim(value: str) -> str:
    return "true" if value in _TRUE else "false"
