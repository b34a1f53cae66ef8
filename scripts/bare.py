"""A bare Debian 12, made by Debian's own debootstrap, in which a wheel is installed by that Debian's Python and pip.

The root is made once and kept in the cache; each check works on a copy of its own, without a network: the dependencies
come as wheels from a folder, as they would from an index.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.testbed import CACHE, finish, once, run, say

RELEASE = "bookworm"
PACKAGES = "python3,python3-venv"
FOLDER = CACHE / f"debian-{RELEASE}"
WHEELS = CACHE / "wheels"
MIRROR = "http://deb.debian.org/debian"
SERVER = """
import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    result = {"tools": []}
    if asked["method"] == "initialize":
        version = asked["params"]["protocolVersion"]
        result = {"protocolVersion": version, "capabilities": {}, "serverInfo": {"name": "bare", "version": "1"}}
    if "id" in asked:
        print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": result}), flush=True)
"""
HELLO = (
    '{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2025-06-18",'
    ' "capabilities": {}, "clientInfo": {"name": "bare", "version": "1"}}}'
)
STEPS = (
    ("python3 --version", "Python 3.11.2"),
    ("python3 -m venv /opt/stockade", ""),
    ("/opt/stockade/bin/pip install --quiet --no-index --find-links /wheels stockade", ""),
    ("ln -s /opt/stockade/bin/stockade /usr/local/bin/stockade", ""),
    ("stockade --version", "stockade "),
    ("stockade check /etc/stockade/config.json", "bare"),
    (f"echo '{HELLO}' | stockade run --mode none -- python3 /srv/server.py", '"serverInfo"'),
    (f"echo '{HELLO}' | stockade run --best-effort --read-only /srv -- python3 /srv/server.py", '"serverInfo"'),
    ("stockade install-unit --print", "ExecStart=/usr/local/bin/stockade serve --config /etc/stockade/config.json"),
    ("stockade install-unit && stockade install-unit", "is there /etc/systemd/system/stockade.service"),
    ("stockade doctor || case $? in 1 | 5) ;; *) false ;; esac", "Python"),
)
"""What is run in the root by its shell, and what its output has in it."""


def root() -> Path:
    """The folder of the bare Debian, made if need be."""
    recipe = [RELEASE, PACKAGES]
    if once(FOLDER, recipe):
        say(f"making {FOLDER}")
        with tempfile.TemporaryDirectory(prefix="debootstrap-") as folder:
            run(["sh", "-ec", f"cd {folder}; apt-get download -qq debootstrap; dpkg-deb -x debootstrap_*.deb ."])
            script = Path(folder) / "usr" / "sbin" / "debootstrap"
            words: list[str | Path] = [
                script,
                "--variant=minbase",
                f"--include={PACKAGES}",
                RELEASE,
                FOLDER / "root",
                MIRROR,
            ]
            run(words, DEBOOTSTRAP_DIR=f"{folder}/usr/share/debootstrap")
        finish(FOLDER, recipe)
    return FOLDER / "root"


def wheels(wheel: Path) -> Path:
    """A folder with the wheels of everything that this wheel needs under Debian's Python."""
    if once(WHEELS, wheel.name):
        options = ["--quiet", "--only-binary=:all:", "--python-version", "3.11", "--dest", str(WHEELS)]
        run([sys.executable, "-m", "pip", "download", *options, str(wheel)])
        finish(WHEELS, wheel.name)
    return WHEELS


def check(wheel: Path) -> int:
    """Install the wheel in a copy of the root and run the command there; 1 if a step failed."""
    source, needed = root(), wheels(wheel)
    with tempfile.TemporaryDirectory(prefix="bare-") as folder:
        copy = Path(folder) / "root"
        subprocess.run(["cp", "-a", source, copy], check=True)
        for file in (*(path for path in needed.glob("*.whl") if not path.name.startswith("stockade-")), wheel):
            (copy / "wheels").mkdir(exist_ok=True)
            shutil.copy(file, copy / "wheels")
        (copy / "etc" / "stockade").mkdir()
        server = '{"command": "python3", "args": ["/srv/server.py"], "isolation": {"mode": "none"}}'
        (copy / "etc" / "stockade" / "config.json").write_text(f'{{"mcpServers": {{"bare": {server}}}}}')
        (copy / "srv" / "server.py").write_text(SERVER)
        return next((1 for step, expected in STEPS if not _passes(copy, step, expected)), 0)


def _passes(copy: Path, step: str, expected: str) -> bool:
    """Run one step in the root, with a proc and a dev of its own and no network; say how it went."""
    mounts = f"mount -t proc proc {copy}/proc; mount --rbind /dev {copy}/dev"
    clean = "env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8"
    words = ["unshare", "--mount", "--pid", "--net", "--fork", "sh", "-ec"]
    inside = f'{mounts}; exec chroot {copy} {clean} sh -c "$1"'
    done = subprocess.run([*words, inside, "-", step], capture_output=True, text=True, timeout=300, check=False)
    is_right = done.returncode == 0 and expected in done.stdout
    shown = next((line for line in done.stdout.splitlines() if expected and expected in line), "")
    print(f"{'ok    ' if is_right else 'FAILED'} {step if len(step) < 100 else step[:97] + '…'}   {shown[:100]}")
    if not is_right:
        print(done.stdout + done.stderr)
    return is_right
