"""What `docker run` is told: whole argument lists beside this file, and the choices in them one by one.

`STOCKADE_WRITE_GOLDEN=1 pytest tests/container/test_argv.py` writes the lists anew; what changed is then for a person
to read in the diff.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from container.shapes import profile, start
from hypothesis import given
from hypothesis import strategies as st

from supervisor.config.resolved import COMPAT
from supervisor.config.schema import HardeningFlags
from supervisor.config.specs import Limits
from supervisor.container.argv import run_plan
from supervisor.container.words import Profile, RunPlan, Start
from supervisor.errors import ContainerArgumentRefused, ContainerVariableInvalid, LaunchError

GOLDEN = Path(__file__).with_name("golden")
SECRET = "s3cr3t-value"
OFF = HardeningFlags(init=False, cap_drop=False, no_new_privileges=False, read_only=False, tmpfs=False)

SHAPES: dict[str, tuple[Profile, Start]] = {
    "npx": (profile("npx", "-y", "@modelcontextprotocol/server-everything"), start()),
    "uvx": (profile("uvx", "mcp-server-git", "--repository", "/repo"), start()),
    "uvx-from-its-own-image": (profile("uvx", "mcp-server-git", image="ghcr.io/astral-sh/uv:alpine"), start()),
    "pipx": (profile("pipx", "run", "some-server"), start()),
    "bunx": (profile("bunx", "some-server"), start()),
    "pnpm": (profile("pnpm", "dlx", "some-server"), start()),
    "python": (profile("python", "-m", "server", "--flag=a b"), start()),
    "go": (profile("go", "run", "example.org/server@latest"), start()),
    "cargo": (profile("cargo", "run"), start()),
    "image-by-id": (profile("python", "-m", "server"), start(image="sha256:" + "ab" * 32)),
    "compat": (profile("npx", "pkg", hardening=COMPAT), start()),
    "no-hardening": (profile("python", hardening=OFF), start()),
    "only-read-only": (profile("python", hardening=HardeningFlags(init=False, cap_drop=False, no_new_privileges=False,
                                                                   tmpfs=False)), start()),
    "limits": (profile("python", limits=Limits(memory_bytes=64 * 2**20, cpus=0.25, pids=32)), start()),
    "cpus-clamped": (profile("python", limits=Limits(cpus=16)), start()),
    "cpus-unknown": (profile("python", limits=Limits(cpus=16)), start(cpus_available=None)),
    "no-network": (profile("npx", "pkg", network_mode="none"), start()),
    "engine-says-no-network": (profile("python", network_mode=""), start()),
    "log-journald": (profile("python", log_driver="journald"), start()),
    "log-local": (profile("python", log_driver="local", log_max_size_bytes=2**20, log_max_files=1), start()),
    "log-none": (profile("python", log_driver="none"), start()),
    "log-engine-journald": (profile("python"), start(default_log_driver="journald")),
    "log-engine-unknown": (profile("python"), start(default_log_driver=None)),
    "working-dir": (profile("python", working_dir="/srv", cwd="/home/ada"), start()),
    "variables": (profile("python", env={"API_KEY": SECRET, "MULTI": f"{SECRET}\nx", "EMPTY": ""}), start()),
    "variables-that-steer": (profile("python", env={"API_KEY": SECRET, "DOCKER_HOST": "tcp://x:1", "HOME": "/h",
                                                    "PATH": "/p", "https_proxy": SECRET}), start()),
    "own-cache-variable": (profile("npx", "pkg", env={"npm_config_cache": "/elsewhere"}), start()),
    "extra-args": (profile("python", extra_args=("-v", "/srv/x:/x:ro", "--label", "a=b", "--platform", "linux/amd64")),
                   start()),
    "extra-limits": (profile("python", extra_args=("-m", "1g", "--cpu-quota=50000", "--pids-limit=9", "--net", "host")),
                     start()),
    "extra-log-driver": (profile("python", extra_args=("--log-driver=syslog",)), start()),
    "extra-tmp": (profile("npx", "pkg", extra_args=("--tmpfs", "/tmp:size=1g", "-v", "mine:/var/cache/stockade")),
                  start()),
    "odd-name": (profile("python", server="größe & co"), start("größe & co")),
}  # fmt: skip


def shown(plan: RunPlan) -> str:
    """A plan as a text: one word a line, then what travels beside the argument list, values left out."""
    words = [word.replace("\n", "\\n") for word in plan.argv]
    file = [line.partition("=")[0] for line in plan.env_file.splitlines()]
    beside = {"environment": sorted(plan.env), "env-file": file, "warnings": plan.warnings}
    limits = [f"{name} {value}" for name, value in plan.limits.items()]
    blocks = [words, *([f"-- {title}", *lines] for title, lines in {**beside, "limits": limits}.items() if lines)]
    return "\n".join("\n".join(block) for block in blocks) + "\n"


@pytest.mark.parametrize("name", SHAPES)
def test_a_plan_is_as_it_was_agreed_on(name: str) -> None:
    text = shown(run_plan(*SHAPES[name]))
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("STOCKADE_WRITE_GOLDEN"):
        path.write_text(text)
    assert text == path.read_text()


def test_every_golden_file_has_its_shape() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(SHAPES)


@pytest.mark.parametrize("name", SHAPES)
def test_no_value_of_a_variable_is_in_the_argument_list_or_in_what_is_printed(name: str) -> None:
    plan = run_plan(*SHAPES[name])
    assert not any(SECRET in word for word in plan.argv)
    assert SECRET not in repr(plan) + repr(SHAPES[name][0])


def following(plan: RunPlan, option: str) -> list[str]:
    """What stands behind each occurrence of an option, before the image."""
    return [after for before, after in zip(plan.argv, plan.argv[1:], strict=False) if before == option]


def planned(command: str = "python", /, *args: str, begun: dict[str, Any] | None = None, **said: Any) -> RunPlan:
    return run_plan(profile(command, *args, **said), start(**(begun or {})))


def test_the_image_is_behind_all_options_and_the_command_behind_it() -> None:
    plan = planned("sh", "-c", "exit", extra_args=("-v", "/a:/b"))
    assert plan.argv[-6:] == ("-v", "/a:/b", "docker.io/library/alpine:3.18", "sh", "-c", "exit")


@pytest.mark.parametrize(
    ("flag", "option"),
    [
        ("init", "--init"),
        ("cap_drop", "--cap-drop"),
        ("no_new_privileges", "--security-opt"),
        ("read_only", "--read-only"),
        ("tmpfs", "--tmpfs"),
    ],
)
def test_each_hardening_flag_is_one_option(flag: str, option: str) -> None:
    strict, relaxed = planned(), planned(hardening=HardeningFlags(**{flag: False}))
    missing = set(strict.argv) - set(relaxed.argv)
    assert option in missing
    assert len(missing) <= 2


def test_a_compilers_tmp_is_larger_and_every_tmp_can_execute() -> None:
    assert following(planned("go"), "--tmpfs") == ["/tmp:rw,exec,nosuid,nodev,size=512m"]
    assert following(planned("npx"), "--tmpfs") == ["/tmp:rw,exec,nosuid,nodev,size=64m"]


def test_memory_and_swap_are_one_limit() -> None:
    plan = planned(limits=Limits(memory_bytes=7 * 2**20))
    assert following(plan, "--memory") == following(plan, "--memory-swap") == [str(7 * 2**20)]


@pytest.mark.parametrize(
    ("wanted", "available", "asked"),
    [
        (1.0, 2.0, "1"),
        (4.0, 2.0, "2"),
        (0.5, None, "0.5"),
        (0.001, 2.0, "0.01"),
        (1.239, 2.0, "1.24"),
        (100, 128, "100"),
    ],
)
def test_processors_are_clamped_to_what_there_is(wanted: float, available: float | None, asked: str) -> None:
    plan = planned(limits=Limits(cpus=wanted), begun={"cpus_available": available})
    assert following(plan, "--cpus") == [asked]
    assert any("cpu_limit" in text for text in plan.warnings) == (available is not None and wanted > available)


@pytest.mark.parametrize(
    ("driver", "default", "rotates"),
    [
        (None, "json-file", True), (None, "local", True), (None, "journald", False), (None, None, False),
        ("local", "journald", True), ("syslog", "json-file", False), ("none", "json-file", False),
    ],
)  # fmt: skip
def test_a_log_is_rotated_where_its_driver_knows_how(driver: str | None, default: str | None, rotates: bool) -> None:
    plan = planned(log_driver=driver, begun={"default_log_driver": default})
    assert bool(following(plan, "--log-opt")) == rotates
    assert following(plan, "--log-driver") == ([driver] if driver else [])


def test_servers_have_a_cache_each() -> None:
    volumes = {
        following(run_plan(profile("npx", server=name), start(name)), "-v")[0] for name in ("a", "b", "a ", "a-")
    }
    assert len(volumes) == 4
    assert all(volume.endswith(":/var/cache/stockade") for volume in volumes)


def test_the_same_question_has_the_same_answer() -> None:
    assert run_plan(*SHAPES["variables"]) == run_plan(*SHAPES["variables"])


def test_what_cannot_be_given_is_refused_with_its_problem() -> None:
    with pytest.raises(LaunchError) as caught:
        planned(extra_args=("--detach",))
    assert isinstance(caught.value.problem, ContainerArgumentRefused)
    with pytest.raises(LaunchError) as caught:
        planned(env={"PATH": "a\nb"})
    assert isinstance(caught.value.problem, ContainerVariableInvalid)


def test_dangerous_extra_arguments_are_said() -> None:
    plan = planned(extra_args=("--privileged", "-v", "/var/run/docker.sock:/s"))
    assert [text.partition(":")[0] for text in plan.warnings] == [
        f"`--{option}` in `extra_args`" for option in ("privileged", "volume")
    ]


@given(st.text(max_size=40).filter(lambda text: "\0" not in text))
def test_arguments_of_the_server_stay_what_they_are(argument: str) -> None:
    assert planned("sh", argument).argv[-2:] == ("sh", argument)
