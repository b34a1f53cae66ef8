"""Which command fetches what a package runner runs, and what of the config it is given."""

from __future__ import annotations

import shlex

import pytest
from fakes.file_tree import FileTree

from supervisor.config.schema import SandboxSpec
from supervisor.config.specs import Limits
from supervisor.sandbox.install_order import install_environment, install_order
from supervisor.sandbox.runners import installation, is_at_hand, offline
from supervisor.sandbox.words import Order, Profile

NPX = [
    ("npx pkg", "npx --yes --package=pkg -c true"),
    ("npx -y pkg --flag value -- x", "npx -y --yes --package=pkg -c true"),
    ("/opt/node/bin/npx --yes @scope/pkg@1.2 /data", "/opt/node/bin/npx --yes --yes --package=@scope/pkg@1.2 -c true"),
    ("npx -y -- pkg -c x", "npx -y --yes --package=pkg -c true"),
    ("npx -p a -p b run -p c", "npx -p a -p b --yes -c true"),
    ("npx --package a run", "npx --package a --yes -c true"),
    ("npx --package=a -c 'run it'", "npx --package=a --yes -c true"),
    ("npx --call='run it' --package=a", "npx --package=a --yes -c true"),
    ("npx --registry https://r.example pkg", "npx --registry https://r.example --yes --package=pkg -c true"),
    ("npx --unheard-of=1 pkg", "npx --unheard-of=1 --yes --package=pkg -c true"),
    ("npm exec -y pkg", "npm exec -y --yes --package=pkg -c true"),
    ("npm x -y -- pkg --flag", "npm x -y --yes --package=pkg -c true"),
    ("npm exec pkg a -- --flag", "npm exec --yes --package=pkg -c true"),
]
NOTHING = "python -I -S -c ''"
UVX = [
    ("uvx pkg --flag", f"uvx --from pkg {NOTHING}"),
    ("uvx pkg@1.2", f"uvx --from pkg==1.2 {NOTHING}"),
    ("uvx pkg[cli]@1.2", f"uvx --from 'pkg[cli]==1.2' {NOTHING}"),
    ("uvx pkg@latest", f"uvx --from pkg {NOTHING}"),
    ("uvx git+https://h.example/p@v1", f"uvx --from git+https://h.example/p@v1 {NOTHING}"),
    ("uvx --from a run --from b", f"uvx --from a {NOTHING}"),
    ("uvx --from=a@1 run", f"uvx --from=a@1 {NOTHING}"),
    ("uvx --with a --python 3.12 pkg", f"uvx --with a --python 3.12 --from pkg {NOTHING}"),
    ("uvx -p 3.12 pkg", f"uvx -p 3.12 --from pkg {NOTHING}"),
    ("uvx -qp3.12 -nw a pkg", f"uvx -qp3.12 -nw a --from pkg {NOTHING}"),
    ("uvx --index-url=https://i.example pkg", f"uvx --index-url=https://i.example --from pkg {NOTHING}"),
    ("uvx -- pkg", f"uvx --from pkg {NOTHING}"),
    ("uvx --with a python@3.12 server.py", f"uvx --with a python@3.12 {NOTHING[len('python ') :]}"),
    ("uv tool run pkg", f"uv tool run --from pkg {NOTHING}"),
]


@pytest.mark.parametrize(("command", "expected"), NPX + UVX)
def test_a_runner_is_told_to_fetch_and_to_run_nothing(command: str, expected: str) -> None:
    assert installation(shlex.split(command)) == tuple(shlex.split(expected))


@pytest.mark.parametrize(
    "command",
    [
        *("node server.js", "python -m server", "uv run server", "uv -q tool run pkg", "npm start", "npm --yes exec p"),
        *("npx", "npx --", "npx --yes", "npx --package=a", "npx -c run", "npx --package"),
        *("npx --no pkg", "npx -n pkg", "npx --no-install pkg", "npx --yes=false pkg", "npx --offline pkg"),
        *("npx --version", "npx --unheard-of pkg", "npx -yq pkg", "npm exec pkg --package=a", "npm exec -p a run"),
        *("uvx", "uvx --from a", "uvx --from", "uvx --offline pkg", "uvx --unheard-of pkg", "uvx -Z pkg", "uvx - pkg"),
        *("uvx --version", "uvx --unheard-of=1 pkg", "uvx -qx pkg"),
        *("pipx run pkg", "bunx pkg", "pnpm dlx pkg", "yarn dlx pkg", "sh -c 'npx pkg'", "env npx pkg"),
    ],
)
def test_what_is_not_understood_has_one_phase(command: str) -> None:
    assert installation(shlex.split(command)) is None


