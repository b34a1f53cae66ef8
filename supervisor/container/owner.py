"""Who makes a container: this instance of stockade, and within it this process. Found out once per run."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from supervisor.container.identity import config_hash
from supervisor.container.kept import INSTANCE_FILE, instance_in
from supervisor.container.words import Owner
from supervisor.process.boot import here
from supervisor.process.scan import read_process

INSTANCE_BYTES = 8


def owner_here(state_dir: str, source: str, *, is_kept: bool) -> Owner:
    """Say who we are to the engine: containers of the same state directory, and of nobody else, are ours to remove.

    Without `is_kept`, for a run that makes no containers, the id of the instance is made up for this run alone.
    """
    process = read_process(os.getpid())
    return Owner(
        instance=_instance(Path(state_dir)) if is_kept else secrets.token_hex(INSTANCE_BYTES),
        config=config_hash(source),
        boot=here() or "unknown",
        owner=f"{os.getpid()}:{process.started if process else 0}",
    )


def _instance(folder: Path) -> str:
    """The random id that is kept in the state directory; who comes first makes it up."""
    path = folder / INSTANCE_FILE
    for _ in range(2):
        if known := instance_in(folder):
            return known
        made = secrets.token_hex(INSTANCE_BYTES)
        whole = folder / f".{INSTANCE_FILE}-{made}"
        whole.write_text(made, encoding="ascii")
        try:
            os.link(whole, path)  # never there by halves, and never over one that is there
        except OSError:
            pass
        else:
            return made
        finally:
            whole.unlink()
    return secrets.token_hex(INSTANCE_BYTES)
