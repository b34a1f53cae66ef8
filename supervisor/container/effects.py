"""Speaking to an engine.

The docker SDK (`client`) blocks, so every question is asked in a worker thread of a limiter of its own, with a time-out
of the socket and a bound of ours above it (a thread that hangs is left behind and ends by itself). It is loaded by the
first question. What it raises is translated here, once, by `causes`.
"""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Any, TypeVar

import trio

from supervisor.container import causes, endpoint, place
from supervisor.container.endpoint import Endpoint
from supervisor.container.facts import (
    ACTIONS,
    RUNNING,
    ContainerFacts,
    ContainerState,
    EngineFacts,
    ImageFacts,
    container_facts,
    container_state,
    engine_facts,
    image_facts,
)
from supervisor.container.pulling import Pull, advanced
from supervisor.container.pump import Events, Stream, StreamFailed
from supervisor.engine.messages import Seen
from supervisor.errors import ContainerRefused, EngineNotResponding, LaunchError, Problem

if TYPE_CHECKING:  # loaded by the first question
    from supervisor.container.client import Client

QUESTION_S = 5.0
"""Seconds for an answer: an engine answers in milliseconds, and a busy machine is still far below this."""
ORDER_S = 10.0
"""Seconds for an engine to kill or remove, and to say that it has stopped something once its patience is over."""
SLACK_S = 1.0
"""Between the time-out of a socket and ours, which ends what has no socket's (ssh, a trickling answer)."""
QUESTIONS_AT_ONCE = 8
ORDERS_AT_ONCE = 128
"""Threads that wait for stops, kills and removals: all servers stop in parallel, and no question waits behind them."""
PULLS_AT_ONCE = 4

Answer = TypeVar("Answer")
Environment = Callable[[str], Awaitable[Mapping[str, str]]]
"""Gives the environment in which the docker command at this path runs."""


class AskFailed(Exception):  # noqa: N818 - it says what came, not what is wrong
    """A question came to nothing; what the SDK raised is its cause."""


