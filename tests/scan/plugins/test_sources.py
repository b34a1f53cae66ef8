"""Where the source of a server is, by its command; what cannot be known is said to be so."""

from __future__ import annotations

from hashlib import sha512
from pathlib import Path
from typing import Any

import pytest

from supervisor.sandbox.disk import Disk
from supervisor.scan.plugins.sources import Asked, Source, source_of


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def put(path: Path, text: str = "") -> Path:
    """A file, with the folders around it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def look(home: Path, *argv: str | Path, fetched: tuple[str, ...] | None = None, **asked: Any) -> Source:
    words = tuple(map(str, argv))
    fields = {"cwd": str(home), "environment": {}, "home": str(home), "homes": (str(home),), **asked}
    return source_of(Asked(argv=words, fetched=fetched, **fields), Disk())


def test_a_script_s_source_is_its_folder(home: Path) -> None:
    script = put(home / "tools" / "server.py")
    assert look(home, "/usr/bin/python3", "-u", script, "--flag") == Source(folder=str(script.parent))


def test_a_script_in_a_project_has_the_project_for_its_source(home: Path) -> None:
    script = put(home / "project" / "dist" / "index.js")
    put(home / "project" / "package.json")
    assert look(home, "/usr/bin/node", script) == Source(folder=str(home / "project"))


def test_of_a_home_folder_only_the_script_is_the_source(home: Path) -> None:
    put(home / ".ssh" / "id_rsa")
    put(home / "pyproject.toml")
    script = put(home / "server.py")
    assert look(home, "/usr/bin/python3", script) == Source(folder=str(home), only="server.py")


def test_a_link_to_a_script_has_the_source_of_what_it_leads_to(home: Path) -> None:
    script = put(home / "tools" / "server.py")
    link = home / "bin" / "server"
    link.parent.mkdir()
    link.symlink_to(script)
    assert look(home, "/usr/bin/python3", link) == Source(folder=str(script.parent))


@pytest.mark.parametrize("option", ["-c", "-e", "--eval"])
def test_a_program_text_is_no_source(home: Path, option: str) -> None:
    put(home / "tools" / "server.py")
    assert look(home, "/usr/bin/python3", option, "import x", home / "tools" / "server.py").why


def test_a_module_is_looked_for_in_the_working_directory_and_in_the_environment(home: Path) -> None:
    python = put(home / "env" / "bin" / "python")
    packages = home / "env" / "lib" / "python3.11" / "site-packages"
    put(packages / "clock" / "__main__.py")
    put(packages / "single.py")
    put(home / "work" / "here" / "__init__.py")
    work = str(home / "work")
    assert look(home, python, "-m", "clock.server", cwd=work) == Source(folder=str(packages / "clock"))
    assert look(home, python, "-m", "single", cwd=work) == Source(folder=str(packages), only="single.py")
    assert look(home, python, "-m", "here", cwd=work) == Source(folder=str(home / "work" / "here"))
    assert "absent" in look(home, python, "-m", "absent", cwd=work).why
    assert look(home, python, "-m", "../escape", cwd=work).why
    assert look(home, python, "-m", cwd=work).why


def test_an_entry_point_of_python_leads_to_its_package(home: Path) -> None:
    packages = home / "env" / "lib" / "python3.12" / "site-packages"
    put(packages / "mcp_server_clock" / "__init__.py")
    program = put(
        home / "env" / "bin" / "clock",
        "#!/x/env/bin/python3\nimport sys\nfrom mcp_server_clock.cli import main\nsys.exit(main())\n",
    )
    assert look(home, program) == Source(folder=str(packages / "mcp_server_clock"))
    link = home / "clock"
    link.symlink_to(program)
    assert look(home, link) == Source(folder=str(packages / "mcp_server_clock"))


def test_a_program_of_npm_leads_to_its_package(home: Path) -> None:
    package = home / "lib" / "node_modules" / "@scope" / "server"
    put(package / "package.json")
    script = put(package / "dist" / "index.js", "#!/usr/bin/env node\n")
    link = home / "bin" / "server"
    link.parent.mkdir()
    link.symlink_to(script)
    assert look(home, link) == Source(folder=str(package))


def test_a_binary_has_no_source_here(home: Path) -> None:
    program = put(home / "tools" / "server", "\x7fELF")
    assert look(home, program) == Source(why="its program is no script: there is no source of it here")


def npx(home: Path, package: str, **asked: Any) -> Source:
    return look(home, "/usr/bin/npx", fetched=("npx", "--yes", f"--package={package}", "-c", "true"), **asked)


def kept(home: Path, package: str, name: str) -> Path:
    folder = home / ".npm" / "_npx" / sha512(package.encode()).hexdigest()[:16] / "node_modules" / name
    put(folder / "package.json")
    return folder


@pytest.mark.parametrize(
    ("package", "name"),
    [("server", "server"), ("@scope/server", "@scope/server"), ("@scope/server@1.2", "@scope/server")],
)
def test_what_npx_has_fetched_lies_in_its_cache(home: Path, package: str, name: str) -> None:
    folder = kept(home, package, name)
    assert npx(home, package) == Source(folder=str(folder))
    assert npx(home, f"{package}-other").why


def test_the_cache_of_npm_may_be_elsewhere(home: Path) -> None:
    folder = kept(home, "server", "server")
    moved = home / "moved"
    (home / ".npm").rename(moved)
    found = npx(home, "server", environment={"npm_config_cache": str(moved)})
    assert found == Source(folder=str(moved / folder.relative_to(home / ".npm")))


@pytest.mark.parametrize("package", ["git+https://example.com/x/y", "./local/path", "../../etc"])
def test_what_is_no_name_of_a_package_is_not_looked_for(home: Path, package: str) -> None:
    assert npx(home, package).why


def test_a_link_that_the_server_may_have_planted_in_a_cache_is_not_followed(home: Path) -> None:
    secrets = home / "secrets"
    put(secrets / "package.json")
    folder = kept(home, "server", "server")
    (folder / "package.json").unlink()
    folder.rmdir()
    folder.symlink_to(secrets)
    assert "leads out" in npx(home, "server").why
    archives = home / ".cache" / "uv" / "archive-v0"
    put(secrets / "clock-1.0.dist-info" / "RECORD")
    archives.mkdir(parents=True)
    (archives / "abc").symlink_to(secrets)
    assert "leads out" in uvx(home, "clock").why


def uvx(home: Path, requirement: str, **asked: Any) -> Source:
    fetched = ("uvx", "--from", requirement, "python", "-c", "")
    return look(home, "/usr/bin/uvx", fetched=fetched, **asked)


def archive(home: Path, name: str, version: str) -> Path:
    folder = home / ".cache" / "uv" / "archive-v0" / f"{name}{version}"
    put(folder / f"{name}-{version}.dist-info" / "RECORD")
    put(folder / name / "__init__.py")
    return folder


def test_what_uvx_has_fetched_lies_in_its_cache(home: Path) -> None:
    first, other = archive(home, "mcp_server_clock", "1.0"), archive(home, "attrs", "9")
    for name in ("mcp-server-clock", "MCP_server.clock", "mcp-server-clock[zones]"):
        assert uvx(home, name) == Source(folder=str(first))
    assert uvx(home, "attrs==9") == Source(folder=str(other))
    assert uvx(home, "attrs==8").why
    assert uvx(home, "git+https://example.com/x").why


def test_of_several_versions_it_is_not_guessed_which_one_is_run(home: Path) -> None:
    archive(home, "clock", "1.0")
    second = archive(home, "clock", "2.0")
    assert "holds 2 versions" in uvx(home, "clock").why
    assert uvx(home, "clock==2.0") == Source(folder=str(second))


def test_a_project_of_uv_is_its_source(home: Path) -> None:
    put(home / "project" / "pyproject.toml")
    assert look(home, "/usr/bin/uv", "run", "--directory", home / "project", "serve") == Source(
        folder=str(home / "project")
    )
    assert look(home, "/usr/bin/uv", "run", "serve", cwd=str(home / "project")) == Source(folder=str(home / "project"))
    assert look(home, "/usr/bin/uv", "run", "--directory", home, "serve").why
    assert look(home, "/usr/bin/uv", "tool", "list").why
