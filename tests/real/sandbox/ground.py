"""The ground on which the sandbox is tried: a made-up home and state, and a user who runs things there."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from real.sandbox.accounts import ROOT, SITE, Account

HERE = Path(__file__).parent
EMULATOR = ROOT / "scripts" / "testenv" / "landlock-abi.py"


class Ground(NamedTuple):
    """One tree of folders, and who plays on it."""

    path: Path
    user: Account
    secret: str = ""
    """A word that stands in all that a server must not see."""

    def fight(self, rounds: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Let the attacker try its rounds (rounds.py); what came of each, by name."""
        job = {"ground": str(self.path), "secret": self.secret, "rounds": list(rounds)}
        careless = {
            "HOME": self.path / "home",
            "STOCKADE_ATTACK_SECRET": self.secret,
            "SSH_AUTH_SOCK": self.path / "socket",
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={self.path}/socket",
            "NOTIFY_SOCKET": self.path / "datagrams",
            "LD_LIBRARY_PATH": "/nonexistent",
            "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}:{SITE}",
        }
        variables = [f"{name}={value}" for name, value in careless.items()]
        words = ["env", *variables, self.user.python, str(HERE / "rounds.py"), json.dumps(job)]
        ran = self.user.run(words, cwd=self.path)
        assert ran.returncode == 0, ran.stderr[-6000:]
        found: dict[str, Any] = json.loads(ran.stdout)
        return found

    def job(self, argv: list[str], **more: Any) -> dict[str, Any]:
        """A job for confine.py."""
        return {
            "argv": argv,
            "state_dir": str(self.path / "state"),
            "homes": [str(self.path / "home")],
            "own": [str(self.path / "config")],
            **more,
        }

    def confined(self, argv: list[str], **more: Any) -> dict[str, Any]:
        """Start it once through the sandbox, to its end."""
        return self.each(argv, **more)[0]

    def each(self, argv: list[str], *, under: str = "", **more: Any) -> list[dict[str, Any]]:
        """Start it as often as asked; `under` names what the kernel is to look like."""
        words = [str(HERE / "confine.py"), json.dumps(self.job(argv, **more))]
        if under:
            prefix = [str(EMULATOR), under]
            ran = self.user.call(*prefix, "env", self.user.python, *words)
        else:
            ran = self.user.call(*words)
        if ran.returncode == 77:
            pytest.skip("the Landlock emulator is not possible here")
        assert ran.returncode == 0, ran.stderr[-4000:]
        found: list[dict[str, Any]] = json.loads(ran.stdout)
        return found

    @property
    def own(self) -> Path:
        """The own folder of the server."""
        return self.path / "state" / "servers" / "own"


def furnish(path: Path, account: Account) -> Ground:
    """Make the folders and files, all of them the account's."""
    secret = f"secret-{secrets.token_hex(6)}"
    victim = {"command": "/bin/sleep", "args": ["1000"], "env": {"TOKEN": secret}, "enabled": False}
    config = {"mcpServers": {"victim": {**victim, "isolation": {"mode": "none"}}}}
    files = {
        "home/.ssh/id_rsa": secret,
        "home/.aws/credentials": secret,
        "home/.bashrc": "",
        "home/.local/bin/ls": "",
        "home/diary": secret,
        "home/notes": "x",
        "home/work/file": "x",
        "state/token": "token",
        "state/servers/other/secret": secret,
        "config/mcp.json": json.dumps(config),
        "outside/file": "x",
        "scripts/granted": "x",
    }
    for name, text in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text)
    (path / "home" / "pointer").symlink_to(f"/nowhere/{secret}")
    with contextlib.suppress(OSError):  # not every file system has such attributes
        os.setxattr(path / "home/.ssh/id_rsa", "user.secret", secret.encode())
    _programs(path)
    path.chmod(0o755)
    for place in (path / "state", path / "state" / "servers"):
        place.chmod(0o700)
    (path / "bare").mkdir()
    for place in (path, *path.rglob("*")):
        os.lchown(place, account.uid, account.gid)
    if os.geteuid() == 0:
        program = path / "scripts" / "id-of-root"
        shutil.copy("/usr/bin/id", program)
        program.chmod(0o4755)
    return Ground(path, account, secret)


def _programs(path: Path) -> None:
    """The attacker, where a server's script may lie."""
    shutil.copy("/bin/true", path / "outside" / "program")
    package = path / "scripts" / "real" / "sandbox"
    shutil.copytree(HERE / "attacks", package / "attacks", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(HERE / "attack.py", path / "scripts")
