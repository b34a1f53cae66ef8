"""Builds the sdist and the wheel, and shows that anybody would get the same bytes.

Both are built twice, from copies of the tracked files in different folders, with other clocks, masks and orders of
hashing around them, and once more as a wheel from the unpacked sdist. `--bare` then installs the wheel in a bare Debian
12 by that Debian's own Python and pip, and runs the command there. What was built is put into dist/.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path

from scripts import bare
from scripts.testbed import ROOT

DIST = ROOT / "dist"
AROUND: tuple[tuple[str, int, Mapping[str, str]], ...] = (
    ("one", 0o022, {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1"}),
    ("a/longer/way", 0o077, {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "2"}),
)
"""Where the two builds take place, their masks, and what else is different around them."""


class Differs(Exception):  # noqa: N818  (a finding, not a fault)
    """Two builds that ought to be the same are not."""


def epoch_of(tree: Path) -> str:
    """The time that is written into what is built: $SOURCE_DATE_EPOCH, else that of the last commit."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    return given or _git(tree, "log", "-1", "--format=%ct").strip()


def copy_tracked(tree: Path, folder: Path) -> None:
    """Copy every file that belongs to the tree, as it is now."""
    for name in filter(None, _git(tree, "ls-files", "-z", "--cached").split("\0")):
        if (tree / name).is_file():  # one that was removed and not yet committed is gone
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(tree / name, folder / name)


def _git(tree: Path, *words: str) -> str:
    return subprocess.run(["git", "-C", str(tree), *words], capture_output=True, text=True, check=True).stdout


def build(folder: Path, epoch: str, *targets: str, mask: int = 0o022, around: Mapping[str, str] | None = None) -> Path:
    """Build in a copy of the tree; returns the folder with what came of it."""
    out = folder / "built"
    words = [sys.executable, "-m", "hatchling", "build", "-d", str(out), *(w for name in targets for w in ("-t", name))]
    variables = {**os.environ, **(around or {}), "SOURCE_DATE_EPOCH": epoch}
    done = subprocess.run(words, cwd=folder, env=variables, umask=mask, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"scripts/package: the build failed: {done.stdout}{done.stderr}")
    return out


def digests(folder: Path) -> dict[str, str]:
    """The sha256 of each file by its name."""
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.iterdir())}


def same(one: Mapping[str, str], other: Mapping[str, str], what: str) -> None:
    """Raises: Differs, with the names of what is not the same in both."""
    names = sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
    if names:
        raise Differs(f"{what}: {', '.join(names)}")


def reproduced(tree: Path, work: Path) -> Path:
    """Build everything three ways, compare, and return the folder of the first. Raises: Differs."""
    epoch, outs = epoch_of(tree), []
    for name, mask, around in AROUND:
        folder = work / name
        folder.mkdir(parents=True)
        copy_tracked(tree, folder)
        outs.append(build(folder, epoch, "sdist", "wheel", mask=mask, around=around))
    found = digests(outs[0])
    same(found, digests(outs[1]), "two builds of one tree differ")
    again = unpacked(next(outs[0].glob("*.tar.gz")), work / "unpacked")
    wheel = {name: digest for name, digest in found.items() if name.endswith(".whl")}
    same(wheel, digests(build(again, epoch, "wheel")), "the wheel from the sdist differs from the tree's")
    return outs[0]


def unpacked(sdist: Path, folder: Path) -> Path:
    """The one folder that an sdist holds."""
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    (only,) = folder.iterdir()
    return only


def main() -> int:
    """Build, compare, say what came of it; 1 if two builds differ or the installed command does not run."""
    parser = argparse.ArgumentParser(prog="scripts/package", description=__doc__)
    parser.add_argument("--bare", action="store_true", help="also install it into a bare Debian 12 (root only)")
    options = parser.parse_args()
    if _git(ROOT, "status", "--porcelain", "--untracked-files=no").strip():
        print("this tree differs from its last commit: what is built is not what others would build")
    with tempfile.TemporaryDirectory(prefix="stockade-package-") as work:
        try:
            out = reproduced(ROOT, Path(work))
        except Differs as difference:
            print(f"FAILED: {difference}")
            return 1
        shutil.rmtree(DIST, ignore_errors=True)
        shutil.copytree(out, DIST)
    for name, digest in digests(DIST).items():
        print(f"{digest}  {name}")
    print("the same twice, and the wheel from the sdist is the same too")
    return bare.check(next(DIST.glob("*.whl"))) if options.bare else 0


if __name__ == "__main__":
    sys.exit(main())
