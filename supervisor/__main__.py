"""The command `stockade`, also reachable as `python -m supervisor`."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb and return its exit code; the one table of codes is in docs/reference/exit-codes.md."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words in (["--version"], ["-V"]):  # answered before anything is imported: editors call it at every start
        from supervisor import __version__

        sys.stdout.write(f"stockade {__version__}\n")
        return 0
    try:
        from supervisor.edges.cli import run

        return run(words)
    except KeyboardInterrupt:  # while something was being imported
        return 130


if __name__ == "__main__":
    sys.exit(main())
