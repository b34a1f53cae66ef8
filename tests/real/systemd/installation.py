"""An installation of stockade in the box as a machine has it: in /opt, by Debian's Python, with the shipped units."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from real.systemd.box import Box, Text, until

from supervisor.units.rules import CONFIG

if TYPE_CHECKING:
    from conftest import PlainPython

SERVERS = Path(__file__).parents[2] / "servers"
PROGRAMS = "/opt/servers"
"""Where the box has the programs of servers; the unit shows it to its service."""
SERVICE, SOCKET = "stockade.service", "stockade.socket"
STARTING = "import sys\nfrom supervisor.__main__ import main\nsys.exit(main())\n"
EVERYTHING = "node_modules/@modelcontextprotocol/server-everything/dist/index.js"


class Installation(NamedTuple):
    """What is installed in a box."""

    box: Box

    def sh(self, line: str, *, check: bool = True, user: str = "") -> Text:
        """Run a line of shell in the box with nothing of our environment; as a user, with that user's groups."""
        become = ["runuser", "-u", user, "--"] if user else []
        clean = [
            "env",
            "-i",
            f"HOME={f'/home/{user}' if user else '/root'}",
            "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG=C.UTF-8",
        ]
        return self.box.run(*become, *clean, "sh", "-ec", line, check=check)

    def configure(self, servers: Mapping[str, Any], **stockade: Any) -> None:
        """Write the service's configuration, readable as `install-unit` says."""
        text = json.dumps({"mcpServers": servers, "stockade": stockade})
        self.box.run("sh", "-c", f"cat > {CONFIG}; chown root:stockade {CONFIG}; chmod 640 {CONFIG}", text=text)

    def status(self) -> dict[str, dict[str, Any]]:
        """How each server stands."""
        answer = json.loads(self.sh("stockade status --json").stdout)
        return {server["server"]: server for server in answer["servers"]}

    def end(self) -> None:
        """Bring both units down and forget that they failed."""
        self.sh(f"systemctl stop {SOCKET} {SERVICE}; systemctl reset-failed {SOCKET} {SERVICE}", check=False)
        self.sh("rm -rf /etc/systemd/system/stockade.service.d; systemctl daemon-reload")
        until(lambda: not self.box.pids("stockade", "serve"), "the service is gone")


def entry(*argv: str, mode: str = "none", **sandbox: Any) -> dict[str, Any]:
    """A server as it stands in the config."""
    isolation: dict[str, Any] = {"mode": mode}
    if mode == "sandbox":
        isolation["sandbox"] = sandbox
    return {"command": argv[0], "args": list(argv[1:]), "isolation": isolation}


def python_server(*flags: str, mode: str = "none", **sandbox: Any) -> dict[str, Any]:
    """Our own test server under Debian's Python."""
    return entry("/usr/bin/python3", "-S", f"{PROGRAMS}/mcp_server.py", *flags, mode=mode, **sandbox)


def node_server(mode: str = "none", **sandbox: Any) -> dict[str, Any]:
    """A real server of npm's under node, which compiles as it runs."""
    return entry(f"{PROGRAMS}/node", f"{PROGRAMS}/{EVERYTHING}", mode=mode, **sandbox)


def install(box: Box, python: PlainPython, npm_cache: Path) -> Installation:
    """Put everything into the box, and follow what `install-unit` says is to be done."""
    node = shutil.which("node")
    assert node is not None
    shutil.copytree(python.packages, box.shared / "packages", dirs_exist_ok=True)
    shutil.copy(SERVERS / "mcp_server.py", box.shared)
    (everything,) = (path.parents[4] for path in npm_cache.glob(f"_npx/*/{EVERYTHING}"))
    shutil.copytree(everything / "node_modules", box.shared / "node_modules")
    shutil.copy(os.path.realpath(node), box.shared / "node")
    (box.shared / "start").write_text("#!/opt/stockade/bin/python3\n" + STARTING)
    installed = Installation(box)
    installed.sh(
        f"{python.python} -m venv --without-pip /opt/stockade;"
        f"cp -r {box.shared}/packages/. $(echo /opt/stockade/lib/python3.*/site-packages);"
        f"cp {box.shared}/start /opt/stockade/bin/stockade; ln -s /opt/stockade/bin/stockade /usr/bin/stockade;"
        f"mkdir {PROGRAMS}; cp -r {box.shared}/mcp_server.py {box.shared}/node {box.shared}/node_modules {PROGRAMS};"
        f"chmod -R a+rX /opt/stockade {PROGRAMS}; chmod a+x /opt/stockade/bin/stockade {PROGRAMS}/node"
    )
    said = installed.sh("stockade install-unit").stdout
    for line in said.partition("now:\n")[2].splitlines():
        if "enable" not in line and "write the configuration" not in line and "adduser" not in line:
            installed.sh(line)
    return installed
