"""Where a process is in the hierarchy, and what a leaf is told."""

from __future__ import annotations

import pytest

from supervisor.config.specs import Limits
from supervisor.process.cgroup import LEAST_QUOTA_US, folder_of, own_cgroup, settings, value_in

UNIFIED = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate"
HYBRID = """\
31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
"""
BOUND = "50 23 0:26 /docker/abc /sys/fs/cgroup ro master:9 - cgroup2 cgroup rw"
ODD = r"50 23 0:26 / /mnt/with\040blank rw - cgroup2 cgroup2 rw"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("0::/user.slice/a.scope\n", "/user.slice/a.scope"),
        ("4:memory:/x\n1:name=systemd:/y\n0::/\n", "/"),
        ("0::/a:b::c\n", "/a:b::c"),
        ("4:memory:/x\n", None),
        ("0::\n", None),
        ("", None),
    ],
)
def test_the_cgroup_of_version_two_is_the_line_with_number_zero(text: str, path: str | None) -> None:
    assert own_cgroup(text) == path


@pytest.mark.parametrize(
    ("mounts", "cgroup", "folder"),
    [
        (UNIFIED, "/", "/sys/fs/cgroup"),
        (UNIFIED, "/system.slice/s.service", "/sys/fs/cgroup/system.slice/s.service"),
        (HYBRID, "/", "/sys/fs/cgroup/unified"),
        (HYBRID, "/a", "/sys/fs/cgroup/unified/a"),
        (BOUND, "/docker/abc", "/sys/fs/cgroup"),
        (BOUND, "/docker/abc/x", "/sys/fs/cgroup/x"),
        (BOUND, "/docker/abcd", None),
        (BOUND, "/", None),
        (ODD, "/a", "/mnt/with blank/a"),
        (f"{BOUND}\n{HYBRID}", "/a", "/sys/fs/cgroup/unified/a"),
        (UNIFIED, "/../outside", None),
        (HYBRID.replace("cgroup2", "cgroup"), "/a", None),
        ("garbage\n - cgroup2\n\n", "/a", None),
        ("", "/a", None),
    ],
)
def test_its_folder_is_found_wherever_the_hierarchy_is_mounted(mounts: str, cgroup: str, folder: str | None) -> None:
    assert folder_of(mounts, cgroup) == folder


def test_a_leaf_is_told_every_limit() -> None:
    told = {one.file: one.value for one in settings(Limits(memory_bytes=1000, cpus=1.5, pids=7))}
    assert told == {"memory.max": "1000", "memory.swap.max": "0", "cpu.max": "150000 100000", "pids.max": "7"}


def test_a_quota_is_never_less_than_the_kernel_takes() -> None:
    told = {one.file: one.value for one in settings(Limits(cpus=0.001))}
    assert told["cpu.max"] == f"{LEAST_QUOTA_US} 100000"


@pytest.mark.parametrize(
    ("text", "value"),
    [("populated 1\nfrozen 0\n", 1), ("frozen 1\npopulated 0\n", 0), ("unpopulated 1\n", 0), ("", 0)],
)
def test_a_value_is_read_by_its_whole_name(text: str, value: int) -> None:
    assert value_in(text, "populated") == value
