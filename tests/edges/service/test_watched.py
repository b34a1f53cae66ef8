"""Every work loop of a running daemon gives signs of life, so that no part can get stuck unseen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import trio
from edges.events import Life
from trio.testing import wait_all_tasks_blocked

from supervisor.edges.control import Watched
from supervisor.edges.door import bind_privately, open_door
from supervisor.edges.embed import Stockade, open_supervisor, read_config
from supervisor.edges.serve import Daemon, leaves
from supervisor.edges.service.contact import Contact
from supervisor.edges.state import prepare
from supervisor.kernel.node import Node
from supervisor.kernel.specs import Leaf
from supervisor.running import Leaves

UNWATCHED = {"root/sinks/epilogue": "it waits for the stop and does nothing else"}
CONFIG = {"mcpServers": {"lazy": {"command": "true", "stockade": {"lazy": True}, "isolation": {"mode": "none"}}}}


async def tree_of_a_daemon(state_dir: Path, look: Callable[[Stockade, list[Node]], object]) -> None:
    """Run a daemon's tree in this process and look at its leaves."""
    place = prepare(state_dir / "s")
    config = read_config(CONFIG, {})
    with open_door(place, config.settings) as (door, listener):

        def edge(sup: Stockade) -> Leaves:
            contact = Contact({})
            return leaves(sup, Daemon(sup, contact), contact, door, listener)

        with trio.fail_after(20):
            async with open_supervisor(config, state_dir=place.path, environ={"PATH": "/bin"}, edge=edge) as sup:
                look(sup, [node for node in sup.run.tree.nodes() if isinstance(node.spec, Leaf)])
                assert await sup.run.tree.tick(5) == []


async def test_all_leaves_are_asked(state_dir: Path) -> None:
    def look(sup: Stockade, nodes: list[Node]) -> None:
        paths = {node.path for node in nodes}
        assert {"root/edges/control", "root/edges/status", "root/edges/reloads", "root/sinks/ring"} <= paths
        silent = {node.path for node in nodes if not node.loops and sup.run.bus.mailbox(node.path) is None}
        assert silent == set(UNWATCHED)

    await tree_of_a_daemon(state_dir, look)


async def test_the_control_socket_s_loop_is_silent_while_it_does_not_come_back_for_a_caller(state_dir: Path) -> None:
    with bind_privately(state_dir / "s") as bound:
        bound.listen()
        life = Life()
        listener = Watched(trio.SocketListener(trio.socket.from_stdlib_socket(bound.dup())), life)
        (pulse,) = life.loops
        assert not pulse.tick().is_set()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(listener.accept)
            await wait_all_tasks_blocked()
            assert pulse.tick().is_set()
            nursery.cancel_scope.cancel()
        assert not pulse.tick().is_set()
        await listener.aclose()
