"""The whole product with one real engine, for tests in which one of the two, or something between, goes wrong.

What is served is a few lines of shell, which any image with a shell can run and which tells which container answers.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import trio
from journeys.embedding import QUICK, Client, House, opened
from real.docker.engines import Cli

from supervisor.container.identity import INSTANCE, SERVER
from supervisor.engine.messages import Suspect
from supervisor.modes import CONTAINERS
from supervisor.server.messages import Described

IMAGE = "busybox"
BOUND_S = 200.0
"""For a whole test, on a machine on which everything takes ten times as long; nothing is measured."""
ANSWERS = r"""
while read -r line; do
  id=${line#*\"id\":}; id=${id# }; id=${id%%,*}; id=${id%%\}*}
  case $line in
    *'"notifications/'*) continue;;
    *'"initialize"'*)
      answer='"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"sh"}}';;
    *'"tools/list"'*) answer='"result":{"tools":[{"name":"where","inputSchema":{"type":"object"}}]}';;
    *'"eat"'*) exec tail /dev/zero;;
    *'"tools/call"'*) answer='"result":{"content":[{"type":"text","text":"'$(hostname)'"}]}';;
    *) answer='"error":{"code":-32601,"message":"unknown"}';;
  esac
  echo '{"jsonrpc":"2.0","id":'$id,$answer'}'
done
"""
"""An MCP server. Its tool `where` answers with the beginning of its container's id; `eat` takes all memory there is."""
IGNORES_TERM = f"trap '' TERM; {ANSWERS}"
IGNORES_EOF = f"{ANSWERS}\nwhile :; do sleep 1000; done"
IGNORES_BOTH = f"trap '' TERM; {IGNORES_EOF}"


def server(script: str = ANSWERS, *, stockade: Mapping[str, Any] | None = None, **isolation: Any) -> dict[str, Any]:
    """An entry of the config: this shell's text in a container."""
    return entry("sh", "-c", literal(script), stockade=stockade, **isolation)


def entry(
    command: str,
    *arguments: str,
    stockade: Mapping[str, Any] | None = None,
    env: Mapping[str, str] | None = None,
    **isolation: Any,
) -> dict[str, Any]:
    """An entry of the config: any command in a container."""
    block = {"mode": "docker", "image": IMAGE, "network_mode": "none", **isolation}
    return {
        "command": command,
        "args": [*arguments],
        "env": env or {},
        "isolation": block,
        "stockade": {"grace": QUICK, **(stockade or {})},
    }


def literal(text: str) -> str:
    """A text as a config holds it whose dollars are none of the config's."""
    return text.replace("$", "$$")


def servers(number: int, **more: Any) -> dict[str, Any]:
    """So many that are alike."""
    return {f"server-{count}": server(**more) for count in range(number)}


class Ground:
    """A running stockade, the engine that it uses, and what both say."""

    def __init__(self, house: House, cli: Cli) -> None:
        self.house = house
        self.cli = cli

        instance = house.sup.run.containers.labels[INSTANCE]
        self.mine = ("--filter", f"label={INSTANCE}={instance}")
        """Words that narrow a listing down to this stockade's containers."""

    def told(self, tag: str, server: str = "") -> list[Any]:
        """Every event with this tag, of one server or all."""
        bodies = [published.body for published in self.house.told]
        return [one for one in bodies if tag == tag_of(one) and server in ("", getattr(one, "server", ""))]

    def tags(self, *subjects: str) -> list[str]:
        """The tags of what was told of these subjects (`engine`, `container`, …), in order."""
        every = [tag_of(published.body) for published in self.house.told]
        return [tag for tag in every if tag.partition(".")[0] in subjects]

    def story(self) -> list[str]:
        """All that was told, for people."""
        return [f"{one.at_s - self.house.told[0].at_s:8.3f} {one.body}" for one in self.house.told]

    async def until(self, tag: str, server: str = "", count: int = 1) -> Any:
        """Wait for so many events with this tag; the last one of them."""
        await self.come_true(lambda: len(self.told(tag, server)) >= count)
        return self.told(tag, server)[count - 1]

    async def come_true(self, claim: Callable[[], bool]) -> None:
        """Wait until a claim is true; it is looked at after every event."""

        async def claimed() -> bool:
            return claim()

        await self.house.come_true(claimed)

    async def stands(self, server: str, life: str) -> Described:
        """Wait until a server stands like this."""
        found: list[Described] = []

        async def claimed() -> bool:
            found[:] = [one for one in await self.house.sup.status() if one.server == server and one.life == life]
            return bool(found)

        await self.house.come_true(claimed)
        return found[0]

    async def settled(self, *servers: str) -> None:
        """Wait until these servers, or all, are ready with a spare each, and nothing else of them is there."""

        async def claimed() -> bool:
            found = [one for one in await self.house.sup.status() if not servers or one.server in servers]
            return all(one.life == "ready" and one.spares == 1 and len(one.pids) == 1 + one.sessions for one in found)

        await self.house.come_true(claimed)

    def containers(self) -> list[str]:
        """Servers of our managed containers, ended ones too, in order."""
        listed = self.cli.lines("ps", "--all", "--quiet", "--no-trunc", *self.mine)
        if not listed:
            return []
        # An engine under load may go on listing what it has removed, and denies it when it is asked.
        form = f'{{{{index .Config.Labels "{SERVER}"}}}}'
        found = self.cli.run("inspect", "--type", "container", "--format", form, *listed, check=False)
        return sorted(found.stdout.decode().split())

    def running(self, server: str) -> str:
        """The id of the newest container of a server that was started and not removed."""
        gone = {one.container for one in self.told("container.removed", server)}
        return [str(one.container) for one in self.told("container.started", server) if one.container not in gone][-1]

    async def suspect(self) -> None:
        """Have the engine looked at now, and not when that is due."""
        await self.house.sup.run.bus.tell(CONTAINERS.engine, Suspect(reason="a test wants to know"))


def tag_of(event: Any) -> str:
    """The tag of an event."""
    return str(event.__struct_config__.tag)


async def where(client: Client) -> str:
    """Which container answers: the beginning of its id."""
    answer = await client.call("where")
    return str(answer["result"]["content"][0]["text"])


async def off_loop(call: Callable[..., Any], *arguments: Any) -> Any:
    """Do what blocks, while the product goes on."""
    return await trio.to_thread.run_sync(call, *arguments)


def environ(host: str, **more: str | None) -> dict[str, str]:
    """The environment of a stockade whose engine is at this address; what is None in `more` is left out."""
    every = {"PATH": os.environ["PATH"], "HOME": "/", "DOCKER_HOST": host, **more}
    return {name: value for name, value in every.items() if value is not None}


@asynccontextmanager
async def ground(
    servers: Mapping[str, Any], folder: Path, host: str, *, is_clean: bool = True, **more: str | None
) -> AsyncIterator[Ground]:
    """Run these servers with this engine for as long as the block; nothing of them is left when it is over.

    Without `is_clean` the caller sees to that: an engine may be stopped, or not there, by then. `more` are variables.
    """
    async with opened(servers, folder, environ=environ(host, **more), bound_s=BOUND_S) as house:
        assert not house.sup.config.invalid
        on = Ground(house, Cli(host))
        try:
            yield on
        except BaseException:
            print("\n".join(on.story()))  # pytest shows it with the failure
            raise
    assert not is_clean or on.containers() == []
