"""User-written commands: what they are, and what is put into them."""

from __future__ import annotations

import pytest

from supervisor.container.own import alone, injected, own

LABELS = {"stockade.managed": "true", "stockade.server": "x y"}
OURS = ("--label", "stockade.managed=true", "--label", "stockade.server=x y", "--cidfile", "/c")


@pytest.mark.parametrize(
    ("line", "kind", "global_options", "at"),
    [
        ("docker run -i img", "run", "", 2),
        ("/usr/local/bin/docker run -i img", "run", "", 2),
        ("docker container run -i img", "run", "", 3),
        ("docker -H tcp://x:1 run img", "run", "-H tcp://x:1", 4),
        ("docker -Htcp://x:1 run img", "run", "-Htcp://x:1", 3),
        ("docker --host=tcp://x:1 run img", "run", "--host=tcp://x:1", 3),
        ("docker --host tcp://x:1 container run img", "run", "--host tcp://x:1", 5),
        ("docker --context run run img", "run", "--context run", 4),
        ("docker -c run run img", "run", "-c run", 4),
        ("docker -D run img", "run", "-D", 3),
        ("docker --debug --tls --tlsverify=false --tlscacert /ca run img", "run",
         "--debug --tls --tlsverify=false --tlscacert /ca", 7),
        ("docker -Dl debug run img", "run", "-Dl debug", 4),
        ("docker --config /c --log-level error run img", "run", "--config /c --log-level error", 6),
        ("podman --remote run img", "run", "--remote", 3),
        ("podman -r --url unix:///x run img", "run", "-r --url unix:///x", 5),
        ("podman --connection box run img", "run", "--connection box", 4),
        ("podman --log-level debug --root /r run img", "run", "--log-level debug --root /r", 6),
        ("nerdctl -n k8s.io run img", "run", "-n k8s.io", 4),
        ("nerdctl --debug --namespace x run img", "run", "--debug --namespace x", 5),
        ("docker compose up", "compose", "", 1),
        ("docker compose run svc", "compose", "", 1),
        ("docker exec -i run sh", "exec", "", 1),
        ("docker container exec -i c sh", "exec", "", 2),
        ("docker start -ai c", "start", "", 1),
        ("docker container start c", "start", "", 2),
        ("docker attach c", "start", "", 1),
        ("docker mcp gateway run", "other", "", 1),
        ("docker image ls", "other", "", 1),
        ("docker", "other", "", 1),
        ("docker container", "other", "", 2),
        ("docker --host", "other", "--host", 2),
        ("docker --version run", "run", "--version", 3),
    ],
)  # fmt: skip
def test_a_command_is_known_by_its_verb_wherever_that_stands(
    line: str, kind: str, global_options: str, at: int
) -> None:
    found = own(line.split())
    assert (found.kind, " ".join(found.global_options), found.at) == (kind, global_options, at)
    assert bool(found.unmanaged) == (kind != "run")


def test_a_program_of_windows_is_known_by_its_last_part() -> None:
    assert own(["C:\\bin\\docker", "run", "img"]).program == "docker"


@pytest.mark.parametrize(
    ("words", "image", "options"),
    [
        ("-i img cmd -t", "img", {"interactive": "true"}),
        ("-it img", "img", {"interactive": "true", "tty": "true"}),
        ("-itp 80:80 img", "img", {"interactive": "true", "tty": "true", "publish": "80:80"}),
        ("-itp80:80 img", "img", {"tty": "true", "publish": "80:80"}),
        ("-p=80:80 img", "img", {"publish": "80:80"}),
        ("-i=false img", "img", {"interactive": "false"}),
        ("--rm --init img", "img", {"rm": "true", "init": "true"}),
        ("--rm=false img", "img", {"rm": "false"}),
        ("--rm=T img", "img", {"rm": "true"}),
        ("--rm false", "false", {"rm": "true"}),
        ("--name n img", "img", {"name": "n"}),
        ("--name=n=m img", "img", {"name": "n=m"}),
        ("--name --rm img", "img", {"name": "--rm"}),
        ("-e A -e B=img img", "img", {"env": "B=img"}),
        ("-eA img", "img", {"env": "A"}),
        ("-m 512m img", "img", {"memory": "512m"}),
        ("--net host img", "img", {"network": "host"}),
        ("-v /a:/b:ro img -v x", "img", {"volume": "/a:/b:ro"}),
        ("-d img", "img", {"detach": "true"}),
        ("--privileged -P img", "img", {"privileged": "true", "publish-all": "true"}),
        ("--read-only img", "img", {"read-only": "true"}),
        ("-- img --rm", "img", {}),
        ("--rm -- img", "img", {"rm": "true"}),
        ("--some-new-option value img", "img", {"some-new-option": "value"}),
        ("--some-new-switch --rm img", "img", {"some-new-switch": "true", "rm": "true"}),
        ("--replace --tls-verify=false img", "img", {"replace": "true", "tls-verify": "false"}),
        ("--label a=b -l c=d img", "img", {"label": "c=d"}),
        ("--cidfile ./cid img", "img", {"cidfile": "./cid"}),
        ("--name", "", {"name": ""}),
        ("-", "-", {}),
        ("", "", {}),
    ],
)
def test_the_options_of_run_are_read_as_docker_reads_them(words: str, image: str, options: dict[str, str]) -> None:
    found = own(["docker", "run", *words.split()])
    assert found.image == image
    assert {name: found.value(name) for name in options} == options
    assert found.has("tty") == (options.get("tty") == "true")


def test_an_option_that_stands_twice_is_heard_twice_and_the_last_one_counts() -> None:
    found = own(["docker", "run", "-v", "a:/a", "--volume=b:/b", "--name", "x", "--name", "y", "img"])
    assert found.values("volume") == ("a:/a", "b:/b")
    assert found.value("name") == "y"
    assert found.value("cidfile") is None
    assert [option.at for option in found.options] == [2, 4, 5, 7]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("docker run", "-i img --cidfile x"),
        ("docker -H tcp://x:1 container run", "-i --rm img"),
        ("podman run", "img"),
    ],
)
def test_what_is_needed_to_stop_it_is_put_in_behind_run(before: str, after: str) -> None:
    command = own([*before.split(), *after.split()])
    assert injected(command, cidfile="/c", labels=LABELS) == (*before.split(), *OURS, *after.split())


def test_what_the_user_has_said_is_not_said_again() -> None:
    words = ["docker", "run", "--cidfile=/mine", "-l", "stockade.server=mine", "--label", "a=b", "img"]
    command = own(words)
    assert command.cidfile == "/mine"
    assert injected(command, cidfile="/c", labels=LABELS) == (
        *words[:2], "--label", "stockade.managed=true", *words[2:],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "option"),
    [("", ""), ("--name x", "--name"), ("--cidfile=/c --name x", "--name"), ("--cidfile /c", "--cidfile")],
)
def test_a_fixed_name_or_cidfile_lets_only_one_be_there(words: str, option: str) -> None:
    assert alone(own(["docker", "run", *words.split(), "img", "--name", "of-the-server"])) == option


def test_a_command_that_was_put_into_is_put_into_only_once() -> None:
    once = injected(own(["docker", "run", "img"]), cidfile="/c", labels=LABELS)
    assert injected(own(once), cidfile="/d", labels=LABELS) == once


@pytest.mark.parametrize("line", ["docker compose up", "docker exec -i c sh", "docker start -ai c", "docker"])
def test_nothing_is_put_into_what_is_not_managed(line: str) -> None:
    assert injected(own(line.split()), cidfile="/c", labels=LABELS) == tuple(line.split())