class Engine:
    """One engine, the one that the docker command at this path talks to in this environment.

    Every method raises LaunchError: with a problem of the engine if it gave no answer, ContainerRefused if it refused.
    """

    def __init__(self, docker: str, environment: Mapping[str, str]) -> None:
        self.docker = docker
        self.environment = environment
        self.host = ""
        """The engine's address without user name and password; empty until something was asked."""
        self.socket_path = ""
        """The socket of a local engine; empty if it is none, or nothing was asked."""
        self.questions = 0
        """Requests so far, those of the streams included."""
        self._client: Client | None = None
        self._failure: Problem | None = None
        """Of the last try to connect."""
        self._failed_at = -inf
        self._connecting = trio.Lock()
        self._asking = trio.CapacityLimiter(QUESTIONS_AT_ONCE)
        self._ordering = trio.CapacityLimiter(ORDERS_AT_ONCE)
        self._pulling = trio.CapacityLimiter(PULLS_AT_ONCE)

    async def ping(self) -> None:
        """See that the engine answers; it does so without its containerd."""
        await self._ask(lambda client: client.ping(), is_of_engine=True)

    async def health(self) -> str:
        """See that the engine and the containerd below it answer; the engine's version."""
        version: dict[str, Any] = await self._ask(lambda client: client.version(), is_of_engine=True)
        return str(version.get("Version", ""))

    async def facts(self) -> EngineFacts:
        """What the engine is."""
        info = await self._ask(lambda client: client.info(), is_of_engine=True)
        version = await self._ask(lambda client: client.version(), is_of_engine=True)
        return engine_facts(info, version, self.host)

    async def answer(self, path: str, *, limit_s: float = QUESTION_S) -> Any:
        """What the engine says to a plain question (`/info`), as it says it."""
        return await self._ask(lambda client: client.answer(path, limit_s=limit_s), limit_s=limit_s, is_of_engine=True)

    async def image(self, name: str) -> ImageFacts | None:
        """The image of this name, None if it is not on the engine. Raises: LaunchError, ImageNotFound for no name."""
        try:
            found = await self._ask(lambda client: client.image_there(name))
        except LaunchError as error:
            if isinstance(error.problem, ContainerRefused):
                raise LaunchError(causes.pull_problem(name, error.problem.reason)) from error
            raise
        return None if found is None else image_facts(name, found)

    async def state(self, container: str) -> ContainerState | None:
        """How a container stands, None if it is gone."""
        found = await self._ask(lambda client: client.container_there(container))
        return None if found is None else container_state(found)

    async def runs(self, container: str) -> bool:
        """Whether it runs, paused or not. By a listing: who inspects a container waits until its start is over."""
        listed = await self._ask(lambda client: client.containers(all=True, filters={"id": container}))
        return any(one.id == container and one.status in RUNNING for one in map(container_facts, listed))

    async def find(self, labels: Mapping[str, str]) -> list[ContainerFacts]:
        """All containers that have all of these labels with exactly these values, stopped ones too."""
        listed = await self._ask(lambda client: client.containers(all=True, filters={"label": _equal(labels)}))
        found = [container_facts(entry) for entry in listed]
        return [one for one in found if labels.items() <= one.labels.items()]

    async def processes(self, container: str) -> int | None:
        """How many processes run in a container, as containerd says it; None if it is gone or does not run."""
        found = await self._ask(lambda client: client.processes(container))
        return None if found is None else len(found.get("Processes") or ())

    async def stop(self, container: str, seconds: float) -> None:
        """Have it ended by SIGTERM, by SIGKILL after so many seconds (in whole ones); one that is gone is no error."""
        patience_s = max(0, round(seconds))
        path = f"/containers/{container}/stop"
        await self._order("POST", path, {"t": patience_s}, limit_s=patience_s + ORDER_S)

    async def kill(self, container: str) -> None:
        """Have it ended by SIGKILL; one that is gone or does not run is no error."""
        await self._order("POST", f"/containers/{container}/kill", {})

    async def remove(self, container: str) -> None:
        """Have it removed with its unnamed volumes, running or not; one that is gone or being removed is no error."""
        await self._order("DELETE", f"/containers/{container}", {"force": 1, "v": 1})

    async def pull(self, name: str, on_progress: Callable[[int | None], None], *, platform: str | None = None) -> None:
        """Fetch an image; `on_progress` gets the percentage when it changes, and may neither block nor raise.

        It has no bound of its own; cancelling it ends the pull on the engine too.
        Raises: LaunchError, with ImageNotFound, ImageWrongPlatform, ImagePullFailed or a problem of the engine.
        """
        client = await self._connected()
        self.questions += 1
        stream = Stream(partial(client.begin_pull, self.environment, name, platform), self._pulling)
        pull = Pull()
        try:
            await stream.begin()
            while (line := await stream.next()) is not None and not pull.error:
                before, pull = pull.percent, advanced(pull, line)
                if pull.percent != before:
                    on_progress(pull.percent)
        except StreamFailed as error:
            if causes.is_refusal(error):
                problem = causes.pull_problem(name, causes.words_of(error), causes.status_of(error))
                raise LaunchError(problem) from error
            raise self._lost(error, client) from error
        finally:
            stream.cut()
        if pull.error:
            raise LaunchError(causes.pull_problem(name, pull.error))

    async def events(self, labels: Mapping[str, str]) -> Events:
        """Begin to listen to what happens to containers with these labels, by a connection made anew.

        When it returns, nothing that happens from then on is missed, and the engine and its containerd have answered.
        """
        self.forget()
        client = await self._connected()
        self.questions += 1
        filters: dict[str, list[str]] = {"type": ["container"], "event": [*ACTIONS], "label": _equal(labels)}
        stream = Stream(partial(client.begin_events, filters), trio.CapacityLimiter(1))
        try:
            with trio.fail_after(QUESTION_S + SLACK_S):
                await stream.begin()
        except (StreamFailed, trio.TooSlowError) as error:
            raise self._lost(error, client) from error
        return Events(stream, lambda error: self._lost(error, client))

    async def follow(self, labels: Mapping[str, str], on_seen: Callable[[Seen], None]) -> None:
        """Tell what happens to containers with these labels, until the stream ends, which always raises."""
        async with await self.events(labels) as events:
            while True:
                on_seen(await events.next())

    def forget(self) -> None:
        """Make a new connection for the next question: the address may be another one by now."""
        client, self._client = self._client, None
        if client is not None:
            client.close()  # those that are in use close when their answers are there

    async def _order(self, method: str, path: str, params: dict[str, int], *, limit_s: float = ORDER_S) -> None:
        def order(client: Client) -> None:
            client.order(method, path, params, limit_s=limit_s)

        await self._ask(order, limit_s=limit_s, limiter=self._ordering)

    async def _ask(
        self,
        question: Callable[[Client], Answer],
        *,
        limit_s: float = QUESTION_S,
        limiter: trio.CapacityLimiter | None = None,
        is_of_engine: bool = False,
    ) -> Answer:
        client = await self._connected()
        self.questions += 1
        try:
            return await _in_thread(partial(question, client), limiter or self._asking, limit_s)
        except (AskFailed, trio.TooSlowError) as error:
            if causes.status_of(error) and not is_of_engine:
                raise LaunchError(causes.refusal(error, self.host)) from error
            raise self._lost(error, client) from error

    async def _connected(self) -> Client:
        """The connection. Who waited for one that failed gets that failure, rather than a try of his own behind it."""
        asked_at = trio.current_time()
        async with self._connecting:
            if self._client is None:
                if self._failure is not None and self._failed_at > asked_at:
                    raise LaunchError(self._failure)
                try:
                    self._client = await self._connect()
                except LaunchError as error:
                    self._failure, self._failed_at = error.problem, trio.current_time()
                    raise
            return self._client

    async def _connect(self) -> Client:
        """Find the engine's address and shake hands, which proves that its containerd answers too."""
        where = await place.find(self.docker, self.environment)
        self.host, self.socket_path = where.shown, endpoint.socket_path(where.host)
        self.questions += 1
        try:
            return await _in_thread(partial(_client, where), self._asking, QUESTION_S)
        except (AskFailed, trio.TooSlowError) as error:
            raise self._lost(error, None) from error

    def _lost(self, error: BaseException, client: Client | None) -> LaunchError:
        """Translate an error that came instead of an answer; what was connected is so no longer, unless it is slow."""
        problem = causes.engine_problem(error, self.host)
        if client is not None and self._client is client and not isinstance(problem, EngineNotResponding):
            self.forget()
        return LaunchError(problem)


