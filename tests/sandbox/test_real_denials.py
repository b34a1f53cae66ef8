"""Real programs are refused real files, and what they say about it is understood and judged."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from supervisor.sandbox.denials import Denial, Finder

pytestmark = pytest.mark.real

SCRIPT = r"""
cd /
cat "$W/cat"; ls "$W/ls"; touch "$W/touch"; mkdir "$W/new-folder"; rm "$W/rm"; cp "$W/cp" "$HOME"; grep x "$W/grep"
mv "$W/mv" "$HOME"; find "$W/find" -name x; head -1 "$W/head"; sh -c ': > "$W/sh"'; sh -c '. "$W/source"'; "$W/run"
"$PYTHON" -S -c "open('$W/python')"
"$PYTHON" -S -c "open('$W/python-new', 'w')"
"$PYTHON" -S -c "import os; os.listdir('$W/python-list')"
"$PYTHON" -S -c "import subprocess; subprocess.run(['$W/python-run'])"
if command -v node >/dev/null; then
    node -e "require('fs').readFileSync('$W/node')"
    node -e "require('fs').mkdirSync('$W/node-folder')"
    node -e "require('fs').promises.readdir('$W/node-list').catch(error => console.error(error))"
    node -e "require('child_process').spawn('$W/node-run')"
fi
if command -v git >/dev/null; then git init -q "$W/git"; git config --file "$W/git-config" a.b c; fi
if command -v perl >/dev/null; then perl -e "open(my \$f, '<', '$W/perl') or die \"Can't open $W/perl: \$!\""; fi
"""
MADE = ("touch", "new-folder", "python-new", "node-folder", "git", "git-config")
"""What is not there before."""
FOLDERS = ("ls", "find", "python-list", "node-list")
SHELL = ("cat", "ls", "touch", "rm", "cp", "grep", "mv", "find", "head", "sh", "source", "run")
PYTHON = ("python", "python-list", "python-run")
OTHERS = {"node": ("node", "node-folder", "node-list", "node-run"), "git": ("git", "git-config"), "perl": ("perl",)}


@pytest.fixture
def refused(state_dir: Path) -> Path:
    """A folder with something for each program, that nobody grants."""
    folder = state_dir / "w"
    folder.mkdir()
    for name in (*SHELL, *PYTHON, *(name for names in OTHERS.values() for name in names)):
        if name in FOLDERS:
            (folder / name).mkdir()
        elif name not in MADE:
            (folder / name).write_text("#!/bin/sh\n")
            (folder / name).chmod(0o755)
    return folder


def said(state_dir: Path, refused: Path, level: str) -> str:
    """What the script's programs write to stderr in a sandbox."""
    python = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    words = [sys.executable, "-m", "supervisor", "run", "--exec", "--level", level, "--state-dir", str(state_dir / "s")]
    words += ["--read-only", sys.base_prefix, "--env", f"W={refused}", "--env", f"PYTHON={python}"]
    words += ["--", "sh", "-c", SCRIPT]
    return subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60).stderr


def found(text: str) -> list[Denial]:
    finder = Finder()
    return [denial for line in text.splitlines() if (denial := finder.feed(line)) is not None]


@pytest.mark.parametrize(("level", "codes"), [("S2", {"EACCES"}), ("S3", {"ENOENT", "EROFS", "EACCES"})])
def test_every_program_is_understood(state_dir: Path, refused: Path, level: str, codes: set[str]) -> None:
    text = said(state_dir, refused, level)
    denials = found(text)
    wanted = {str(refused / name) for name in (*SHELL, *PYTHON, "new-folder", "python-new")}
    for program, names in OTHERS.items():
        if shutil.which(program, path="/usr/local/bin:/usr/bin:/bin"):
            wanted |= {str(refused / name) for name in names}
    named = {path for denial in denials for path in denial.candidates}
    assert wanted - named == set(), text
    assert {denial.code for denial in denials if denial.candidates} <= codes
