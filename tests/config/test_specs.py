"""What a configuration becomes: of one mind with the blocks about defaults, and silent about secrets."""

from __future__ import annotations

from config.worlds import one

from supervisor.config.schema import HardeningFlags, SandboxSpec
from supervisor.config.specs import Config, Grace, Limits, ServerSpec, StartupClocks


def test_blocks_and_resolved_structs_agree_about_defaults() -> None:
    spec = one({}, isolation={"mode": "sandbox"})
    assert spec.limits == Limits()
    assert spec.grace == Grace()
    assert spec.startup == StartupClocks()
    assert spec.sandbox == SandboxSpec()


def test_the_documented_defaults_are_those_in_force() -> None:
    spec = one({}, isolation={"mode": "docker"})
    assert (spec.limits.memory_bytes, spec.limits.cpus, spec.limits.pids) == (512 << 20, 1.0, 256)
    assert (spec.grace.stdin_s, spec.grace.term_s) == (2.0, 5.0)
    clocks = spec.startup
    assert (clocks.resolve_s, clocks.pull_s, clocks.create_s, clocks.handshake_s) == (5.0, 600.0, 30.0, 60.0)
    assert (spec.max_message_bytes, spec.call_timeout_s, spec.call_wait_s, spec.idle_stop_s) == (16 << 20, 0, 0, 0)
    assert (spec.ping_s, spec.restart, spec.sharing, spec.spares, spec.lazy) == (
        30,
        "on-failure",
        "per-session",
        1,
        False,
    )
    assert (spec.scan.policy, spec.scan.trust, spec.scan.plugins) == ("quarantine", "first-use", ())
    docker = spec.docker
    assert (docker.network_mode, docker.log_max_size_bytes, docker.log_max_files) == ("bridge", 100 << 20, 3)
    assert (docker.extra_args, docker.log_driver, docker.hardening) == ((), None, HardeningFlags())


def test_a_server_shows_none_of_its_secrets_when_printed() -> None:
    spec = one({"env": {"TOKEN": "hunter2hunter2"}, "args": ["hunter2hunter2"]})
    assert isinstance(spec, ServerSpec)
    assert "hunter2" not in repr(spec) + repr(Config(servers=(spec,)))
