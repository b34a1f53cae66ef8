"""What servers say on stderr when they fail, and what that means: the one table of such texts. Pure.

None of these sentences is an interface, so they are asked last: when nothing that was seen, no status, no refusal of
the sandbox, no word of the kernel, says why. The last line that is known decides, for programs put the cause there.
"""

from __future__ import annotations

import re
from posixpath import basename
from typing import NamedTuple
from urllib.parse import unquote

from supervisor.diagnostics.words import Cause, Scene

LONGEST_LINE = 2000
"""Characters of a line that are looked at."""
LONGEST_NAME = 200
"""Characters of what a line names."""


class Row(NamedTuple):
    """One sentence of programs."""

    id: str
    pattern: str
    """What it names is its group `what`."""
    sentence: str
    """Over `what` and the fields of Scene."""
    remedy: str
    in_container: str = ""
    """The remedy where the server runs in a container, if it is another one."""


_PYTHON = re.compile(r"(python|pypy)[0-9.]*")
_UV = ("uvx", "uv")
_IMAGE = "Name an image that has it in `isolation.image` of {place}, or build one on top of {image}."
_PIP = "`{program} -m pip install {what}`, or name the python of an environment that has it in `command` of {place}."
_SET = 'Give it in {place}: `"env": {{"{what}": "…"}}`; a secret as `${{env:{what}}}`, `${{file:…}}` or `${{cred:…}}`.'
_NPM = "Install it where the script is (`npm install {what}`), or start the server by `npx` and its package's name."
_ROWS = (
    Row("module_missing", r"No module named '?(?P<what>[\w.-]+)'?",
        "the Python module {what!r} is not installed for {program}", _PIP, _IMAGE),
    Row("module_missing", r"Cannot find (?:module|package) '(?P<what>[^'/.][^']*)'",
        "the Node.js package {what!r} is not installed where the server looks for it", _NPM, _IMAGE),
    Row("module_missing", r"cannot load such file -- (?P<what>[\w./-]+)",
        "the Ruby library {what!r} is not installed", "`gem install {what}`.", _IMAGE),
    Row("script_missing", r"can't open file '?(?P<what>[^']+?)'?: \[Errno 2\]",
        "the script {what!r} is not there", "Write its absolute path into `args` of {place}.",
        "Mount it (`extra_args: [\"-v\", \"HOST:CONTAINER:ro\"]` of {place}) and name its path in the container."),
    Row("script_missing", r"Cannot find module '(?P<what>[/.][^']*)'",
        "the script {what!r} is not there", "Write its absolute path into `args` of {place}; build it first if it is "
        "made from another source.",
        "Mount it (`extra_args: [\"-v\", \"HOST:CONTAINER:ro\"]` of {place}) and name its path in the container."),
    Row("variable_missing", r"^KeyError: '(?P<what>[A-Z][A-Z0-9_]{2,})'$",
        "it wants the variable {what}, which is not in its environment", _SET),
    Row("variable_missing",
        r"(?i:\b(?:missing|(?<!not )required|set(?= (?:the|your|an|env))|needs?|provide|no(?! longer))\b)"
        r"[^.]{0,40}?\b(?i:environment |env )(?i:variables?|vars?)\b"
        r"[^A-Z]{0,20}\b(?P<what>[A-Z][A-Z0-9]*_[A-Z0-9_]+)\b",
        "it wants the variable {what}, which is not in its environment", _SET),
    Row("variable_missing",
        r"\b(?P<what>[A-Z][A-Z0-9]*_[A-Z0-9_]+)\b['\"`]?(?i: environment variable| env var)?(?: |: )(?i:"
        r"(?:is |was )?(?:(?:not|isn't|wasn't) (?:set|provided|found|defined|given)|unset|missing|undefined|required)"
        r"|(?:(?:must|should) be|has to be|needs to be) (?:set|provided|defined|given))\b",
        "it wants the variable {what}, which is not in its environment", _SET),
    Row("variable_missing",
        r"(?i:\b(?:set|provide|define|export)) (?i:the |your )?['\"`]?(?P<what>[A-Z][A-Z0-9]*_[A-Z0-9_]+)\b",
        "it wants the variable {what}, which is not in its environment", _SET),
    Row("port_in_use", r"EADDRINUSE\D*?(?P<what>[\d.:\[\]a-f]*:\d+|\b\d{2,5}\b)?\s*$",
        "it wants to listen on a port that another program has {what}",
        "End the other program (`ss -ltnp` names it), or give the server another port in `args` or `env` of {place}."),
    Row("port_in_use", r"(?i:address already in use|only one usage of each socket)(?P<what>)",
        "it wants to listen on a port that another program has {what}",
        "End the other program (`ss -ltnp` names it), or give the server another port in `args` or `env` of {place}."),
    Row("package_missing", r"404 Not Found - GET \S+?/(?P<what>[^/\s]+)(?: - Not found)?$",
        "the registry has no package {what!r}", "Correct the package's name in `args` of {place}."),
    Row("package_missing", r"[Bb]ecause (?P<what>[\w.-]+) was not found in the package registry",
        "the registry has no package {what!r}", "Correct the package's name in `args` of {place}."),
    Row("tty_wanted",
        r"(?i:input device is not a tty|not a tty\b|inappropriate ioctl for device|stdin is not a terminal)(?P<what>)",
        "it wants a terminal, and a stdio server has none",
        "Take the option out of `args` of {place} that makes it interactive (of docker: `-t`)."),
    Row("http_mode",
        r"(?i:uvicorn running on|listening (?:on|at)|server (?:is )?running (?:on|at)|started on) "
        r"(?:port |https?://)(?P<what>\S*)",
        "it serves HTTP at {what} instead of speaking on stdin and stdout",
        "Start it in its stdio mode (an option such as `--transport stdio` in `args` of {place}), or write its `url`."),
    Row("out_of_memory",
        r"(?i:heap out of memory|^MemoryError|cannot allocate memory|std::bad_alloc|out of memory)(?P<what>)",
        "it has not got the memory that it needs (its limit is {memory})",
        'Raise `"isolation": {{"memory_limit": "…"}}` of {place}.'),
    Row("network_missing",
        r"(?:\b(?:EAI_AGAIN|ENOTFOUND|ENETUNREACH)\b|(?i:name or service not known|network is unreachable|dns error"
        r"|temporary failure in name resolution|failed to lookup address))(?P<what>)",
        "it needs the network, and cannot reach it",
        "Look whether this machine reaches the network (`getent hosts registry.npmjs.org`).",
        'Look at `"isolation": {{"network_mode": "…"}}` of {place}, and whether the engine\'s machine has a network.'),
    Row("certificate_unknown",
        r"(?i:UnknownIssuer|CERTIFICATE_VERIFY_FAILED|self[- ]signed certificate|unable to get (?:local )?issuer)"
        r"(?P<what>)",
        "it does not trust the certificate of whom it asks over the network",
        "Where a proxy signs for others, give its certificate in `env` of {place} (`SSL_CERT_FILE`; for Node.js "
        "`NODE_EXTRA_CA_CERTS`)."),
    Row("disk_full", r"(?i:no space left on device|ENOSPC)(?P<what>)",
        "there is no room left where it writes", "Make room (`df -h` shows where), or let it write elsewhere.",
        "Make room for the engine (`docker system df`), or give it a larger `hardening.tmpfs`."),
    Row("not_authorised", r"(?i:\b401\b.{0,20}unauthori[sz]ed|invalid api key|bad credentials)(?P<what>)",
        "the service behind it does not accept its credentials", "Renew the credentials in `env` of {place}."),
    Row("arguments_wrong", r"(?i:the following arguments are required: |unrecognized arguments: "
        r"|error: missing required argument |unknown option )(?P<what>.+)",
        "its command line is not what it takes ({what})", "Correct `args` of {place}; the server's own `--help` has "
        "the words."),
    Row("arguments_wrong", r"^(?i:usage): (?P<what>.+)",
        "its command line is not what it takes (usage: {what})", "Correct `args` of {place}."),
    Row("program_missing", r"(?:^|/)(?:ba|da|z)?sh: (?:line )?(?:\d+: )?(?P<what>\S+?): (?:command )?not found",
        "a shell in it does not find the program {what!r}",
        "Install it, or add its folder to PATH in `env` of {place}.", _IMAGE),
    Row("program_missing", r"env: ['\u2018]?(?P<what>[^'\u2019:]+)['\u2019]?: No such file or directory",
        "the first line of its script names the program {what!r}, which is not on its PATH",
        "Install it, or add its folder to PATH in `env` of {place}.", _IMAGE),
    Row("format_wrong", r"(?i:exec format error|cannot execute binary file)(?P<what>)",
        "its program is made for another kind of machine, or is a script without a first line `#!…`",
        "Install the build for this machine, or add the first line.",
        "Name an image that is made for this platform in `isolation.image` of {place}."),
    Row("permission_denied",
        r"(?:(?i:permission denied)[^'\"/]{0,30}['\"]?(?P<what>/[^'\"]+)|(?P<what_>/\S+): (?i:permission denied))",
        "the user {user} may not use {what}", "Change its owner or mode (`ls -ld {what}`), or let the server use "
        "another path."),
    Row("file_missing",
        r"(?i:no such file or directory)(?:, \w+)?[: ]{0,2}['\"](?P<what>[^'\"]+)['\"]",
        "it does not find the file {what!r} (it runs in {cwd})", "Write the absolute path into `args` or `env` of "
        "{place}.", "Mount it (`extra_args` of {place}) and name its path in the container."),
)  # fmt: skip
_COMPILED = tuple((row, re.compile(row.pattern)) for row in _ROWS)
CAUSES = tuple(dict.fromkeys(row.id for row in _ROWS))
"""Every cause that can be read out of a text."""


