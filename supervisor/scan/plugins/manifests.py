"""Scanner plugins as data: what a manifest says, the shipped ones, and those of a config. Pure.

A plugin is a program of somebody else's that looks at a server's definitions or source. It runs natively in our own
sandbox, or in a container, by what its manifest says and this machine can do (runtimes.py); which of the two makes no
difference to what it finds. The words of a command may hold placeholders: `{source}` (the folder to look at, which
holds `tools.json` too), `{tools}` (that file), `{report}` (the one folder to write to), `{results}` (the file in it
that is read afterwards), `{rules}` (our own rules), `{ecosystem}` (`npm` for a source with a package.json, else
`pypi`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct
from msgspec.structs import asdict

from supervisor.config.schema import MIB, PluginBlock, PluginInput, PluginOutput

RESULTS = "results.sarif"
"""The file in the report folder that every plugin of the container contract writes."""


class Plugin(Struct, frozen=True, kw_only=True):
    """One manifest."""

    id: str
    inputs: tuple[PluginInput, ...]
    """All of them are needed."""
    suffixes: tuple[str, ...] = ()
    """Ends of the names of files that it reads; a source without any would be looked at in vain. Empty = all."""
    command: tuple[str, ...] = ()
    """Run natively; empty if there is no such program."""
    read_only: tuple[str, ...] = ()
    """What the native command may read besides what it is given."""
    image: str = ""
    """Run in a container; empty if there is no such image."""
    image_command: tuple[str, ...] = ()
    """What the image is told; empty leaves it to the image."""
    install: str = ""
    """How a person gets the program, as a command line."""
    needs_network: bool = False
    needs_key: tuple[str, ...] = ()
    """Variables that have to be there; no other one of ours is handed over."""
    env: Mapping[str, str] = {}
    timeout_s: float = 120.0
    memory_bytes: int = 512 * MIB
    pids: int = 256
    success_exit_codes: tuple[int, ...] = (0,)
    """With any other the run has failed, whatever it wrote."""
    output: PluginOutput = "sarif"
    output_from: Literal["file", "stdout"] = "file"
    obeys_source: bool = True
    """What a comment in the source suppresses is no finding; the comment is the server's own."""
    hard: tuple[str, ...] = ()
    """Rules whose findings may block a server by themselves; those of all others ask a person to look."""
    known_bad: str | None = None
    """Absolute; as the config's block says."""
    enabled: bool = True

    @property
    def is_deep(self) -> bool:
        """Whether it is run in the background, after the server is served: what asks the network takes its time."""
        return self.needs_network or "image" in self.inputs


def from_block(name: str, block: PluginBlock) -> Plugin:
    """The manifest that a config holds under a name."""
    said = asdict(block)
    return Plugin(id=name, timeout_s=said.pop("timeout"), memory_bytes=said.pop("memory"), **said)


def all_plugins(declared: Mapping[str, PluginBlock]) -> dict[str, Plugin]:
    """Every plugin by its name; what a config declares takes the place of a shipped one of that name."""
    own = {name: from_block(name, block) for name, block in declared.items()}
    return {plugin.id: plugin for plugin in SHIPPED} | own


_JAVASCRIPT = (".js", ".cjs", ".mjs", ".jsx", ".ts", ".cts", ".mts", ".tsx")

SEMGREP = Plugin(
    id="semgrep",
    inputs=("source",),
    suffixes=(".py", *_JAVASCRIPT),
    command=(
        "semgrep", "scan", "--config", "{rules}/semgrep.yaml", "--sarif", "--output", "{results}", "--metrics", "off",
        "--disable-version-check", "--disable-nosem", "--no-git-ignore", "--no-rewrite-rule-ids", "--quiet",
        "--jobs", "2", "{source}",
    ),
    # Its core reserves between 2 and 3 GiB at its start, most of which it never touches, and dies without (measured).
    memory_bytes=4096 * MIB,
    install="pipx install semgrep",
    obeys_source=False,
    hard=("python-reverse-shell", "python-decoded-code", "javascript-decoded-code"),
)  # fmt: skip
"""Semgrep with rules of our own (scan/rules): what is looked for is written there. Comments in the source that tell it
to look away (`nosemgrep`) are not obeyed: they are the server's."""

BANDIT = Plugin(
    id="bandit",
    inputs=("source",),
    suffixes=(".py",),
    # Below `medium` it tells of every import of subprocess, which most servers have.
    command=(
        "bandit", "-r", "{source}", "-f", "json", "-o", "{results}", "-q", "--ignore-nosec",
        "--severity-level", "medium",
    ),
    install="pipx install bandit",
    # 1 says that something was found.
    success_exit_codes=(0, 1),
    output="bandit",
)  # fmt: skip
"""Bandit: what is dangerous in Python. It knows carelessness, not malice, so nothing of it blocks."""

GUARDDOG = Plugin(
    id="guarddog",
    inputs=("source",),
    suffixes=(".py", *_JAVASCRIPT),
    # Its own sandbox is made of what ours refuses; ours is around it.
    command=("guarddog", "{ecosystem}", "scan", "{source}", "--output-format=json", "--no-sandbox"),
    install="pipx install guarddog",
    memory_bytes=1024 * MIB,
    output="guarddog",
    output_from="stdout",
    hard=("threat-network-reverse-shell",),
)
"""GuardDog: heuristics for malicious packages of npm and PyPI. What it names a capability (that a program can read a
file) is no finding."""

CISCO = Plugin(
    id="cisco-ai-mcp-scanner",
    inputs=("tools.json",),
    command=("mcp-scanner", "--analyzers", "yara", "--format", "raw", "static", "--tools", "{tools}"),
    install="pipx install cisco-ai-mcp-scanner",
    # Else it asks the network for a price list at its start.
    env={"LITELLM_LOCAL_MODEL_COST_MAP": "True"},
    memory_bytes=1024 * MIB,
    output="cisco",
    output_from="stdout",
)
"""Cisco's scanner of MCP definitions, of which only the YARA rules work without a network."""

TRIVY = Plugin(
    id="trivy",
    inputs=("source",),
    image="docker.io/aquasec/trivy:0.58.1",
    image_command=(
        "fs", "--scanners", "vuln,secret", "--format", "sarif", "--output", "{results}", "--quiet",
        "--cache-dir", "/tmp/trivy", "{source}",  # noqa: S108 - the container's own
    ),
    needs_network=True,
    install="docker pull docker.io/aquasec/trivy:0.58.1",
    memory_bytes=1024 * MIB,
)  # fmt: skip
"""Trivy: known vulnerabilities of dependencies, and secrets, by a database that it fetches."""

SHIPPED = (SEMGREP, BANDIT, GUARDDOG, CISCO, TRIVY)
"""Off until a config names them in `scan.plugins`."""
