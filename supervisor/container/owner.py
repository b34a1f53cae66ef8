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

    Without `is_kept`, for a run that makes no containers, nothing is written: the id of the instance is the one that is
    there, or one made up for this run, which `keep` keeps when it makes some after all.
    """
    process = read_process(os.getpid())
    known = instance_in(Path(state_dir)) if state_dir else ""
    made = known or secrets.token_hex(INSTANCE_BYTES)
    return Owner(
        instance=keep(state_dir, made) if is_kept else made,
        config=config_hash(source),
        boot=here() or "unknown",
        owner=f"{os.getpid()}:{process.started if process else 0}",
    )


def keep(state_dir: str, made: str) -> str:
    """Keep an id of the instance in the state directory; returns the one that is kept: who comes first says which."""
    folder = Path(state_dir)
    path = folder / INSTANCE_FILE
    if known := instance_in(folder):
        return known
    whole = folder / f".{INSTANCE_FILE}-{secrets.token_hex(INSTANCE_BYTES)}"
    whole.write_text(made, encoding="ascii")
    try:
        os.link(whole, path)  # never there by halves, and never over one that is there
    except OSError:
        return instance_in(folder) or made
    finally:
        whole.unlink()
    return made
