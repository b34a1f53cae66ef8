"""A relay as a program: `relay_program.py COMMAND…` is one session between its own stdin and stdout and the command."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import trio

sys.path.insert(0, str(Path(__file__).parents[1]))

from servers.running import Pool

from supervisor.relay.pump import Client, run_session


async def main(command: list[str]) -> None:
    async with trio.open_nursery() as nursery:
        client = Client(trio.lowlevel.FdStream(os.dup(0)), trio.lowlevel.FdStream(os.dup(1)))
        problem = await run_session("demo", client, Pool(nursery, command))
        if problem is not None:
            print(problem, file=sys.stderr)
        nursery.cancel_scope.cancel()


if __name__ == "__main__":
    trio.run(main, sys.argv[1:])
