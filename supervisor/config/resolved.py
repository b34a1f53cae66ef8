"""The resolved server: what its own level and the global one say, laid over each other, with defaults filled in."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from supervisor.config.blocks import built, laid_over
from supervisor.config.entries import Program
from supervisor.config.images import complete, image_for, inner_command
from supervisor.config.precedence import Level, Outcome, create_s, network
from supervisor.config.redact import secrets_in, worth_masking
from supervisor.config.schema import Dependency, HardeningFlags, IsolationBlock, SandboxSpec, SupervisionBlock
from supervisor.config.shapes import Entry
from supervisor.config.specs import DockerSpec, Grace, Limits, ServerSpec, StartupClocks

DOCKER_HANDSHAKE_S = 60.0
"""The handshake's clock in mode docker, unless the config says otherwise: a container starts cold."""
COMPAT = HardeningFlags(no_new_privileges=False, read_only=False, tmpfs=False)
"""`hardening: compat`: without the flags that Docker from snap, and images that write to themselves, cannot bear."""


class Draft(Struct, frozen=True):
    """Everything that is known of one server, not yet put together."""

    entry: Entry
    enabled: bool
    program: Program
    own: Level
    everywhere: Level
    outcome: Outcome


def spec_of(draft: Draft) -> ServerSpec:
    """Put the server together."""
    isolation = built(IsolationBlock, laid_over(draft.own.isolation, draft.everywhere.isolation))
    docker = _docker(draft, isolation)
    return ServerSpec(
        name=draft.entry.name,
        place=draft.entry.notes.place(draft.entry.path),
        enabled=draft.enabled,
        command=draft.program.command,
        args=draft.program.args,
        cwd=draft.program.cwd,
        env=draft.program.env,
        unset=draft.program.unset,
        secrets=worth_masking([*draft.program.secrets, *secrets_in({}, docker.extra_args)]),
        mode=draft.outcome.mode,
        why=draft.outcome.why,
        own_container=draft.outcome.own_container,
        degraded=draft.outcome.degraded,
        docker=docker,
        limits=Limits(memory_bytes=isolation.memory_limit, cpus=isolation.cpu_limit, pids=isolation.pids_limit),
        sandbox=_sandbox(draft, isolation.sandbox),
        **_supervision(draft),
    )


def _supervision(draft: Draft) -> dict[str, Any]:
    said = laid_over(draft.own.supervision, draft.everywhere.supervision)
    block = built(SupervisionBlock, said)
    startup, is_docker = block.startup, draft.outcome.mode == "docker"
    handshake_s = DOCKER_HANDSHAKE_S if is_docker and "handshake" not in said.get("startup", {}) else startup.handshake
    return {
        "environment_allow": block.environment.allow,
        "environment_proxies": block.environment.proxies,
        "restart": block.restart,
        "grace": Grace(stdin_s=block.grace.stdin, term_s=block.grace.term),
        "startup": StartupClocks(
            resolve_s=startup.resolve,
            pull_s=startup.pull,
            create_s=create_s(draft.own, draft.everywhere, startup.create),
            handshake_s=handshake_s,
        ),
        "max_message_bytes": block.max_message,
        "call_timeout_s": block.call_timeout,
        "call_wait_s": block.call_wait,
        "idle_stop_s": block.idle_stop,
        "ping_s": block.ping,
        "depends_on": tuple(Dependency(name=one) if isinstance(one, str) else one for one in block.depends_on),
        "lazy": block.lazy,
        "sharing": block.sharing,
        "spares": block.spares,
        "client_capabilities": block.client_capabilities,
        "scan": block.scan,
    }


def _sandbox(draft: Draft, said: SandboxSpec) -> SandboxSpec:
    return SandboxSpec(
        level=said.level,
        read_write=said.read_write,
        read_only=said.read_only,
        deny=said.deny,
        reads=said.reads,
        network=network(draft.own, draft.everywhere),
        user=said.user,
        best_effort=said.best_effort,
        rlimits=said.rlimits,
    )


def _docker(draft: Draft, block: IsolationBlock) -> DockerSpec:
    own, everywhere = (level.isolation.get("extra_args", ()) for level in (draft.own, draft.everywhere))
    profiles = {"strict": HardeningFlags(), "compat": COMPAT}
    hardening = block.hardening
    return DockerSpec(
        image=complete(block.image or image_for(draft.program.command, block.default_images), block.registry),
        command=inner_command(draft.program.command),
        network_mode=block.network_mode,
        extra_args=(*everywhere, *own),
        log_driver=block.log_driver,
        log_max_size_bytes=block.log_max_size,
        log_max_files=block.log_max_files,
        hardening=hardening if isinstance(hardening, HardeningFlags) else profiles[hardening],
        working_dir=block.working_dir,
    )
