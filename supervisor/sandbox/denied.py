"""What no sandboxed server may reach, whatever else it is granted: secrets of the user, of the system, and our own."""

from __future__ import annotations

from collections.abc import Iterable
from posixpath import join

IN_HOME = (
    # keys and tokens of tools
    ".ssh", ".aws", ".gnupg", ".kube", ".docker", ".netrc", ".git-credentials", ".config/git/credentials", ".azure",
    ".config/gcloud", ".npmrc", ".yarnrc", ".yarnrc.yml", ".pypirc", ".config/gh", ".config/hub", ".config/glab-cli",
    ".cargo/credentials", ".cargo/credentials.toml", ".gem/credentials", ".m2/settings.xml",
    ".m2/settings-security.xml", ".gradle/gradle.properties",
    ".composer/auth.json", ".config/composer/auth.json", ".terraform.d", ".terraformrc",
    ".vault-token", ".pgpass", ".my.cnf", ".s3cfg", ".boto", ".config/rclone", ".config/sops", ".config/age", ".oci",
    ".config/doctl", ".config/op", ".1password", ".config/Bitwarden CLI", ".password-store", ".config/containers",
    ".local/share/containers", ".config/helm", ".config/configstore", ".config/pip", ".pip", ".config/uv",
    # keyrings, browsers, mail
    ".local/share/keyrings", ".local/share/kwalletd", ".pki", ".mozilla", ".thunderbird", ".config/google-chrome",
    ".config/chromium", ".config/BraveSoftware", ".config/microsoft-edge", ".config/vivaldi", ".config/opera",
    ".var/app", "snap", ".config/Signal", ".config/Slack", ".config/discord",
    # shell histories
    ".bash_history", ".zsh_history", ".zhistory", ".local/share/fish", ".python_history", ".node_repl_history",
    ".psql_history", ".mysql_history", ".sqlite_history", ".lesshst", ".viminfo", ".histfile", ".sh_history",
    # configs of AI clients hold the tokens of all their servers
    ".claude", ".claude.json", ".config/Claude", ".cursor", ".codeium", ".codex", ".gemini", ".mcpproxy",
    ".config/Code", ".continue", ".config/zed",
)  # fmt: skip

IN_SYSTEM = (
    "/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-", "/etc/sudoers", "/etc/sudoers.d", "/etc/ssh",
    "/etc/ssl/private", "/etc/pki/tls/private", "/etc/security/opasswd", "/etc/krb5.keytab", "/etc/wireguard",
    "/etc/openvpn", "/etc/ipsec.secrets", "/etc/ppp/chap-secrets", "/etc/NetworkManager/system-connections",
    "/etc/letsencrypt", "/etc/kubernetes", "/etc/rancher", "/etc/docker", "/etc/credstore", "/etc/credstore.encrypted",
    "/etc/mysql/debian.cnf",
    # the machine's own service: its config, its state, its socket and token, whoever runs the sandbox
    "/etc/stockade", "/var/lib/stockade", "/run/stockade",
)  # fmt: skip

SOCKETS = (
    "/run/docker.sock", "/var/run/docker.sock", "/run/podman/podman.sock", "/run/containerd/containerd.sock",
    "/run/dbus/system_bus_socket", "/run/snapd.socket", "/run/crio/crio.sock", "/var/run/libvirt/libvirt-sock",
)  # fmt: skip
"""Sockets through which a process can get more than it has."""
SOCKETS_OF_USER = (
    "bus", "docker.sock", "podman/podman.sock", "gnupg/S.gpg-agent", "keyring/ssh", "systemd/private", "wayland-0",
    "pipewire-0", "pulse/native", "emacs/server",
)  # fmt: skip
"""The same, in the user's own folder of /run/user."""


def denied_paths(homes: Iterable[str], own: Iterable[str], more: Iterable[str]) -> tuple[str, ...]:
    """Everything that is denied, whether it exists or not: what appears later must be out of reach too."""
    secrets = tuple(join(home, name) for home in homes for name in IN_HOME)
    return tuple(dict.fromkeys((*secrets, *IN_SYSTEM, *own, *more)))


def sockets(uid: int, agent: str | None) -> tuple[str, ...]:
    """Paths of sockets that are worth a warning if they can be reached; `agent` is SSH_AUTH_SOCK."""
    of_user = tuple(join("/run/user", str(uid), name) for name in SOCKETS_OF_USER)
    of_terminals = (f"/tmp/tmux-{uid}/default", "/tmp/.X11-unix/X0")  # noqa: S108 - named, not used
    return (*SOCKETS, *of_user, *of_terminals, *([agent] if agent else []))