def cause_in(line: str, scene: Scene) -> Cause | None:
    """What one line says is the cause; None if it says nothing that is known."""
    line = line.strip()[:LONGEST_LINE]
    for row, pattern in _COMPILED:
        if found := pattern.search(line):
            groups = found.groupdict()
            what = (groups["what"] or groups.get("what_") or "").strip()[:LONGEST_NAME]
            return _cause(row, unquote(what) if row.id == "package_missing" else what, scene)
    return None


def _cause(row: Row, what: str, scene: Scene) -> Cause:
    words = {name: getattr(scene, name) for name in scene.__struct_fields__} | {"what": what}
    is_contained = scene.mode == "docker"
    remedy = row.in_container if is_contained and row.in_container else row.remedy
    sentence = row.sentence.format_map(words).strip()
    if row.id == "port_in_use" and what:
        sentence = sentence.removesuffix(what) + f"({what})"
    special = _of_network(row, scene) or _of_file(row, what, scene) or _of_module(row, what, scene)
    return Cause(id=row.id, sentence=sentence, remedy=special or remedy.format_map(words))


def _of_file(row: Row, what: str, scene: Scene) -> str:
    """What to do about a whole path at which there is nothing for the server."""
    if row.id != "file_missing" or not what.startswith("/") or scene.mode == "docker":
        return ""
    if scene.mode != "sandbox":
        return f"Make it, or correct the path in {scene.place}."
    judge = f"`stockade explain {scene.server} --denied {what}`"
    return f"If it is there outside of the sandbox, {judge} says what shows it; else correct the path in {scene.place}."


def _of_module(row: Row, what: str, scene: Scene) -> str:
    """How a Python module gets to a program, which may be no Python itself: a console script, or what starts one."""
    program = basename(scene.program)
    if row.remedy != _PIP or scene.mode == "docker":
        return ""
    package = what.partition(".")[0]
    if _PYTHON.fullmatch(program):
        return _PIP.format(program=scene.program, what=package, place=scene.place)
    if program in _UV:
        return f"Have `{program}` add it: `--with {package}` before the server's name in `args` of {scene.place}."
    return f"Install the package that has it (`{package}`) for the Python that {scene.program} uses."


def _of_network(row: Row, scene: Scene) -> str:
    """What opens the network, where the config closes it."""
    if row.id != "network_missing" or scene.network == "allow":
        return ""
    key = '"network_mode": "bridge"' if scene.mode == "docker" else '"sandbox": {"network": "allow"}'
    what = "no network" if scene.network == "none" else "a few ports only"
    return f'Its config gives it {what}: write `"isolation": {{{key}}}` into {scene.place}.'
