"""Our test server with one more oddity, for journeys.

`together FOLDER COUNT`  on SIGTERM it waits until COUNT servers have got theirs, then exits; it says `here` first
`big BYTES`              its tool `echo` answers with so many bytes in one line
`loud BYTES`             it writes so many bytes to stderr first, in lines and in one endless line
"""

import os
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from servers import mcp_server


def together(folder: str, count: int) -> None:
    def wait_for_all(_number: int, _frame: object) -> None:
        Path(folder, str(os.getpid())).touch()
        while len(os.listdir(folder)) < count:
            time.sleep(0.01)
        os._exit(0)

    signal.signal(signal.SIGTERM, wait_for_all)
    print("here", file=sys.stderr, flush=True)


def big(length: int) -> None:
    def call(self: mcp_server.Server, key: object, _name: object, _arguments: object) -> None:
        self.reply(key, mcp_server.content("x" * length))

    mcp_server.Server.call = call  # type: ignore[assignment,method-assign]  # a program of its own, one call of it


def loud(length: int) -> None:
    line = b"a line of text on stderr\n" * 4000
    for _ in range(length // len(line) // 2):
        os.write(2, line)
    for _ in range(length // 65536 // 2):
        os.write(2, b"x" * 65536)


def main(way: str, *arguments: str) -> None:
    if way == "together":
        together(arguments[0], int(arguments[1]))
    elif way == "big":
        big(int(arguments[0]))
    elif way == "loud":
        loud(int(arguments[0]))
    sys.argv = [sys.argv[0], *arguments[2 if way == "together" else 1 :]]
    mcp_server.main()


main(*sys.argv[1:])
