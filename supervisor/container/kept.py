"""What mode docker keeps in the state directory: the instance's id, and folders of containers that are being made."""

from __future__ import annotations

from pathlib import Path

FOLDER = "containers"
"""A folder for each run, and in it one for each container that is being made."""
INSTANCE_FILE = "instance"


def instance_in(folder: Path) -> str:
    """The random id that is kept in a state directory; empty if none has been made up in it."""
    try:
        return (folder / INSTANCE_FILE).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
