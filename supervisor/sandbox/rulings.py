"""Holds what a server says was refused to it against its plan: which rule refused it, and what would allow it. Pure.

A program's word is no proof. So a path that is not there is no refusal, whatever is said about it; what the plan allows
was refused by somebody else (the file's own mode, for one), and that is said; and *no such file* counts only where a
view hides what is there outside.
"""

from __future__ import annotations

from collections.abc import Iterable
from posixpath import join, normpath
from typing import Literal, Protocol

from msgspec import Struct
from msgspec.structs import replace

from supervisor.config.schema import SandboxSpec
from supervisor.sandbox.paths import Paths
from supervisor.sandbox.phrases import Action, Code
from supervisor.sandbox.remedies import Remedy
from supervisor.sandbox.words import Plan

Rule = Literal[
    "denied", "deny", "not_granted", "read_only", "expanded", "skipped", "network", "privileges", "terminal", "kernel",
    "permissions", "file_system", "unconfined", "granted", "unsaid",
]  # fmt: skip
"""What decided. With one of the last five, the sandbox is not known to be what refused it."""
ELSEWHERE: tuple[Rule, ...] = ("permissions", "file_system", "unconfined", "granted", "unsaid")


_TO_BE_ALLOWED: tuple[Rule, ...] = ("deny", "not_granted", "read_only", "expanded", "skipped")
"""Where it is of use to know what else would refuse it."""


class Facts(Paths, Protocol):
    """The machine as the rulings see it; answers are facts of the moment."""

    def obstacle(self, path: str, action: Action) -> str:
        """Which file's own mode keeps the server's user from this, in words; empty if none does."""


class Standing(Struct, frozen=True, kw_only=True):
    """Where a server stands in a config file."""

    place: str = ""
    """For people; empty if it is in no file."""
    is_toml: bool = False


class Case(Struct, frozen=True, kw_only=True):
    """One server, as far as rulings are concerned."""

    plan: Plan
    spec: SandboxSpec
    homes: tuple[str, ...] = ()
    """Home folders of the user who runs it."""
    own: tuple[str, ...] = ()
    """What is stockade's own."""
    standing: Standing = Standing()


class Ruling(Struct, frozen=True, kw_only=True):
    """What was decided about one thing that a server wanted."""

    action: Action
    object: str
    """A path, or `host:port`, as far as it is known."""
    rule: Rule
    reason: str
    """A clause: `nothing grants it`."""
    remedy: str = ""
    """What to do, apart from the line; a sentence."""
    line: str = ""
    """What to write into the server's entry in the config to allow it; empty if nothing there does."""
    option: str = ""
    """The same for `stockade run`."""

    @property
    def is_by_sandbox(self) -> bool:
        """The sandbox is what refused it."""
        return self.rule not in ELSEWHERE


class Matter(Struct, frozen=True, kw_only=True):
    """A path that is judged, and what is known of it."""

    path: str
    real: str
    action: Action
    code: Code
    is_there: bool
    obstacle: str
    """As Facts says."""

    def ruled(self, rule: Rule, reason: str, *, remedy: str = "", allow: Remedy | None = None) -> Ruling:
        """The ruling, with what a reader has to know of the path besides."""
        leads = f" (it leads to {self.real})" if self.real != self.path and self.is_there else ""
        also = f"; besides, {self.obstacle}" if self.obstacle and rule in _TO_BE_ALLOWED else ""
        ruling = Ruling(action=self.action, object=self.path, rule=rule, reason=f"{reason}{leads}{also}", remedy=remedy)
        return ruling if allow is None else replace(ruling, line=allow.line, option=allow.option)


def places(candidates: Iterable[str], cwd: str, facts: Paths) -> list[str]:
    """The paths that may be meant: what is there first; a name without its folder only if it is there."""
    named = [(name, normpath(join(cwd, name))) for name in candidates if "\0" not in name]
    known = [(path, facts.kind(path) == "missing", name.startswith("/")) for name, path in named]
    return [path for path, is_gone, is_whole in sorted(known, key=lambda one: one[1]) if is_whole or not is_gone]


def unsaid(case: Case) -> Ruling:
    """The ruling on what was refused without a name."""
    closed = "" if case.plan.network == "allow" else "; it may have been the network, which is restricted"
    remedy = "Have the server log more, or judge the paths that it uses by `explain NAME --denied PATH`."
    reason = f"the server does not say what was refused{closed}"
    return Ruling(action="use", object="", rule="unsaid", reason=reason, remedy=remedy)