@pytest.mark.parametrize(
    ("program", "variables"),
    [
        ("/usr/bin/npx", {"npm_config_offline": "true"}),
        ("npm", {"npm_config_offline": "true"}),
        ("uvx", {"UV_OFFLINE": "1"}),
        ("/opt/uv", {"UV_OFFLINE": "1"}),
        ("node", {}),
    ],
)
def test_a_runner_is_told_that_there_is_no_network(program: str, variables: dict[str, str]) -> None:
    assert offline((program, "x")) == variables


TREE = FileTree(
    {
        "/usr/bin/npx": "",
        "/usr/bin/global": "",
        "/home/u/work/node_modules/.bin/local": "",
        "/home/u/work/deep/er": None,
    }
)


@pytest.mark.parametrize(
    ("command", "working_dir", "is_there"),
    [
        ("npx local", "/home/u/work", True),
        ("npx local", "/home/u/work/deep/er", True),
        ("npx local", "/home/u", False),
        ("npx local", None, False),
        ("npx local@1", "/home/u/work", False),
        ("npx -p local local", "/home/u/work", False),
        ("npx global", None, True),
        ("/usr/bin/npx global", None, True),
        ("npx ../bin/global", None, False),
        ("npx other", "/home/u/work", False),
        ("uvx global", None, False),
    ],
)
def test_npx_fetches_nothing_that_lies_nearby(command: str, working_dir: str | None, is_there: bool) -> None:
    assert is_at_hand(command.split(), "/bin:/usr/bin", working_dir, TREE) is is_there


ORDER = Order(
    server="a",
    spec=SandboxSpec(
        network="none",
        reads="broad",
        read_only=("/data", "/certs", "/projects"),
        read_write=("/out", "/cache"),
        deny=("/certs/private",),
        level="S2",
    ),
    limits=Limits(),
    profile=Profile(working_dir="/home/u/work", own_env=frozenset({"TOKEN"})),
)


@pytest.mark.parametrize(
    ("words", "env", "read_only", "read_write", "working_dir"),
    [
        ("uvx --from pkg", {}, (), (), None),
        ("uvx --from pkg", {"TOKEN": "/data/x", "DATA": "/data"}, (), (), None),
        ("uvx --from pkg", {"SSL_CERT_FILE": "/certs/ca.pem"}, ("/certs",), (), None),
        ("uvx --from pkg", {"npm_config_cache": "/cache/npm"}, (), ("/cache",), None),
        ("uvx --from /projects/p", {}, ("/projects",), (), None),
        ("uvx --with-editable=/projects/p --from pkg", {}, ("/projects",), (), None),
        ("uvx --from 'p @ file:///projects/p'", {}, ("/projects",), (), None),
        ("uvx --from ./p", {}, (), (), "/home/u/work"),
        ("npx --package=file:../work/p", {}, (), (), "/home/u/work"),
        ("uvx --index https://h.example/data --from pkg", {}, (), (), None),
        ("uvx --from /projectsx", {}, (), (), None),
    ],
)
def test_what_fetches_is_granted_only_what_its_words_name(
    words: str,
    env: dict[str, str],
    read_only: tuple[str, ...],
    read_write: tuple[str, ...],
    working_dir: str | None,
) -> None:
    made = install_order(ORDER, shlex.split(words), env, "/home/u/work")
    assert (made.spec.read_only, made.spec.read_write, made.profile.working_dir) == (read_only, read_write, working_dir)
    assert (made.spec.network, made.spec.reads) == ("allow", "strict")
    assert (made.spec.deny, made.spec.level, made.server) == (ORDER.spec.deny, "S2", "a")
    assert made.key != ORDER.key


def test_what_fetches_gets_of_the_servers_variables_those_of_runners() -> None:
    env = {
        "PATH": "/bin",
        "API_KEY": "k",
        "NPM_CONFIG_REGISTRY": "r",
        "UV_INDEX_URL": "u",
        "https_proxy": "p",
        "TZ": "x",
    }
    own = frozenset(env) - {"TZ"}
    assert install_environment(env, own) == {name: value for name, value in env.items() if name != "API_KEY"}
    assert install_environment(env, frozenset()) == env