class Engines:
    """The engines of this process, one for each docker command."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._engines: dict[str, Engine] = {}
        self._opening = trio.Lock()

    async def at(self, docker: str) -> Engine:
        """The engine that the docker command at this path talks to; nothing is asked of it yet."""
        async with self._opening:
            if docker not in self._engines:
                self._engines[docker] = Engine(docker, await self._environment(docker))
            return self._engines[docker]

    @property
    def questions(self) -> int:
        """Requests to all of them so far."""
        return sum(engine.questions for engine in self._engines.values())

    def close(self) -> None:
        """End all connections but those that are in use."""
        for engine in self._engines.values():
            engine.forget()


async def _in_thread(work: Callable[[], Answer], limiter: trio.CapacityLimiter, limit_s: float) -> Answer:
    """Raises: AskFailed; trio.TooSlowError."""

    def carry_out() -> Answer:
        try:
            return work()
        except Exception as error:
            raise AskFailed from error  # the SDK and what is below it raise all kinds

    with trio.fail_after(limit_s + SLACK_S):
        return await trio.to_thread.run_sync(carry_out, abandon_on_cancel=True, limiter=limiter)


def _client(where: Endpoint) -> Client:
    """Connect, if somebody is there to be asked: loading the SDK takes far longer than to find that out."""
    if path := endpoint.socket_path(where.host):
        with socket.socket(socket.AF_UNIX) as knock:
            knock.settimeout(QUESTION_S)
            knock.connect(path)
    from supervisor.container.client import Client

    return Client(where, QUESTION_S)


def _equal(labels: Mapping[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in labels.items()]
