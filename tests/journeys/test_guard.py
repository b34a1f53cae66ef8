"""What official clients are shown by servers that are not what they were scanned as."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from journeys.command import COMMAND, Home, Talk, opening, request, word
from servers.running import SERVER

pytestmark = pytest.mark.real
CLIENT = Path(__file__).with_name("guard_client.py")
TURNCOAT = str(SERVER.with_name("turncoat.py"))
HONEST = ["echo", "turn", "count"]
WORDS = "Counts and echoes text."
SDKS = pytest.mark.parametrize(("sdk", "era"), [("sdk1_python", "handshake"), ("sdk2_python", "both")])
Shown = Callable[..., list[Any]]


@pytest.fixture
def shown(state_dir: Path, request: pytest.FixtureRequest) -> Shown:
    """Run an official client by the name of its fixture, and return what it was shown."""

    def run(sdk: str, steps: str, *words: str, environ: dict[str, str]) -> list[Any]:
        python = request.getfixturevalue(sdk)
        done = subprocess.run([python, CLIENT, steps, *words], env=environ, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        said: list[Any] = json.loads(done.stdout)
        return said

    return run


def turncoat(*flags: str, **stockade: Any) -> dict[str, Any]:
    """The server as it stands in a config."""
    return {
        "command": sys.executable,
        "args": ["-S", TURNCOAT, *flags],
        "isolation": {"mode": "none"},
        "stockade": stockade,
    }


@contextmanager
def served(home: Home) -> Iterator[None]:
    """A daemon whose server is ready; it ends in order, so that its log is whole."""
    with home.daemon() as daemon:
        assert home.verb("wait", "demo", "--timeout", "60s").returncode == 0
        yield
        assert home.verb("shutdown").returncode == 0
        assert daemon.wait(20) == 0


def reason(answer: Any) -> str:
    assert answer["code"] == "tool.withheld", answer
    return str(answer["reason"])


def running(name: str, *flags: str) -> list[str]:
    return [*COMMAND, "run", "--mode", "none", "--name", name, "--", sys.executable, "-S", TURNCOAT, *flags]


# --------------------------------------------------------------------------------------------------------- stockade run


@SDKS
def test_a_rug_pull_in_the_middle_of_a_session(state_dir: Path, shown: Shown, sdk: str, era: str) -> None:
    home = Home(state_dir, {})
    steps = (
        "tools,call:count,call:turn,tools,call:count,call:echo,prompts,get:trap,resources,call:turn,tools,call:count"
    )
    words = running(word(), "--era", era, "--faces", "honest,poison,honest")
    said = shown(sdk, steps, *words, environ=home.environ)
    assert said[:4] == [WORDS, HONEST, "count was called", "poison"]
    assert said[4] == ["echo", "turn"]
    assert reason(said[5]) == "dangerous"
    assert said[6] == '{"text": "x"}'
    assert said[7] == ["ask"]
    assert reason(said[8]) == "dangerous"
    assert said[9] == []
    assert said[10:] == ["honest", HONEST, "count was called"]


@SDKS
@pytest.mark.parametrize(("face", "why"), [("reworded", "changed"), ("hint", "changed"), ("poison", "dangerous")])
def test_what_changed_between_two_runs_is_held_until_it_is_approved(
    state_dir: Path, shown: Shown, sdk: str, era: str, face: str, why: str
) -> None:
    home, name = Home(state_dir, {}), word()
    first = shown(sdk, "tools", *running(name, "--era", era), environ=home.environ)
    assert first == [WORDS, HONEST]
    again = running(name, "--era", era, "--faces", face)
    held = shown(sdk, "tools,call:count,call:echo", *again, environ=home.environ)
    assert held[1] == ["echo", "turn"]
    assert reason(held[2]) == why
    assert held[2]["command"] == f"stockade approve {name} count"
    assert held[3] == '{"text": "x"}'


@SDKS
def test_poisoned_instructions_are_not_handed_on(state_dir: Path, shown: Shown, sdk: str, era: str) -> None:
    home = Home(state_dir, {})
    said = shown(sdk, "tools", *running(word(), "--era", era, "--faces", "words"), environ=home.environ)
    assert said == [None, HONEST]


def test_nothing_of_an_injection_is_in_what_a_client_receives(state_dir: Path) -> None:
    home = Home(state_dir, {})
    with Talk(running(word(), "--faces", "poison"), home.environ) as talk:
        talk.say(opening())
        heard = [talk.hear(0)]
        for number, method in enumerate(("tools/list", "prompts/list", "resources/list"), 1):
            talk.say(request(number, method))
            heard.append(talk.hear(number))
        talk.say(request(9, "tools/call", name="count", arguments={}))
        heard.append(talk.hear(9))
        assert talk.end() == 0
    assert "POISON" not in json.dumps(heard)
    assert "id_rsa" not in json.dumps(heard)


def test_a_call_right_behind_a_list_does_not_overtake_it(state_dir: Path) -> None:
    home, name = Home(state_dir, {}), word()
    with Talk(running(name), home.environ) as talk:
        talk.say(opening() + request(1, "tools/list") + request(2, "tools/call", name="count", arguments={}))
        assert talk.hear(2)["result"]["content"][0]["text"] == "count was called"
    with Talk(running(name, "--faces", "poison"), home.environ) as talk:
        talk.say(opening() + request(1, "tools/list") + request(2, "tools/call", name="count", arguments={}))
        assert talk.hear(2)["error"]["data"]["reason"] == "dangerous"


def test_two_programs_that_are_run_by_one_word_are_two_servers(state_dir: Path) -> None:
    home = Home(state_dir, {})
    unnamed = [*COMMAND, "run", "--mode", "none", "--", sys.executable, "-S", TURNCOAT, "--faces"]
    for faces in ("honest", "hint", "hint,poison"):
        with Talk([*unnamed, faces], home.environ) as talk:
            talk.say(opening())
            assert names(talk, 1) == HONEST
            if "," in faces:
                assert talk.ask(2, "turn") == "poison"
                assert names(talk, 3) == ["echo", "turn"]
                talk.say(request(4, "tools/call", name="count", arguments={}))
                command = talk.hear(4)["error"]["data"]["command"].split()
                approved = home.verb(*command[1:])
                assert approved.returncode == 0, approved.stderr
                assert names(talk, 5) == HONEST


# ------------------------------------------------------------------------------------------------------ stockade serve


@SDKS
def test_a_server_with_one_face_for_the_scan_and_another_for_the_client(
    state_dir: Path, shown: Shown, sdk: str, era: str
) -> None:
    faces = ("--era", era, "--faces", "honest,poison", "--count", str(state_dir / "count"))
    home = Home(state_dir, {"demo": turncoat(*faces)})
    with served(home):
        said = shown(sdk, "tools,call:count,call:echo,prompts", *COMMAND, "connect", "demo", environ=home.environ)
        assert said[1] == ["echo", "turn"]
        assert reason(said[2]) == "dangerous"
        assert said[3:] == ['{"text": "x"}', ["ask"]]
        assert home.asked("status")["servers"][0]["life"] == "ready"
    (withheld,) = [one for one in home.records("tool.withheld") if one["kind"] == "tool"]
    assert (withheld["tool"], withheld["reason"], withheld["source"]) == ("count", "dangerous", "session")
    (refused,) = home.records("tool.refused")
    assert (refused["server"], refused["tool"], refused["count"]) == ("demo", "count", 1)


@SDKS
def test_a_flip_flop_is_shown_only_as_what_it_was_pinned(state_dir: Path, shown: Shown, sdk: str, era: str) -> None:
    faces = ("--era", era, "--faces", "honest,hint", "--flip")
    home = Home(state_dir, {"demo": turncoat(*faces)})
    with served(home):
        steps = "tools,call:count,tools,call:count,tools,call:count"
        said = shown(sdk, steps, *COMMAND, "connect", "demo", environ=home.environ)
    assert said[1:3] == [HONEST, "count was called"]
    assert said[3] == ["echo", "turn"]
    assert reason(said[4]) == "changed"
    assert said[5:] == [HONEST, "count was called"]


@pytest.mark.parametrize(
    ("face", "tool", "why"),
    [("hint", "count", "changed"), ("grown", "extra", "new"), ("poison", "count", "dangerous")],
)
def test_a_server_that_turns_after_it_was_pinned(state_dir: Path, face: str, tool: str, why: str) -> None:
    home = Home(state_dir, {"demo": turncoat("--faces", f"honest,{face}")})
    with served(home), Talk([*COMMAND, "connect", "demo"], home.environ) as talk:
        talk.say(opening())
        assert names(talk, 1) == HONEST
        assert talk.ask(2, "turn") == face
        assert names(talk, 3) == [one for one in HONEST if one != tool]
        talk.say(request(4, "tools/call", name=tool, arguments={}))
        refused = talk.hear(4)["error"]["data"]
        assert (refused["reason"], refused["command"]) == (why, f"stockade approve demo {tool}")
        assert talk.ask(5, "echo", text="x") == '{"text": "x"}'


def test_an_approval_in_the_middle_of_a_session_counts_when_it_lists_again(state_dir: Path) -> None:
    home = Home(state_dir, {"demo": turncoat("--faces", "honest,reworded")})
    with served(home), Talk([*COMMAND, "connect", "demo"], home.environ) as talk:
        talk.say(opening())
        assert talk.ask(1, "turn") == "reworded"
        assert names(talk, 2) == ["echo", "turn"]
        approved = home.verb("approve", "demo", "count")
        assert approved.returncode == 0, approved.stderr
        talk.say(request(3, "tools/call", name="count", arguments={}))
        assert "list it again" in talk.hear(3)["error"]["message"]
        assert names(talk, 4) == HONEST
        assert talk.ask(5, "count") == "count was called"


def test_a_rejected_tool_is_refused_though_the_session_never_listed_it(state_dir: Path) -> None:
    home = Home(state_dir, {"demo": turncoat()})
    with served(home):
        done = home.verb("reject", "demo", "count")
        assert done.returncode == 0, done.stderr
        with Talk([*COMMAND, "connect", "demo"], home.environ) as talk:
            talk.say(opening())
            talk.say(request(1, "tools/call", name="count", arguments={}))
            assert talk.hear(1)["error"]["data"]["reason"] == "rejected"
            assert names(talk, 2) == ["echo", "turn"]


@pytest.mark.parametrize("policy", ["off", "warn"])
def test_where_nothing_is_to_be_withheld_everything_is_shown_and_told(state_dir: Path, policy: str) -> None:
    home = Home(state_dir, {"demo": turncoat("--faces", "honest,poison", scan={"policy": policy})})
    with served(home), Talk([*COMMAND, "connect", "demo"], home.environ) as talk:
        talk.say(opening())
        assert talk.ask(1, "turn") == "poison"
        assert names(talk, 2) == HONEST
        assert talk.ask(3, "count") == "count was called"
    changed = [one["held"] for one in home.records("tool.changed") if one["tool"] == "count"]
    assert changed == ([False] if policy == "warn" else [])  # with `off` nothing is pinned that could change
    assert home.records("tool.withheld") == home.records("tool.refused") == []


def names(talk: Talk, number: int) -> list[str]:
    talk.say(request(number, "tools/list"))
    return [tool["name"] for tool in talk.hear(number)["result"]["tools"]]
