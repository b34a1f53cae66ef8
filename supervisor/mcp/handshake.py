"""Our own opening of a conversation with a server, to learn whether it is ready and what tools it offers; without I/O.

    discover   --result we can use--> tools         the stateless era
    discover   --error, silence-----> initialize    the handshake era, on the same instance
    initialize --result-------------> tools         after `notifications/initialized`
    tools      --last page----------> lists         prompts, resources, templates: those that it declares
    lists      --last page, error, silence, death--> Ready, with gaps where something was not learnt
    discover, initialize --the instance died, went silent or locked--> Elsewhere: try a fresh one, without discover

A server that was only slow may answer `server/discover` after `initialize` was sent behind it; the first answer that
can be used decides, as it decides for the server. It has no clock: whoever drives it says when a silence was too long.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from msgspec import Raw, Struct

from supervisor.errors import (
    ExitedBeforeHandshake,
    HandshakeRefused,
    HandshakeTimeout,
    Problem,
    ToolListEndless,
)
from supervisor.mcp import eras, jsonrpc, lists
from supervisor.mcp.definitions import own_words
from supervisor.mcp.eras import HANDSHAKE_VERSIONS, META, STATELESS_VERSION, Era, Reply, strings, value
from supervisor.mcp.garbage import Garbage, excerpt
from supervisor.mcp.jsonrpc import UNSUPPORTED_VERSION

Stage = Literal["discover", "initialize", "tools", "lists"]

MAX_PAGES: Final = 100
"""Pages of one tools/list; a server with more of them is not going to end."""
MAX_TOOLS_BYTES: Final = 64 * 1024 * 1024
"""Bytes of all tool definitions of one server."""

OWN_WORDS: Final = ("instructions", "serverInfo", "_meta")
"""Members of the answer to an opening in which a server speaks of itself, in either era."""


class Ready(Struct, frozen=True, kw_only=True):
    """The server answered, and listed all its tools."""

    era: Era
    version: str
    """The version of the protocol that was agreed on."""
    name: str
    release: str
    """What the server calls itself, and its own version; both may be empty."""
    capabilities: dict[str, Any]
    tools: tuple[bytes, ...]
    """Each tool's definition as the server wrote it."""
    prompts: tuple[bytes, ...] = ()
    resources: tuple[bytes, ...] = ()
    templates: tuple[bytes, ...] = ()
    itself: bytes = b""
    """What it says of itself: an object with its `instructions` and `serverInfo` as it wrote them; empty if nothing."""
    gaps: tuple[str, ...] = ()
    """Lists that it declares and that were not learnt, with the reason."""


class Elsewhere(Struct, frozen=True):
    """This instance cannot be asked any more: try a fresh one, with `discover=False`."""

    problem: Problem
    """What to report if there is no fresh one to be had."""


class Failed(Struct, frozen=True):
    """The server is not usable."""

    problem: Problem


Outcome = Ready | Elsewhere | Failed


class Step(Struct, frozen=True):
    """What to send now, and the outcome once there is one."""

    send: tuple[bytes, ...] = ()
    outcome: Outcome | None = None


