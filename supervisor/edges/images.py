"""`stockade pull`: fetches the images of servers ahead of their start, so that none has to wait for its image.

What is fetched stands on stdout at the end, image by image; how far it is goes to stderr, as a living line on a
terminal and as plain lines everywhere else. No daemon is needed.
"""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import trio

from supervisor import oneshot
from supervisor.config.effects import load
from supervisor.config.specs import Config, ServerSpec
from supervisor.edges.facts import facts_here, with_engine
from supervisor.edges.live import columns_of
from supervisor.edges.naming import why_not
from supervisor.edges.say import fields_of, put, put_json
from supervisor.edges.writers import CLEAR_LINE, DescriptorWriter
from supervisor.errors import ConfigError, ControlError, ExitCode, StockadeError, UsageWrong
from supervisor.escaping import printable

if TYPE_CHECKING:
    from supervisor.container.ahead import Fetched, OnProgress, Step

STDERR = 2
FAREWELL_S = 0.5
"""Seconds for the last words of the progress: a terminal that is stopped does not keep us."""


def pull(options: Namespace) -> int:
    """Fetch images; the exit code is 1 if one of them could not be had, or a server's image is not known."""
    config = load(options.config, environ=os.environ, facts=facts_here(), ask_engine=with_engine)
    unknown = [] if options.servers else _unknown(config)
    wanted = oneshot.wanted(_chosen(config, options.servers), os.environ)
    found: list[Fetched] = []
    if wanted:
        found = trio.run(_told, oneshot.puller(wanted, os.environ), len(wanted))
    exit_code = ExitCode.FAILED if unknown or any(one.problem for one in found) else ExitCode.OK
    if options.json:
        images = [structure(one) for one in found]
        put_json({"images": images, "not_looked_at": unknown, "exit_code": int(exit_code)})
    else:
        told = [line for one in found for line in lines(one)]
        told += [f"{printable(name)}: not looked at, for its entry is invalid (`stockade check`)" for name in unknown]
        put("\n".join(told or ["no server here runs in mode docker"]) + "\n")
    return exit_code


def _unknown(config: Config) -> list[str]:
    """Say which servers may need an image, and cannot say which."""
    return [one.name for one in config.invalid if one.enabled and (one.spec is None or one.spec.mode == "docker")]


async def _told(fetch: Callable[[OnProgress], Awaitable[list[Fetched]]], count: int) -> list[Fetched]:
    """Fetch, and tell meanwhile how far it is."""
    progress = Progress(count)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(progress.run)
        try:
            return await fetch(progress.note)
        finally:
            await progress.end()


def _chosen(config: Config, names: list[str]) -> list[ServerSpec]:
    """Say whose images are meant: those of the named servers, else of all that would be started."""
    if config.problems:
        raise ConfigError(config.problems[0])
    if not names:
        return [spec for spec in config.servers if spec.mode == "docker" and spec.enabled]
    known = {spec.name: spec for spec in config.servers}
    for name in names:
        if name not in known:
            raise ControlError(why_not(name, config))
        if known[name].mode != "docker":
            reason = f"{name!r} runs in mode {known[name].mode}, so it has no image to fetch"
            raise StockadeError(UsageWrong(verb="pull", reason=reason))
    return [known[name] for name in dict.fromkeys(names)]


def structure(one: Fetched) -> dict[str, Any]:
    """Render what came of one image for programs."""
    return {
        "image": one.image,
        "servers": list(one.servers),
        "status": one.status,
        "id": one.id,
        "digest": one.digest,
        "seconds": one.seconds,
        "problem": fields_of(one.problem) if one.problem else None,
    }


def lines(one: Fetched) -> list[str]:
    """Render what came of one image for people."""
    head = f"{printable(one.image)} ({printable(', '.join(one.servers))})"
    if one.problem is not None:
        return [f"{head}: {printable(one.problem.text)} [{one.problem.code}]", f"    {printable(one.problem.remedy)}"]
    how = f"fetched in {one.seconds:.1f} s" if one.status == "fetched" else "is there"
    return [f"{head}: {how}, {printable(one.digest)}"]


class Progress:
    """Tells on stderr how far everything is, from a thread, so that a reader who is slow holds nothing up."""

    def __init__(self, count: int) -> None:
        """Take the count of images."""
        self._count = count
        self._is_terminal = os.isatty(STDERR)
        self._writer = DescriptorWriter(STDERR)
        self._underway: dict[str, int | None] = {}
        self._done = 0
        self._pending: list[str] = []
        self._news = trio.Event()
        self._scope = trio.CancelScope(shield=True)
        self._is_over = False
        self._is_gone = trio.Event()

    async def run(self) -> None:
        """Tell until the end, and then take the living line away: no write may be under way then, so none is cut."""
        with self._scope:
            while not self._is_over:
                await self._news.wait()
                self._news = trio.Event()
                await self._write(self._line() if self._is_terminal else self._taken())
            await self._write(CLEAR_LINE if self._is_terminal else b"")
        self._is_gone.set()

    async def end(self) -> None:
        """Have `run` end; a reader who takes nothing is not waited for."""
        self._is_over = True
        self._news.set()
        with trio.move_on_after(FAREWELL_S, shield=True):
            await self._is_gone.wait()
        self._scope.cancel()

    def note(self, image: str, step: Step, percent: int | None) -> None:
        """Take in how far one image is."""
        if step == "fetching":
            self._underway[image] = percent
            self._pending.append(f"{printable(image)}: {'being fetched' if percent is None else f'{percent} %'}\n")
        elif step == "done":
            self._underway.pop(image, None)
            self._done += 1
        self._news.set()

    def _line(self) -> bytes:
        text = text_of(self._underway, self._done, self._count)[: columns_of(STDERR) - 1]
        return CLEAR_LINE + text.encode("utf-8", "backslashreplace")

    def _taken(self) -> bytes:
        pending, self._pending = self._pending, []
        return "".join(pending).encode("utf-8", "backslashreplace")

    async def _write(self, data: bytes) -> None:
        with suppress(OSError):  # nobody reads it
            await trio.to_thread.run_sync(self._writer.write, data, abandon_on_cancel=True)


def text_of(underway: dict[str, int | None], done: int, count: int) -> str:
    """Say in one line how far everything is."""
    shown = [printable(image) + ("" if percent is None else f" {percent} %") for image, percent in underway.items()]
    return f"{done} of {count} images; fetching {', '.join(shown)}" if shown else f"{done} of {count} images"
