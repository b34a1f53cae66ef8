"""What is said about containers of the user's own, and about options that undo the isolation of ours."""

from __future__ import annotations

import pytest

from supervisor.container.lint import dangers, findings
from supervisor.container.own import own

GOOD = (
    "docker run -i --rm --init --cap-drop ALL --security-opt no-new-privileges --memory 1g --pids-limit 99 "
    "-v data:/data -v /srv/x:/x:ro -e A --network bridge --cap-add NET_BIND_SERVICE img"
)


def flags_of(line: str) -> list[str]:
    return [finding.flag for finding in findings(own(line.split()))]


def test_nothing_is_said_about_a_command_that_holds_its_container() -> None:
    assert flags_of(GOOD) == []
    assert flags_of(GOOD.replace("no-new-privileges", "no-new-privileges:true")) == []


def test_each_missing_option_is_named_with_what_mends_it() -> None:
    found = findings(own(["docker", "run", "img"]))
    assert [finding.flag for finding in found] == [
        "-i", "--rm", "--init", "--cap-drop", "--security-opt", "--memory", "--pids-limit",
    ]  # fmt: skip
    assert all(finding.text and finding.mend.startswith("add `") for finding in found)


@pytest.mark.parametrize(
    ("added", "flag", "text"),
    [
        ("-t", "-t", "rewrites"),
        ("-d", "-d", "nobody speaks to it"),
        ("--restart=always", "--restart", "nobody attached"),
        ("--privileged", "--privileged", "machine's root"),
        ("--use-api-socket", "--use-api-socket", "machine's root"),
        ("--network=host", "--network", "machine's network"),
        ("--net host", "--network", "machine's network"),
        ("--pid host", "--pid", "processes"),
        ("--ipc host", "--ipc", "memory"),
        ("--uts host", "--uts", "rename"),
        ("--userns host", "--userns", "root"),
        ("--cgroupns host", "--cgroupns", "control groups"),
        ("--cap-add ALL", "--cap-add", "way out"),
        ("--cap-add CAP_SYS_ADMIN", "--cap-add", "way out"),
        ("--cap-add sys_ptrace", "--cap-add", "way out"),
        ("--security-opt seccomp=unconfined", "--security-opt", "protection"),
        ("--security-opt apparmor:unconfined", "--security-opt", "protection"),
        ("--security-opt label=disable", "--security-opt", "protection"),
        ("--device /dev/kvm", "--device", "not its own"),
        ("--volumes-from x", "--volumes-from", "not its own"),
        ("-v /:/host", "--volume", "every file"),
        ("-v //:/host", "--volume", "every file"),
        ("-v /etc/:/e:ro", "--volume", "all of /etc"),
        ("--mount type=bind,source=/,target=/host", "--mount", "every file"),
        ("--mount type=bind,src=/home,dst=/h", "--mount", "all of /home"),
        ("-v /var/run/docker.sock:/var/run/docker.sock", "--volume", "engine's socket"),
        ("-v /run/user/1000/podman/podman.sock:/x", "--volume", "engine's socket"),
    ],
)
def test_each_danger_is_named_with_the_option_that_brings_it(added: str, flag: str, text: str) -> None:
    words = GOOD.split()
    found = findings(own([*words[:2], *added.split(), *words[2:]]))
    assert [finding.flag for finding in found] == [flag]
    assert text in found[0].text
    assert found[0].mend.startswith("leave out `")


def test_a_value_in_the_list_of_processes_is_said_by_its_name() -> None:
    (found,) = findings(own(GOOD.replace("-e A", "-e TOKEN=secret").split()))
    assert found.flag == "--env"
    assert "TOKEN" in found.text
    assert "`-e TOKEN`" in found.mend
    assert "secret" not in found.text + found.mend


@pytest.mark.parametrize("added", ["--name x", "--cidfile /c"])
def test_what_lets_only_one_of_it_be_there_is_said(added: str) -> None:
    (found,) = findings(own(GOOD.replace("docker run", f"docker run {added}").split()))
    assert (found.flag, found.severity) == ("--name", "note")


@pytest.mark.parametrize(
    "added",
    [
        "--privileged=false", "--network none", "--network container:x", "-v vol:/etc", "-v /home/ada/x:/x", "-v /x",
        "--mount type=tmpfs,dst=/tmp", "--mount type=volume,src=v,dst=/d", "--cap-add CHOWN", "-e A", "-e A=",
        "--security-opt seccomp=/p",
    ],
)  # fmt: skip
def test_what_is_no_danger_is_not_named(added: str) -> None:
    words = ["docker", "run", *added.split(), "img"]
    assert list(dangers(own(words).options)) == []


def test_a_run_without_an_image_is_the_first_thing_said() -> None:
    assert findings(own(["docker", "run", "--name", "x"]))[0].text == "it names no image"


@pytest.mark.parametrize(
    "line", ["docker compose up", "docker exec -i c sh", "docker start -ai c", "docker mcp gateway run"]
)
def test_what_is_unmanaged_says_only_why(line: str) -> None:
    command = own(line.split())
    (found,) = findings(command)
    assert (found.flag, found.text) == (command.kind, command.unmanaged)