class Handshake:
    """One try with one instance; feed it lines, silences and its death until a step has an outcome."""

    def __init__(self, client_version: str, *, discover: bool = True) -> None:
        self.garbage = Garbage()
        self.stage: Stage = "discover" if discover else "initialize"
        self._discover_first = discover
        self._client = {"name": "stockade", "version": client_version}
        self._asked: dict[str, str] = {}
        """Our requests that are unanswered: method by id."""
        self._count = 0
        self._tried: set[str] = set()
        self._refusal: Problem | None = None
        self._era: Era = "handshake"
        self._found: dict[str, Any] = {}
        self._tools: list[bytes] = []
        self._cursors: set[str] = set()
        self._lists = lists.Lists({})

    # ------------------------------------------------------------------------------------------ what happens to it

    def start(self) -> Step:
        """The first line to send."""
        return Step((self._ask("server/discover" if self.stage == "discover" else "initialize"),))

    def line(self, line: bytes) -> Step:
        """A line of the server."""
        peek = jsonrpc.peek_line(line)
        if peek is None or not (peek.is_response or peek.is_request or peek.is_notification):
            poison = self.garbage.line(line) if line.strip() else None
            return Step(outcome=Failed(poison)) if poison else Step()
        self.garbage.message()
        if peek.is_request:
            return Step((eras.answer(peek),))
        method = self._asked.pop(peek.id, None) if isinstance(peek.id, str) else None
        if method is None:
            return Step()
        return self._answered(method, line)

    def silence(self, limit_s: float) -> Step:
        """Nothing came for as long as the stage may take, `limit_s`."""
        if self.stage == "lists":
            return self._abandoned(f"no answer in {limit_s:g} s")
        if self.stage == "discover" and "initialize" not in self._tried:
            return self._initialize()
        return self._over(HandshakeTimeout(limit_s=limit_s))

    def died(self, status: str) -> Step:
        """The instance ended or closed its stdout; `status` says how, for people."""
        if self.stage == "lists":
            return self._abandoned(status)
        return self._over(ExitedBeforeHandshake(stage=self.stage, status=status))

    def _over(self, problem: Problem) -> Step:
        """This instance is of no use; if `server/discover` may have done that, a fresh one may be."""
        startled = self._discover_first and self.stage != "tools"
        return Step(outcome=Elsewhere(problem) if startled else Failed(problem))

    # ----------------------------------------------------------------------------------------------------- answers

    def _answered(self, method: str, line: bytes) -> Step:
        reply = eras.read(line)
        if reply is None:
            reply = Reply(error={"code": 0, "message": f"an answer of an unknown shape: {excerpt(line)}"})
        number, reason = eras.error(reply.error)
        if method == "tools/list":
            return self._listed(reply.result) if reply.result is not None else self._unlisted(number, reason)
        if method in lists.METHODS:
            return self._listed_further(reply.result, reason)
        if self.stage in ("tools", "lists"):
            return Step()
        if method == "server/discover":
            return self._discovered(reply, number, reason)
        return self._initialized(reply, number, reason)

    def _discovered(self, reply: Reply, number: int, reason: str) -> Step:
        versions = strings((reply.result or {}).get("supportedVersions"))
        if STATELESS_VERSION in versions and reply.result is not None:
            meta = value(reply.result.get("_meta"), dict)
            self._era = "stateless"
            self._remember(reply.result, meta.get(f"{META}serverInfo"), STATELESS_VERSION)
            return self._list()
        supported = (reply.error or {}).get("data")
        if number == UNSUPPORTED_VERSION and isinstance(supported, dict):
            versions = supported.get("supported") or []
            if versions and not any(version in HANDSHAKE_VERSIONS for version in versions):
                return self._refused("server/discover", number, reason)
        return self._initialize() if self.stage == "discover" else Step()

    def _initialize(self) -> Step:
        if "initialize" in self._tried:
            return self._over(self._refusal) if self._refusal else Step()
        self.stage = "initialize"
        return Step((self._ask("initialize"),))

    def _initialized(self, reply: Reply, number: int, reason: str) -> Step:
        if reply.result is None:
            return self._uninitialized(number, reason)
        version = value(reply.result.get("protocolVersion"), str)
        if not version:
            return self._uninitialized(0, "its answer names no protocolVersion")
        self._remember(reply.result, value(reply.result.get("serverInfo"), dict), version)
        opened = jsonrpc.json_line({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return Step((opened, *self._list().send))

    def _uninitialized(self, number: int, reason: str) -> Step:
        self._refusal = HandshakeRefused(method="initialize", number=number, reason=reason)
        if "server/discover" in self._asked.values():
            self.stage = "discover"  # it may have been taken for the answer that decides: wait for it
            return Step()
        if "server/discover" in self._tried:
            return self._over(self._refusal)
        self.stage = "discover"
        return Step((self._ask("server/discover"),))

    def _refused(self, method: str, number: int, reason: str) -> Step:
        return Step(outcome=Failed(HandshakeRefused(method=method, number=number, reason=reason)))

    def _remember(self, result: dict[str, Raw], info: object, version: str) -> None:
        named = info if isinstance(info, dict) else {}
        self._found = {
            "version": version,
            "name": str(named.get("name", "")),
            "release": str(named.get("version", "")),
            "capabilities": value(result.get("capabilities"), dict),
            "itself": _itself(result),
        }

    # ------------------------------------------------------------------------------------------------------- tools

    def _list(self, cursor: str | None = None) -> Step:
        self.stage = "tools"
        return Step((self._ask("tools/list", {} if cursor is None else {"cursor": cursor}),))

    def _listed(self, result: dict[str, Raw]) -> Step:
        page = lists.page_of(result, "tools")
        if page is None:
            return self._refused("tools/list", 0, "`tools` is not a list")
        self._tools.extend(page)
        cursor = value(result.get("nextCursor"), str)
        if not cursor:
            return self._list_further()
        endless = self._endless(cursor)
        if endless:
            return Step(outcome=Failed(ToolListEndless(reason=endless)))
        self._cursors.add(cursor)
        return self._list(cursor)

    def _endless(self, cursor: str) -> str:
        if cursor in self._cursors:
            return f"the same cursor came twice, {excerpt(cursor.encode('utf-8', 'backslashreplace'))!r}"
        if len(self._cursors) + 1 >= MAX_PAGES:
            return f"there are more than {MAX_PAGES} pages"
        if sum(map(len, self._tools)) > MAX_TOOLS_BYTES:
            return f"its definitions are larger than {MAX_TOOLS_BYTES} bytes"
        return ""

    def _unlisted(self, number: int, reason: str) -> Step:
        if "tools" not in self._found["capabilities"] and not self._tools:
            return self._list_further()
        return self._refused("tools/list", number, reason)

    # ------------------------------------------------------------------------------------------------ further lists

    def _list_further(self) -> Step:
        self.stage = "lists"
        self._lists = lists.Lists(self._found["capabilities"])
        return self._ask_next()

    def _ask_next(self, cursor: str | None = None) -> Step:
        method = self._lists.next()
        if method is None:
            return self._ready()
        return Step((self._ask(method, {} if cursor is None else {"cursor": cursor}),))

    def _listed_further(self, result: dict[str, Raw] | None, reason: str) -> Step:
        if result is not None:
            return self._ask_next(self._lists.listed(result))
        self._lists.refused(reason)
        return self._ask_next()

    def _abandoned(self, reason: str) -> Step:
        self._lists.abandon(reason)
        return self._ready()

    def _ready(self) -> Step:
        found = self._lists.found
        return Step(
            outcome=Ready(
                era=self._era,
                tools=tuple(self._tools),
                prompts=tuple(found["prompts"]),
                resources=tuple(found["resources"]),
                templates=tuple(found["resourceTemplates"]),
                gaps=tuple(self._lists.gaps),
                **self._found,
            )
        )

    def _ask(self, method: str, params: dict[str, object] | None = None) -> bytes:
        self._count += 1
        key = f"stockade-{self._count}"
        self._asked[key] = method
        self._tried.add(method)
        return eras.request(key, method, params or {}, era=self._era, client=self._client)


def _itself(result: dict[str, Raw]) -> bytes:
    said = [b'"%b":%b' % (key.encode(), bytes(result[key])) for key in OWN_WORDS if key in result]
    words = own_words(b"{" + b",".join(said) + b"}")
    return b"" if words is None else words.raw
