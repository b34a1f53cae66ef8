"""Which package and version a server is, by its command and by what lies in its runner's cache."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from supervisor.sandbox.disk import Disk
from supervisor.sandbox.runners import installation
from supervisor.scan.trust.origin import is_other, origin_of
from supervisor.scan.trust.package import package_of


def named(command: str, folder: str = "") -> str:
    fetched = installation(command.split())
    package = package_of(fetched) if fetched else None
    return origin_of(package, folder, Disk()) if package else ""


@pytest.mark.parametrize(
    ("command", "origin"),
    [
        ("npx -y server", "pkg:npm/server"),
        ("npx -y server@1.2.3", "pkg:npm/server@1.2.3"),
        ("npx -y @scope/server@1.2.3-rc.1+b", "pkg:npm/%40scope/server@1.2.3-rc.1%2Bb"),
        ("npx -y @scope/server@latest", "pkg:npm/%40scope/server"),
        ("npx -y server@^1.2.0", "pkg:npm/server"),
        ("npx -y server@1", "pkg:npm/server"),
        ("npx -y --package=server@1.2.3 -- run", "pkg:npm/server@1.2.3"),
        ("npx -y -p server@1.2.3 run", "pkg:npm/server@1.2.3"),
        ("npx -y -p server -p other run", ""),
        ("npx -y github:who/what", ""),
        ("npx -y who/what", ""),
        ("npx -y ./server", ""),
        ("npx -y https://example.com/x.tgz", ""),
        ("npm exec server@1.2.3", "pkg:npm/server@1.2.3"),
        ("uvx Server_One", "pkg:pypi/server-one"),
        ("uvx server@1.2", "pkg:pypi/server@1.2"),
        ("uvx server@latest", "pkg:pypi/server"),
        ("uvx --from server==1.2 run", "pkg:pypi/server@1.2"),
        ("uvx --from=server==1.2 run", "pkg:pypi/server@1.2"),
        ("uvx -p 3.12 --from server[extra]==1.2 run", "pkg:pypi/server@1.2"),
        ("uvx --from server>=1.2,<2 run", "pkg:pypi/server"),
        ("uvx --from server==1.* run", "pkg:pypi/server"),
        ("uvx --from git+https://example.com/x run", ""),
        ("uvx --from ./x run", ""),
        ("python3 server.py", ""),
    ],
)
def test_a_package_is_named_by_its_command(command: str, origin: str) -> None:
    assert named(command) == origin


def test_what_lies_in_the_cache_counts_more_than_what_the_command_says(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"description": "%s", "version": "2.0.0"}' % ("x" * 5000))
    assert named("npx -y server@^1", str(tmp_path)) == "pkg:npm/server@2.0.0"
    (tmp_path / "server_one-3.1.dist-info").mkdir()
    (tmp_path / "other-9.dist-info").mkdir()
    assert named("uvx server.one", str(tmp_path)) == "pkg:pypi/server-one@3.1"


@pytest.mark.parametrize(
    "text",
    ["", "no json", "[]", "{}", '{"version": 5}', '{"version": "1.0\\u001b[8m"}', '{"version": "%s"}' % ("1" * 999)],
)
def test_what_is_no_version_is_none(text: str, tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text(text)
    assert named("npx -y server", str(tmp_path)) == "pkg:npm/server"
    assert named("npx -y server@1.0.0", str(tmp_path)) == "pkg:npm/server@1.0.0"


def test_a_manifest_that_is_a_link_a_pipe_or_too_large_is_not_read(tmp_path: Path) -> None:
    manifest, real = tmp_path / "package.json", tmp_path / "real"
    real.write_text('{"version": "1.0.0"}')
    manifest.symlink_to(real)
    assert named("npx -y server", str(tmp_path)) == "pkg:npm/server"
    manifest.unlink()
    os.mkfifo(manifest)
    assert named("npx -y server", str(tmp_path)) == "pkg:npm/server"
    manifest.unlink()
    manifest.write_text('{"version": "1.0.0"%s}' % (" " * 2**20))
    assert named("npx -y server", str(tmp_path)) == "pkg:npm/server"


@pytest.mark.parametrize(
    ("one", "other", "differs"),
    [
        ("pkg:npm/a@1.0.0", "pkg:npm/a@1.0.0", False),
        ("pkg:npm/a@1.0.0", "pkg:npm/a@1.0.1", True),
        ("pkg:npm/a@1.0.0", "pkg:npm/a", False),
        ("pkg:npm/a", "pkg:npm/b", True),
        ("pkg:npm/a", "pkg:npm/%40a/b", True),
        ("pkg:npm/a@1.0.0", "", False),
        ("image", "image@sha256:1", True),
        ("image@sha256:1", "image@sha256:2", True),
    ],
)
def test_two_origins_differ_where_both_are_known(one: str, other: str, *, differs: bool) -> None:
    assert (is_other(one, other), is_other(other, one)) == (differs, differs)
