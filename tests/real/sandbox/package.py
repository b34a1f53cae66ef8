"""A Python package that says what its build could do, which is run while it is fetched, and what its program can."""

from __future__ import annotations

from pathlib import Path

PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "probe"
version = "1.0"
"""
LOOK = """
import os, socket

def look():
    found = {"token": os.environ.get("TOKEN", ""), "data": True, "network": True}
    try:
        open(DATA).close()
    except OSError:
        found["data"] = False
    try:
        socket.create_connection(("127.0.0.1", PORT), 5).close()
    except OSError:
        found["network"] = False
    return found
"""
BACKEND = """
import json, os, sys, zipfile
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import look

INFO = "probe-1.0.dist-info"

def build_wheel(folder, settings=None, metadata=None):
    with open(os.path.expanduser("~/builds"), "a") as file:
        print(json.dumps(look.look()), file=file)
    if WAITS:
        wait()
    with zipfile.ZipFile(os.path.join(folder, "probe-1.0-py3-none-any.whl"), "w") as wheel:
        wheel.write(look.__file__, "look.py")
        wheel.writestr("probe.py", PROGRAM)
        wheel.writestr(INFO + "/METADATA", "Metadata-Version: 2.1\\nName: probe\\nVersion: 1.0\\n")
        wheel.writestr(INFO + "/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(INFO + "/entry_points.txt", "[console_scripts]\\nprobe = probe:main\\n")
        wheel.writestr(INFO + "/RECORD", "")
    return "probe-1.0-py3-none-any.whl"

def wait():
    # Says that it is there, and goes on when it is told to.
    import socket
    with socket.create_connection(("127.0.0.1", PORT)) as stream:
        stream.sendall(b"%d\\n" % os.getpid())
        stream.recv(1)
"""
PROGRAM = """
import json, look, os

def main():
    with open(os.path.expanduser("~/builds")) as file:
        builds = [json.loads(line) for line in file]
    print(json.dumps({"builds": builds, "program": look.look()}), flush=True)
"""


def write(folder: Path, *, data: Path, port: int, waits: bool = False) -> str:
    """Write the package, whose program is called `probe`; its folder as a word of a command.

    Both look whether `data` can be read and the port be reached. With `waits` the build first connects to the port,
    says its pid there, and goes on after a byte.
    """
    folder.mkdir(parents=True)
    (folder / "pyproject.toml").write_text(PROJECT)
    (folder / "look.py").write_text(f"DATA, PORT = {str(data)!r}, {port}\n{LOOK}")
    (folder / "backend.py").write_text(f"PORT, WAITS, PROGRAM = {port}, {waits}, {PROGRAM!r}\n{BACKEND}")
    return str(folder)
