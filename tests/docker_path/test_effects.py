"""Looking for docker in real folders."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from supervisor.docker_path.effects import NOTHING, at_now, judged, objection_to, on_path_now, search_now
from supervisor.docker_path.messages import Absent, Tried, problem_of, tried_text
from supervisor.docker_path.places import Search
from supervisor.docker_path.rules import Look
from supervisor.process.login_shell import Answer

if TYPE_CHECKING:
    from conftest import PlainPython, PlainUser

pytestmark = pytest.mark.usefixtures("no_leaks")


def put(path: Path, mode: int = 0o755, text: str = "#!/bin/sh\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def spoil(path: Path, how: str) -> Path:
    """Put something of that name there that is no docker."""
    path.parent.mkdir(parents=True, exist_ok=True)
    match how:
        case "a directory":
            path.mkdir(mode=0o755)
        case "a broken link":
            path.symlink_to("gone")
        case "a circle of links":
            path.symlink_to(path.name)
        case "no execute bit":
            put(path, 0o644)
        case "not a regular file":
            os.mkfifo(path, 0o777)
        case _:
            raise AssertionError(how)
    return path


SPOILED = {
    "a directory": "it is a directory",
    "a broken link": "it is a broken link",
    "a circle of links": "it is a link: Too many levels of symbolic links",
    "no execute bit": "it has no execute bit",
    "not a regular file": "it is not a regular file",
}


@pytest.mark.parametrize("how", SPOILED)
def test_what_is_no_docker_is_refused_with_its_reason(tmp_path: Path, how: str) -> None:
    place = str(spoil(tmp_path / "docker", how))
    assert objection_to(place) == SPOILED[how]
    looked = at_now(Look(step="bundled", places=(place, "/nonexistent/docker")))
    assert looked.path == ""
    assert looked.tried == (Tried(place, SPOILED[how]), Tried("/nonexistent/docker", NOTHING))


@pytest.mark.parametrize("mode", [0o755, 0o500, 0o100])
def test_a_regular_file_with_an_execute_bit_is_taken(tmp_path: Path, mode: int) -> None:
    assert objection_to(str(put(tmp_path / "docker", mode))) == ""


def test_garbage_with_an_execute_bit_is_taken_too(tmp_path: Path) -> None:
    """That it does not run shows at its exec, and not before."""
    assert objection_to(str(put(tmp_path / "docker", text="garbage"))) == ""


def test_links_are_followed(tmp_path: Path) -> None:
    put(tmp_path / "app" / "docker")
    (tmp_path / "one").symlink_to("app/docker")
    (tmp_path / "docker").symlink_to("one")
    assert objection_to(str(tmp_path / "docker")) == ""


@pytest.mark.parametrize("how", SPOILED)
def test_a_bad_one_on_path_does_not_hide_a_good_one_behind_it(tmp_path: Path, how: str) -> None:
    bad, good = spoil(tmp_path / "bad" / "docker", how), put(tmp_path / "good" / "docker")
    looked = on_path_now({"PATH": f"/nonexistent:{bad.parent}:{good.parent}"})
    assert looked.path == str(good)
    assert looked.tried == (Tried(str(bad), SPOILED[how]),)


@pytest.mark.parametrize("how", SPOILED)
def test_of_a_path_with_bad_ones_only_each_is_told(tmp_path: Path, how: str) -> None:
    bad = spoil(tmp_path / "docker", how)
    path = f"/nonexistent:{tmp_path}"
    looked = on_path_now({"PATH": path})
    assert looked.tried == (Tried(str(bad), SPOILED[how]), Tried(f"PATH={path}", "no other of that name"))


@pytest.mark.parametrize(
    ("environ", "tried"),
    [
        ({}, Tried("PATH", "it is not set")),
        ({"PATH": ""}, Tried("PATH", "it is not set")),
        ({"PATH": "/nonexistent:/etc/hostname"}, Tried("PATH=/nonexistent:/etc/hostname", "no docker in it")),
        ({"PATH": "/\udcff"}, Tried("PATH=/\\udcff", "no docker in it")),
    ],
)
def test_a_path_without_any(environ: dict[str, str], tried: Tried) -> None:
    assert on_path_now(environ).tried == (tried,)


@pytest.mark.parametrize("entry", ["", ".", "bin"])
def test_an_entry_of_path_that_is_not_absolute_is_no_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: str
) -> None:
    put(tmp_path / entry / "docker")
    monkeypatch.chdir(tmp_path)
    looked = on_path_now({"PATH": f"/nonexistent:{entry}"})
    assert looked.path == ""
    assert looked.tried[0] == Tried(os.path.join(entry, "docker"), "it is not an absolute path")


def test_what_the_shell_names_is_looked_at(tmp_path: Path) -> None:
    good, bad = put(tmp_path / "docker"), put(tmp_path / "bad", 0o644)
    assert judged(Answer(shell="/bin/sh", text=f"{good}\n".encode())).path == str(good)
    refused = judged(Answer(shell="/bin/sh", text=f"{bad}\n".encode()))
    assert refused.tried == (Tried(f"login shell /bin/sh, for {bad}", "it has no execute bit"),)
    assert judged(Answer(shell="/bin/sh", text=b"docker\n")).path == ""
    assert judged(Answer(reason="there is no shell")).tried == (Tried("login shell", "there is no shell"),)


@pytest.mark.real
def test_a_thorough_search_tells_all_that_it_has_tried(tmp_path: Path) -> None:
    directory = spoil(tmp_path / "docker", "a directory")
    (tmp_path / ".profile").write_text("PATH=/nonexistent\ndocker() { :; }\n")
    search = Search(steps=("path", "bundled", "login_shell"), well_known=(str(directory),))
    environ = {"PATH": "/nonexistent", "HOME": str(tmp_path), "SHELL": "/bin/sh"}
    looked = search_now(search, environ, "linux")
    said = tried_text(looked.tried)
    assert looked.path == ""
    assert said == (
        f"PATH=/nonexistent (no docker in it), {directory} (it is a directory), "
        "login shell /bin/sh (there it is a function or another bare word, which only a shell could run)"
    )
    problem = problem_of(Absent(ref="", tried=list(looked.tried), retry_after_s=60.0))
    assert (problem.tried, problem.retry_after_s) == (said, 60.0)


@pytest.mark.real
def test_a_plain_user_is_told_what_only_he_may_not_execute(
    tmp_path: Path, plain_user: PlainUser, plain_python: PlainPython
) -> None:
    script = """
import os, sys
from supervisor.docker_path.effects import objection_to
for path in sys.argv[1:]:
    print(objection_to(path))
"""
    shell = f"""
folder=$(mktemp -d); trap 'chmod 700 "$folder/closed"; rm -r "$folder"' EXIT
mkdir "$folder/closed"; touch "$folder/mine" "$folder/closed/docker"
chmod 055 "$folder/mine"; chmod 000 "$folder/closed"
PYTHONPATH={plain_python.packages} {plain_python.python} -c "$1" "$folder/mine" "$folder/closed/docker" /bin/sh
"""
    done = plain_user.run(["sh", "-c", shell, "sh", script])
    mine, closed, good = done.stdout.splitlines()
    assert mine.startswith("it may not be executed by this user"), done.stderr
    assert closed == "it cannot be looked at: Permission denied"
    assert good == ""


def test_looking_changes_nothing(tmp_path: Path) -> None:
    place = put(tmp_path / "docker")
    before = place.stat()
    objection_to(str(place))
    assert (place.stat().st_atime_ns, stat.S_IMODE(place.stat().st_mode)) == (before.st_atime_ns, 0o755)
