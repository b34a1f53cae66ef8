"""Where the docker command can be, by platform."""

from __future__ import annotations

from supervisor.docker_path.places import search_on

APP = "/Applications/Docker.app/Contents/Resources/bin/docker"
SHARED = (APP, "/usr/local/bin/docker", "/opt/homebrew/bin/docker", "/opt/podman/bin/docker")


def test_on_linux() -> None:
    search = search_on("linux", "/home/ann")
    assert search.well_known == ("/usr/bin/docker", "/usr/local/bin/docker", "/snap/bin/docker")
    assert search.steps == ("path", "bundled", "login_shell")


def test_on_macos_with_the_users_own_folders_last() -> None:
    search = search_on("darwin", "/Users/ann")
    assert search.well_known == (*SHARED, "/Users/ann/.docker/bin/docker", "/Users/ann/.orbstack/bin/docker")
    assert search.steps == ("path", "bundled", "login_shell")


def test_a_home_that_is_none_adds_nothing() -> None:
    assert search_on("darwin", "").well_known == SHARED
    assert search_on("darwin", "relative").well_known == SHARED


def test_on_windows_no_shell_is_ever_asked() -> None:
    assert search_on("win32", "C:/Users/ann").steps == ("path",)
