"""A reload of a daemon with servers in containers: what comes, what changes, what goes, and what is not touched."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from journeys.command import COMMAND, Talk, call, entry, opening, word
from journeys.containers import DockerHome, boxed
from real.docker.leftovers import none_left

pytestmark = pytest.mark.real


def write(home: DockerHome, servers: dict[str, Any]) -> None:
    fresh = home.config.with_suffix(".new")
    fresh.write_text(json.dumps({"mcpServers": servers}))
    fresh.replace(home.config)


def test_containers_come_change_and_go_and_one_beside_them_is_not_touched(state_dir: Path, docker_host: str) -> None:
    name = word()
    same, other = f"{name}-same", f"{name}-other"
    home = DockerHome(state_dir, {name: entry()}, docker_host)
    with none_left(home.cli), home.daemon() as daemon:
        assert not (home.state / "instance").exists()
        write(home, {name: entry(), same: boxed(), other: boxed()})
        assert home.asked("reload")["added"] == [same, other]
        assert home.verb("wait", "--timeout", "60s").returncode == 0
        assert (home.state / "instance").exists()  # a later run will know what this one leaves
        with Talk([*COMMAND, "connect", same], home.environ) as talk:
            talk.say(opening())
            talk.hear(0)
            talk.say(call(1, "ask"))
            asked = talk.line()
            assert asked["method"] == "roots/list"
            before, former = set(home.containers(same)), set(home.containers(other))
            write(home, {name: entry(), same: boxed(), other: boxed(env={"MY_WORD": "x"})})
            changed = home.asked("reload")
            assert changed["restarted"] == [{"server": other, "fields": ["env.MY_WORD"]}]
            assert set(changed["untouched"]) == {name, same}
            assert not former & set(home.containers(other))
            assert home.verb("wait", other, "--timeout", "60s").returncode == 0
            write(home, {name: entry(), same: boxed()})
            assert home.asked("reload")["removed"] == [other]
            assert home.containers(other) == []
            assert before <= set(home.containers(same))
            talk.say(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": {"roots": []}}) + "\n")
            assert "result" in talk.hear(1)
        assert home.verb("shutdown").returncode == 0
        assert daemon.wait(20) == 0
        assert home.containers() == []
