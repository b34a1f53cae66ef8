"""User-written commands of a container engine: `docker run …` as the whole command of a server. Pure.

Such a server is not isolated by us, its user has chosen the arguments. What it needs to be stopped is put in behind
`run`: a cidfile and our labels, each only where the user has not said it. What `compose`, `exec` and `start` begin
lives beyond the command that we run, and has no id of ours: it is said to be unmanaged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from supervisor.container import flags
from supervisor.container.words import Kind, Own

_KINDS: dict[str, Kind] = {"run": "run", "compose": "compose", "exec": "exec", "start": "start", "attach": "start"}
_UNMANAGED: dict[Kind, str] = {
    "run": "",
    "compose": "what compose starts has many containers and a life of its own",
    "exec": "exec starts a program in a container that is somebody else's",
    "start": "the container was there before, and is somebody else's",
    "other": "it is not known which container it starts, if any",
}


def own(argv: Sequence[str]) -> Own:
    """Take a command apart whose program is a container engine's own, by the last part of its path."""
    words = tuple(argv)
    program = words[0].replace("\\", "/").rsplit("/", 1)[-1]
    switches, short = flags.GLOBAL_SWITCHES.get(program, frozenset()), flags.GLOBAL_SHORT.get(program, {})
    verb = flags.read(words, 1, switches, short).rest
    global_options = words[1:verb]
    if words[verb : verb + 1] == ("container",):
        verb += 1
    kind = _KINDS.get(words[verb] if verb < len(words) else "", "other")
    if kind != "run":
        return Own(
            argv=words, program=program, kind=kind, global_options=global_options, at=verb, unmanaged=_UNMANAGED[kind]
        )
    found = flags.read_run(words, verb + 1)
    return Own(
        argv=words,
        program=program,
        kind="run",
        global_options=global_options,
        at=verb + 1,
        options=found.options,
        image=words[found.rest] if found.rest < len(words) else "",
    )


def alone(command: Own) -> str:
    """The option by which only one container of this command can be there at a time; empty if there is none."""
    return next((f"--{name}" for name in ("name", "cidfile") if command.value(name) is not None), "")


def injected(command: Own, *, cidfile: str, labels: Mapping[str, str]) -> tuple[str, ...]:
    """The argument list of a `run` with what is needed to stop it; the user's own cidfile and labels are left alone."""
    if command.kind != "run":
        return command.argv
    theirs = {text.partition("=")[0] for text in command.values("label")}
    words = [word for key, value in labels.items() if key not in theirs for word in ("--label", f"{key}={value}")]
    if command.cidfile is None:
        words += ["--cidfile", cidfile]
    return (*command.argv[: command.at], *words, *command.argv[command.at :])
